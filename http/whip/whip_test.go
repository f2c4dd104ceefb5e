package whip_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	surface "lucarne/http/whip"
	"lucarne/live/whip"
	"lucarne/platform/fault"
)

// endpoint answers as it is told, and notes what it was asked.
type endpoint struct {
	err       error
	restarted whip.Restarted
	servers   []whip.Server
	offer     whip.Offer
	patch     whip.Patch
	ended     string
}

func (e *endpoint) Publish(_ context.Context, o whip.Offer) (whip.Answer, error) {
	e.offer = o
	return whip.Answer{Session: "ABC", SDP: "v=0\r\n", ETag: `"ABC-0"`}, e.err
}

func (e *endpoint) Patch(_ context.Context, p whip.Patch) (whip.Restarted, error) {
	e.patch = p
	return e.restarted, e.err
}

func (e *endpoint) End(_ context.Context, session, key string) error {
	e.ended = session + " " + key
	return e.err
}

func (e *endpoint) Servers() []whip.Server { return e.servers }

func ask(e *endpoint, method, path, contentType, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Authorization", "Bearer key")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	surface.New(e, nil).ServeHTTP(w, r)
	return w
}

const (
	offerType    = "application/sdp"
	fragmentType = "application/trickle-ice-sdpfrag"
)

func TestPublish(t *testing.T) {
	t.Parallel()
	e := &endpoint{servers: []whip.Server{{URL: "stun:stun.example.org"}, {URL: "turn:turn.example.org", Username: "u", Credential: `p"w`}}}
	w := ask(e, "POST", "/whip", offerType, "v=0\r\noffer", "User-Agent", "OBS-Studio/31")
	if w.Code != http.StatusCreated || w.Body.String() != "v=0\r\n" {
		t.Fatalf("answered %d: %s", w.Code, w.Body)
	}
	for name, want := range map[string]string{
		"Location": "/whip/ABC", "ETag": `"ABC-0"`, "Content-Type": offerType, "Accept-Patch": fragmentType, "Access-Control-Allow-Origin": "*",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	links := strings.Join(w.Header().Values("Link"), "\n")
	want := "<stun:stun.example.org>; rel=\"ice-server\"\n<turn:turn.example.org>; rel=\"ice-server\"; username=\"u\"; credential=\"p\\\"w\"; credential-type=\"password\""
	if links != want {
		t.Errorf("Link is\n%s\nwant\n%s", links, want)
	}
	if e.offer.Key != "key" || e.offer.SDP != "v=0\r\noffer" || e.offer.Encoder != "OBS-Studio/31" || !e.offer.Remote.IsValid() {
		t.Errorf("asked %+v", e.offer)
	}
}

func TestServersAreNotToldWhereNoneAreSet(t *testing.T) {
	t.Parallel()
	if w := ask(&endpoint{}, "POST", "/whip", offerType, "v=0"); len(w.Header().Values("Link")) > 0 {
		t.Errorf("Link is %q", w.Header().Values("Link"))
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, method, path, contentType string
		err                             error
		header                          []string
		want                            int
	}{
		{"no key", "POST", "/whip", offerType, nil, []string{"Authorization", ""}, 401},
		{"another scheme", "POST", "/whip", offerType, nil, []string{"Authorization", "Basic a2V5"}, 401},
		{"endless key", "POST", "/whip", offerType, nil, []string{"Authorization", "Bearer " + strings.Repeat("k", 500)}, 401},
		{"wrong key", "POST", "/whip", offerType, fault.New(fault.Forbidden, "no"), nil, 403},
		{"not an offer", "POST", "/whip", "application/json", nil, nil, 415},
		{"no type", "POST", "/whip", "", nil, nil, 415},
		{"foreign media", "POST", "/whip", offerType, fault.New(fault.Unsupported, "VP8"), nil, 406},
		{"malformed", "POST", "/whip", offerType, fault.New(fault.Invalid, "no"), nil, 400},
		{"another encoder", "POST", "/whip", offerType, fault.New(fault.Conflict, "no"), nil, 409},
		{"limit", "POST", "/whip", offerType, fault.New(fault.Unavailable, "no"), nil, 503},
		{"read", "GET", "/whip", "", nil, nil, 405},
		{"session read", "GET", "/whip/ABC", "", nil, nil, 405},
		{"patch without a tag", "PATCH", "/whip/ABC", fragmentType, nil, nil, 428},
		{"stale patch", "PATCH", "/whip/ABC", fragmentType, whip.ErrStale, []string{"If-Match", `"x"`}, 412},
		{"patch of another type", "PATCH", "/whip/ABC", offerType, nil, []string{"If-Match", "*"}, 415},
		{"patch of nothing", "PATCH", "/whip/ABC", fragmentType, fault.New(fault.NotFound, "no"), []string{"If-Match", "*"}, 404},
		{"end without a key", "DELETE", "/whip/ABC", "", nil, []string{"Authorization", ""}, 401},
		{"end with another key", "DELETE", "/whip/ABC", "", fault.New(fault.Forbidden, "no"), nil, 403},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := ask(&endpoint{err: test.err}, test.method, test.path, test.contentType, "v=0", test.header...)
			if w.Code != test.want {
				t.Fatalf("answered %d, want %d: %s", w.Code, test.want, w.Body)
			}
			if test.want == http.StatusMethodNotAllowed {
				return
			}
			var problem struct {
				Status int
				Detail string
			}
			if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil || problem.Status != test.want || problem.Detail == "" {
				t.Errorf("problem %s: %v", w.Body, err)
			}
			if test.want == http.StatusUnauthorized && w.Header().Get("WWW-Authenticate") == "" {
				t.Error("no challenge")
			}
		})
	}
}

