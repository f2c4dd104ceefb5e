package markdown

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

const outward = ` rel="noopener noreferrer nofollow ugc"`

func TestHTML(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, in, want string }{
		{"recorded description", "A **test** film of 30 seconds\n\n00:00 start\n00:10 middle", "<p>A <strong>test</strong> film of 30 seconds</p>\n<p>00:00 start<br />\n00:10 middle</p>\n"},
		{"nothing", "", ""},
		{"emphasis and strikethrough", "*a* ~~b~~ `c`", "<p><em>a</em> <del>b</del> <code>c</code></p>\n"},
		{"list", "- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"},
		{"ordered list", "3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n"},
		{"quote", "> a", "<blockquote>\n<p>a</p>\n</blockquote>\n"},
		{"code block", "```\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>\n"},
		{"heading is text", "# a", "<p># a</p>\n"},
		{"underlined is text", "a\n===", "<p>a<br />\n===</p>\n"},
		{"link", "[a](http://example.org \"title\")", `<p><a href="http://example.org"` + outward + ">a</a></p>\n"},
		{"bare address", "see http://example.org/a?b=c&d now", `<p>see <a href="http://example.org/a?b=c&amp;d"` + outward + ">http://example.org/a?b=c&amp;d</a> now</p>\n"},
		{"address in brackets", "<https://example.org>", `<p><a href="https://example.org"` + outward + ">https://example.org</a></p>\n"},
		{"mail", "[a](mailto:a@example.org)", `<p><a href="mailto:a@example.org"` + outward + ">a</a></p>\n"},
		{"image becomes a link", "![a *b*](http://example.org/x.png)", `<p><a href="http://example.org/x.png"` + outward + ">a <em>b</em></a></p>\n"},
		{"image in a link", "[![a](http://example.org/x.png)](http://example.org)", `<p><a href="http://example.org"` + outward + ">a</a></p>\n"},
		{"mention stays text", "@alice@example.org", "<p>@alice@example.org</p>\n"},
		{"hashtag and time without links", "#tag 1:23", "<p>#tag 1:23</p>\n"},
		{"Windows line ends", "a\r\nb", "<p>a<br />\nb</p>\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, want := HTML(c.in), strings.ReplaceAll(c.want, "<br />", "<br/>"); got != want {
				t.Errorf("HTML(%q)\ngot  %q\nwant %q", c.in, got, want)
			}
		})
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	links := Links{Watch: "/w/abc", Hashtag: "/search?tagsOneOf="}
	at := func(seconds int, label string) string {
		return fmt.Sprintf(`<a href="/w/abc?start=%ds" class="timecode">%s</a>`, seconds, label)
	}
	tag := func(escaped, label string) string {
		return fmt.Sprintf(`<a href="/search?tagsOneOf=%s" class="hashtag">%s</a>`, escaped, label)
	}
	cases := []struct{ name, in, want string }{
		{"times", "1:23 and 1:02:03.", at(83, "1:23") + " and " + at(3723, "1:02:03") + "."},
		{"chapters", "00:00 a\n00:10 b", at(0, "00:00") + " a<br/>\n" + at(10, "00:10") + " b"},
		{"time in emphasis and brackets", "**1:23** (2:00)", "<strong>" + at(83, "1:23") + "</strong> (" + at(120, "2:00") + ")"},
		{"no times", "1:60 12:30:75 1:99:00 1:23pm 192:168:0:001 v1:23 10:1", "1:60 12:30:75 1:99:00 1:23pm 192:168:0:001 v1:23 10:1"},
		{"time in code", "`1:23`", "<code>1:23</code>"},
		{"time in a link", "[at 1:23](http://example.org)", `<a href="http://example.org"` + outward + ">at 1:23</a>"},
		{"time in an address", "http://example.org/1:23", `<a href="http://example.org/1:23"` + outward + ">http://example.org/1:23</a>"},
		{"hashtags", "#tag, #Été_2026 #日本", tag("tag", "#tag") + ", " + tag("%C3%89t%C3%A9_2026", "#Été_2026") + " " + tag("%E6%97%A5%E6%9C%AC", "#日本")},
		{"no hashtags", "a#b #1 C# ## \\#x &#35;y", "a#b #1 C# ## #x #y"},
		{"markup in a hashtag", "#a\"onclick=x", tag("a", "#a") + "&#34;onclick=x"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, want := links.HTML(c.in), "<p>"+c.want+"</p>\n"; got != want {
				t.Errorf("HTML(%q)\ngot  %q\nwant %q", c.in, got, want)
			}
		})
	}
}

