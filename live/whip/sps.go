package whip

import "errors"

var errParameterSet = errors.New("malformed H.264 sequence parameter set")

// maxParameterSet bounds a parameter set; those of cameras have some 30 bytes.
const maxParameterSet = 1024

// pictureSize reads the cropped size of the pictures from a sequence parameter set: ITU-T H.264 §7.3.2.1.1.
func pictureSize(sps []byte) (width, height int, err error) {
	if len(sps) < 5 || len(sps) > maxParameterSet {
		return 0, 0, errParameterSet
	}
	r := &bitReader{data: unescaped(sps[4:])} // after the header, the profile and the level
	r.exp()                                   // seq_parameter_set_id
	chroma := chromaFormat(r, sps[1])
	r.exp() // log2_max_frame_num_minus4
	skipOrderCount(r)
	r.exp() // max_num_ref_frames
	r.bits(1)
	columns, rows := r.exp()+1, r.exp()+1
	isProgressive := r.bits(1)
	if isProgressive == 0 {
		r.bits(1)
	}
	r.bits(1)
	unitX, unitY := chroma.x, chroma.y*(2-isProgressive)
	var cutX, cutY int
	if r.bits(1) == 1 {
		cutX, cutY = (r.exp()+r.exp())*unitX, (r.exp()+r.exp())*unitY
	}
	width, height = columns*16-cutX, rows*16*(2-isProgressive)-cutY
	if r.isOver || width < 16 || height < 16 || width > 16384 || height > 16384 {
		return 0, 0, errParameterSet
	}
	return width, height, nil
}

// cropUnit is what a step of cropping takes, in pixels: Table 6-1.
type cropUnit struct{ x, y int }

func chromaFormat(r *bitReader, profile byte) cropUnit {
	switch profile {
	case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135:
	default:
		return cropUnit{2, 2}
	}
	format := r.exp()
	if format == 3 {
		r.bits(1)
	}
	r.exp()
	r.exp()
	r.bits(1)
	if r.bits(1) == 1 {
		skipScalingLists(r, format)
	}
	return [...]cropUnit{{1, 1}, {2, 2}, {2, 1}, {1, 1}}[min(format, 3)]
}

func skipScalingLists(r *bitReader, format int) {
	lists := 8
	if format == 3 {
		lists = 12
	}
	for i := range lists {
		if r.bits(1) == 0 {
			continue
		}
		size := 16
		if i >= 6 {
			size = 64
		}
		last, next := 8, 8
		for range size { // §7.3.2.1.1.1
			if next != 0 {
				next = (last + r.signed() + 256) & 255
			}
			if next != 0 {
				last = next
			}
		}
	}
}

func skipOrderCount(r *bitReader) {
	switch r.exp() {
	case 0:
		r.exp()
	case 1:
		r.bits(1)
		r.exp()
		r.exp()
		for range min(r.exp(), 255) { // at most 255: §7.4.2.1.1
			r.exp()
		}
	}
}

// unescaped takes the emulation prevention bytes out: §7.4.1.
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

// bitReader reads bits and Exp-Golomb codes (§9.1). Past the end it gives zeros and isOver is true.
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

func (r *bitReader) exp() int {
	zeros := 0
	for r.bits(1) == 0 {
		if zeros++; zeros > 31 || r.isOver {
			r.isOver = true
			return 0
		}
	}
	return 1<<zeros - 1 + r.bits(zeros)
}

func (r *bitReader) signed() int {
	code := r.exp()
	if code%2 == 0 {
		return -code / 2
	}
	return (code + 1) / 2
}
