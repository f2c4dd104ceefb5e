package conformance

import (
	"strconv"
	"time"
)

// History checks the answers for one media playlist as they follow each other: what was promised stays, what was listed only leaves at
// the beginning (§6.2.1, §6.2.2). The zero value is ready. It is used by one goroutine at a time.
type History struct {
	last    playlist // with what a delta update skipped filled in
	hasLast bool
	hint    string // the part hinted at last, and where it was to come
	hintAt  place
}

// place is where a part is.
type place struct {
	number int64
	index  int
}

// Add checks the next answer, a whole playlist or a delta update.
func (h *History) Add(text []byte) []Violation {
	p, found := parse(text)
	found = append(found, checkMedia(p)...)
	found = append(found, h.fillIn(&p)...)
	if h.hasLast {
		found = append(found, h.compare(p)...)
	}
	h.remember(p)
	return found
}

// remember keeps what the next answer is compared with.
func (h *History) remember(p playlist) {
	h.last, h.hasLast, h.hint = p, true, ""
	for _, hint := range p.hints {
		if hint["TYPE"] == "PART" {
			h.hint, h.hintAt = hint["URI"], place{p.end(), len(p.open.parts)}
		}
	}
}

// end is the number after the last segment.
func (p playlist) end() int64 { return p.sequence + int64(len(p.segments)) }

// fillIn puts the segments that a delta update skipped back, from the answer before (§6.2.5.1).
func (h *History) fillIn(p *playlist) (found findings) {
	if p.skipped == 0 {
		return nil
	}
	from := p.sequence - h.last.sequence
	isKnown := h.hasLast && from >= 0 && from+int64(p.skipped) <= int64(len(h.last.segments))
	found.require(isKnown, "6.2.5.1", 0, "segments are skipped that were never listed")
	if !isKnown {
		p.sequence += int64(p.skipped)
		return found
	}
	known := h.last.segments[from : from+int64(p.skipped)]
	p.segments = append(known[:len(known):len(known)], p.segments...)
	for i := range p.segments {
		if p.segments[i].init == "" && i > 0 {
			p.segments[i].init = p.segments[i-1].init
		}
	}
	return found
}

// compare checks an answer against the one before.
func (h *History) compare(p playlist) (found findings) {
	before := h.last
	found.require(p.target == before.target, "4.4.3.1", 0, "the target duration changed from %s to %s", before.target, p.target)
	found.require(p.partTarget == before.partTarget, "4.4.3.7", 0, "PART-TARGET changed from %s to %s", before.partTarget, p.partTarget)
	found.require(p.sequence >= before.sequence, "6.2.2", 0, "the media sequence number went back from %d to %d", before.sequence, p.sequence)
	found.require(p.end() >= before.end(), "6.2.1", 0, "segments at the end were taken back: %d after %d", p.end(), before.end())
	found.require(!before.hasEnded || p.hasEnded && p.end() == before.end(), "4.4.3.4", 0, "an ended playlist changed")
	removed := p.sequence - before.sequence
	if removed > 0 {
		found = append(found, h.checkRemoval(p, removed)...)
	}
	for i := max(removed, 0); i < int64(len(before.segments)); i++ {
		if at := i - removed; at >= 0 && at < int64(len(p.segments)) {
			found = append(found, compareSegments(before.segments[i], p.segments[at])...)
		}
	}
	if next := before.end() - p.sequence; next >= 0 && next <= int64(len(p.segments)) {
		found = append(found, compareParts(before.open, p.at(next))...)
	}
	return append(found, h.checkHint(p)...)
}

// at is the segment at an index, the open one behind the last.
func (p playlist) at(i int64) segment {
	if i == int64(len(p.segments)) {
		return p.open
	}
	return p.segments[i]
}