// abuse is what has been tried on renderers.
var abuse = map[string]string{
	"script":                "<script>alert(1)</script>",
	"script in a block":     "<div>\n<script>\nalert(1)\n</script>\n</div>",
	"event handler":         `<img src=x onerror=alert(1)>`,
	"javascript link":       "[a](javascript:alert(1))",
	"javascript, disguised": "[a](JaVa\tscript:alert(1)) [b](&#106;avascript:alert(1)) [c](java&Tab;script:alert(1)) [d](%6aavascript:alert(1))",
	"javascript autolink":   "<javascript:alert(1)> <vbscript:x>",
	"data link":             "[a](data:text/html;base64,PHNjcmlwdD4=) ![b](data:image/svg+xml,x)",
	"attribute by link":     `[a](http://x.org/"onmouseover="alert(1)) [b](<http://x.org/" onclick="x>) [c](http://x.org 'y" onclick="z')`,
	"own site":              "[a](/logout) [b](//evil.org) [c](\\\\evil.org) [d](?x) [e](#x)",
	"comment":               "<!-- --!> <svg onload=alert(1)>",
	"fence information":     "```html\"><script>alert(1)</script>\nx\n```",
	"style":                 "<style>*{background:url(http://x)}</style><b style=x>",
	"broken tag":            "<scr<script>ipt>alert(1)</scr</script>ipt>",
}

func TestHTMLIsSafe(t *testing.T) {
	t.Parallel()
	for name, in := range abuse {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Links{Watch: "/w/a", Hashtag: "/search?tagsOneOf="}.HTML(in)
			if problem := unsafeIn(got); problem != "" {
				t.Errorf("%s in %q", problem, got)
			}
		})
	}
}

func TestBombsAreQuick(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"quotes": ">", "spaced quotes": "> ", "lists": "- ", "ordered lists": "1. ", "mixed": "> - ", "brackets": "[", "closing brackets": "]", "images": "![",
		"links": "[a](", "nested links": "[](x", "emphasis": "*a_", "stars": "*", "underscores": "_a", "tildes": "~~a ", "backticks": "`a", "growing indentation": "",
		"angles": "<", "autolinks": "<http:", "addresses": "http://", "www": "www.a", "mails": "a@", "times": "1:23 ", "colons": "1:", "hashtags": "#a", "lines of quotes": ">\n", "entities": "&#",
		"lines of lists": "- a\n", "backslashes": "\\", "parentheses": "[a]((", "brackets closed": "[a]", "fences": "```\n",
	}
	for name, unit := range cases {
		t.Run(name, func(t *testing.T) {
			in := growing()
			if unit != "" {
				in = strings.Repeat(unit, MaxBytes*2/len(unit))
			}
			start := time.Now()
			out := Links{Watch: "/w/a", Hashtag: "/s="}.HTML(in)
			Plain(in)
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("took %v", took)
			}
			if problem := unsafeIn(out); problem != "" {
				t.Error(problem)
			}
		})
	}
}

// growing is a list in a list in a list, one line each.
func growing() string {
	var out strings.Builder
	for i := range 500 {
		out.WriteString(strings.Repeat("  ", i) + "- a\n")
	}
	return out.String()
}

func TestPlain(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, in, want string }{
		{"recorded description", "A **test** film of 30 seconds\n\n00:00 start\n00:10 middle", "A test film of 30 seconds 00:00 start 00:10 middle"},
		{"links", "[a](http://b) <http://c> http://example.org", "a http://c http://example.org"},
		{"lists and quotes", "> a\n\n- b\n- c", "a b c"},
		{"code", "`a*b` \n```\nc *d*\n```\ne", "a*b c *d* e"},
		{"references and escapes", "Q &amp; A \\* &#233;", "Q & A * é"},
		{"HTML stays text", "<b>a</b>", "<b>a</b>"},
		{"nothing", " \n ", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Plain(c.in); got != c.want {
				t.Errorf("Plain(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, in string
		n        int
		want     string
	}{
		{"fits", "abc def", 7, "abc def"},
		{"fits in characters", "été été", 7, "été été"},
		{"at a word", "abc def ghi", 9, "abc..."},
		{"exactly at a word", "abc def ghi", 10, "abc def..."},
		{"comma goes", "abc, def ghi", 9, "abc..."},
		{"no space", "abcdefghij", 7, "abcd..."},
		{"accents", "éééé éééé éééé", 12, "éééé éééé..."},
		{"smaller than the ellipsis", "abcdef", 2, "ab"},
		{"none", "abcdef", 0, ""},
		{"negative", "abcdef", -1, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Truncate(c.in, c.n); got != c.want {
				t.Errorf("Truncate(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
			}
		})
	}
}

func FuzzHTML(f *testing.F) {
	for _, seed := range abuse {
		f.Add(seed)
	}
	f.Add("- a\n  > 1:23 #tag *b* ![c](http://d)\n\n```\ne")
	f.Fuzz(func(t *testing.T, in string) {
		out := Links{Watch: "/w/a", Hashtag: "/search?tagsOneOf="}.HTML(in)
		if problem := unsafeIn(out); problem != "" {
			t.Errorf("%s\nin  %q\nout %q", problem, in, out)
		}
		if plain := Plain(in); !utf8.ValidString(plain) {
			t.Errorf("Plain(%q) = %q", in, plain)
		}
		if got := Truncate(in, 10); utf8.RuneCountInString(got) > 10 {
			t.Errorf("Truncate(%q) = %q", in, got)
		}
	})
}
