package conformance

import (
	"slices"
	"strings"
	"testing"
)

const good = `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:3
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=9.0,PART-HOLD-BACK=3.0,CAN-SKIP-UNTIL=18.0
#EXT-X-PART-INF:PART-TARGET=1.0
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-24T20:00:00.000Z
#EXTINF:2.00000,
7.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-11-24T20:00:02.000Z
#EXT-X-PART:DURATION=1.00000,URI="8.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=1.00000,URI="8.1.m4s"
#EXTINF:2.00000,
8.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-11-24T20:00:04.000Z
#EXT-X-PART:DURATION=1.00000,URI="9.0.m4s",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="9.1.m4s"
#EXT-X-RENDITION-REPORT:URI="1.m3u8",LAST-MSN=9,LAST-PART=0
`

// grown is good a part and a segment later.
var grown = strings.NewReplacer(
	"#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"9.1.m4s\"\n", `#EXT-X-PART:DURATION=1.00000,URI="9.1.m4s"
#EXTINF:2.00000,
9.m4s
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="10.0.m4s"
`, "LAST-MSN=9,LAST-PART=0", "LAST-MSN=9,LAST-PART=1").Replace(good)

func sections(found []Violation) (list []string) {
	for _, v := range found {
		list = append(list, v.Section)
	}
	return list
}

func TestMedia(t *testing.T) {
	if found := Media([]byte(good)); len(found) > 0 {
		t.Fatalf("a good playlist: %v", found)
	}
	cases := []struct{ name, old, new, section string }{
		{"no first line", "#EXTM3U\n", "", "4.4.1.1"},
		{"too old a version", "VERSION:9", "VERSION:3", "8"},
		{"a version twice", "#EXT-X-VERSION:9", "#EXT-X-VERSION:9\n#EXT-X-VERSION:9", "4.4.1.2"},
		{"a long segment", "EXTINF:2.00000,\n7", "EXTINF:3.60000,\n7", "4.4.3.1"},
		{"no target duration", "#EXT-X-TARGETDURATION:3\n", "", "4.4.3.1"},
		{"no comma", "EXTINF:2.00000,\n7", "EXTINF:2.00000\n7", "4.4.4.1"},
		{"no duration", "#EXTINF:2.00000,\n7", "7", "4.4.4.1"},
		{"a number that is none", "SEQUENCE:7", "SEQUENCE:-7", "4.4.3.2"},
		{"a long part", `1.00000,URI="8.1`, `1.20000,URI="8.1`, "4.4.3.7"},
		{"a short part", `1.00000,URI="8.0`, `0.50000,URI="8.0`, "4.4.4.9"},
		{"parts that are not their segment", `1.00000,URI="8.1`, `0.90000,URI="8.1`, "4.4.4.9"},
		{"no part target", "#EXT-X-PART-INF:PART-TARGET=1.0\n", "", "4.4.3.7"},
		{"a short hold back", "HOLD-BACK=9.0", "HOLD-BACK=5.0", "4.4.3.8"},
		{"a short part hold back", "PART-HOLD-BACK=3.0", "PART-HOLD-BACK=2.0", "4.4.3.8"},
		{"no part hold back", ",PART-HOLD-BACK=3.0", "", "4.4.3.8"},
		{"a short skip boundary", "UNTIL=18.0", "UNTIL=10.0", "4.4.3.8"},
		{"no blocking reload", "CAN-BLOCK-RELOAD=YES,", "", "B.1"},
		{"a part that has to be independent", ",INDEPENDENT=YES", "", "4.4.2.1"},
		{"no initialisation", "#EXT-X-MAP:URI=\"init.mp4\"\n", "", "3.1.2"},
		{"a clock that jumps", "20:00:02", "20:00:03", "4.4.4.6"},
		{"a date that is none", "2026-11-24T20:00:02", "yesterday", "4.4.4.6"},
		{"a hint at what is there", `PART,URI="9.1`, `PART,URI="9.0`, "4.4.5.3"},
		{"a hint after the end", "#EXT-X-RENDITION", "#EXT-X-ENDLIST\n#EXT-X-RENDITION", "4.4.5.3"},
		{"a report of nothing", ",LAST-MSN=9", "", "4.4.5.4"},
		{"skipping too much", "#EXT-X-MAP", "#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n#EXT-X-MAP", "6.2.5.1"},
		{"an open quote", `"init.mp4"`, `"init.mp4`, "4.2"},
		{"a tag of the other kind", "#EXT-X-MAP", "#EXT-X-STREAM-INF:BANDWIDTH=1\n#EXT-X-MAP", "4.1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			found := Media([]byte(strings.Replace(good, c.old, c.new, 1)))
			if !slices.Contains(sections(found), c.section) {
				t.Errorf("got %v, want one of §%s", found, c.section)
			}
		})
	}
}

