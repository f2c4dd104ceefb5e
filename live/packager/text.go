package packager

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

func initName(rendition, generation int) string {
	return fmt.Sprintf("%d-init-%d.mp4", rendition, generation)
}

func segmentName(rendition int, number int64) string {
	return fmt.Sprintf("%d-%06d.m4s", rendition, number)
}

func partName(rendition int, number int64, part int) string {
	return fmt.Sprintf("%d-%06d.%d.m4s", rendition, number, part)
}

// secondsOf writes a duration as playlists have it.
func secondsOf(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 5, 64) }

// dateFormat is that of EXT-X-PROGRAM-DATE-TIME.
const dateFormat = "2006-01-02T15:04:05.000Z"

// write prepares the lines of a closed segment once, so that a playlist is made by putting lines together.
func (seg *segment) write(rendition int, startedAt time.Time) {
	seg.head = seg.headLines(startedAt)
	var b bytes.Buffer
	if seg.isGap {
		b.WriteString("#EXT-X-GAP\n")
	}
	fmt.Fprintf(&b, "#EXTINF:%s,\n%s\n", secondsOf(seg.duration), segmentName(rendition, seg.number))
	seg.tail = b.Bytes()
}

func (seg *segment) headLines(startedAt time.Time) []byte {
	var b bytes.Buffer
	if seg.isDiscontinuity {
		b.WriteString("#EXT-X-DISCONTINUITY\n")
	}
	fmt.Fprintf(&b, "#EXT-X-PROGRAM-DATE-TIME:%s\n", startedAt.Add(seg.at).UTC().Format(dateFormat))
	return b.Bytes()
}

// discontinuitiesBefore is the EXT-X-DISCONTINUITY-SEQUENCE of a rendition whose first segment has the number: the one the source counts.
func (p *Packager) discontinuitiesBefore(number int64) int64 {
	if len(p.renditions) == 0 {
		return 0
	}
	s := &p.renditions[0].shown
	count := s.discontinuity
	for _, seg := range s.segments[s.listed:] {
		if seg.isDiscontinuity && seg.number <= number {
			count++
		}
	}
	return count
}

// playlistWriter writes a media playlist (RFC 8216bis §4.4). The packager's lock is held.
type playlistWriter struct {
	p    *Packager
	r    *rendition
	s    *published
	b    bytes.Buffer
	last *generation
}

func (w *playlistWriter) write(isDelta bool) {
	listed := w.s.segments[w.s.listed:]
	skipped := 0
	if isDelta {
		skipped = w.skippable(listed)
	}
	w.header(listed, skipped)
	if skipped > 0 {
		fmt.Fprintf(&w.b, "#EXT-X-SKIP:SKIPPED-SEGMENTS=%d\n", skipped)
		w.last = listed[skipped-1].generation
	}
	partsFrom := w.s.end() - w.p.pace.partsListed()
	for _, seg := range listed[skipped:] {
		if seg.tail == nil {
			seg.write(w.r.name, w.p.o.StartedAt)
		}
		w.mapOf(seg)
		w.b.Write(seg.head)
		if seg.at+seg.duration > partsFrom {
			w.parts(seg)
		}
		w.b.Write(seg.tail)
	}
	if w.p.isFinished {
		w.b.WriteString("#EXT-X-ENDLIST\n")
		return
	}
	w.openSegment()
	w.reports()
}

func (w *playlistWriter) header(listed []*segment, skipped int) {
	pace, s := w.p.pace, w.s
	version := 7
	if skipped > 0 {
		version = 9 // RFC 8216bis §8
	}
	fmt.Fprintf(&w.b, "#EXTM3U\n#EXT-X-VERSION:%d\n#EXT-X-TARGETDURATION:%d\n", version, int64(pace.target/time.Second))
	w.b.WriteString("#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=" + secondsOf(pace.holdBack()))
	if pace.isLow {
		fmt.Fprintf(&w.b, ",PART-HOLD-BACK=%s,CAN-SKIP-UNTIL=%s\n#EXT-X-PART-INF:PART-TARGET=%s",
			secondsOf(pace.partHoldBack()), secondsOf(pace.skipUntil()), secondsOf(pace.part))
	}
	w.b.WriteByte('\n')
	first := s.next
	switch {
	case len(listed) > 0:
		first = listed[0].number
	case s.open != nil:
		first = s.open.number
	}
	fmt.Fprintf(&w.b, "#EXT-X-MEDIA-SEQUENCE:%d\n", first)
	if s.discontinuity > 0 {
		fmt.Fprintf(&w.b, "#EXT-X-DISCONTINUITY-SEQUENCE:%d\n", s.discontinuity)
	}
	if !s.hasForced {
		w.b.WriteString("#EXT-X-INDEPENDENT-SEGMENTS\n")
	}
}

// skippable counts the segments before the skip boundary (RFC 8216bis §4.4.5.2).
func (w *playlistWriter) skippable(listed []*segment) int {
	if !w.p.pace.isLow || w.p.isFinished {
		return 0
	}
	boundary := w.s.end() - w.p.pace.skipUntil()
	n := 0
	for n < len(listed) && listed[n].at+listed[n].duration < boundary {
		n++
	}
	return n
}

// mapOf names the initialisation where it changes.
func (w *playlistWriter) mapOf(seg *segment) {
	if seg.generation == nil || seg.generation == w.last {
		return
	}
	w.last = seg.generation
	fmt.Fprintf(&w.b, "#EXT-X-MAP:URI=%q\n", initName(w.r.name, seg.generation.number))
}

func (w *playlistWriter) parts(seg *segment) {
	if !w.p.pace.isLow || seg.isGap {
		return
	}
	for i, made := range seg.parts {
		fmt.Fprintf(&w.b, "#EXT-X-PART:DURATION=%s,URI=%q", secondsOf(made.duration), partName(w.r.name, seg.number, i))
		if made.isIndependent {
			w.b.WriteString(",INDEPENDENT=YES")
		}
		w.b.WriteByte('\n')
	}
}

// openSegment lists the parts of the segment that grows, and hints at the next.
func (w *playlistWriter) openSegment() {
	if !w.p.pace.isLow {
		return
	}
	number, index := w.s.next, 0
	if seg := w.s.open; seg != nil {
		number, index = seg.number, len(seg.parts)
		if index > 0 {
			w.mapOf(seg)
			w.b.Write(seg.headLines(w.p.o.StartedAt))
			w.parts(seg)
		}
	}
	fmt.Fprintf(&w.b, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=%q\n", partName(w.r.name, number, index))
}

// reports tell where the other renditions are (RFC 8216bis §4.4.5.4).
func (w *playlistWriter) reports() {
	if !w.p.pace.isLow {
		return
	}
	for _, other := range w.p.renditions {
		number, part := other.shown.lastPartAt()
		if other == w.r || number < 0 {
			continue
		}
		fmt.Fprintf(&w.b, "#EXT-X-RENDITION-REPORT:URI=\"%d.m3u8\",LAST-MSN=%d,LAST-PART=%d\n", other.name, number, part)
	}
}
