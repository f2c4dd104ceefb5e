package rtmp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Object is a named list of values, in the order it was sent: AMF0's object or ECMA array.
type Object []Property

// Property is one value of an object: nil, bool, float64, string, Object or []any.
type Property struct {
	Name  string
	Value any
}

// Get is the value of that name, or nil.
func (o Object) Get(name string) any {
	for _, p := range o {
		if p.Name == name {
			return p.Value
		}
	}
	return nil
}

// Text is the string of that name, or "".
func (o Object) Text(name string) string {
	text, _ := o.Get(name).(string)
	return text
}

// AMF 0 §2.1: the markers of the types that occur.
const (
	markNumber      = 0x00
	markBool        = 0x01
	markString      = 0x02
	markObject      = 0x03
	markNull        = 0x05
	markUndefined   = 0x06
	markECMAArray   = 0x08
	markObjectEnd   = 0x09
	markStrictArray = 0x0a
	markDate        = 0x0b
	markLongString  = 0x0c
	markUnsupported = 0x0d
	markXML         = 0x0f
	markTypedObject = 0x10
)

var errAMF = errors.New("malformed AMF0")

// decodeAMF reads all values of a message. Undefined and unsupported ones are nil; dates are their milliseconds since 1970; references
// and AMF3 values, which no encoder sends, are errors.
func decodeAMF(data []byte) ([]any, error) {
	d := amfDecoder{rest: data}
	var values []any
	for len(d.rest) > 0 {
		v, err := d.value(0)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

type amfDecoder struct {
	rest  []byte
	count int // of values read, to bound what small messages unfold to
}

func (d *amfDecoder) take(n int) ([]byte, error) {
	if n > len(d.rest) {
		return nil, fmt.Errorf("%w: ends early", errAMF)
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken, nil
}

func (d *amfDecoder) value(depth int) (any, error) {
	d.count++
	if depth > maxDepth || d.count > maxValues {
		return nil, fmt.Errorf("%w: too deep or too many values", errAMF)
	}
	mark, err := d.take(1)
	if err != nil {
		return nil, err
	}
	switch mark[0] {
	case markNumber:
		return d.number()
	case markBool:
		b, err := d.take(1)
		return err == nil && b[0] != 0, err
	case markString:
		return d.text(2)
	case markLongString, markXML:
		return d.text(4)
	case markNull, markUndefined, markUnsupported:
		return nil, nil
	case markDate:
		return d.date()
	}
	return d.composite(mark[0], depth)
}

func (d *amfDecoder) composite(mark byte, depth int) (any, error) {
	switch mark {
	case markObject:
		return d.object(depth)
	case markECMAArray: // AMF 0 §2.10: the count is only a hint, it ends like an object
		if _, err := d.take(4); err != nil {
			return nil, err
		}
		return d.object(depth)
	case markTypedObject:
		if _, err := d.text(2); err != nil {
			return nil, err
		}
		return d.object(depth)
	case markStrictArray:
		return d.array(depth)
	}
	return nil, fmt.Errorf("%w: marker %#x", errAMF, mark)
}

func (d *amfDecoder) number() (float64, error) {
	b, err := d.take(8)
	if err != nil {
		return 0, err
	}
	return math.Float64frombits(binary.BigEndian.Uint64(b)), nil
}

func (d *amfDecoder) date() (any, error) {
	n, err := d.number()
	if err != nil {
		return nil, err
	}
	_, err = d.take(2) // AMF 0 §2.13: a time zone that is to be ignored
	return n, err
}

// text reads a string whose length has that many bytes.
func (d *amfDecoder) text(lengthBytes int) (string, error) {
	b, err := d.take(lengthBytes)
	if err != nil {
		return "", err
	}
	length := 0
	for _, c := range b {
		length = length<<8 | int(c)
	}
	b, err = d.take(length)
	return string(b), err
}

func (d *amfDecoder) object(depth int) (any, error) {
	object := Object{}
	for {
		name, err := d.text(2)
		if err != nil {
			return nil, err
		}
		if name == "" && len(d.rest) > 0 && d.rest[0] == markObjectEnd {
			d.rest = d.rest[1:]
			return object, nil
		}
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		object = append(object, Property{name, v})
	}
}

func (d *amfDecoder) array(depth int) (any, error) {
	b, err := d.take(4)
	if err != nil {
		return nil, err
	}
	array := []any{}
	for range binary.BigEndian.Uint32(b) {
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		array = append(array, v)
	}
	return array, nil
}

// encodeAMF appends the values. Their types are those of Property; another one is a programming error.
func encodeAMF(to []byte, values ...any) []byte {
	for _, value := range values {
		switch v := value.(type) {
		case nil:
			to = append(to, markNull)
		case bool:
			to = append(to, markBool, 0)
			if v {
				to[len(to)-1] = 1
			}
		case float64:
			to = binary.BigEndian.AppendUint64(append(to, markNumber), math.Float64bits(v))
		case string:
			to = encodeString(to, v)
		case Object:
			to = encodeProperties(append(to, markObject), v)
		case []any:
			to = encodeAMF(binary.BigEndian.AppendUint32(append(to, markStrictArray), uint32(len(v))), v...)
		default:
			panic(fmt.Sprintf("rtmp: AMF0 has no %T", value))
		}
	}
	return to
}

func encodeString(to []byte, text string) []byte {
	if len(text) > math.MaxUint16 {
		return append(binary.BigEndian.AppendUint32(append(to, markLongString), uint32(len(text))), text...)
	}
	return append(binary.BigEndian.AppendUint16(append(to, markString), uint16(len(text))), text...)
}

func encodeProperties(to []byte, o Object) []byte {
	for _, p := range o {
		name := p.Name[:min(len(p.Name), math.MaxUint16)]
		to = append(binary.BigEndian.AppendUint16(to, uint16(len(name))), name...)
		to = encodeAMF(to, p.Value)
	}
	return append(to, 0, 0, markObjectEnd)
}
