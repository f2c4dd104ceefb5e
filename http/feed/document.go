package feed

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"
	"time"

	"lucarne/http/router"
)

// document is a feed before it takes a format.
type document struct {
	Title       string
	Link        string // the page the feed is of
	Self        string // the feed's own address
	Description string
	Image       string
	Icon        string
	Author      string // "" leaves it out
	Updated     time.Time
	Generator   string
	Rights      string
	Items       []item
	IsPrivate   bool // for one reader only
}

// item is an element of a feed.
type item struct {
	Title     string
	Link      string // its address, which also identifies it
	Published time.Time
	Summary   string // plain
	Content   string // HTML
	Author    string
	AuthorURL string
	Category  string
	Media     *media // nil for what is no video
}

// newest is when the newest item is from, or otherwise when there are none: a date that only moves with the content, so that answers
// can be compared.
func newest(items []item, otherwise time.Time) time.Time {
	for _, i := range items {
		if i.Published.After(otherwise) {
			otherwise = i.Published
		}
	}
	return otherwise
}

// format is a way to write a feed.
type format struct {
	encode      func(d document) ([]byte, error)
	contentType string
}

// formats are the extensions feeds have.
var formats = map[string]format{
	"xml":   {encodeRSS, xmlType},
	"rss":   {encodeRSS, "application/rss+xml; charset=utf-8"},
	"rss2":  {encodeRSS, "application/rss+xml; charset=utf-8"},
	"atom":  {encodeAtom, "application/atom+xml; charset=utf-8"},
	"atom1": {encodeAtom, "application/atom+xml; charset=utf-8"},
	"json":  {encodeJSONFeed, jsonType},
	"json1": {encodeJSONFeed, jsonType},
}

func (f *Feeds) writeFeed(w http.ResponseWriter, r *http.Request, as format, d document) error {
	body, err := as.encode(d)
	if err != nil {
		return err
	}
	if !d.Updated.IsZero() {
		w.Header().Set("Last-Modified", d.Updated.UTC().Format(http.TimeFormat))
	}
	if d.IsPrivate {
		w.Header().Set("Cache-Control", "private, "+maxAge(f.o.Settings().Ages.Feeds))
		return router.WriteBody(w, r, as.contentType, body)
	}
	return write(w, r, f.o.Settings().Ages.Feeds, as.contentType, body)
}

// encodeXML writes a document; encoding/xml escapes everything and replaces what XML cannot hold.
func encodeXML(v any) ([]byte, error) {
	body, err := xml.MarshalIndent(v, "", "  ")
	return append([]byte(xml.Header), body...), err
}

func encodeJSON(v any) ([]byte, error) {
	var body strings.Builder
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return []byte(body.String()), err
}

const isoMillis = "2006-01-02T15:04:05.000Z"

func iso(t time.Time) string { return t.UTC().Format(isoMillis) }

// rfc822 is the date of RSS.
func rfc822(t time.Time) string { return t.UTC().Format(http.TimeFormat) }
