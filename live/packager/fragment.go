package packager

import "encoding/binary"

// run is a row of samples of one track, contiguous in time.
type run struct {
	id      uint32
	scale   int64
	frames  []frame
	end     int64 // where the last sample ends, in ticks
	isSound bool
}

// Sample flags (ISO/IEC 14496-12 §8.8.3.1).
const (
	syncSample    = 0x02000000 // depends on no other
	nonSyncSample = 0x01010000 // depends on others
)

const (
	tfhdBaseIsMoof   = 0x020000
	tfhdDefaultFlags = 0x000020
	trunFlags        = 0x000001 | 0x000100 | 0x000200 // data offset; per sample: duration, size
	trunPicture      = 0x000400 | 0x000800            // per sample: flags, composition time offset
)

// appendFragment writes a moof with its mdat (ISO/IEC 14496-12 §8.8) behind b.
func appendFragment(b []byte, sequence uint32, runs []run) []byte {
	start := len(b)
	b = begin(b, "moof")
	mfhd := len(b)
	b = begin(b, "mfhd")
	b = binary.BigEndian.AppendUint32(b, 0)
	b = binary.BigEndian.AppendUint32(b, sequence)
	end(b, mfhd)
	offsets := make([]int, 0, 2) // where each trun's data offset lies
	for _, r := range runs {
		var at int
		b, at = appendTraf(b, r)
		offsets = append(offsets, at)
	}
	end(b, start)
	mdat := len(b)
	b = begin(b, "mdat")
	for i, r := range runs {
		binary.BigEndian.PutUint32(b[offsets[i]:], uint32(len(b)-start))
		for _, f := range r.frames {
			b = append(b, f.data...)
		}
	}
	end(b, mdat)
	return b
}

func appendTraf(b []byte, r run) (_ []byte, dataOffset int) {
	traf := len(b)
	b = begin(b, "traf")
	tfhd := len(b)
	b = begin(b, "tfhd")
	b = binary.BigEndian.AppendUint32(b, tfhdBaseIsMoof|tfhdDefaultFlags)
	b = binary.BigEndian.AppendUint32(b, r.id)
	b = binary.BigEndian.AppendUint32(b, syncSample)
	end(b, tfhd)
	tfdt := len(b)
	b = begin(b, "tfdt")
	b = binary.BigEndian.AppendUint32(b, 1<<24) // version 1: 64 bits
	b = binary.BigEndian.AppendUint64(b, uint64(r.frames[0].tick))
	end(b, tfdt)
	b, dataOffset = appendTrun(b, r)
	end(b, traf)
	return b, dataOffset
}

func appendTrun(b []byte, r run) (_ []byte, dataOffset int) {
	trun := len(b)
	b = begin(b, "trun")
	flags := uint32(1<<24 | trunFlags) // version 1: signed composition time offsets
	if !r.isSound {
		flags |= trunPicture
	}
	b = binary.BigEndian.AppendUint32(b, flags)
	b = binary.BigEndian.AppendUint32(b, uint32(len(r.frames)))
	dataOffset = len(b)
	b = binary.BigEndian.AppendUint32(b, 0)
	for i, f := range r.frames {
		next := r.end
		if i+1 < len(r.frames) {
			next = r.frames[i+1].tick
		}
		b = binary.BigEndian.AppendUint32(b, uint32(next-f.tick))
		b = binary.BigEndian.AppendUint32(b, uint32(len(f.data)))
		if r.isSound {
			continue
		}
		b = binary.BigEndian.AppendUint32(b, flagsOf(f))
		b = binary.BigEndian.AppendUint32(b, uint32(int32(ticks(f.pts, r.scale)-f.tick)))
	}
	end(b, trun)
	return b, dataOffset
}

func flagsOf(f frame) uint32 {
	if f.isKey {
		return syncSample
	}
	return nonSyncSample
}

// begin opens a box; its size comes with end.
func begin(b []byte, name string) []byte { return append(append(b, 0, 0, 0, 0), name...) }

func end(b []byte, start int) { binary.BigEndian.PutUint32(b[start:], uint32(len(b)-start)) }
