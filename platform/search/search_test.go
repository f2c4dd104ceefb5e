package search

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/ext/fts5"
)

func TestTerms(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, in, want string }{
		{"nothing", " \x00 -- ", ""},
		{"elision and accents", "L'été", "ete"},
		{"typographic apostrophe", "aujourd’hui l’été", "ete"},
		{"English possessive", "John's cat", "john cat"},
		{"once each", "chat Chat CHAT", "chat"},
		{"ligature", "œuvre", "oeuvre oeuvr"},
		{"full width and digits", "ＡＢＣ 42", "abc 42"},
		{"other scripts are only folded", "Привет Ελλάδα", "привет ελλαδα"},
		{"pairs of ideographs", "日本語", "日 本 語 日本 本語"},
		{"ideographs beside letters", "vim入門", "vim 入 門 入門"},
		{"kana keep their marks", "がか", "が か がか"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Terms(c.in); got != c.want {
				t.Errorf("Terms(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, in string
		want     [][]string
	}{
		{"nothing", "  ", nil},
		{"stop words are dropped beside others", "le film de la mer", [][]string{{"film"}, {"mer"}}},
		{"stop words alone are asked", "the who", [][]string{{"the"}, {"who"}}},
		{"pairs must all match", "日本語", [][]string{{"日本"}, {"本語"}}},
		{"one ideograph", "猫", [][]string{{"猫"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Query(c.in); !reflect.DeepEqual(got, c.want) {
				t.Errorf("Query(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, in, sqlite, postgres string }{
		{"nothing", "!?", "", ""},
		{"one word", "chat", `("chat"*)`, `('chat':*)`},
		{"stems are exact", "old films", `("old") AND ("films"* OR "film")`, `('old') & ('films':* | 'film')`},
		{"operators are words", `NEAR(a b) NOT x*`, `("near") AND ("b") AND ("not") AND ("x"*)`, `('near') & ('b') & ('not') & ('x':*)`},
		{"quotes and columns", `"tag": ' OR 1=1 --`, `("tag") AND ("1") AND ("1"*)`, `('tag') & ('1') & ('1':*)`},
		{"tsquery operators", `a:* & !b | (c <-> d) \`, `("b") AND ("c") AND ("d"*)`, `('b') & ('c') & ('d':*)`},
		{"NUL", "x\x00y", `("x") AND ("y"*)`, `('x') & ('y':*)`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := SQLiteFTS(c.in); got != c.sqlite {
				t.Errorf("SQLiteFTS(%q) = %s, want %s", c.in, got, c.sqlite)
			}
			if got := PostgresTSQuery(c.in); got != c.postgres {
				t.Errorf("PostgresTSQuery(%q) = %s, want %s", c.in, got, c.postgres)
			}
		})
	}
}

// index opens an FTS5 table that holds the text.
func index(t testing.TB, text string) func(question string) bool {
	t.Helper()
	db, err := driver.Open(":memory:", fts5.Register)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	if _, err := db.Exec(`CREATE VIRTUAL TABLE found USING fts5(terms, tokenize='unicode61 remove_diacritics 0')`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`INSERT INTO found VALUES (?)`, Terms(text)); err != nil {
		t.Fatal(err)
	}
	return func(question string) bool {
		var count int
		if err := db.QueryRow(`SELECT count(*) FROM found WHERE found MATCH ?`, SQLiteFTS(question)).Scan(&count); err != nil {
			t.Fatalf("MATCH %s: %v", SQLiteFTS(question), err)
		}
		return count == 1
	}
}

func TestFindsWordForms(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, text, question string
		want                 bool
	}{
		{"accents left out", "L'été des libertés", "ete liberte", true},
		{"accents added", "ete", "été", true},
		{"French plural", "Les chevaux sauvages", "cheval sauvage", true},
		{"French verb", "Ils chantaient", "chanter", true},
		{"past participle without accents", "Mon film préféré", "prefere", true},
		{"feminine", "Une émission française", "emissions francais", true},
		{"English plural", "Running dogs", "dog run", true},
		{"English verb", "He was connecting things", "connected", true},
		{"ligature typed as letters", "Hors-d'œuvre", "hors d'oeuvre", true},
		{"beginning of the last word", "Documentaire", "docu", true},
		{"beginning of another word", "Documentaire animalier", "docu animalier", false},
		{"all words must match", "Le film", "film mer", false},
		{"case", "ÉCOLE", "École", true},
		{"Chinese", "我喜欢日本料理", "日本", true},
		{"Chinese, other order", "我喜欢日本料理", "本日", false},
		{"single ideograph", "黒猫", "猫", true},
		{"Korean", "한국어 강의", "한국", true},
		{"Russian", "Русский фильм", "фильм", true},
		{"Hindi", "हिन्दी फिल्म", "हिन्दी", true},
		{"hashtag", "#Montréal2026", "montreal2026", true},
		{"other word", "montagne", "montre", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := index(t, c.text)(c.question); got != c.want {
				t.Errorf("%q finds %q: %v, want %v\nterms %q\nquery %s", c.question, c.text, got, c.want, Terms(c.text), SQLiteFTS(c.question))
			}
		})
	}
}

func TestIsBounded(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"one long word": strings.Repeat("é", 1<<19), "many words": strings.Repeat("ab c1 ", 1<<18), "quotes": strings.Repeat(`"`, 1<<20),
		"ideographs": strings.Repeat("日本", 1<<18), "marks": "a" + strings.Repeat("\u0301", 1<<19), "apostrophes": strings.Repeat("l'", 1<<19),
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			if got := len(Terms(text)); got > 2*MaxTextBytes {
				t.Errorf("terms have %d bytes", got)
			}
			if got := len(Query(text)); got > MaxQueryWords {
				t.Errorf("query has %d words", got)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func FuzzSQLiteFTS(f *testing.F) {
	find := index(f, "un film")
	for _, seed := range []string{"film", `"`, `a" OR "b`, "NEAR(x)", "été*", "日本語", "\x00", "l'", "^a: {b}", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, question string) {
		if SQLiteFTS(question) == "" {
			if len(Query(question)) != 0 {
				t.Errorf("%q asks something, rendered as nothing", question)
			}
			return
		}
		find(question) // fails the test when SQLite refuses the expression
		if strings.ContainsAny(PostgresTSQuery(question), "\x00") {
			t.Errorf("NUL in the query of %q", question)
		}
	})
}
