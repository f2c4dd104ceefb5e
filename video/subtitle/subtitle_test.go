package subtitle

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf16"

	"lucarne/platform/fault"
)

// at makes a cue from seconds.
func at(start, end float64, text string) Cue {
	seconds := func(s float64) time.Duration { return time.Duration(s*1000) * time.Millisecond }
	return Cue{Start: seconds(start), End: seconds(end), Text: text}
}

func utf16Bytes(text string, isLittle, hasMark bool) string {
	if hasMark {
		text = "\uFEFF" + text
	}
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		high, low := byte(unit>>8), byte(unit)
		if isLittle {
			high, low = low, high
		}
		out = append(out, high, low)
	}
	return string(out)
}

const twoCues = "1\n00:00:01,000 --> 00:00:04,000\nL'été.\n\n2\n00:00:05,000 --> 00:00:09,000\n- a\n- b\n"

func TestParseAny(t *testing.T) {
	t.Parallel()
	two := []Cue{at(1, 4, "L'été."), at(5, 9, "- a\n- b")}
	identified := at(1, 2, "a")
	identified.ID = "intro"
	placed := at(1, 2, "a")
	placed.Settings = Settings{Vertical: "rl", Line: "-1,end", Position: "10.5%,line-left", Size: "50%", Align: "left"}
	top := at(1, 2, "a")
	top.Settings = Settings{Line: "0"}
	corner := at(1, 2, "a")
	corner.Settings = Settings{Position: "0%", Align: "start"}
	cases := []struct {
		name, in string
		want     []Cue
	}{
		{
			"recorded WebVTT", "WEBVTT\n\n00:01.000 --> 00:04.000\nSubtitle good 1.\n\n00:05.000 --> 00:09.000\n- It will perforate your stomach.\n- You could die.",
			[]Cue{at(1, 4, "Subtitle good 1."), at(5, 9, "- It will perforate your stomach.\n- You could die.")},
		},
		{"empty WebVTT", "WEBVTT", nil},
		{"SRT", twoCues, two},
		{"byte order mark", "\uFEFF" + twoCues, two},
		{"CRLF", strings.ReplaceAll(twoCues, "\n", "\r\n"), two},
		{"CR", strings.ReplaceAll(twoCues, "\n", "\r"), two},
		{"CRCRLF", strings.ReplaceAll(twoCues, "\n", "\r\r\n"), two},
		{"UTF-16LE with mark", utf16Bytes(twoCues, true, true), two},
		{"UTF-16BE with mark", utf16Bytes(twoCues, false, true), two},
		{"UTF-16LE without mark", utf16Bytes(twoCues, true, false), two},
		{"UTF-16BE without mark", utf16Bytes(twoCues, false, false), two},
		{"Windows-1252", strings.ReplaceAll(twoCues, "é", "\xe9"), two},
		{"blank lines missing", strings.ReplaceAll(twoCues, "\n\n", "\n"), two},
		{"blank lines in SRT text", "1\n00:00:01,000 --> 00:00:02,000\n\na\n\nb\n\n2\n00:00:03,000 --> 00:00:04,000\nc", []Cue{at(1, 2, "a\nb"), at(3, 4, "c")}},
		{"counters missing", "00:00:01,000 --> 00:00:02,000\na\n00:00:03,000 --> 00:00:04,000\nb", []Cue{at(1, 2, "a"), at(3, 4, "b")}},
		{"hours missing, decimals odd", "WEBVTT\n\n00:01.5 --> 00:02\na", []Cue{at(1.5, 2, "a")}},
		{"no space at the arrow", "1\n0:00:01,000-->0:00:02,000\na", []Cue{at(1, 2, "a")}},
		{"id", "WEBVTT\n\nintro\n00:01.000 --> 00:02.000\na", []Cue{identified}},
		{"settings", "WEBVTT\n\n00:01.000 --> 00:02.000 vertical:rl line:-1,end position:10.5%,line-left size:50% align:left region:r\na", []Cue{placed}},
		{"foreign settings", "WEBVTT\n\n00:01.000 --> 00:02.000 align:evil line:101% size:-1% onclick:x\na", []Cue{at(1, 2, "a")}},
		{"coordinates of SRT", "1\n00:00:01,000 --> 00:00:02,000 X1:1 Y1:2\na", []Cue{at(1, 2, "a")}},
		{"top by override", "1\n00:00:01,000 --> 00:00:02,000\n{\\an8}a{\\i1}", []Cue{top}},
		{"corner by override", "1\n00:00:01,000 --> 00:00:02,000\n{\\an1}a", []Cue{corner}},
		{
			"comments, styles and regions", "WEBVTT head\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000\n\nNOTE a\nb --> c\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:r\n\n00:01.000 --> 00:02.000\na\n\nNOTE end",
			[]Cue{at(1, 2, "a")},
		},
		{"text after the block", "WEBVTT\n\n00:01.000 --> 00:02.000\na\n\nlost\nlost too\n\n00:03.000 --> 00:04.000\nb", []Cue{at(1, 2, "a"), at(3, 4, "b")}},
		{"arrow in a sentence", "1\n00:00:01,000 --> 00:00:02,000\nleft --> right", []Cue{at(1, 2, "left --&gt; right")}},
		{"out of order", "WEBVTT\n\n00:03.000 --> 00:04.000\nb\n\n00:01.000 --> 00:02.000\na", []Cue{at(1, 2, "a"), at(3, 4, "b")}},
		{"without text or length", "WEBVTT\n\n00:01.000 --> 00:02.000\n<b> </b>\n\n00:03.000 --> 00:03.000\na\n\n00:05.000 --> 00:04.000\nb", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseAny(strings.NewReader(c.in))
			if err != nil || !reflect.DeepEqual(got.Cues, c.want) {
				t.Errorf("got  %+v, %v\nwant %+v", got.Cues, err, c.want)
			}
		})
	}
}

