// Package whip is how browsers and other WebRTC encoders ask to go on air over HTTP: RFC 9725. It translates; live/whip decides.
package whip

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/netip"
	"strings"

	"lucarne/http/router"
	"lucarne/live/whip"
	"lucarne/platform/fault"
)

// Path is where encoders post their offer; below it are their sessions.
const Path = "/whip"

const (
	offerType    = "application/sdp"
	fragmentType = "application/trickle-ice-sdpfrag"
	maxBody      = 64<<10 + 1 // a byte more than the largest offer, so that a larger one is told from one that was cut
)

// Endpoint answers encoders: see live/whip.
type Endpoint interface {
	Publish(ctx context.Context, o whip.Offer) (whip.Answer, error)
	Patch(ctx context.Context, p whip.Patch) (whip.Restarted, error)
	End(ctx context.Context, session, key string) error
	Servers() []whip.Server
}

// New serves Path and what is below it. limit wraps a handler with the rate limit of a group; nil limits nothing.
func New(e Endpoint, limit func(group string, next http.Handler) http.Handler) http.Handler {
	s := &surface{endpoint: e}
	var publish http.Handler = s.answering(s.publish)
	if limit != nil {
		publish = limit("api", publish)
	}
	mux := http.NewServeMux()
	mux.Handle("POST "+Path, publish)
	mux.Handle("OPTIONS "+Path, s.answering(s.describe))
	mux.Handle("PATCH "+Path+"/{session}", s.answering(s.patch))
	mux.Handle("DELETE "+Path+"/{session}", s.answering(s.end))
	return cors(mux)
}

type surface struct{ endpoint Endpoint }

// answering turns an error into a problem document, with the status RFC 9725 names for it where that is not the one of its kind.
func (s *surface) answering(do func(w http.ResponseWriter, r *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		err := do(w, r)
		switch {
		case err == nil:
		case errors.Is(err, errNoToken): // RFC 6750 §3
			w.Header().Set("WWW-Authenticate", `Bearer realm="stream key"`)
			router.WriteProblem(w, r, err, "")
		case errors.Is(err, errNoTag): // RFC 9725 §4.3.1, RFC 6585 §3
			router.WriteProblemAs(w, r, http.StatusPreconditionRequired, err)
		case errors.Is(err, whip.ErrStale):
			router.WriteProblemAs(w, r, http.StatusPreconditionFailed, err)
		case fault.Is(err, fault.Unsupported) && !errors.Is(err, errContentType): // RFC 9725 §4.4.2
			router.WriteProblemAs(w, r, http.StatusNotAcceptable, err)
		default:
			if fault.Is(err, fault.Unavailable) {
				w.Header().Set("Retry-After", "5")
			}
			router.WriteProblem(w, r, err, "")
		}
	}
}

var (
	errNoToken     = fault.New(fault.Unauthenticated, "The stream key is missing: send it as Authorization: Bearer <stream key>")
	errNoTag       = fault.New(fault.Invalid, "The header If-Match is missing")
	errContentType = fault.New(fault.Unsupported, "This address takes "+offerType+", and its sessions "+fragmentType)
)

// publish answers an offer: RFC 9725 §4.2.
func (s *surface) publish(w http.ResponseWriter, r *http.Request) error {
	key, err := streamKey(r)
	if err != nil {
		return err
	}
	offer, err := read(r, offerType)
	if err != nil {
		return err
	}
	remote, _ := netip.ParseAddr(router.ClientIP(r)) // the zero address when there is none, as in tests
	answer, err := s.endpoint.Publish(r.Context(), whip.Offer{Key: key, SDP: offer, Remote: remote, Encoder: encoderName(r)})
	if err != nil {
		return err
	}
	header := w.Header()
	header.Set("Location", Path+"/"+answer.Session)
	header.Set("ETag", answer.ETag)
	header.Set("Accept-Patch", fragmentType)
	s.link(header)
	send(w, http.StatusCreated, offerType, answer.SDP)
	return nil
}

// link tells the STUN and TURN servers: RFC 9725 §4.6.
func (s *surface) link(header http.Header) {
	for _, server := range s.endpoint.Servers() {
		value := "<" + server.URL + `>; rel="ice-server"`
		if server.Username != "" {
			value += `; username="` + quoted(server.Username) + `"; credential="` + quoted(server.Credential) + `"; credential-type="password"`
		}
		header.Add("Link", value)
	}
}

func quoted(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
}

// describe tells what can be posted, before anybody posts: RFC 9725 §4.6, §4.7.
func (s *surface) describe(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Allow", "OPTIONS, POST")
	w.Header().Set("Accept-Post", offerType)
	s.link(w.Header())
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// patch takes candidates, or restarts ICE: RFC 9725 §4.3.
func (s *surface) patch(w http.ResponseWriter, r *http.Request) error {
	key, err := streamKey(r)
	if err != nil {
		return err
	}
	told, err := read(r, fragmentType)
	if err != nil {
		return err
	}
	ifMatch := r.Header.Get("If-Match")
	if ifMatch == "" {
		return errNoTag
	}
	restarted, err := s.endpoint.Patch(r.Context(), whip.Patch{Session: r.PathValue("session"), Key: key, IfMatch: ifMatch, SDP: told})
	if err != nil {
		return err
	}
	if restarted.SDP == "" {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	w.Header().Set("ETag", restarted.ETag)
	send(w, http.StatusOK, fragmentType, restarted.SDP)
	return nil
}

// end is the goodbye: RFC 9725 §4.2.
func (s *surface) end(w http.ResponseWriter, r *http.Request) error {
	key, err := streamKey(r)
	if err != nil {
		return err
	}
	if err := s.endpoint.End(r.Context(), r.PathValue("session"), key); err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

const maxKey = 256

// streamKey is the bearer token: RFC 9725 §4.7. A token too long for a key is none.
func streamKey(r *http.Request) (string, error) {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	key = strings.TrimSpace(key)
	if !strings.EqualFold(scheme, "Bearer") || key == "" || len(key) > maxKey {
		return "", errNoToken
	}
	return key, nil
}

func read(r *http.Request, wanted string) (string, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != wanted {
		return "", errContentType
	}
	body, err := io.ReadAll(r.Body)
	return string(body), err
}

const maxEncoderName = 80

func encoderName(r *http.Request) string {
	name := strings.ToValidUTF8(r.UserAgent(), "")
	return strings.ToValidUTF8(name[:min(len(name), maxEncoderName)], "")
}

func send(w http.ResponseWriter, status int, contentType, body string) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// cors lets pages elsewhere broadcast with a key, and read what RFC 9725 §4.6 wants them to. No cookie is looked at here.
func cors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Access-Control-Expose-Headers", "Location, ETag, Link, Retry-After, Accept-Patch")
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		header.Set("Access-Control-Allow-Methods", "POST, PATCH, DELETE, OPTIONS")
		header.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match")
		header.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
	})
}
