package codec

import (
	"bytes"
	"encoding/binary"
)

// splitUnits calls each for the NAL units of an access unit, each after a length of so many bytes: ISO/IEC 14496-15 §5.3.2. Empty ones
// are passed over.
func splitUnits(data []byte, lengthSize int, each func(unit []byte)) error {
	for n := 0; len(data) > 0; n++ {
		if n == maxUnits {
			return malformed("a picture of more than %d units", maxUnits)
		}
		if len(data) < lengthSize {
			return malformed("a picture that ends within a length")
		}
		size := 0
		for _, b := range data[:lengthSize] {
			size = size<<8 | int(b)
		}
		data = data[lengthSize:]
		if size > len(data) {
			return malformed("a unit of %d bytes in %d", size, len(data))
		}
		if size > 0 {
			each(data[:size])
		}
		data = data[size:]
	}
	return nil
}

// appendUnit adds a unit after its length in 4 bytes.
func appendUnit(to, unit []byte) []byte {
	return append(binary.BigEndian.AppendUint32(to, uint32(len(unit))), unit...)
}

// sets are parameter sets of one kind.
type sets [][]byte

func (s sets) has(unit []byte) bool {
	for _, known := range s {
		if bytes.Equal(known, unit) {
			return true
		}
	}
	return false
}

func (s sets) hasAll(others sets) bool {
	for _, unit := range others {
		if !s.has(unit) {
			return false
		}
	}
	return true
}

// with adds a set, unless it is there already. Its bytes are copied: pictures are not kept for the sake of their parameters.
func (s sets) with(unit []byte) (sets, error) {
	if s.has(unit) {
		return s, nil
	}
	if len(unit) > maxSetBytes || len(s) == maxSets {
		return nil, malformed("parameter sets that are too many or too long")
	}
	return append(s, bytes.Clone(unit)), nil
}

// cursor reads a configuration record. Past the end it gives zeros and isOver is true.
type cursor struct {
	data   []byte
	isOver bool
}

func (c *cursor) take(n int) []byte {
	if n > len(c.data) {
		c.isOver, c.data = true, nil
		return make([]byte, min(n, 64))
	}
	taken := c.data[:n]
	c.data = c.data[n:]
	return taken
}

func (c *cursor) uint8() int  { return int(c.take(1)[0]) }
func (c *cursor) uint16() int { return int(binary.BigEndian.Uint16(c.take(2))) }

// unit takes one after its length in 2 bytes; nil past the end.
func (c *cursor) unit() []byte {
	size := c.uint16()
	unit := c.take(size)
	if c.isOver {
		return nil
	}
	return unit
}