func TestHistory(t *testing.T) {
	slid := strings.Replace(strings.Replace(grown, "SEQUENCE:7", "SEQUENCE:8", 1), "#EXT-X-PROGRAM-DATE-TIME:2026-11-24T20:00:00.000Z\n#EXTINF:2.00000,\n7.m4s\n", "", 1)
	cases := []struct{ name, next, section string }{
		{"it grows", grown, ""},
		{"nothing happens", good, ""},
		{"too little is left", slid, "6.2.2"},
		{"the number goes back", strings.Replace(good, "SEQUENCE:7", "SEQUENCE:6", 1), "6.2.2"},
		{"the target changes", strings.Replace(grown, "DURATION:3", "DURATION:4", 1), "4.4.3.1"},
		{"the part target changes", strings.Replace(grown, "TARGET=1.0", "TARGET=1.1", 1), "4.4.3.7"},
		{"a segment changes", strings.Replace(grown, "\n7.m4s", "\n77.m4s", 1), "6.2.1"},
		{"a part changes", strings.Replace(grown, "8.0.m4s", "88.0.m4s", 1), "6.2.1"},
		{"a segment turns discontinuous", strings.Replace(grown, "#EXT-X-PROGRAM", "#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM", 1), "6.2.1"},
		{"another part than hinted at", strings.Replace(grown, "9.1.m4s", "9.2.m4s", 1), "4.4.5.3"},
		{"parts are taken back", good[:strings.Index(good, "#EXT-X-PROGRAM-DATE-TIME:2026-11-24T20:00:04")], "6.2.1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var h History
			if found := h.Add([]byte(good)); len(found) > 0 {
				t.Fatal(found)
			}
			found := h.Add([]byte(c.next))
			if c.section == "" && len(found) > 0 || c.section != "" && !slices.Contains(sections(found), c.section) {
				t.Errorf("got %v, want one of §%s", found, c.section)
			}
		})
	}
}

func TestDeltaUpdatesAreFilledIn(t *testing.T) {
	delta := strings.Replace(grown, "#EXT-X-MAP:URI=\"init.mp4\"\n#EXT-X-PROGRAM-DATE-TIME:2026-11-24T20:00:00.000Z\n#EXTINF:2.00000,\n7.m4s\n", "#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n", 1)
	control := strings.NewReplacer("CAN-SKIP-UNTIL=18.0", "CAN-SKIP-UNTIL=3.0")
	isOther := func(v Violation) bool { return !strings.Contains(v.Text, "CAN-SKIP-UNTIL") } // which is short, to have a short test
	var h History
	h.Add([]byte(control.Replace(good)))
	if found := h.Add([]byte(control.Replace(delta))); slices.ContainsFunc(found, isOther) {
		t.Error(found)
	}
	if found := h.Add([]byte(control.Replace(strings.Replace(delta, "SEGMENTS=1", "SEGMENTS=9", 1)))); !slices.Contains(sections(found), "6.2.5.1") {
		t.Errorf("skipping what was never listed: %v", found)
	}
}

func TestTogether(t *testing.T) {
	if found := Together([]byte(good), []byte(grown)); len(found) > 0 {
		t.Error(found)
	}
	other := strings.Replace(good, "SEQUENCE:7", "SEQUENCE:8", 1)
	if found := Together([]byte(good), []byte(other)); !slices.Contains(sections(found), "6.2.4") {
		t.Errorf("other numbers at the same time: %v", found)
	}
}

func TestMultivariant(t *testing.T) {
	const master = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-STREAM-INF:BANDWIDTH=100,AVERAGE-BANDWIDTH=90,CODECS=\"avc1.42c00a,mp4a.40.2\"\n0.m3u8\n"
	if found := Multivariant([]byte(master)); len(found) > 0 {
		t.Fatal(found)
	}
	for _, c := range []struct{ name, old, new string }{
		{"no bandwidth", "BANDWIDTH=100,", ""},
		{"an average above the peak", "=90", "=900"},
		{"no codecs", "CODECS", "X-CODECS"},
		{"no address", "0.m3u8\n", ""},
		{"no variant", "#EXT-X-STREAM-INF", "#EXT-X-OTHER"},
		{"a segment", "0.m3u8\n", "0.m3u8\n#EXTINF:2,\n0.m4s\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if found := Multivariant([]byte(strings.Replace(master, c.old, c.new, 1))); len(found) == 0 {
				t.Error("nothing was found")
			}
		})
	}
}

func FuzzHistory(f *testing.F) {
	f.Add(good, grown)
	f.Add(grown, good)
	f.Add("", "#EXTM3U\n#EXT-X-SKIP:SKIPPED-SEGMENTS=9223372036854775807\n#EXT-X-MEDIA-SEQUENCE:9223372036854775807\n#EXTINF:1,\na\n")
	f.Fuzz(func(_ *testing.T, first, second string) {
		var h History
		h.Add([]byte(first))
		h.Add([]byte(second))
		Together([]byte(first), []byte(second))
		Multivariant([]byte(first))
	})
}
