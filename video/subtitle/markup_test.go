package subtitle

import (
	"strings"
	"testing"
)

func TestCleanText(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, in, want string }{
		{"plain", "a", "a"},
		{"kept tags", "<b>a</b><i>b</i><u>c</u>", "<b>a</b><i>b</i><u>c</u>"},
		{"capitals", "<B>a</B >", "<b>a</b>"},
		{"classes", "<c.yellow.bg_blue>a</c>", "<c.yellow.bg_blue>a</c>"},
		{"foreign classes", `<c.a"b.ok>a</c>`, "<c.ok>a</c>"},
		{"voice", "<v.loud  Mary   O'Neil>a", "<v.loud Mary O'Neil>a</v>"},
		{"voice over two lines", "<v Mary\nO'Neil>a", "<v Mary O'Neil>a</v>"},
		{"language", "<lang fr-CA>a</lang><lang x\">b</lang>", "<lang fr-CA>a</lang>b"},
		{"ruby", "<ruby>漢<rt>kan</rt></ruby><rt>x</rt>", "<ruby>漢<rt>kan</rt></ruby>x"},
		{"annotation where none belongs", `<b onclick="x()">a</b>`, "<b>a</b>"},
		{"font of SRT", `<font color="#ff0000">a</font>`, "a"},
		{"script", "<script>alert(1)</script><img src=x onerror=y>", "alert(1)"},
		{"timestamps", "a<00:00:01.000>b", "ab"},
		{"unclosed", "<b><i>a", "<b><i>a</i></b>"},
		{"crossed", "<i><b>a</i></b>", "<i><b>a</b></i>"},
		{"end without start", "a</b>", "a"},
		{"loose brackets", "I <3 you, 1 < 2 > 0, <b", "I &lt;3 you, 1 &lt; 2 &gt; 0, &lt;b"},
		{"tag in a tag", "<scr<b>ipt>", "&lt;scr<b>ipt&gt;</b>"},
		{"references", "AT&T &amp; &eacute; &#233; &bogus; &lt;b&gt;", "AT&amp;T &amp; é é &amp;bogus; &lt;b&gt;"},
		{"reference cut by a tag", "&am<x>p;", "&amp;amp;"},
		{"newline by reference", "a&#10;&#10;b", "a\nb"},
		{"control characters", "a\x00\x1b\u0085\u2028\uFEFFb\xff", "a  b\uFFFD"},
		{"blank lines", "\n a \n \n\tb\n", "a\nb"},
		{"nesting bomb", strings.Repeat("<b>", 1000) + "a", strings.Repeat("<b>", 16) + "a" + strings.Repeat("</b>", 16)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := cleanText(c.in)
			if got != c.want {
				t.Errorf("cleanText(%q) = %q, want %q", c.in, got, c.want)
			}
			if again := cleanText(got); again != got {
				t.Errorf("cleaning twice gives %q, once %q", again, got)
			}
		})
	}
}
