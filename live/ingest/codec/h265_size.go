package codec

// hevcSize is what a sequence parameter set of H.265 says. The profile is general_profile_space to general_level_idc, as an hvcC has it.
type hevcSize struct {
	size
	profile [12]byte
}

// h265Size reads a sequence parameter set: ITU-T H.265 §7.3.2.2.1.
func h265Size(sps []byte) (hevcSize, error) {
	if len(sps) < 4 || len(sps) > maxSetBytes {
		return hevcSize{}, malformed("HEVC parameters")
	}
	r := &bitReader{data: unescaped(sps[2:])}
	var s hevcSize
	r.skip(4) // sps_video_parameter_set_id
	layers := r.bits(3)
	r.skip(1) // sps_temporal_id_nesting_flag
	for i := range s.profile {
		s.profile[i] = byte(r.bits(8))
	}
	skipSubLayers(r, layers)
	r.exp() // sps_seq_parameter_set_id
	s.chroma = r.exp()
	if s.chroma == 3 {
		r.skip(1) // separate_colour_plane_flag
	}
	s.width, s.height = r.exp(), r.exp()
	if r.flag() { // conformance_window_flag
		unitX, unitY := cropUnit(s.chroma)
		s.width -= (r.exp() + r.exp()) * unitX
		s.height -= (r.exp() + r.exp()) * unitY
	}
	s.luma, s.colour = 8+r.exp(), 8+r.exp()
	if r.isOver || !s.isSane() {
		return hevcSize{}, malformed("HEVC parameters")
	}
	return s, nil
}

// skipSubLayers passes over the profiles and levels of the temporal layers but the highest: §7.3.3.
func skipSubLayers(r *bitReader, layers int) {
	var hasProfile, hasLevel [8]bool
	for i := range layers {
		hasProfile[i], hasLevel[i] = r.flag(), r.flag()
	}
	if layers > 0 {
		r.skip(2 * (8 - layers)) // reserved_zero_2bits
	}
	for i := range layers {
		if hasProfile[i] {
			r.skip(88)
		}
		if hasLevel[i] {
			r.skip(8)
		}
	}
}
