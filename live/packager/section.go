package packager

import (
	"bytes"
	"context"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"lucarne/platform/fault"
)

// Section is an initialisation, a segment or a part: a range of bytes that never changes.
type Section struct {
	File        *os.File    // opened for this answer alone, so that it can go by sendfile; nil when Content alone has it
	Content     io.ReaderAt // the same bytes at the same offset
	Offset      int64
	Size        int64
	ContentType string
	IsImmutable bool
}

// Close closes the file.
func (s Section) Close() error {
	if s.File == nil {
		return nil
	}
	return s.File.Close()
}

const mediaType = "video/mp4"

// wanted is what a file name asks for.
type wanted struct {
	rendition  int
	isInit     bool
	generation int
	number     int64
	part       int // -1: the whole segment
}

// parseName reads the name of a file. Each file has one name.
func parseName(file string) (w wanted, ok bool) {
	name, rest, ok := strings.Cut(file, "-")
	if w.rendition, ok = number(name, ok); !ok {
		return w, false
	}
	if generation, isInit := strings.CutPrefix(rest, "init-"); isInit {
		generation, ok = strings.CutSuffix(generation, ".mp4")
		w.isInit = true
		w.generation, ok = number(generation, ok)
		return w, ok && initName(w.rendition, w.generation) == file
	}
	rest, ok = strings.CutSuffix(rest, ".m4s")
	digits, part, hasPart := strings.Cut(rest, ".")
	w.part = -1
	if hasPart {
		if w.part, ok = number(part, ok); !ok {
			return w, false
		}
	}
	n, ok := number(strings.TrimLeft(digits[:max(0, len(digits)-1)], "0")+digits[max(0, len(digits)-1):], ok)
	w.number = int64(n)
	if !ok {
		return w, false
	}
	if hasPart {
		return w, partName(w.rendition, w.number, w.part) == file
	}
	return w, segmentName(w.rendition, w.number) == file
}

func number(text string, ok bool) (int, bool) {
	const digits = 9
	n, err := strconv.Atoi(text)
	return n, ok && err == nil && n >= 0 && len(text) <= digits
}

// Open gives "<n>-init-<k>.mp4", "<n>-<000000>.m4s" or "<n>-<000000>.<p>.m4s". The part that comes next is waited for (RFC 8216bis
// §6.2.6). fault.NotFound for what is not there, or no more.
func (p *Packager) Open(ctx context.Context, file string) (Section, error) {
	w, ok := parseName(file)
	if !ok {
		return Section{}, notFound()
	}
	if w.isInit {
		return p.openInit(w)
	}
	at, err := p.locate(ctx, w)
	if err != nil {
		return Section{}, err
	}
	s := Section{Offset: at.loc.offset, Size: at.loc.size, ContentType: mediaType, IsImmutable: true, Content: at.handle}
	if at.loc.data != nil {
		s.Offset, s.Content = 0, bytes.NewReader(at.loc.data)
		return s, nil
	}
	f, err := os.Open(at.path)
	if err == nil {
		s.File, s.Content = f, f
		return s, nil
	}
	if at.handle == nil {
		return Section{}, notFound()
	}
	return s, nil
}

func (p *Packager) openInit(w wanted) (Section, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.find(w.rendition); r != nil {
		for _, g := range r.shown.generations {
			if g.number == w.generation {
				return Section{Content: bytes.NewReader(g.init), Size: int64(len(g.init)), ContentType: mediaType, IsImmutable: true}, nil
			}
		}
	}
	return Section{}, notFound()
}

// located is where bytes lie, told under the lock and read without.
type located struct {
	loc    location
	path   string
	handle storage
}

// locate finds a segment or a part; the part that comes next is waited for.
func (p *Packager) locate(ctx context.Context, w wanted) (located, error) {
	var patience <-chan time.Time
	for {
		p.mu.Lock()
		r := p.find(w.rendition)
		if r == nil {
			p.mu.Unlock()
			return located{}, notFound()
		}
		loc, ok := r.shown.locate(w)
		at := located{loc: loc}
		if loc.file != nil {
			at.path, at.handle = loc.file.path, loc.file.handle
		}
		isNext := r.shown.isNext(w) && p.pace.isLow && !p.isFinished
		changed, longest := r.shown.changed, p.pace.patience()
		p.mu.Unlock()
		if ok {
			return at, nil
		}
		if !isNext {
			return located{}, notFound()
		}
		if patience == nil {
			timer := time.NewTimer(longest)
			defer timer.Stop()
			patience = timer.C
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return located{}, ctx.Err()
		case <-patience:
			return located{}, fault.New(fault.Unavailable, "The live did not go on in time")
		}
	}
}

// locate gives where a segment or a part is; false when it is not there.
func (s *published) locate(w wanted) (location, bool) {
	if s.open != nil && s.open.number == w.number && w.part >= 0 {
		if w.part < len(s.open.parts) {
			return s.open.parts[w.part].at, true
		}
		return location{}, false
	}
	seg := s.find(w.number)
	switch {
	case seg == nil || seg.isGap:
		return location{}, false
	case w.part < 0:
		return seg.loc, true
	case w.part < len(seg.parts):
		return seg.parts[w.part].at, true
	}
	return location{}, false
}

// isNext reports whether a part is the one players were hinted at.
func (s *published) isNext(w wanted) bool {
	if w.part < 0 {
		return false
	}
	if s.open != nil {
		return w.number == s.open.number && w.part == len(s.open.parts)
	}
	return w.number == s.next && w.part == 0
}
