package ui

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"lucarne/http/web/text"
	"lucarne/platform/clock"
)

var now = time.Date(2026, time.May, 14, 18, 30, 0, 0, time.UTC)

func english(t *testing.T) Translator {
	t.Helper()
	c, err := text.Load(clock.NewFake(now))
	if err != nil {
		t.Fatal(err)
	}
	return c.Locale("en")
}

func rendered(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestNext(t *testing.T) {
	tests := []struct{ name, path, want string }{
		{"path with query", "/search?search=a+b", "/search?search=a+b"},
		{"empty", "", "/"},
		{"another site", "https://elsewhere.example/", "/"},
		{"another site without scheme", "//elsewhere.example/", "/"},
		{"backslash is no slash", `/\elsewhere.example`, "/%5Celsewhere.example"},
		{"script", "javascript:alert(1)", "/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := (Page{Path: tt.path}).next(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPagesAround(t *testing.T) {
	tests := []struct {
		name          string
		current, last int
		want          []int
	}{
		{"few", 2, 5, []int{1, 2, 3, 4, 5}},
		{"first of many", 1, 24, []int{1, 2, 0, 24}},
		{"middle", 12, 24, []int{1, 0, 11, 12, 13, 0, 24}},
		{"last", 24, 24, []int{1, 0, 23, 24}},
		{"beyond the last", 99, 24, []int{1, 0, 24}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := (Pages{Current: tt.current, Last: tt.last}).around(); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestClock(t *testing.T) {
	tests := []struct {
		d    time.Duration
		want string
	}{{0, "0:00"}, {9 * time.Second, "0:09"}, {754 * time.Second, "12:34"}, {3723 * time.Second, "1:02:03"}}
	for _, tt := range tests {
		if got := Clock(tt.d); got != tt.want {
			t.Errorf("Clock(%v) = %q, want %q", tt.d, got, tt.want)
		}
	}
}

func TestAccepts(t *testing.T) {
	tests := []struct {
		name, header string
		want         bool
	}{
		{"named", "gzip, br", true},
		{"weighed", "br;q=0.5", true},
		{"refused", "gzip, br;q=0", false},
		{"refused at length", "br; q=0.000", false},
		{"another", "gzip", false},
		{"nothing", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := accepts(tt.header, "br"); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestAssetsHidesWhatIsNoAsset(t *testing.T) {
	for _, path := range []string{"", ".keep", "manifest.json", "../page.go", "no-such.css"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "http://x"+AssetPath, nil)
		r.URL.Path = AssetPath + path
		Assets().ServeHTTP(w, r)
		if w.Code != http.StatusNotFound {
			t.Errorf("%q: got %d, want 404", path, w.Code)
		}
	}
}

func TestAssetsServesBuiltFiles(t *testing.T) {
	if err := CheckAssets(); err != nil {
		t.Skip(err)
	}
	for _, tt := range []struct{ accept, encoding string }{{"gzip, br", "br"}, {"gzip", "gzip"}, {"", ""}} {
		r := httptest.NewRequest(http.MethodGet, Asset("style.css"), nil)
		r.Header.Set("Accept-Encoding", tt.accept)
		w := httptest.NewRecorder()
		Assets().ServeHTTP(w, r)
		if w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != tt.encoding || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
			t.Errorf("%q: got %d %v", tt.accept, w.Code, w.Header())
		}
	}
}

// The first view must stay light: style and fonts leave room for the HTML in the 100 kB of the watch page.
func TestStyleAndFontsAreLight(t *testing.T) {
	names, err := manifest()
	if err != nil {
		t.Skip(err)
	}
	total := int64(0)
	for _, name := range []string{
		names["style.css"] + ".gz", names["atkinson-hyperlegible-next-latin-400-normal.woff2"], names["atkinson-hyperlegible-next-latin-600-normal.woff2"],
	} {
		file, err := dist.Open("dist/" + name)
		if err != nil {
			t.Fatal(err)
		}
		info, err := file.Stat()
		_ = file.Close()
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
	}
	if limit := int64(60_000); total > limit {
		t.Errorf("style and fonts take %d bytes, want at most %d", total, limit)
	}
}

func TestFieldTellsItsErrorAndHint(t *testing.T) {
	got := rendered(t, Field(english(t), FieldProps{Name: "name", Label: "Title", Hint: "Short.", Error: "Too <short>"}))
	for _, want := range []string{
		`for="f-name"`, `id="f-name"`, `aria-describedby="f-name-error f-name-hint"`, `aria-invalid="true"`,
		`id="f-name-error"`, `id="f-name-hint"`, "Too &lt;short&gt;", " required",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

func TestDataBlockCannotBeLeft(t *testing.T) {
	got := rendered(t, jsonBlock("application/json", map[string]string{"title": "</script><script>alert(1)"}))
	if strings.Count(got, "<script") != 1 || strings.Count(got, "</script>") != 1 {
		t.Errorf("the value ends its element: %s", got)
	}
}

func TestLayoutHoldsAPage(t *testing.T) {
	p := Page{
		T: english(t), Site: Site{Name: "Rivergate TV", Languages: []Language{{"en", "English"}, {"fr", "Français"}}},
		Title: "A <title>", Theme: "dark", CSRF: "token", Path: "/w/1?x=1", Canonical: "https://rivergate.example/w/1",
		Properties: []Property{{"og:title", "A"}, {"twitter:card", "player"}}, JSONLD: map[string]string{"@type": "VideoObject"},
		Feeds: []Feed{{"Videos", "application/rss+xml", "/feeds/videos.xml"}}, Robots: "noindex",
	}
	got := rendered(t, Layout(p))
	if _, err := html.Parse(strings.NewReader(got)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`lang="en"`, `data-theme="dark"`, "A &lt;title&gt; · Rivergate TV", `property="og:title"`, `name="twitter:card"`, `application/ld+json`,
		`type="application/rss+xml"`, `name="csrf-token" content="token"`, `name="next" value="/w/1?x=1"`, `href="/login?next=%2Fw%2F1%3Fx%3D1"`, `href="#content"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in the page", want)
		}
	}
}

func TestPlayerPlaysWithoutItsScript(t *testing.T) {
	got := rendered(t, Player(english(t), PlayerProps{
		Poster: "/p.jpg", Width: 1080, Height: 1920, Sources: []Source{{URL: "/v.mp4", Type: "video/mp4", Size: 720}},
		Settings: PlayerSettings{Title: "Swifts", Captions: []Caption{{"fr", "Français", "/c.vtt"}}},
	}))
	for _, want := range []string{`<video controls`, `poster="/p.jpg"`, `<source src="/v.mp4" type="video/mp4"`, `srclang="fr"`, "--ratio:1080/1920", `"player.play":"Play"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

func TestCardCounts(t *testing.T) {
	tests := []struct {
		name string
		card Card
		want string
	}{
		{"views", Card{Views: 1}, "1 view"},
		{"many", Card{Views: 18423}, "18,423 views"},
		{"short", Card{Views: 18423, ShortCounts: true}, "18.4K views"},
		{"live", Card{IsLive: true, Viewers: 3}, "3 watching"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.card.count(english(t)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestUnsafeAddressesAreNotLinks(t *testing.T) {
	got := rendered(t, VideoCard(english(t), Card{Title: "x", URL: "javascript:alert(1)"}))
	if strings.Contains(got, "javascript:") {
		t.Errorf("the address stays: %s", got)
	}
}
