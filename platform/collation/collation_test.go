package collation

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

func TestKeyOrder(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		order []string
	}{
		{"accents after letters", []string{"cote", "coté", "côte", "côté", "coter"}},
		{"accented capital among its letter", []string{"eau", "École", "ecran", "Été", "zèbre"}},
		{"case last", []string{"alice", "Alice", "alicia", "Bob"}},
		{"ligatures", []string{"od", "œuvre", "of"}},
		{"numbers by value", []string{"Episode 2", "Episode 10", "Episode 10 bis", "Episode 100"}},
		{"digits before letters", []string{"7e art", "art", "Zut"}},
		{"words before compounds", []string{"la ville", "lac", "laville"}},
		{"empty first", []string{"", "a"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := slices.Clone(c.order)
			rand.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
			slices.SortFunc(got, func(a, b string) int { return strings.Compare(Key(a), Key(b)) })
			if !slices.Equal(got, c.order) {
				t.Errorf("got %q, want %q", got, c.order)
			}
		})
	}
}

func TestKeyIsBounded(t *testing.T) {
	t.Parallel()
	if got := len(Key(strings.Repeat("é", 1<<20))); got > 16<<10 {
		t.Errorf("key of a megabyte has %d bytes", got)
	}
}

func TestKeyIgnoresWhatIsNotSeen(t *testing.T) {
	t.Parallel()
	for _, other := range []string{" A  film ", "A\tfilm", "A film\xff"} {
		if Key(other) != Key("A film") {
			t.Errorf("%q has another key than %q", other, "A film")
		}
	}
}

func TestKeyConcurrently(t *testing.T) {
	t.Parallel()
	want := Key("Épisode 10")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 200 {
				Key("other")
				if got := Key("Épisode 10"); got != want {
					t.Errorf("got %s, want %s", got, want)
					return
				}
			}
		})
	}
	group.Wait()
}

func FuzzKey(f *testing.F) {
	f.Add("Episode 2", "Episode 10")
	f.Add("été", "ete")
	f.Add("\x00", "99999999999999999999999")
	f.Fuzz(func(t *testing.T, a, b string) {
		keyA, keyB := Key(a), Key(b)
		if strings.Trim(keyA, "0123456789abcdef") != "" {
			t.Fatalf("Key(%q) = %q is not hexadecimal", a, keyA)
		}
		want := collate.New(language.Und, collate.Numeric).CompareString(bounded(a), bounded(b))
		if got := strings.Compare(keyA, keyB); want != 0 && got != want {
			t.Errorf("keys of %q and %q compare as %d, the names as %d", a, b, got, want)
		}
	})
}
