package timecode

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestChapters(t *testing.T) {
	t.Parallel()
	second := time.Second
	cases := []struct {
		name, in string
		duration time.Duration
		want     []Entry
	}{
		{"plain list", "A film\n\n00:00 start\n00:10 middle", 30 * second, []Entry{{0, "start"}, {10 * second, "middle"}}},
		{"CRLF", "0:00 a\r\n0:10 b\r\n", 30 * second, []Entry{{0, "a"}, {10 * second, "b"}}},
		{"hours", "59:00 late\n1:00:00 later", 2 * time.Hour, []Entry{{59 * time.Minute, "late"}, {time.Hour, "later"}}},
		{"first is not zero", "0:05 a\n0:10 b", 30 * second, []Entry{{5 * second, "a"}, {10 * second, "b"}}},
		{"separators", "0:00 - a\n0:01 – b\n0:02: c\n0:03 | d", 0, []Entry{{0, "a"}, {second, "b"}, {2 * second, "c"}, {3 * second, "d"}}},
		{"list markers and brackets", "- 0:00 a\n* [0:01] b\n• (0:02) c", 0, []Entry{{0, "a"}, {second, "b"}, {2 * second, "c"}}},
		{"hyphen of the title stays", "0:00 -5 degrees\n0:10 b", 0, []Entry{{0, "-5 degrees"}, {10 * second, "b"}}},
		{"one is none", "0:00 only", 30 * second, nil},
		{"time inside a line", "at 0:00 it starts\nat 0:10 it ends", 30 * second, nil},
		{"without title", "0:00\n0:10   \n", 30 * second, nil},
		{"not increasing is left out", "0:00 a\n0:10 b\n0:10 c\n0:05 d\n0:20 e", 30 * second, []Entry{{0, "a"}, {10 * second, "b"}, {20 * second, "e"}}},
		{"past the end is left out", "0:00 a\n0:10 b\n0:30 c", 30 * second, []Entry{{0, "a"}, {10 * second, "b"}}},
		{"unknown duration", "0:00 a\n9:59:59 b", 0, []Entry{{0, "a"}, {9*time.Hour + 59*time.Minute + 59*second, "b"}}},
		{"title is tidied", "0:00   a \t b  \n0:01 c", 0, []Entry{{0, "a b"}, {second, "c"}}},
		{"title is cut", "0:00 " + strings.Repeat("é", 150) + "\n0:01 c", 0, []Entry{{0, strings.Repeat("é", 100)}, {second, "c"}}},
		{"score is no time", "10-0: x\n1:0 y\n1:99 z", 0, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Chapters(c.in, c.duration); !slices.Equal(got, c.want) {
				t.Errorf("Chapters(%q) = %v, want %v", c.in, got, c.want)
			}
		})
	}
}

func TestChaptersAreBounded(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 3 * MaxChapters {
		fmt.Fprintf(&text, "%s part\n", Clock(time.Duration(i)*time.Second))
	}
	if got := len(Chapters(text.String(), 0)); got != MaxChapters {
		t.Errorf("got %d chapters, want %d", got, MaxChapters)
	}
}

func FuzzChapters(f *testing.F) {
	f.Add("0:00 a\n0:10 b", int64(30))
	f.Add("- [1:02:03] \xff\n9999:59:59 x", int64(0))
	f.Fuzz(func(t *testing.T, text string, seconds int64) {
		duration := time.Duration(seconds%1e6) * time.Second
		last := time.Duration(-1)
		for _, e := range Chapters(text, duration) {
			if e.Start <= last || (duration > 0 && e.Start >= duration) {
				t.Fatalf("chapter at %v after %v in a video of %v", e.Start, last, duration)
			}
			if e.Title == "" || utf8.RuneCountInString(e.Title) > MaxTitleLength || !utf8.ValidString(e.Title) {
				t.Fatalf("title %q", e.Title)
			}
			last = e.Start
		}
	})
}
