package packager

import (
	"slices"
	"sync"
	"time"
)

// openSegment begins to publish a segment.
func (p *Packager) openSegment(r *rendition, c cut, at time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &r.shown
	if !s.hasBegun() {
		s.next, s.discontinuity = c.number, c.discontinuities
		if c.isDiscontinuity {
			s.discontinuity++ // not told here, as nothing is before it
		}
	}
	for number := s.next; number < c.number; number++ {
		p.addGap(r, number)
	}
	s.open = &segment{
		number: c.number, at: at, generation: r.generation, isDiscontinuity: c.isDiscontinuity && len(s.segments) > 0, isForced: c.isForced,
	}
	s.next = c.number
	if s.generation() != r.generation {
		s.generations, s.lastGeneration = append(s.generations, r.generation), r.generation.number
		p.reshape()
	}
	r.generation.segments++
	if c.isForced {
		s.hasForced = true
		s.forced++
	}
	r.digest.Reset()
}

func (s *published) hasBegun() bool { return len(s.segments) > 0 || s.open != nil }

// addGap publishes that there is nothing of a segment.
func (p *Packager) addGap(r *rendition, number int64) {
	c, _ := p.cuts.find(number)
	after, ok := p.cuts.find(number + 1)
	length := p.pace.segment
	if ok {
		length = after.at - c.at
	}
	gap := &segment{number: number, at: c.at, duration: length, generation: r.generation, isDiscontinuity: c.isDiscontinuity, isGap: true}
	r.generation.segments++
	r.shown.add(gap)
	if n := len(r.shown.files); n > 0 {
		r.shown.files[n-1].isShort = true
	}
}

// addPart publishes a part and, when it is the last of its segment, the segment.
func (p *Packager) addPart(r *rendition, made part, raw []byte, isLast bool) {
	_, _ = r.digest.Write(raw)
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &r.shown
	s.open.parts = append(s.open.parts, made)
	s.open.duration += made.duration
	s.frames, s.framed = s.frames+made.frames, s.framed+made.duration
	s.lastPart = p.o.Clock.Now()
	if made.at.data != nil {
		s.memory += made.at.size
	}
	if file := made.at.file; file != nil {
		s.isInMemory = false
		file.size, file.end = made.at.offset+made.at.size, made.end
		file.frames += made.frames
	}
	if isLast {
		p.closeOpen(r)
	}
	if isLast || p.pace.isLow {
		s.touch()
	}
}

// closeSegment publishes the open segment as it is.
func (p *Packager) closeSegment(r *rendition) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.shown.open != nil {
		p.closeOpen(r)
		r.shown.touch()
	}
}

// closeOpen makes the open segment one of the playlist.
func (p *Packager) closeOpen(r *rendition) {
	s := &r.shown
	seg := s.open
	s.open = nil
	if len(seg.parts) == 0 {
		seg.generation.segments--
		return
	}
	seg.partCount = len(seg.parts)
	seg.join()
	copy(seg.digest[:], r.digest.Sum(nil))
	if seg.loc.file != nil {
		seg.loc.file.segments++
		seg.loc.file.peak = max(seg.loc.file.peak, bitRate(seg.loc.size, max(seg.duration, shortSegment)))
	}
	s.add(seg)
	p.closings++
	if isMore := s.peak > s.promised; isMore || len(s.segments) <= patientFor {
		if isMore {
			s.promised = s.peak + s.peak/4 // with room, as players read the master playlist once
		}
		p.reshape()
	}
	s.bound(p.o.MaxMemory)
	for _, old := range s.slide(p.pace, p.o.Window) {
		p.forget(s, old)
	}
}

// join makes one range of the ranges of its parts. In memory the parts become pieces of it.
func (seg *segment) join() {
	seg.loc = seg.parts[0].at
	seg.loc.size = 0
	for _, made := range seg.parts {
		seg.loc.size += made.at.size
	}
	if seg.loc.file != nil || seg.isGap {
		return
	}
	whole := make([]byte, 0, seg.loc.size)
	for i := range seg.parts {
		start := len(whole)
		whole = append(whole, seg.parts[i].at.data...)
		seg.parts[i].at.data = whole[start:len(whole):len(whole)]
	}
	seg.loc.data = whole
}

// bound keeps what is held in memory within its bound: the oldest segments become gaps.
func (s *published) bound(most int64) {
	for _, seg := range s.segments {
		if s.memory <= most {
			return
		}
		if seg.loc.data != nil {
			s.memory -= seg.loc.size
			seg.loc.data, seg.parts, seg.isGap = nil, nil, true
		}
	}
}

// forget lets go of a segment that nobody can fetch any more.
func (p *Packager) forget(s *published, old *segment) {
	if old.loc.data != nil {
		s.memory -= old.loc.size
	}
	g := old.generation
	if g.segments--; g.segments == 0 && g != s.generation() {
		s.generations = slices.DeleteFunc(s.generations, func(other *generation) bool { return other == g })
	}
	file := old.loc.file
	if file == nil || p.o.KeepAll {
		return
	}
	if file.segments--; file.segments > 0 || file == s.files[len(s.files)-1] {
		return
	}
	s.files = slices.DeleteFunc(s.files, func(other *mediaFile) bool { return other == file })
	p.drop(file)
}

// changeFile ends a file and begins another.
func (p *Packager) changeFile(r *rendition, last, next *mediaFile) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r.shown.files = append(r.shown.files, next)
	if last == nil {
		return
	}
	if err := last.finish(); err != nil {
		p.o.Logger.Warn("note the length of a live file", "error", err)
	}
	if !p.o.KeepAll { // others are kept open, to be read after they were renamed
		last.close()
	}
}

// goOnInMemory notes that the disk takes nothing: the parts of the open segment that were read back are kept.
func (p *Packager) goOnInMemory(r *rendition, file *mediaFile, head []byte, cause error) {
	if !r.shown.recall(&p.mu, file, head) {
		return
	}
	p.o.Logger.Error("the disk takes nothing of a live; it goes on from memory", "rendition", r.name, "error", cause)
	if p.o.OnIncomplete != nil {
		p.o.OnIncomplete(cause)
	}
}

// recall moves the parts of the open segment from a file to memory. It reports whether that begins just now.
func (s *published) recall(lock sync.Locker, file *mediaFile, head []byte) (begins bool) {
	lock.Lock()
	defer lock.Unlock()
	begins = !s.isInMemory
	file.isShort, s.isInMemory = true, true
	if s.open == nil {
		return begins
	}
	for i := range s.open.parts {
		made := &s.open.parts[i]
		if made.at.file == nil {
			continue
		}
		file.size, file.frames = min(file.size, made.at.offset), file.frames-made.frames
		file.end = min(file.end, made.end-made.duration)
		made.at.file = nil
		if int64(len(head)) < made.at.size { // it cannot be read either
			s.open.isGap = true
			continue
		}
		made.at.data, head = head[:made.at.size:made.at.size], head[made.at.size:]
		s.memory += made.at.size
	}
	return begins
}
