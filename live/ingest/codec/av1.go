package codec

import (
	"bytes"

	"lucarne/live/stream"
)

// AV1 §6.2.2: the types of open bitstream units.
const (
	obuSequenceHeader    = 1
	obuTemporalDelimiter = 2
	obuFrame             = 6
	obuFrameHeader       = 3
	obuPadding           = 15
)

type av1 struct {
	track    stream.Track
	head     []byte // of the av1C: 4 bytes
	sequence []byte // the sequence header, whole
}

// newAV1 reads an av1C: "AV1 Codec ISO Media File Format Binding" §2.3. One without a sequence header is completed by the first key
// picture.
func newAV1(config []byte) (*av1, error) {
	if len(config) < 4 || config[0] != 0x81 {
		return nil, malformed("an AV1 configuration (av1C)")
	}
	v := &av1{track: stream.Track{Codec: stream.AV1}, head: bytes.Clone(config[:4])}
	var sequence []byte
	err := splitOBUs(config[4:], func(o obu) {
		if o.kind == obuSequenceHeader {
			sequence = o.sized
		}
	})
	if err != nil {
		return nil, err
	}
	return v, v.follow(sequence)
}

func (v *av1) Track() stream.Track { return v.track }

// Read leaves out what the binding's §2.4 does not want in samples.
func (v *av1) Read(data []byte, isKey bool) (Picture, error) {
	p := Picture{Data: make([]byte, 0, len(data)+8)}
	var sequence []byte
	hasPicture := false
	err := splitOBUs(data, func(o obu) {
		switch o.kind {
		case obuTemporalDelimiter, obuPadding:
			return
		case obuSequenceHeader:
			sequence = o.sized
		case obuFrame, obuFrameHeader:
			hasPicture = true
		}
		p.Data = append(p.Data, o.sized...)
	})
	if err != nil {
		return Picture{}, err
	}
	p.IsKey = isKey && hasPicture
	if !hasPicture {
		p = Picture{}
	}
	return p, v.follow(sequence)
}

// follow takes over a sequence header that differs from the one known.
func (v *av1) follow(sequence []byte) error {
	if sequence == nil || bytes.Equal(sequence, v.sequence) {
		return nil
	}
	if len(sequence) > maxSetBytes {
		return malformed("an AV1 sequence header of %d bytes", len(sequence))
	}
	s, err := readSequence(sequence)
	if err != nil {
		return err
	}
	v.sequence = bytes.Clone(sequence)
	v.track.Width, v.track.Height = s.width, s.height
	v.head[1] = byte(s.profile<<5 | s.level)
	v.track.Config = append(bytes.Clone(v.head), v.sequence...)
	return nil
}

// obu is one open bitstream unit. Sized is the whole of it, with a size field.
type obu struct {
	kind  byte
	sized []byte
}

// splitOBUs calls each for the units of the low-overhead format: AV1 §5.3. The last may be without a size field: it is given one.
func splitOBUs(data []byte, each func(obu)) error {
	for n := 0; len(data) > 0; n++ {
		if n == maxUnits {
			return malformed("a picture of more than %d units", maxUnits)
		}
		head := 1
		if data[0]&4 != 0 { // obu_extension_flag
			head = 2
		}
		if data[0]&0x80 != 0 || len(data) < head {
			return malformed("an AV1 unit")
		}
		kind := data[0] >> 3 & 15
		if data[0]&2 == 0 { // obu_has_size_field
			each(obu{kind, withSize(data, head)})
			return nil
		}
		size, read := leb128(data[head:])
		if read == 0 || size > len(data)-head-read {
			return malformed("an AV1 unit")
		}
		whole := head + read + size
		each(obu{kind, data[:whole]})
		data = data[whole:]
	}
	return nil
}

func withSize(unit []byte, head int) []byte {
	sized := make([]byte, 0, len(unit)+4)
	sized = append(sized, unit[0]|2)
	sized = append(sized, unit[1:head]...)
	for size := len(unit) - head; ; size >>= 7 {
		if size < 0x80 {
			sized = append(sized, byte(size))
			break
		}
		sized = append(sized, byte(size)|0x80)
	}
	return append(sized, unit[head:]...)
}

// leb128 reads AV1 §4.10.5; read is 0 when it is malformed or of more than we ever take.
func leb128(data []byte) (value, read int) {
	for i, b := range data[:min(len(data), 4)] {
		value |= int(b&0x7f) << (7 * i)
		if b&0x80 == 0 {
			return value, i + 1
		}
	}
	return 0, 0
}
