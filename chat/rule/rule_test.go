package rule_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lucarne/chat/rule"
	"lucarne/platform/fault"
)

var on = rule.Policy{Enabled: true}

func compile(t testing.TB, s rule.Set) *rule.Checker {
	t.Helper()
	c, err := rule.Compile(s, rule.Options{Patterns: true})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func words(mode rule.Mode, entries ...string) rule.Set {
	return rule.Set{Words: []rule.WordList{{Policy: on, Label: "list", Mode: mode, Entries: entries}}}
}

func TestWhatIsCaught(t *testing.T) {
	for _, c := range []struct {
		name string
		set  rule.Set
		body string
		want string // the rule; "" passes
	}{
		{"a whole word", words(rule.Whole, "bad"), "so bad!", "words"},
		{"inside another word", words(rule.Whole, "bad"), "a badger", ""},
		{"the second of two", words(rule.Whole, "bad"), "badger is bad", "words"},
		{"plain, inside another word", words(rule.Plain, "bad"), "a badger", "words"},
		{"case", words(rule.Whole, "bad"), "BaD", "words"},
		{"accents", words(rule.Whole, "pédé"), "pede", "words"},
		{"accents on the other side", words(rule.Whole, "pede"), "p\u00e9de\u0301", "words"},
		{"digits for letters", words(rule.Whole, "asshole"), "4ssh0l3", "words"},
		{"one as i", words(rule.Whole, "bitch"), "b1tch", "words"},
		{"one as l", words(rule.Whole, "slut"), "s1ut", "words"},
		{"a number is no short word", words(rule.Whole, "so"), "50", ""},
		{"zero-width characters", words(rule.Whole, "bad"), "b\u200ba\u200dd", "words"},
		{"a soft hyphen", words(rule.Whole, "bad"), "b\u00adad", "words"},
		{"Cyrillic look-alikes", words(rule.Whole, "race"), "rасе", "words"},
		{"full width", words(rule.Whole, "bad"), "ｂａｄ", "words"},
		{"mathematical letters", words(rule.Whole, "bad"), "𝐛𝐚𝐝", "words"},
		{"several words", words(rule.Whole, "very bad"), "Very \n BAD", "words"},
		{"beside letters of other scripts", words(rule.Whole, "bad"), "éclairbad", ""},
		{"a pattern", words(rule.Pattern, `b[ae]d{2,}`), "BEDDD", "words"},
		{"an empty entry", words(rule.Plain, ""), "anything", ""},
		{"special characters", rule.Set{SpecialChars: rule.SpecialChars{Policy: on}}, "a ╬", "special characters"},
		{"as many as tolerated", rule.Set{SpecialChars: rule.SpecialChars{Policy: on, Tolerance: 1}}, "a ╬", ""},
		{"emoji are not special", rule.Set{SpecialChars: rule.SpecialChars{Policy: on}}, "👍🏽 👨‍👩‍👧 ❤️ 🇫🇷 1️⃣ ★", ""},
		{"languages are not special", rule.Set{SpecialChars: rule.SpecialChars{Policy: on}}, "Où ça ? «là», 5 €. हिन्दी 日本語", ""},
		{"shouting", rule.Set{Capitals: rule.Capitals{Policy: on}}, "STOP THIS NOW", "capitals"},
		{"an acronym", rule.Set{Capitals: rule.Capitals{Policy: on}}, "NASA", ""},
		{"a sentence", rule.Set{Capitals: rule.Capitals{Policy: on}}, "Hello Everybody, Here I Am", ""},
		{"a link", rule.Set{Links: rule.Links{Policy: on}}, "see https://evil.example/x", "links"},
		{"a bare host", rule.Set{Links: rule.Links{Policy: on}}, "see evil.example", "links"},
		{"a link by address", rule.Set{Links: rule.Links{Policy: on}}, "http://192.0.2.1/", "links"},
		{"an allowed host", rule.Set{Links: rule.Links{Policy: on, Allowed: []string{"Good.example"}}}, "https://www.good.example/x", ""},
		{"a host that ends alike", rule.Set{Links: rule.Links{Policy: on, Allowed: []string{"good.example"}}}, "https://notgood.example", "links"},
		{"an allowed name before the real host", rule.Set{Links: rule.Links{Policy: on, Allowed: []string{"good.example"}}}, "https://good.example@evil.example", "links"},
		{"no link", rule.Set{Links: rule.Links{Policy: on}}, "well... yes. ok? 3.5 metres", ""},
		{"a rule that is off", rule.Set{Links: rule.Links{}}, "https://evil.example", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := compile(t, c.set).Check(rule.Message{Author: "a", Body: c.body}, rule.NewMemory())
			if got.Rule != c.want {
				t.Errorf("%q: got rule %q, want %q", c.body, got.Rule, c.want)
			}
		})
	}
}