// checkRemoval checks what a playlist has to keep when old segments leave it (§6.2.2).
func (h *History) checkRemoval(p playlist, removed int64) (found findings) {
	var discontinuities int64
	for _, s := range h.last.segments[:min(removed, int64(len(h.last.segments)))] {
		if s.isDiscontinuity {
			discontinuities++
		}
	}
	found.require(p.discontinuity == h.last.discontinuity+discontinuities, "4.4.3.3", 0,
		"the discontinuity sequence number is %d, after %d and %d removed discontinuities", p.discontinuity, h.last.discontinuity, discontinuities)
	found.require(p.length() >= 3*p.target, "6.2.2", 0, "%s are left after segments were removed, less than three target durations", p.length())
	return found
}

// compareSegments checks that a listed segment stays as it is (§6.2.1).
func compareSegments(before, s segment) (found findings) {
	found.require(s.uri == before.uri, "6.2.1", s.line, "segment %q became %q", before.uri, s.uri)
	found.require((s.duration-before.duration).Abs() <= time.Microsecond || s.isGap != before.isGap, "6.2.1", s.line, "segment %q became %s long, after %s", s.uri, s.duration, before.duration)
	found.require(s.isDiscontinuity == before.isDiscontinuity, "6.2.1", s.line, "the discontinuity of segment %q changed", s.uri)
	found.require(s.at.Equal(before.at), "6.2.1", s.line, "the date of segment %q changed", s.uri)
	found.require(s.init == before.init, "6.2.1", s.line, "segment %q became one of %q, after %q", s.uri, s.init, before.init)
	if len(s.parts) > 0 && len(before.parts) > 0 {
		found = append(found, compareParts(before, s)...)
	}
	return found
}

// compareParts checks that listed parts stay. Those of an old segment may all go.
func compareParts(before, s segment) (found findings) {
	if len(s.parts) == 0 && s.hasDuration {
		return nil
	}
	found.require(len(s.parts) >= len(before.parts), "6.2.1", s.line, "parts were taken back: %d after %d", len(s.parts), len(before.parts))
	for i := range min(len(s.parts), len(before.parts)) {
		was, is := before.parts[i], s.parts[i]
		found.require(was.uri == is.uri && was.duration == is.duration, "6.2.1", is.line, "part %q of %s became %q of %s", was.uri, was.duration, is.uri, is.duration)
	}
	return found
}

// checkHint checks that what was hinted at came (§4.4.5.3).
func (h *History) checkHint(p playlist) (found findings) {
	i := h.hintAt.number - p.sequence
	if h.hint == "" || i < 0 || i > int64(len(p.segments)) {
		return nil
	}
	if s := p.at(i); h.hintAt.index < len(s.parts) {
		came := s.parts[h.hintAt.index]
		found.require(came.uri == h.hint, "4.4.5.3", came.line, "%q was hinted at, %q came", h.hint, came.uri)
	} else {
		found.require(!s.hasDuration || len(s.parts) == 0 || p.hasEnded, "4.4.5.3", s.line, "%q was hinted at and never came", h.hint)
	}
	return found
}

// Together checks the media playlists of one broadcast, as they are at one moment: segments of the same number are of the same time
// (§6.2.4), so that players can change between them.
func Together(texts ...[]byte) (found []Violation) {
	var first playlist
	for i, text := range texts {
		p, _ := parse(text)
		if i == 0 {
			first = p
			continue
		}
		found = append(found, compareVariants(first, p)...)
	}
	return found
}

func compareVariants(a, b playlist) (found findings) {
	found.require(a.target == b.target, "6.2.4", 0, "target durations of %s and %s", a.target, b.target)
	for i, s := range b.segments {
		at := b.sequence + int64(i) - a.sequence
		if at < 0 || at >= int64(len(a.segments)) || s.at.IsZero() {
			continue
		}
		other := a.segments[at]
		number := strconv.FormatInt(b.sequence+int64(i), 10)
		found.require(other.at.Sub(s.at).Abs() <= 2*clockTolerance, "6.2.4", s.line, "segments number %s are dated %s and %s", number, other.at, s.at)
	}
	return found
}
