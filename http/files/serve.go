package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"time"

	"lucarne/http/router"
	"lucarne/platform/blob"
	"lucarne/platform/fault"
	"lucarne/video"
)

// opener is what a file comes from: a blob.Store.
type opener interface {
	Open(ctx context.Context, key string) (*blob.Object, error)
	URL(key string) string
}

// delivery says how a file goes out.
type delivery struct {
	store     opener
	key       string
	isPrivate bool
	age       time.Duration // in caches; 0 means they ask each time
	name      string        // what a download is called; "" shows the file in place
	counted   video.ID      // whose downloads this is one of; 0 for none
}

// send answers with a file: whole, in ranges, or not at all when the client has it (RFC 9110 §13, §14). From disk it goes by
// sendfile.
func (f *Files) send(w http.ResponseWriter, r *http.Request, d delivery) error {
	address, err := f.elsewhere(r, d)
	if err != nil {
		return err
	}
	if address != "" {
		f.count(r, d.counted)
		w.Header().Set("Cache-Control", "no-store") // files move, signatures expire
		http.Redirect(w, r, address, http.StatusFound)
		return nil
	}
	object, err := open(r.Context(), d)
	if err != nil {
		return err
	}
	defer object.Close()
	f.count(r, d.counted)
	header := w.Header()
	header.Set("Accept-Ranges", "bytes") // also where a range is refused
	header.Set("Content-Type", object.ContentType)
	header.Set("ETag", object.ETag)
	header.Set("Cache-Control", cacheControl(d))
	if d.name != "" {
		header.Set("Content-Disposition", attachment(d.name))
		w = f.throttled(w, r)
	}
	http.ServeContent(&rangeProblems{ResponseWriter: w, request: r}, r, "", object.ModTime, object.Content)
	return nil
}

// count tells of a download that begins: a HEAD takes nothing, a range further on continues one (RFC 9110 §14.2).
func (f *Files) count(r *http.Request, id video.ID) {
	if id != 0 && r.Method == http.MethodGet && beginsAtStart(r.Header.Get("Range")) {
		f.o.Downloads.Began(r.Context(), id, router.ClientIP(r))
	}
}

// beginsAtStart reports whether a Range header, "" for none, asks for the first byte first.
func beginsAtStart(header string) bool {
	ranges, isBytes := strings.CutPrefix(header, "bytes=")
	return !isBytes || strings.HasPrefix(strings.TrimSpace(ranges), "0-")
}

// signatureAge is how long a signed address can be used: longer than anybody watches or downloads without asking again.
const signatureAge = 6 * time.Hour

// elsewhere is where the client fetches the file without us: public files from the bucket, others there too when it may give them out
// under signed addresses; "" when they go through us. Playlists name their parts relative to themselves, so private ones stay here.
func (f *Files) elsewhere(r *http.Request, d delivery) (string, error) {
	if !d.isPrivate && d.name == "" {
		return d.store.URL(d.key), nil
	}
	store, canSign := d.store.(moved)
	if !canSign || !f.o.Settings().SignPrivate || r.Method != http.MethodGet || path.Ext(d.key) == ".m3u8" {
		return "", nil
	}
	return store.signedURL(r.Context(), d.key, d.name)
}

// open reads the store; a name no store takes is a file that is not there.
func open(ctx context.Context, d delivery) (*blob.Object, error) {
	object, err := d.store.Open(ctx, d.key)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return nil, errNoFile()
	}
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	return object, nil
}

func cacheControl(d delivery) string {
	reach := "public"
	if d.isPrivate {
		reach = "private"
	}
	return fmt.Sprintf("%s, max-age=%d", reach, int(d.age.Seconds()))
}

// rangeProblems answers a range outside the file with a problem document instead of net/http's text, and passes everything else,
// files by sendfile included.
type rangeProblems struct {
	http.ResponseWriter
	request *http.Request
	refused bool
}

var errRange = fault.New(fault.OutOfRange, "Range Not Satisfiable").WithCode("RangeNotSatisfiableError")

func (p *rangeProblems) Unwrap() http.ResponseWriter { return p.ResponseWriter }

func (p *rangeProblems) WriteHeader(status int) {
	if status != http.StatusRequestedRangeNotSatisfiable {
		p.ResponseWriter.WriteHeader(status)
		return
	}
	p.refused = true
	p.Header().Del("Content-Length")
	p.Header().Del("Content-Disposition")
	router.WriteProblem(p.ResponseWriter, p.request, errRange, "")
}

func (p *rangeProblems) Write(b []byte) (int, error) {
	if p.refused {
		return len(b), nil // net/http's own text
	}
	return p.ResponseWriter.Write(b)
}

func (p *rangeProblems) ReadFrom(r io.Reader) (int64, error) {
	if p.refused {
		return 0, errors.New("nothing may follow a refused range")
	}
	return io.Copy(p.ResponseWriter, r)
}
