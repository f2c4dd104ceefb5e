package codec

// MaxParameterSet bounds a parameter set of H.264 or H.265, in bytes; those of cameras have some 30.
const MaxParameterSet = maxSetBytes

// H264Size is the size of the pictures, cropped, that a sequence parameter set of H.264 announces; fault.Invalid when it cannot be read.
func H264Size(sps []byte) (width, height int, err error) {
	s, err := h264Size(sps)
	return s.width, s.height, err
}

// H264PictureSetID is the pic_parameter_set_id of a picture parameter set of H.264 (§7.3.2.2).
func H264PictureSetID(pps []byte) int {
	const longest = 16 // bytes that hold it, escapes included
	r := &bitReader{data: unescaped(pps[min(1, len(pps)):min(len(pps), longest)])}
	return r.exp()
}

// h264Size reads a sequence parameter set: ITU-T H.264 §7.3.2.1.1.
func h264Size(sps []byte) (size, error) {
	if len(sps) < 5 || len(sps) > maxSetBytes {
		return size{}, malformed("H.264 parameters")
	}
	r := &bitReader{data: unescaped(sps[4:])} // after the header, the profile and the level
	r.exp()                                   // seq_parameter_set_id
	s := h264Format(r, sps[1])
	r.exp() // log2_max_frame_num_minus4
	skipOrderCount(r)
	r.exp()   // max_num_ref_frames
	r.bits(1) // gaps_in_frame_num_value_allowed_flag
	columns, rows := r.exp()+1, r.exp()+1
	fields := 2 - r.bits(1) // frame_mbs_only_flag
	if fields == 2 {
		r.bits(1)
	}
	r.bits(1) // direct_8x8_inference_flag
	cutX, cutY := 0, 0
	if r.flag() {
		cutX, cutY = r.exp()+r.exp(), r.exp()+r.exp()
	}
	unitX, unitY := cropUnit(s.chroma)
	s.width, s.height = columns*16-cutX*unitX, rows*16*fields-cutY*unitY*fields
	if r.isOver || !s.isSane() {
		return size{}, malformed("H.264 parameters")
	}
	return s, nil
}

// h264Format reads what only the high profiles have.
func h264Format(r *bitReader, profile byte) size {
	switch profile {
	case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135:
	default:
		return size{chroma: 1, luma: 8, colour: 8}
	}
	s := size{chroma: r.exp()}
	if s.chroma == 3 {
		r.bits(1) // separate_colour_plane_flag
	}
	s.luma, s.colour = 8+r.exp(), 8+r.exp()
	r.bits(1) // qpprime_y_zero_transform_bypass_flag
	if r.flag() {
		skipScalingLists(r, s.chroma)
	}
	return s
}

func skipScalingLists(r *bitReader, chroma int) {
	lists := 8
	if chroma == 3 {
		lists = 12
	}
	for i := range lists {
		if !r.flag() {
			continue
		}
		length := 16
		if i >= 6 {
			length = 64
		}
		last, next := 8, 8
		for range length { // §7.3.2.1.1.1
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
