package feed

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"lucarne/account"
	"lucarne/platform/fault"
	"lucarne/platform/markdown"
	"lucarne/video"
)

// sitemapEntries is how many addresses one file may hold (sitemaps.org); more make an index of several files.
const sitemapEntries = 50_000

// maxDescription bounds a description in the sitemap (Google's video extension).
const maxDescription = 2048

type sitemapURLs struct {
	XMLName   string       `xml:"urlset"`
	Namespace string       `xml:"xmlns,attr"`
	Video     string       `xml:"xmlns:video,attr"`
	URLs      []sitemapURL `xml:"url"`
}

type sitemapURL struct {
	Location string        `xml:"loc"`
	Modified string        `xml:"lastmod,omitempty"`
	Video    *sitemapVideo `xml:"video:video"`
}

type sitemapVideo struct {
	Thumbnail   string   `xml:"video:thumbnail_loc"`
	Title       string   `xml:"video:title"`
	Description string   `xml:"video:description"`
	Player      string   `xml:"video:player_loc"`
	Duration    int      `xml:"video:duration,omitempty"`
	Published   string   `xml:"video:publication_date"`
	Tags        []string `xml:"video:tag"`
}

type sitemapIndex struct {
	XMLName   string       `xml:"sitemapindex"`
	Namespace string       `xml:"xmlns,attr"`
	Files     []sitemapURL `xml:"sitemap"`
}

const (
	sitemapNamespace      = "http://www.sitemaps.org/schemas/sitemap/0.9"
	sitemapVideoNamespace = "http://www.google.com/schemas/sitemap-video/1.1"
)

// sitemapCache keeps the list of addresses: it is long to make, and the same for everybody.
type sitemapCache struct {
	mu   sync.Mutex // held while the list is made, so that it is made once
	made time.Time
	urls []sitemapURL
}

// sitemapFile is the sitemap, or the index of its parts.
func (f *Feeds) sitemapFile(w http.ResponseWriter, r *http.Request) error {
	urls, err := f.sitemapURLs(r.Context())
	if err != nil {
		return err
	}
	if len(urls) <= sitemapEntries {
		return f.writeSitemap(w, r, urls)
	}
	index := sitemapIndex{Namespace: sitemapNamespace}
	for n := 1; (n-1)*sitemapEntries < len(urls); n++ {
		index.Files = append(index.Files, sitemapURL{Location: fmt.Sprintf("%s/sitemaps/%d.xml", f.o.Site.Origin, n)})
	}
	body, err := encodeXML(index)
	if err != nil {
		return err
	}
	return write(w, r, f.o.Settings().Ages.Sitemap, xmlType, body)
}

func (f *Feeds) sitemapPart(w http.ResponseWriter, r *http.Request) error {
	urls, err := f.sitemapURLs(r.Context())
	if err != nil {
		return err
	}
	name, _ := strings.CutSuffix(r.PathValue("number"), ".xml")
	n, err := strconv.Atoi(name)
	if err != nil || n < 1 || n > 1+len(urls)/sitemapEntries {
		return fault.New(fault.NotFound, "There is no such part of the sitemap")
	}
	return f.writeSitemap(w, r, urls[(n-1)*sitemapEntries:min(n*sitemapEntries, len(urls))])
}

func (f *Feeds) writeSitemap(w http.ResponseWriter, r *http.Request, urls []sitemapURL) error {
	body, err := encodeXML(sitemapURLs{Namespace: sitemapNamespace, Video: sitemapVideoNamespace, URLs: urls})
	if err != nil {
		return err
	}
	return write(w, r, f.o.Settings().Ages.Sitemap, xmlType, body)
}

// sitemapURLs makes the list, or gives the one made before when it is young enough.
func (f *Feeds) sitemapURLs(ctx context.Context) ([]sitemapURL, error) {
	f.sitemap.mu.Lock()
	defer f.sitemap.mu.Unlock()
	if f.sitemap.urls != nil && f.o.Clock.Now().Sub(f.sitemap.made) < f.o.Settings().Ages.Sitemap {
		return f.sitemap.urls, nil
	}
	urls, err := f.listSitemap(ctx)
	if err == nil {
		f.sitemap.urls, f.sitemap.made = urls, f.o.Clock.Now()
	}
	return urls, err
}

// listSitemap lists the public videos of this instance, and the channels and accounts they are of: those without videos have nothing to
// be found for.
func (f *Feeds) listSitemap(ctx context.Context) ([]sitemapURL, error) {
	filter := video.Filter{IsLocal: new(true), Include: video.IncludeTags}
	if f.o.Settings().HidesNSFW {
		filter.NSFW = new(false)
	}
	urls := []sitemapURL{{Location: f.o.Site.Origin + "/about/instance"}, {Location: f.o.Site.Origin + "/videos/browse?scope=local"}}
	owners := &ownerPages{seen: map[string]bool{}}
	most := f.o.Settings().SitemapVideos
	for start := 0; start < most; start += video.MaxPage {
		page := video.Page{Start: start, Count: min(video.MaxPage, most-start), Sort: video.Sort{By: "publishedAt", IsDescending: true}, SkipTotal: true}
		found, err := f.o.Videos.List(ctx, account.Viewer{}, filter, page)
		if err != nil {
			return nil, err
		}
		for _, v := range found.Videos {
			urls = append(urls, f.sitemapVideo(v.Video))
			owners.add(f.channelURL(v.Channel.Actor.Handle()), f.accountURL(v.Channel.Owner.Actor.Handle()))
		}
		if len(found.Videos) < page.Count {
			break
		}
	}
	return append(urls, owners.urls...), nil
}

// ownerPages collects each page once.
type ownerPages struct {
	seen map[string]bool
	urls []sitemapURL
}

func (o *ownerPages) add(pages ...string) {
	for _, page := range pages {
		if !o.seen[page] {
			o.seen[page] = true
			o.urls = append(o.urls, sitemapURL{Location: page})
		}
	}
}

func (f *Feeds) sitemapVideo(v video.Video) sitemapURL {
	described := &sitemapVideo{
		Title: v.Name, Description: cmp.Or(truncated(markdown.Plain(v.Description)), v.Name), Player: f.embedURL(v), Duration: v.DurationSeconds,
		Published: iso(v.PublishedAt), Tags: v.Tags,
	}
	for _, t := range v.Thumbnails {
		if t.Width != t.Height {
			described.Thumbnail = f.thumbnailURL(t)
			break
		}
	}
	return sitemapURL{Location: f.watchURL(v), Modified: iso(v.UpdatedAt), Video: described}
}

func truncated(text string) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), maxDescription)])
}
