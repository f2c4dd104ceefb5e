package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"lucarne/http/router"
	"lucarne/platform/blob"
	"lucarne/platform/fault"
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
}

// send answers with a file: whole, in ranges, or not at all when the client has it (RFC 9110 §13, §14). From disk it goes by
// sendfile.
func (f *Files) send(w http.ResponseWriter, r *http.Request, d delivery) error {
	if address := d.store.URL(d.key); address != "" && !d.isPrivate && d.name == "" {
		http.Redirect(w, r, address, http.StatusFound)
		return nil
	}
	object, err := open(r.Context(), d)
	if err != nil {
		return err
	}
	defer object.Close()
	header := w.Header()
	header.Set("Content-Type", object.ContentType)
	header.Set("ETag", object.ETag)
	header.Set("Cache-Control", cacheControl(d))
	if d.name != "" {
		header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.name}))
	}
	http.ServeContent(&rangeProblems{ResponseWriter: w, request: r}, r, "", object.ModTime, object.Content)
	return nil
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
