package codec

// bitReader reads bits and Exp-Golomb codes (ITU-T H.264 §9.1, H.265 §9.2). Past the end it gives zeros and isOver is true.
type bitReader struct {
	data   []byte
	at     int // in bits
	isOver bool
}

func (r *bitReader) bits(n int) int {
	value := 0
	for range n {
		value <<= 1
		if r.at >= len(r.data)*8 {
			r.isOver = true
			continue
		}
		value |= int(r.data[r.at/8]>>(7-r.at%8)) & 1
		r.at++
	}
	return value
}

func (r *bitReader) flag() bool { return r.bits(1) == 1 }

func (r *bitReader) skip(n int) {
	r.at += n
	r.isOver = r.isOver || r.at > len(r.data)*8
}

// exp is ue(v). A code of more than 31 leading zeros is no honest one.
func (r *bitReader) exp() int {
	zeros := 0
	for !r.flag() {
		if zeros++; zeros > 31 || r.isOver {
			r.isOver = true
			return 0
		}
	}
	return 1<<zeros - 1 + r.bits(zeros)
}

// signed is se(v).
func (r *bitReader) signed() int {
	code := r.exp()
	if code%2 == 0 {
		return -code / 2
	}
	return (code + 1) / 2
}

// unescaped takes the emulation prevention bytes out: H.264 §7.4.1, H.265 §7.4.2.
func unescaped(data []byte) []byte {
	out, zeros := make([]byte, 0, len(data)), 0
	for _, b := range data {
		if zeros >= 2 && b == 3 {
			zeros = 0
			continue
		}
		if b == 0 {
			zeros++
		} else {
			zeros = 0
		}
		out = append(out, b)
	}
	return out
}

// size is what a sequence parameter set says of pictures: their size as shown, and how their samples are kept.
type size struct {
	width, height int
	chroma        int // chroma_format_idc
	luma, colour  int // bits of a sample
}

const maxDimension = 16384

func (s size) isSane() bool {
	return s.width > 0 && s.height > 0 && s.width <= maxDimension && s.height <= maxDimension && s.chroma <= 3 && s.luma <= 16 && s.colour <= 16
}

// cropUnit is what a step of cropping takes, in pixels: H.264 table 6-1, H.265 table 6-1.
func cropUnit(chroma int) (x, y int) {
	switch chroma {
	case 1:
		return 2, 2
	case 2:
		return 2, 1
	}
	return 1, 1
}
