package hls

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/Eyevinn/mp4ff/bits"
	"github.com/Eyevinn/mp4ff/mp4"
)

// Limits of what is read of a file: its descriptions, and how much of them is kept.
const (
	maxDescription = 8 << 20   // bytes of one moov or moof
	maxFragments   = 500_000   // five days of one-second fragments
	maxTicks       = 1 << 53   // of one fragment or one file: far from where sums overflow
	maxTracks      = 16        // of a moov
	maxSeconds     = 1_000_000 // of the whole file: eleven days
)

// fragment is a moof with the mdat that follows it. Duration and samples are those of the reference track.
type fragment struct {
	start, end         int64
	duration           uint64
	samples            uint64
	startsWithKeyframe bool
}

// walker goes through the top-level boxes of a file (ISO/IEC 14496-12 §4.2).
type walker struct {
	r         io.ReaderAt
	size      int64
	initEnd   int64
	tracks    tracks
	fragments []fragment
	styp      int64 // where the segment type box before the next moof starts; -1 for none
	ticks     uint64
}

func (w *walker) walk() error {
	w.styp = -1
	for position := int64(0); position < w.size; {
		b, err := w.header(position)
		if err != nil {
			return err
		}
		if err := w.visit(b); err != nil {
			return fmt.Errorf("%q at %d: %w", b.name, b.start, err)
		}
		position = b.end
	}
	return w.finish()
}

func (w *walker) finish() error {
	if len(w.fragments) == 0 {
		return errors.New("no fragments")
	}
	for _, f := range w.fragments {
		if f.end == 0 {
			return errors.New("a fragment without media")
		}
	}
	return nil
}

type box struct {
	name       string
	start, end int64
}

// header reads one box header: 32-bit size, or 64-bit when that is 1, or to the end of the file when it is 0.
func (w *walker) header(position int64) (box, error) {
	var raw [16]byte
	n, err := w.r.ReadAt(raw[:min(16, w.size-position)], position)
	if n < 8 {
		return box{}, fmt.Errorf("box header at %d: %w", position, errors.Join(err, io.ErrUnexpectedEOF))
	}
	size, head := uint64(binary.BigEndian.Uint32(raw[:4])), uint64(8)
	switch {
	case size == 0:
		size = uint64(w.size - position)
	case size == 1 && n == 16:
		size, head = binary.BigEndian.Uint64(raw[8:]), 16
	}
	if size < head || size > uint64(w.size-position) {
		return box{}, fmt.Errorf("box at %d of %d bytes in a file of %d", position, size, w.size)
	}
	return box{name: string(raw[4:8]), start: position, end: position + int64(size)}, nil
}

func (w *walker) visit(b box) error {
	switch b.name {
	case "moov":
		return w.visitMoov(b)
	case "styp":
		w.styp = b.start
	case "moof":
		return w.visitMoof(b)
	case "mdat":
		return w.visitMdat(b)
	}
	// sidx, free, mfra and what is unknown carry nothing a segment needs.
	return nil
}

func (w *walker) visitMoov(b box) error {
	if w.initEnd != 0 {
		return errors.New("a second one")
	}
	moov, err := decode[*mp4.MoovBox](w, b)
	if err != nil {
		return err
	}
	w.initEnd = b.end
	w.tracks, err = readTracks(moov)
	return err
}

func (w *walker) visitMoof(b box) error {
	if w.initEnd == 0 {
		return errors.New("before the moov")
	}
	if len(w.fragments) >= maxFragments {
		return errors.New("too many fragments")
	}
	moof, err := decode[*mp4.MoofBox](w, b)
	if err != nil {
		return err
	}
	f := fragment{start: b.start}
	if w.styp >= 0 {
		f.start, w.styp = w.styp, -1
	}
	hasReference, err := w.measure(moof, &f)
	if err != nil {
		return err
	}
	if !hasReference && len(w.fragments) > 0 {
		w.fragments[len(w.fragments)-1].end = 0 // the other tracks of the fragment before, in a moof of their own
		return nil
	}
	w.fragments = append(w.fragments, f)
	return nil
}

func (w *walker) visitMdat(b box) error {
	if len(w.fragments) == 0 {
		return errors.New("before the first moof")
	}
	w.fragments[len(w.fragments)-1].end = b.end
	return nil
}

// measure adds up the reference track's samples. It is false when the moof has none of them.
func (w *walker) measure(moof *mp4.MoofBox, f *fragment) (bool, error) {
	reference := w.tracks.reference()
	found := false
	for _, traf := range moof.Trafs {
		if traf.Tfhd == nil || traf.Tfhd.TrackID != reference.id {
			continue
		}
		for _, trun := range traf.Truns {
			f.duration += trun.AddSampleDefaultValues(traf.Tfhd, reference.defaults)
			if !found && len(trun.Samples) > 0 {
				f.startsWithKeyframe = reference.isAudio || mp4.IsSyncSampleFlags(trun.Samples[0].Flags)
				found = true
			}
			f.samples += uint64(len(trun.Samples))
		}
	}
	w.ticks += f.duration
	if w.ticks > maxTicks || w.ticks/uint64(reference.timescale) > maxSeconds {
		return found, errors.New("too long")
	}
	return found, nil
}

// decode reads one box whole and has mp4ff take it apart.
func decode[B mp4.Box](w *walker, b box) (decoded B, err error) {
	if b.end-b.start > maxDescription {
		return decoded, errors.New("too large a description")
	}
	raw := make([]byte, b.end-b.start)
	if _, err := w.r.ReadAt(raw, b.start); err != nil && !errors.Is(err, io.EOF) {
		return decoded, err
	}
	any, err := mp4.DecodeBoxSR(uint64(b.start), bits.NewFixedSliceReader(raw))
	if err != nil {
		return decoded, err
	}
	decoded, ok := any.(B)
	if !ok {
		return decoded, fmt.Errorf("decoded as %T", any)
	}
	return decoded, nil
}
