package feed

import (
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

// oembedDocument is how another site shows a video (oembed.com, version 1.0).
type oembedDocument struct {
	XMLName         xml.Name `json:"-" xml:"oembed"`
	Type            string   `json:"type" xml:"type"`
	Version         string   `json:"version" xml:"version"`
	HTML            string   `json:"html" xml:"html"`
	Width           int      `json:"width" xml:"width"`
	Height          int      `json:"height" xml:"height"`
	Title           string   `json:"title" xml:"title"`
	AuthorName      string   `json:"author_name" xml:"author_name"`
	AuthorURL       string   `json:"author_url" xml:"author_url"`
	ProviderName    string   `json:"provider_name" xml:"provider_name"`
	ProviderURL     string   `json:"provider_url" xml:"provider_url"`
	ThumbnailURL    string   `json:"thumbnail_url,omitempty" xml:"thumbnail_url,omitempty"`
	ThumbnailWidth  int      `json:"thumbnail_width,omitempty" xml:"thumbnail_width,omitempty"`
	ThumbnailHeight int      `json:"thumbnail_height,omitempty" xml:"thumbnail_height,omitempty"`
}

// The size of an embedded player when nobody bounds it.
const (
	embedWidth  = 560
	embedHeight = 315
)

func (f *Feeds) oembed(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r)
	if err != nil {
		return err
	}
	target := q.address("url")
	width, height := q.atMost("maxwidth", embedWidth), q.atMost("maxheight", embedHeight)
	format := q.text("format")
	if format != "" && format != "json" && format != "xml" {
		q.refuse("format", "Should be json or xml")
	}
	if err := q.err(); err != nil {
		return err
	}
	ref, err := f.videoAt(target)
	if err != nil {
		return err
	}
	v, err := f.o.Videos.See(r.Context(), ref, video.Access{})
	if err != nil {
		return err
	}
	return f.writeOEmbed(w, r, format, f.oembedOf(v.Video, target, width, height))
}

func (f *Feeds) writeOEmbed(w http.ResponseWriter, r *http.Request, format string, d oembedDocument) error {
	encode, contentType := encodeJSON, jsonType
	if format == "xml" {
		encode, contentType = encodeXML, "text/xml; charset=utf-8"
	}
	body, err := encode(d)
	if err != nil {
		return err
	}
	return write(w, r, f.o.Settings().Ages.OEmbed, contentType, body)
}

// address reads an absolute http address.
func (q *query) address(name string) *url.URL {
	target, err := url.Parse(q.text(name))
	if err != nil || target.Host == "" || (target.Scheme != "http" && target.Scheme != "https") {
		q.refuse(name, "Invalid value")
		return nil
	}
	return target
}

// atMost reads a bound and gives the smaller of it and most.
func (q *query) atMost(name string, most int) int {
	text := q.values.Get(name)
	if text == "" {
		return most
	}
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 {
		q.refuse(name, "Should be a positive number")
		return most
	}
	return min(n, most)
}

// videoAt reads which video of this instance an address shows. Any address of our own origin will do, also one on a host without a dot.
func (f *Feeds) videoAt(target *url.URL) (shortid.Ref, error) {
	invalid := fault.New(fault.Invalid, "Invalid url.")
	if !strings.EqualFold(target.Scheme+"://"+target.Host, f.o.Site.Origin) {
		return shortid.Ref{}, invalid
	}
	for _, prefix := range []string{"/w/", "/videos/watch/", "/videos/embed/"} {
		name, isOne := strings.CutPrefix(target.Path, prefix)
		if ref, err := shortid.Parse(name); isOne && err == nil {
			return ref, nil
		}
	}
	return shortid.Ref{}, invalid
}

func (f *Feeds) oembedOf(v video.Video, target *url.URL, width, height int) oembedDocument {
	src := f.embedURL(v)
	if start := target.Query().Get("start"); start != "" {
		src += "?" + url.Values{"start": {start}}.Encode()
	}
	width, height = fitted(v.AspectRatio, width, height)
	d := oembedDocument{
		Type: "video", Version: "1.0", Width: width, Height: height, Title: v.Name,
		AuthorName: v.Channel.Name, AuthorURL: f.channelURL(v.Channel.Actor.Handle()),
		ProviderName: f.o.Settings().Name, ProviderURL: f.o.Site.Origin,
		HTML: fmt.Sprintf(`<iframe width="%d" height="%d" src="%s" title="%s" style="border: 0" allow="autoplay; fullscreen; picture-in-picture" `+
			`allowfullscreen sandbox="allow-same-origin allow-scripts allow-popups allow-forms"></iframe>`,
			width, height, html.EscapeString(src), html.EscapeString(v.Name)),
	}
	for _, t := range v.Thumbnails {
		if t.Width > d.ThumbnailWidth && t.Width != t.Height {
			d.ThumbnailURL, d.ThumbnailWidth, d.ThumbnailHeight = f.thumbnailURL(t), t.Width, t.Height
		}
	}
	return d
}

// fitted is the largest size of the ratio within a box; without a ratio, the box.
func fitted(ratio float64, width, height int) (w, h int) {
	if ratio <= 0 {
		return width, height
	}
	if float64(width)/ratio > float64(height) {
		return max(1, int(float64(height)*ratio)), height
	}
	return width, max(1, int(float64(width)/ratio))
}
