package codec

import (
	"bytes"
	"encoding/binary"

	"lucarne/live/stream"
)

// ITU-T H.265 table 7-1.
const (
	hevcFirstIRAP = 16
	hevcLastIRAP  = 21
	hevcLastSlice = 31
	hevcVPS       = 32
	hevcSPS       = 33
	hevcPPS       = 34
	hevcDelimiter = 35
	hevcFiller    = 38
)

// hevcSets are the parameter sets of H.265 by their kind, from hevcVPS on.
type hevcSets [3]sets

type h265 struct {
	track      stream.Track
	lengthSize int
	head       []byte // of the hvcC: 22 bytes
	sets       hevcSets
}

// newH265 reads an hvcC: ISO/IEC 14496-15 §8.3.3.1. One without parameter sets is completed by the first key picture.
func newH265(config []byte) (*h265, error) {
	c := cursor{data: config}
	v := &h265{track: stream.Track{Codec: stream.H265}, head: bytes.Clone(c.take(22))}
	v.lengthSize = int(v.head[21]&3) + 1
	if c.isOver || v.head[0] != 1 || v.lengthSize == 3 {
		return nil, malformed("an HEVC configuration (hvcC)")
	}
	v.head[21] |= 3 // what is handed on has lengths of 4 bytes
	for range c.uint8() {
		kind := c.uint8() & 63
		for range c.uint16() {
			unit := c.unit()
			if len(unit) < 2 {
				return nil, malformed("an HEVC configuration (hvcC)")
			}
			if err := v.sets.keep(kind, unit); err != nil {
				return nil, err
			}
		}
	}
	return v, v.adopt(hevcSets{})
}

// keep takes a parameter set. Others, such as SEI, are not kept.
func (s *hevcSets) keep(kind int, unit []byte) error {
	if kind < hevcVPS || kind > hevcPPS {
		return nil
	}
	list, err := s[kind-hevcVPS].with(unit)
	s[kind-hevcVPS] = list
	return err
}

func (v *h265) Track() stream.Track { return v.track }

// Read leaves out what the sample entry "hvc1" wants in the configuration alone: ISO/IEC 14496-15 §8.3.2.
func (v *h265) Read(data []byte, _ bool) (Picture, error) {
	p := Picture{Data: make([]byte, 0, len(data)+16)}
	var came hevcSets
	hasPicture := false
	var failed error
	err := splitUnits(data, v.lengthSize, func(unit []byte) {
		switch kind := int(unit[0] >> 1 & 63); {
		case kind >= hevcVPS && kind <= hevcPPS:
			if err := came.keep(kind, unit); err != nil {
				failed = err
			}
			return
		case kind == hevcDelimiter || kind == hevcFiller:
			return
		case kind <= hevcLastSlice:
			hasPicture = true
			p.IsKey = p.IsKey || kind >= hevcFirstIRAP && kind <= hevcLastIRAP
		}
		p.Data = appendUnit(p.Data, unit)
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return Picture{}, err
	}
	if !hasPicture {
		p = Picture{}
	}
	if v.sets[0].hasAll(came[0]) && v.sets[1].hasAll(came[1]) && v.sets[2].hasAll(came[2]) {
		return p, nil
	}
	return p, v.adopt(came)
}

// adopt takes over parameters that came with a picture, and makes the hvcC of all.
func (v *h265) adopt(came hevcSets) error {
	for i, list := range came {
		if len(list) > 0 {
			v.sets[i] = list
		}
	}
	if len(v.sets[1]) == 0 {
		return nil
	}
	s, err := h265Size(v.sets[1][0])
	if err != nil {
		return err
	}
	v.track.Width, v.track.Height = s.width, s.height
	config := bytes.Clone(v.head)
	copy(config[1:13], s.profile[:])
	config[16], config[17], config[18] = 0xfc|byte(s.chroma), 0xf8|byte(s.luma-8), 0xf8|byte(s.colour-8)
	config = append(config, byte(len(v.sets)))
	for i, list := range v.sets {
		config = append(config, 0x80|byte(hevcVPS+i)) // array_completeness: none is in the pictures
		config = binary.BigEndian.AppendUint16(config, uint16(len(list)))
		for _, unit := range list {
			config = append(binary.BigEndian.AppendUint16(config, uint16(len(unit))), unit...)
		}
	}
	v.track.Config = config
	return nil
}
