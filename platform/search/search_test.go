package search

import (
	"database/sql"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
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
		{"marks alone are no word", "\u0301 a \u0301\u0302", "a"},
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

// server is the PostgreSQL server `make test` starts, nil without one.
func server(t testing.TB) *sql.DB {
	t.Helper()
	address := os.Getenv("LUCARNE_TEST_POSTGRES")
	if address == "" {
		return nil
	}
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func matches(t testing.TB, db *sql.DB, text, question string) bool {
	t.Helper()
	var isMatch bool
	row := db.QueryRow(`SELECT to_tsvector('simple', $1) @@ to_tsquery('simple', $2)`, Terms(text), PostgresTSQuery(question))
	if err := row.Scan(&isMatch); err != nil {
		t.Fatalf("to_tsquery(%s): %v", PostgresTSQuery(question), err)
	}
	return isMatch
}

func TestFindsWordForms(t *testing.T) {
	t.Parallel()
	postgres := server(t)
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
			if postgres == nil {
				return
			}
			if got := matches(t, postgres, c.text, c.question); got != c.want {
				t.Errorf("PostgreSQL: %q finds %q: %v, want %v\nquery %s", c.question, c.text, got, c.want, PostgresTSQuery(c.question))
			}
		})
	}
}

func TestIsBounded(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"one long word": strings.Repeat("é", 1<<19), "many words": strings.Repeat("ab c1 ", 1<<18), "quotes": strings.Repeat(`"`, 1<<20),
		"many long words": manyLongWords(),
		"ideographs":      strings.Repeat("日本", 1<<18), "marks": "a" + strings.Repeat("\u0301", 1<<19), "apostrophes": strings.Repeat("l'", 1<<19),
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			if got := len(Terms(text)); got > MaxTermsBytes {
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

// manyLongWords grow when they are normalised: each ligature becomes eighteen letters.
func manyLongWords() string {
	var out strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&out, "x%dﷺ ", i)
	}
	return out.String()
}

func FuzzSQLiteFTS(f *testing.F) {
	find, postgres := index(f, "un film"), server(f)
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
		if postgres != nil {
			matches(t, postgres, question, question)
		}
	})
}
