package packager

import (
	"bytes"
	"fmt"
	"sort"
	"strconv"
	"time"
)

// secondsOf writes a duration as playlists have it.
func secondsOf(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 5, 64) }

// dateFormat is that of EXT-X-PROGRAM-DATE-TIME.
const dateFormat = "2006-01-02T15:04:05.000Z"

// playlistVersion is that of EXT-X-SKIP (RFC 8216bis §8), and stays the same in all answers.
const playlistVersion = 9

// playlistWriter writes a media playlist (RFC 8216bis §4.4). The packager's lock is held.
type playlistWriter struct {
	p    *Packager
	r    *rendition
	s    *published
	b    bytes.Buffer
	last *generation
}

// mediaText is the media playlist of a rendition.
func (p *Packager) mediaText(r *rendition, isDelta bool) []byte {
	w := playlistWriter{p: p, r: r, s: &r.shown}
	listed, skipped := r.shown.segments[r.shown.listed:], 0
	if isDelta {
		skipped = p.skippable(r)
	}
	w.header(listed)
	if skipped > 0 {
		fmt.Fprintf(&w.b, "#EXT-X-SKIP:SKIPPED-SEGMENTS=%d\n", skipped)
		w.last = listed[skipped-1].generation
	}
	w.segments(listed[skipped:])
	if p.isFinished {
		w.b.WriteString("#EXT-X-ENDLIST\n")
	} else if p.pace.isLow {
		w.openSegment()
		w.reports()
	}
	return w.b.Bytes()
}

func (w *playlistWriter) segments(listed []*segment) {
	partsFrom := w.s.end() - w.p.pace.partsListed()
	for _, seg := range listed {
		w.head(seg)
		if seg.at+seg.duration > partsFrom {
			w.parts(seg)
		}
		if seg.isGap {
			w.b.WriteString("#EXT-X-GAP\n")
		}
		fmt.Fprintf(&w.b, "#EXTINF:%s,\n%s\n", secondsOf(seg.duration), segmentName(w.r.name, seg.number))
	}
}

func (w *playlistWriter) header(listed []*segment) {
	pace, s := w.p.pace, w.s
	fmt.Fprintf(&w.b, "#EXTM3U\n#EXT-X-VERSION:%d\n#EXT-X-TARGETDURATION:%d\n", playlistVersion, int64(pace.target/time.Second))
	w.b.WriteString("#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=" + secondsOf(pace.holdBack()))
	if pace.isLow {
		fmt.Fprintf(&w.b, ",PART-HOLD-BACK=%s,CAN-SKIP-UNTIL=%s\n#EXT-X-PART-INF:PART-TARGET=%s",
			secondsOf(pace.partHoldBack()), secondsOf(pace.skipUntil()), secondsOf(pace.part))
	}
	w.b.WriteByte('\n')
	first := s.next
	if len(listed) > 0 {
		first = listed[0].number
	}
	fmt.Fprintf(&w.b, "#EXT-X-MEDIA-SEQUENCE:%d\n", first)
	if s.discontinuity > 0 {
		fmt.Fprintf(&w.b, "#EXT-X-DISCONTINUITY-SEQUENCE:%d\n", s.discontinuity)
	}
	if !s.hasForced {
		w.b.WriteString("#EXT-X-INDEPENDENT-SEGMENTS\n")
	}
}

// skippable counts the listed segments before the skip boundary (RFC 8216bis §4.4.5.2).
func (p *Packager) skippable(r *rendition) int {
	if p.isFinished || !p.pace.isLow {
		return 0
	}
	s := &r.shown
	boundary := s.end() - p.pace.skipUntil()
	return sort.Search(len(s.segments)-s.listed, func(i int) bool {
		seg := s.segments[s.listed+i]
		return seg.at+seg.duration >= boundary
	})
}

// head writes what stands before a segment and its parts: the initialisation is named where it changes.
func (w *playlistWriter) head(seg *segment) {
	if seg.isDiscontinuity {
		w.b.WriteString("#EXT-X-DISCONTINUITY\n")
	}
	if seg.generation != w.last {
		w.last = seg.generation
		fmt.Fprintf(&w.b, "#EXT-X-MAP:URI=%q\n", initName(w.r.name, seg.generation.number))
	}
	fmt.Fprintf(&w.b, "#EXT-X-PROGRAM-DATE-TIME:%s\n", w.p.o.StartedAt.Add(seg.at).UTC().Format(dateFormat))
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
	number, index := w.s.next, 0
	if seg := w.s.open; seg != nil {
		number, index = seg.number, len(seg.parts)
		if index > 0 {
			w.head(seg)
			w.parts(seg)
		}
	}
	fmt.Fprintf(&w.b, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=%q\n", partName(w.r.name, number, index))
}

// reports tell where the other renditions are (RFC 8216bis §4.4.5.4).
func (w *playlistWriter) reports() {
	for _, other := range w.p.renditions {
		number, part := other.shown.lastPartAt()
		if other == w.r || number < 0 {
			continue
		}
		fmt.Fprintf(&w.b, "#EXT-X-RENDITION-REPORT:URI=\"%d.m3u8\",LAST-MSN=%d,LAST-PART=%d\n", other.name, number, part)
	}
}
