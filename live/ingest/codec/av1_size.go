package codec

// sequence is what an AV1 sequence header says.
type sequence struct{ profile, level, width, height int }

// readSequence reads AV1 §5.5.1 as far as the size.
func readSequence(unit []byte) (sequence, error) {
	head := 1
	if unit[0]&4 != 0 {
		head = 2
	}
	_, read := leb128(unit[head:])
	r := &bitReader{data: unit[head+read:]}
	s := sequence{profile: r.bits(3)}
	r.skip(1)     // still_picture
	if r.flag() { // reduced_still_picture_header
		s.level = r.bits(5)
	} else {
		s.level = readOperatingPoints(r)
	}
	bitsX, bitsY := r.bits(4)+1, r.bits(4)+1
	s.width, s.height = r.bits(bitsX)+1, r.bits(bitsY)+1
	if r.isOver || s.width > maxDimension || s.height > maxDimension {
		return sequence{}, malformed("an AV1 sequence header")
	}
	return s, nil
}

// readOperatingPoints gives the level of the first.
func readOperatingPoints(r *bitReader) (level int) {
	hasDecoderModel, delayBits := readTiming(r)
	hasDisplayDelay := r.flag()
	for i := range r.bits(5) + 1 {
		r.skip(12) // operating_point_idc
		at := r.bits(5)
		if i == 0 {
			level = at
		}
		if at > 7 {
			r.skip(1) // seq_tier
		}
		if hasDecoderModel && r.flag() {
			r.skip(2*delayBits + 1)
		}
		if hasDisplayDelay && r.flag() {
			r.skip(4)
		}
	}
	return level
}

// readTiming reads timing_info and decoder_model_info: §5.5.3 and §5.5.4.
func readTiming(r *bitReader) (hasDecoderModel bool, delayBits int) {
	if !r.flag() { // timing_info_present_flag
		return false, 0
	}
	r.skip(64)
	if r.flag() { // equal_picture_interval
		r.exp() // uvlc() is coded as ue(v) is
	}
	if !r.flag() { // decoder_model_info_present_flag
		return false, 0
	}
	delayBits = r.bits(5) + 1
	r.skip(32 + 5 + 5)
	return true, delayBits
}
