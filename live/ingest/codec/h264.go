package codec

import (
	"bytes"
	"encoding/binary"

	"lucarne/live/stream"
)

// ITU-T H.264 table 7-1.
const (
	avcIDR       = 5
	avcSEI       = 6
	avcSPS       = 7
	avcPPS       = 8
	avcDelimiter = 9
	avcFiller    = 12
)

type h264 struct {
	track      stream.Track
	lengthSize int
	sps, pps   sets
}

// newH264 reads an avcC: ISO/IEC 14496-15 §5.3.3.1. One without parameter sets is completed by the first key picture.
func newH264(config []byte) (*h264, error) {
	c := cursor{data: config}
	head := c.take(5)
	v := &h264{track: stream.Track{Codec: stream.H264}, lengthSize: int(head[4]&3) + 1}
	if c.isOver || head[0] != 1 || v.lengthSize == 3 {
		return nil, malformed("an H.264 configuration (avcC)")
	}
	var err error
	for _, list := range []*sets{&v.sps, &v.pps} {
		count := c.uint8()
		if list == &v.sps {
			count &= 31
		}
		for range count {
			unit := c.unit()
			if len(unit) == 0 {
				return nil, malformed("an H.264 configuration (avcC)")
			}
			if *list, err = list.with(unit); err != nil {
				return nil, err
			}
		}
	}
	if len(v.sps) == 0 {
		return v, nil
	}
	if err := v.measure(); err != nil {
		return nil, err
	}
	v.track.Config = bytes.Clone(config)
	v.track.Config[4] |= 3 // what is handed on has lengths of 4 bytes
	return v, nil
}

func (v *h264) Track() stream.Track { return v.track }

func (v *h264) measure() error {
	s, err := h264Size(v.sps[0])
	if err == nil {
		v.track.Width, v.track.Height = s.width, s.height
	}
	return err
}

// Read leaves out what ISO/IEC 14496-15 §5.3.2 wants in the configuration alone.
func (v *h264) Read(data []byte, isKey bool) (Picture, error) {
	p := Picture{Data: make([]byte, 0, len(data)+16)}
	var sps, pps sets
	hasPicture, canRecover := false, false
	var failed error
	err := splitUnits(data, v.lengthSize, func(unit []byte) {
		switch kind := unit[0] & 31; {
		case kind == avcSPS:
			sps, failed = keep(sps, unit, failed)
			return
		case kind == avcPPS:
			pps, failed = keep(pps, unit, failed)
			return
		case kind == avcDelimiter || kind == avcFiller:
			return
		case kind == avcSEI:
			canRecover = canRecover || hasRecoveryPoint(unit)
		case kind >= 1 && kind <= avcIDR:
			hasPicture = true
			p.IsKey = p.IsKey || kind == avcIDR
		}
		p.Data = appendUnit(p.Data, unit)
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return Picture{}, err
	}
	p.IsKey = p.IsKey || isKey && canRecover // open GOPs: what the encoder says it means
	if !hasPicture {
		p = Picture{}
	}
	return p, v.follow(sps, pps)
}

func keep(list sets, unit []byte, failed error) (sets, error) {
	if failed != nil {
		return list, failed
	}
	return list.with(unit)
}

// follow takes over parameters that came with a picture.
func (v *h264) follow(sps, pps sets) error {
	if v.sps.hasAll(sps) && v.pps.hasAll(pps) {
		return nil
	}
	if len(sps) > 0 {
		v.sps = sps
	}
	if len(pps) > 0 {
		v.pps = pps
	}
	if len(v.sps) == 0 || len(v.pps) == 0 {
		return nil
	}
	if err := v.measure(); err != nil {
		return err
	}
	v.track.Config = v.config()
	return nil
}

// config makes the avcC of the parameter sets.
func (v *h264) config() []byte {
	first := v.sps[0]
	config := []byte{1, first[1], first[2], first[3], 0xff, 0xe0 | byte(len(v.sps))}
	for _, unit := range v.sps {
		config = append(binary.BigEndian.AppendUint16(config, uint16(len(unit))), unit...)
	}
	config = append(config, byte(len(v.pps)))
	for _, unit := range v.pps {
		config = append(binary.BigEndian.AppendUint16(config, uint16(len(unit))), unit...)
	}
	if profile := first[1]; profile == 66 || profile == 77 || profile == 88 {
		return config
	}
	s, _ := h264Size(first) // read before
	return append(config, 0xfc|byte(s.chroma), 0xf8|byte(s.luma-8), 0xf8|byte(s.colour-8), 0)
}

// hasRecoveryPoint looks for the message of that name: H.264 §7.3.2.3 and §D.1.8, payload type 6.
func hasRecoveryPoint(sei []byte) bool {
	c := cursor{data: unescaped(sei[1:])}
	number := func() int {
		value := 0
		for {
			b := c.uint8()
			value += b
			if b != 255 || c.isOver {
				return value
			}
		}
	}
	for len(c.data) > 1 {
		kind, length := number(), number()
		if kind == 6 {
			return true
		}
		c.take(length)
	}
	return false
}
