package text

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"lucarne/platform/clock"
)

var now = time.Date(2026, time.May, 14, 18, 30, 0, 0, time.UTC)

func loaded(t *testing.T) *Catalogues {
	t.Helper()
	c, err := Load(clock.NewFake(now))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryLanguageSaysTheSame(t *testing.T) {
	c := loaded(t)
	base := c.locales[fallback]
	for _, code := range c.codes {
		l := c.locales[code]
		for _, key := range slices.Sorted(maps.Keys(base.messages)) {
			m, ok := l.messages[key]
			if !ok {
				t.Errorf("%s: no message for %s", code, key)
				continue
			}
			if got, want := placeholders(m), placeholders(base.messages[key]); !slices.Equal(got, want) {
				t.Errorf("%s: %s has placeholders %v, want %v", code, key, got, want)
			}
		}
		for key := range l.messages {
			if _, ok := base.messages[key]; !ok {
				t.Errorf("%s: %s is not in %s", code, key, fallback)
			}
		}
	}
}

func TestEveryMessageHasText(t *testing.T) {
	c := loaded(t)
	for _, code := range c.codes {
		for key, m := range c.locales[code].messages {
			if m.forms == nil && strings.TrimSpace(m.only) == "" {
				t.Errorf("%s: %s is empty", code, key)
			}
			if m.forms != nil && m.forms["one"] == "" {
				t.Errorf("%s: %s has no form %q", code, key, "one")
			}
		}
	}
}

var placeholder = regexp.MustCompile(`\{\w+\}`)

func placeholders(m message) []string {
	found := placeholder.FindAllString(m.only+m.forms["other"], -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// TestNoMessageIsUnused looks for each key, whole, in the sources of the surfaces.
func TestNoMessageIsUnused(t *testing.T) {
	used := map[string]bool{}
	key := regexp.MustCompile(`[a-z][a-z0-9-]*\.[a-z0-9-]+`)
	for _, source := range sources(t, "../..") {
		data, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range key.FindAllString(string(data), -1) {
			used[word] = true
		}
	}
	for _, k := range slices.Sorted(maps.Keys(loaded(t).locales[fallback].messages)) {
		if !used[k] {
			t.Errorf("nobody uses %s: delete it, or name it whole where it is used", k)
		}
	}
}

func sources(t *testing.T, root string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{"node_modules", "dist"}, d.Name()) {
			return filepath.SkipDir
		}
		generated := strings.HasSuffix(path, "_templ.go") || strings.HasSuffix(path, "_test.go")
		if slices.Contains([]string{".go", ".templ", ".ts"}, filepath.Ext(path)) && !generated {
			list = append(list, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestT(t *testing.T) {
	c := loaded(t)
	tests := []struct {
		name, lang, key string
		args            []any
		want            string
	}{
		{"plain", "en", "site.home", nil, "Home"},
		{"plain in French", "fr", "site.home", nil, "Accueil"},
		{"one", "en", "video.views", []any{"n", 1}, "1 view"},
		{"none is plural in English", "en", "video.views", []any{"n", 0}, "0 views"},
		{"none is singular in French", "fr", "video.views", []any{"n", 0}, "0 vue"},
		{"several", "fr", "video.views", []any{"n", 2}, "2 vues"},
		{"thousands", "en", "video.views", []any{"n", int64(18423)}, "18,423 views"},
		{"thousands in French", "fr", "video.views", []any{"n", int64(18423)}, "18\u00a0423 vues"},
		{"more than the rules' tables", "en", "video.views", []any{"n", int64(12_345_678_901)}, "12,345,678,901 views"},
		{"unknown key", "en", "site.nothing", nil, "site.nothing"},
		{"missing value stays", "en", "site.page", nil, "Page {n}"},
		{"value with braces is not filled again", "en", "form.tag-remove", []any{"tag", "{n}", "n", 3}, "Remove {n}"},
		{"name without value", "en", "site.page", []any{"n"}, "Page {n}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := c.Locale(tt.lang).T(tt.key, tt.args...); got != tt.want {
				t.Errorf("T(%q) = %q, want %q", tt.key, got, tt.want)
			}
		})
	}
}

func TestLocale(t *testing.T) {
	c := loaded(t)
	tests := []struct {
		name   string
		wishes []string
		want   string
	}{
		{"none", nil, "en"},
		{"exact", []string{"fr"}, "fr"},
		{"regional", []string{"fr-CA"}, "fr"},
		{"header", []string{"", "de;q=0.9, fr;q=0.8, en;q=0.5"}, "fr"},
		{"choice before header", []string{"en", "fr"}, "en"},
		{"unknown language", []string{"ja"}, "en"},
		{"rubbish", []string{"\x00;;q=", "fr"}, "fr"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := c.Locale(tt.wishes...).Code(); got != tt.want {
				t.Errorf("Locale(%q) = %s, want %s", tt.wishes, got, tt.want)
			}
		})
	}
}

func TestNumbers(t *testing.T) {
	en, fr := loaded(t).Locale("en"), loaded(t).Locale("fr")
	tests := []struct{ name, got, want string }{
		{"small", en.Compact(999), "999"},
		{"thousand", en.Compact(1_000), "1K"},
		{"thousand and a bit", en.Compact(1_234), "1.2K"},
		{"comma in French", fr.Compact(1_234), "1,2 k"},
		{"no decimals for hundreds", en.Compact(123_456), "123K"},
		{"does not become 1000K", en.Compact(999_999), "1M"},
		{"billions", en.Compact(7_900_000_000), "7.9B"},
		{"one digit", en.Decimal(4.62), "4.6"},
		{"one digit, even if it is none", fr.Decimal(2), "2,0"},
		{"bytes", en.Bytes(1), "1 byte"},
		{"megabytes in French", fr.Bytes(4_500_000), "4,5 Mo"},
		{"terabytes", en.Bytes(2_000_000_000_000), "2 TB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("got %q, want %q", tt.got, tt.want)
			}
		})
	}
}

