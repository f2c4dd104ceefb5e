package packager

import (
	"bytes"
	"context"
	"io"
	"os"
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

// Open gives "<n>-init-<k>.mp4", "<n>-<000000>.m4s" or "<n>-<000000>.<p>.m4s". The part that comes next is waited for (RFC 8216bis
// §6.2.6). fault.NotFound for what is not there, or no more.
func (p *Packager) Open(ctx context.Context, file string) (Section, error) {
	w, ok := parseName(file)
	if !ok {
		return Section{}, errNotFound()
	}
	if w.isInit {
		return p.openInit(w)
	}
	var s Section
	var path string
	err := p.await(ctx, func() (<-chan struct{}, error) {
		r := p.find(w.rendition)
		if r == nil {
			return nil, errNotFound()
		}
		at, ok := r.shown.locate(w)
		if ok {
			s, path = at.section()
			return nil, nil
		}
		if p.pace.isLow && !p.isFinished && r.shown.isNext(w) {
			return r.shown.changed, nil
		}
		return nil, errNotFound()
	})
	if err != nil || path == "" {
		return s, err
	}
	// A file of its own goes by sendfile. After the end it may have been renamed, and is read through the one it was written by.
	f, err := os.Open(path)
	if err == nil {
		s.File, s.Content = f, f
	}
	if s.Content == nil {
		return Section{}, errNotFound()
	}
	return s, nil
}

// section is what is at the place, with the path of its file, "" when it is in memory.
func (at location) section() (Section, string) {
	s := Section{Offset: at.offset, Size: at.size, ContentType: mediaType, IsImmutable: true}
	if at.file == nil {
		s.Offset, s.Content = 0, bytes.NewReader(at.data)
		return s, ""
	}
	if at.file.handle != nil {
		s.Content = at.file.handle
	}
	return s, at.file.path
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
	return Section{}, errNotFound()
}

// locate gives where a segment or a part is; false when it is not there.
func (s *published) locate(w wanted) (location, bool) {
	seg := s.find(w.number)
	if s.open != nil && s.open.number == w.number && w.part >= 0 {
		seg = s.open
	}
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