func TestLargeOfferIsRefused(t *testing.T) {
	t.Parallel()
	if w := ask(&endpoint{}, "POST", "/whip", offerType, strings.Repeat("x", 1<<20)); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
}

func TestPatchAndEnd(t *testing.T) {
	t.Parallel()
	e := &endpoint{}
	if w := ask(e, "PATCH", "/whip/ABC", fragmentType, "a=x", "If-Match", `"ABC-0"`); w.Code != http.StatusNoContent {
		t.Errorf("candidates: %d", w.Code)
	}
	if want := (whip.Patch{Session: "ABC", Key: "key", IfMatch: `"ABC-0"`, SDP: "a=x"}); e.patch != want {
		t.Errorf("asked %+v, want %+v", e.patch, want)
	}
	e.restarted = whip.Restarted{SDP: "a=ice-ufrag:x\r\n", ETag: `"ABC-1"`}
	w := ask(e, "PATCH", "/whip/ABC", fragmentType, "a=x", "If-Match", "*")
	if w.Code != http.StatusOK || w.Header().Get("ETag") != `"ABC-1"` || w.Header().Get("Content-Type") != fragmentType {
		t.Errorf("restart: %d, %v", w.Code, w.Header())
	}
	if w := ask(e, "DELETE", "/whip/ABC", "", ""); w.Code != http.StatusOK || e.ended != "ABC key" {
		t.Errorf("end: %d, %q", w.Code, e.ended)
	}
}

func TestPagesElsewhereMayBroadcast(t *testing.T) {
	t.Parallel()
	w := ask(&endpoint{}, "OPTIONS", "/whip/ABC", "", "", "Origin", "https://elsewhere.example", "Access-Control-Request-Method", "PATCH")
	if w.Code != http.StatusNoContent || !strings.Contains(w.Header().Get("Access-Control-Allow-Headers"), "If-Match") {
		t.Errorf("preflight: %d, %v", w.Code, w.Header())
	}
	if w := ask(&endpoint{}, "OPTIONS", "/whip", "", ""); w.Header().Get("Accept-Post") != offerType {
		t.Errorf("describes itself as %v", w.Header())
	}
}