func TestAgo(t *testing.T) {
	en, fr := loaded(t).Locale("en"), loaded(t).Locale("fr")
	tests := []struct {
		name            string
		ago             time.Duration
		english, french string
	}{
		{"now", 0, "just now", "à l’instant"},
		{"minutes", 90 * time.Second, "1 minute ago", "il y a 1 minute"},
		{"hours", 5 * time.Hour, "5 hours ago", "il y a 5 heures"},
		{"days", 49 * time.Hour, "2 days ago", "il y a 2 jours"},
		{"weeks", 15 * 24 * time.Hour, "2 weeks ago", "il y a 2 semaines"},
		{"months", 70 * 24 * time.Hour, "2 months ago", "il y a 2 mois"},
		{"years", 800 * 24 * time.Hour, "2 years ago", "il y a 2 ans"},
		{"to come", -3 * time.Hour, "in 3 hours", "dans 3 heures"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at := now.Add(-tt.ago)
			if got := en.Ago(at); got != tt.english {
				t.Errorf("got %q, want %q", got, tt.english)
			}
			if got := fr.Ago(at); got != tt.french {
				t.Errorf("got %q, want %q", got, tt.french)
			}
		})
	}
}

func TestDates(t *testing.T) {
	c := loaded(t)
	if got, want := c.Locale("en").DateTime(now), "14 May 2026, 18:30"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := c.Locale("fr").Date(now), "14 mai 2026"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLoadRefusesMalformedCatalogues(t *testing.T) {
	tests := []struct{ name, path, content string }{
		{"not JSON", "en/a.json", "{"},
		{"number", "en/a.json", `{"k": 3}`},
		{"no other form", "en/a.json", `{"k": {"one": "x"}}`},
		{"no fallback", "fr/a.json", `{"k": "x"}`},
		{"not a language", "e_!/a.json", `{"k": "x"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(fstest.MapFS{tt.path: {Data: []byte(tt.content)}}, clock.System{})
			if err == nil {
				t.Error("loaded, want an error")
			}
		})
	}
}

func FuzzFill(f *testing.F) {
	f.Add("{n} views", "3")
	f.Add("{{n}}", "{n}")
	f.Add("}{", "")
	f.Fuzz(func(t *testing.T, s, value string) {
		if got := fill(s, map[string]string{"n": value}); !strings.Contains(s, "{") && got != s {
			t.Errorf("fill(%q) = %q", s, got)
		}
	})
}