func TestModeratorsAreSparedUnlessARuleSaysOtherwise(t *testing.T) {
	message := rule.Message{Author: "m", IsModerator: true, Body: "bad"}
	set := words(rule.Whole, "bad")
	if got := compile(t, set).Check(message, rule.NewMemory()); got != (rule.Verdict{}) {
		t.Errorf("got %+v, want a pass", got)
	}
	set.Words[0].AppliesModerators = true
	if got := compile(t, set).Check(message, rule.NewMemory()); got.Action != rule.Refuse {
		t.Errorf("got %+v, want a refusal", got)
	}
}

func TestWhatRefusesComesBeforeWhatHolds(t *testing.T) {
	set := words(rule.Whole, "bad")
	set.Words[0].Action = rule.Hold
	set.Links = rule.Links{Policy: rule.Policy{Enabled: true, Reason: "No links"}}
	want := rule.Verdict{Action: rule.Refuse, Rule: "links", Reason: "No links"}
	if got := compile(t, set).Check(rule.Message{Body: "bad https://x.example"}, rule.NewMemory()); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestRepetitionAndFlood(t *testing.T) {
	start := time.UnixMilli(1_000_000)
	set := rule.Set{Repetition: rule.Repetition{Policy: on, Within: time.Minute}, Flood: rule.Flood{Policy: on, Messages: 2, Within: 10 * time.Second}}
	var got []string
	history := []rule.Message{
		{Author: "a", Body: "Hello", At: start},
		{Author: "b", Body: "hello", At: start.Add(1 * time.Second)},
		{Author: "a", Body: " héllo ", At: start.Add(20 * time.Second)},
		{Author: "a", Body: "hello", At: start.Add(81 * time.Second)},
		{Author: "b", Body: "1", At: start.Add(100 * time.Second)},
		{Author: "b", Body: "2", At: start.Add(101 * time.Second)},
		{Author: "b", Body: "3", At: start.Add(102 * time.Second)},
	}
	for _, c := range compile(t, set).Try(history) {
		got = append(got, fmt.Sprintf("%s %q: %s", c.Message.Author, c.Message.Body, c.Verdict.Rule))
	}
	want := []string{`a " héllo ": repetition`, `b "3": flood`}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	checker := compile(t, rule.Set{Repetition: rule.Repetition{Policy: on}})
	memory := rule.NewMemory()
	for i := range 10_000 {
		checker.Check(rule.Message{Author: fmt.Sprint(i), Body: "same"}, memory)
	}
	if got := checker.Check(rule.Message{Author: "0", Body: "same"}, memory); got.Action != rule.Pass {
		t.Errorf("an author of long ago is remembered: %+v", got)
	}
	if got := checker.Check(rule.Message{Author: "9999", Body: "same"}, memory); got.Rule != "repetition" {
		t.Errorf("the last author is forgotten: %+v", got)
	}
}

func TestRefusedSets(t *testing.T) {
	for name, set := range map[string]rule.Set{
		"a broken pattern":         words(rule.Pattern, "("),
		"a pattern for everything": words(rule.Pattern, "a*"),
		"an unknown mode":          words("fuzzy", "a"),
		"a long entry":             words(rule.Plain, strings.Repeat("x", rule.MaxEntryRunes+1)),
		"too many entries":         words(rule.Plain, make([]string, rule.MaxEntries+1)...),
		"too many lists":           {Words: make([]rule.WordList, rule.MaxLists+1)},
		"too much tolerance":       {SpecialChars: rule.SpecialChars{Tolerance: 11}},
	} {
		if _, err := rule.Compile(set, rule.Options{Patterns: true}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v, want it refused", name, err)
		}
	}
}

func TestPatternsAreSkippedWhereTheSiteForbidsThem(t *testing.T) {
	c, err := rule.Compile(words(rule.Pattern, "bad"), rule.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Check(rule.Message{Body: "bad"}, rule.NewMemory()); got.Action != rule.Pass {
		t.Errorf("got %+v, want a pass", got)
	}
}

func TestHangingPatternsDoNotHang(t *testing.T) {
	c := compile(t, words(rule.Pattern, `(x+x+)+y`))
	started := time.Now()
	c.Check(rule.Message{Body: strings.Repeat("x", 5000)}, rule.NewMemory())
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestManyPatternsDoNotHangEither(t *testing.T) {
	entries := make([]string, 0, 2000)
	for range 2000 {
		entries = append(entries, `(a|b|ab)*(x?){100}c`)
	}
	if _, err := rule.Compile(words(rule.Pattern, entries...), rule.Options{Patterns: true}); err == nil {
		t.Error("2,000 slow patterns are taken")
	}
	list := rule.WordList{Policy: rule.Policy{Enabled: true}, Mode: rule.Pattern, Entries: entries[:20]}
	most := rule.Set{Words: slices.Repeat([]rule.WordList{list}, 50)}
	if _, err := rule.Compile(most, rule.Options{Patterns: true}); err == nil {
		t.Error("50 lists of slow patterns are taken")
	}
	c := compile(t, words(rule.Pattern, entries[:3]...))
	started := time.Now()
	c.Check(rule.Message{Body: strings.Repeat("ab", 1000)}, rule.NewMemory())
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestMessagesOfManyWordsAreJudgedQuickly(t *testing.T) {
	entries := make([]string, 2000)
	for i := range entries {
		entries[i] = fmt.Sprintf("a w%d z", i)
	}
	list := rule.WordList{Policy: rule.Policy{Enabled: true}, Entries: entries}
	c := compile(t, rule.Set{Words: slices.Repeat([]rule.WordList{list}, 50)})
	started := time.Now()
	c.Check(rule.Message{Body: strings.Repeat("a 1 ", 500)}, rule.NewMemory())
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestStarters(t *testing.T) {
	lists := rule.Starters()
	if len(lists) != 6 {
		t.Fatalf("got %d lists, want 6", len(lists))
	}
	for _, list := range lists {
		if len(list.Entries) < 15 || list.Enabled || list.Action != rule.Hold {
			t.Errorf("%s: %d entries, enabled %t, %q", list.Label, len(list.Entries), list.Enabled, list.Action)
		}
		list.Enabled = true
		if got := compile(t, rule.Set{Words: []rule.WordList{list}}).Check(rule.Message{Body: "oh " + list.Entries[0]}, rule.NewMemory()); got.Action != rule.Hold {
			t.Errorf("%s: its first word passes", list.Label)
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{"hello", "b\u200bad 4ssh0le", "https://a@b.example", "\xff\xfe", "ＳＴＯＰ", "İ ſ ŉ", "\u202etxet"} {
		f.Add(seed, "bad")
	}
	f.Fuzz(func(t *testing.T, body, entry string) {
		if again := rule.Normal(rule.Normal(body)); again != rule.Normal(again) {
			t.Errorf("%q is not folded for good: %q", body, again)
		}
		c, err := rule.Compile(words(rule.Plain, entry), rule.Options{})
		if err != nil {
			return
		}
		got := c.Check(rule.Message{Body: body}, rule.NewMemory())
		if want := rule.Normal(entry) != "" && strings.Contains(rule.Normal(body), rule.Normal(entry)); want && got.Action != rule.Refuse {
			t.Errorf("%q is in %q and passes", entry, body)
		}
	})
}

func FuzzPattern(f *testing.F) {
	f.Add("b[ae]d", "bed")
	f.Add("(a|a)+$", "aaaa!")
	f.Fuzz(func(t *testing.T, pattern, body string) {
		c, err := rule.Compile(words(rule.Pattern, pattern), rule.Options{Patterns: true})
		if err == nil && c.Check(rule.Message{Body: ""}, rule.NewMemory()).Action != rule.Pass {
			t.Errorf("%q catches nothing at all", pattern)
		}
	})
}

func TestEmojiOnly(t *testing.T) {
	isCustom := func(name string) bool { return name == "sepia" }
	for _, c := range []struct {
		body string
		want bool
	}{
		{"👍", true},
		{"👍🏽 ❤️\n🏳️‍🌈", true},
		{"👨‍👩‍👧‍👦", true},
		{"🇫🇷", true},
		{"🏴󠁧󠁢󠁥󠁮󠁧󠁿", true},
		{"1️⃣ #️⃣", true},
		{":sepia:", true},
		{":sepia: 🎉 :sepia:", true},
		{"©️", true},
		{"", false},
		{" ", false},
		{"\u200d", false},
		{"hi", false},
		{"👍 hi", false},
		{":unknown:", false},
		{":sepia", false},
		{":sepia:x", false},
		{"1", false},
		{"12", false},
		{"!", false},
		{"𝖍𝖎", false},
		{"🅷🅸", true},
	} {
		if got := rule.IsEmojiOnly(c.body, isCustom); got != c.want {
			t.Errorf("%q: got %t, want %t", c.body, got, c.want)
		}
	}
}

func TestNamesThatPassForEachOther(t *testing.T) {
	for _, c := range []struct {
		one, other string
		want       bool
	}{
		{"alice", "AIice", true},
		{"alice", "a.l.1.c.e", true},
		{"modern", "modem", true},
		{"William", "vviiiiam", true},
		{"bob", "B0B", true},
		{"alice", "alice2", false},
		{"alice", "malice", false},
		{"bob", "rob", false},
	} {
		if got := rule.Skeleton(c.one) == rule.Skeleton(c.other); got != c.want {
			t.Errorf("%s and %s: got %t, want %t (%q, %q)", c.one, c.other, got, c.want, rule.Skeleton(c.one), rule.Skeleton(c.other))
		}
	}
}