func TestParseAnyRefuses(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, in, want string }{
		{"empty", "", "Line 1: this is neither WebVTT nor SRT"},
		{"text", "Dear diary,\n\nto-day", "Line 1: this is neither WebVTT nor SRT"},
		{"signature glued to a word", "WEBVTTX\n", "Line 1: this is neither WebVTT nor SRT"},
		{"torn times", "1\n00:00:01,000 --> 00:\n", "Line 2: the times cannot be read"},
		{"minutes above 59", "WEBVTT\n\n00:60:00.000 --> 01:00:01.000\na", "Line 3: minutes and seconds go up to 59"},
		{"endless", "WEBVTT\n\n00:00.000 --> 1000:00:00.000\na", "Line 3: times go up to 1000 hours"},
		{"long text", "WEBVTT\n\n00:00.000 --> 00:01.000\n" + strings.Repeat("a", MaxCueBytes+1), "Line 4: the text is longer than 16384 characters"},
		{"long text in many lines", "WEBVTT\n\n00:00.000 --> 00:01.000\n" + strings.Repeat("aaaaaaa\n", MaxCueBytes/8+1), "Line 2052: the text is longer than 16384 characters"},
		{"text that escaping makes long", "WEBVTT\n\n00:00.000 --> 00:01.000\n" + strings.Repeat("<", MaxCueBytes), "Line 4: the text before is longer than 16384 characters once escaped"},
		{"too many", "WEBVTT\n" + strings.Repeat("00:00.000 --> 00:01.000\na\n", MaxCues+1), "Line 100002: there are more than 50000 subtitles"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseAny(strings.NewReader(c.in))
			if !fault.Is(err, fault.Invalid) || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestParseAnyIsBounded(t *testing.T) {
	t.Parallel()
	if _, err := ParseAny(strings.NewReader(strings.Repeat("\n", MaxBytes+1))); !fault.Is(err, fault.TooLarge) {
		t.Errorf("got %v, want fault.TooLarge", err)
	}
	broken := errors.New("connection lost")
	if _, err := ParseAny(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

func TestWriteVTT(t *testing.T) {
	t.Parallel()
	cue := at(3661.5, 3662, "a")
	cue.ID, cue.Settings = "one", Settings{Line: "0", Align: "start"}
	hostile := at(1, 2, "<script>x</script>\n\n00:00.000 --> 00:01.000")
	hostile.ID, hostile.Settings = "a --> b", Settings{Align: "x\n\n00:00.000 --> 00:01.000\ny"}
	heads := at(5, 6, "b")
	heads.ID = "NOTE x"
	doc := Document{Cues: []Cue{cue, hostile, heads, at(9, 8, "backwards"), at(7, 8, "\n")}}
	want := "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nx\n00:00.000 --&gt; 00:01.000\n\n00:00:05.000 --> 00:00:06.000\nb\n\n" +
		"one\n01:01:01.500 --> 01:01:02.000 line:0 align:start\na\n"
	var got strings.Builder
	if err := doc.WriteVTT(&got); err != nil || got.String() != want {
		t.Errorf("got  %q, %v\nwant %q", got.String(), err, want)
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	doc := Document{Cues: []Cue{at(0, 1, "<v Bob>Q &amp; A</v>\nnow"), at(1, 2, "Q &amp; A now"), at(2, 3, "<i>end</i>")}}
	if got, want := doc.Plain(), "Q & A now\nend"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzParseAny(f *testing.F) {
	for _, seed := range []string{
		twoCues, "WEBVTT\n\n00:01.000 --> 00:02.000 align:left\n<v.loud Bob>a</v> &lt; <ruby>b<rt>c</rt></ruby>",
		"WEBVTT\n00:01.000 --> 00:02.000\n<b><i>x</b></i><lang fr>&#10;&nbsp;", utf16Bytes(twoCues, true, true), "1\n0:0:1-->0:0:2\n{\\an7}<font color=red>é</font>\n2\n0:0:3-->0:0:4\n5",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := ParseAny(strings.NewReader(string(data)))
		if err != nil {
			return
		}
		var written strings.Builder
		if err := first.WriteVTT(&written); err != nil {
			t.Fatal(err)
		}
		second, err := ParseAny(strings.NewReader(written.String()))
		if err != nil || !reflect.DeepEqual(second, first) {
			t.Fatalf("wrote %q\nread  %+v, %v\nwant  %+v", written.String(), second, err, first)
		}
	})
}
