package constant

import (
	"testing"

	"golang.org/x/text/language"
)

func TestLabel(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, got, want string }{
		{"category", Categories().Label(15, language.English), "Science & Technology"},
		{"category in French", Categories().Label(13, language.French), "Éducation"},
		{"regional French", Categories().Label(1, language.CanadianFrench), "Musique"},
		{"third language falls back to English", Categories().Label(1, language.German), "Music"},
		{"licence added after 6.3", Licences().Label(9, language.English), "All rights reserved"},
		{"privacy", Privacies().Label(PrivacyPasswordProtected, language.English), "Password protected"},
		{"playlist privacy", PlaylistPrivacies().Label(PlaylistPrivate, language.French), "Privée"},
		{"language", Languages().Label("nb", language.English), "Norwegian Bokmål"},
		{"language named by CLDR", Languages().Label("de", language.French), "Allemand"},
		{"sign language", Languages().Label("fsl", language.French), "Langue des signes française"},
		{"unknown", Languages().Label("xx", language.English), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.got != c.want {
				t.Errorf("got %q, want %q", c.got, c.want)
			}
		})
	}
}

func TestTablesAreWhole(t *testing.T) {
	t.Parallel()
	whole(t, "categories", Categories(), 18)
	whole(t, "licences", Licences(), 9)
	whole(t, "privacies", Privacies(), 5)
	whole(t, "playlist privacies", PlaylistPrivacies(), 3)
	whole(t, "languages", Languages(), 204)
}

// whole checks the size of a table, that every entry is labelled and that no two of them look the same.
func whole[K comparable](t *testing.T, name string, table Table[K], want int) {
	t.Helper()
	if table.Len() != want {
		t.Errorf("%s: got %d entries, want %d", name, table.Len(), want)
	}
	english, french := map[string]K{}, map[string]K{}
	for e := range table.All() {
		if found, ok := table.Find(e.ID); !ok || found != e {
			t.Errorf("%s: Find(%v) = %+v, %v, want %+v", name, e.ID, found, ok, e)
		}
		if other, twice := english[e.English]; twice || e.English == "" {
			t.Errorf("%s: %v is labelled %q, as is %v", name, e.ID, e.English, other)
		}
		if other, twice := french[e.French]; twice || e.French == "" {
			t.Errorf("%s: %v is labelled %q, as is %v", name, e.ID, e.French, other)
		}
		english[e.English], french[e.French] = e.ID, e.ID
	}
}

func TestOrderIsThatOfTheAPI(t *testing.T) {
	t.Parallel()
	var first, last string
	for e := range Languages().All() {
		if first == "" {
			first = e.ID
		}
		last = e.ID
	}
	if first != "aa" || last != "ca-valencia" {
		t.Errorf("got languages from %q to %q, want from aa to ca-valencia", first, last)
	}
}

func TestHas(t *testing.T) {
	t.Parallel()
	if !Categories().Has(18) || Categories().Has(19) || Categories().Has(0) {
		t.Error("categories should be exactly 1 to 18")
	}
}
