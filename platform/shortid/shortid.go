// Package shortid turns UUIDs into their 22-character short form and back, and reads the identifiers callers put in a URL.
package shortid

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"lucarne/platform/fault"
)

// alphabet is base58 in Flickr's order (lower case first), the default of the npm package short-uuid.
const alphabet = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"

const (
	base = uint64(len(alphabet))
	// Length is that of every short id: 58^22 is the first power of 58 above 2^128.
	Length     = 22
	fullLength = 36
)

// Kind tells how an identifier was written.
type Kind int

// The three ways to name a thing in a URL. The zero Kind belongs to no identifier.
const (
	Number Kind = iota + 1
	Full
	Short
)

// Ref is an identifier as a caller wrote it: Number holds the row id, the two others hold the UUID.
type Ref struct {
	Kind   Kind
	Number int64
	UUID   uuid.UUID
}

// Of names a thing by its UUID.
func Of(id uuid.UUID) Ref { return Ref{Kind: Full, UUID: id} }

// IsUUID reports whether the thing is named by its UUID, in either form.
func (r Ref) IsUUID() bool { return r.Kind == Full || r.Kind == Short }

// Parse reads a positive integer, a UUID with hyphens or a short UUID. Anything else is fault.Invalid.
func Parse(text string) (Ref, error) {
	if number, err := strconv.ParseInt(text, 10, 64); err == nil && number > 0 && isDigits(text) {
		return Ref{Kind: Number, Number: number}, nil
	}
	switch len(text) {
	case Length:
		id, err := Decode(text)
		return Ref{Kind: Short, UUID: id}, err
	case fullLength:
		id, err := uuid.Parse(text)
		if err != nil {
			return Ref{}, invalid().Because(err)
		}
		return Ref{Kind: Full, UUID: id}, nil
	}
	return Ref{}, invalid()
}

// Encode writes a UUID in its short form, padded to Length with the alphabet's zero.
func Encode(id uuid.UUID) string {
	high, low := binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:])
	var text [Length]byte
	for i := Length - 1; i >= 0; i-- {
		var rest uint64
		high, rest = high/base, high%base
		low, rest = bits.Div64(rest, low, base)
		text[i] = alphabet[rest]
	}
	return string(text[:])
}

// Decode reads a short form back. It fails with fault.Invalid on another length, a foreign character or more than 128 bits.
func Decode(short string) (uuid.UUID, error) {
	if len(short) != Length {
		return uuid.Nil, invalid()
	}
	var high, low uint64
	for i := range Length {
		digit := strings.IndexByte(alphabet, short[i])
		if digit < 0 {
			return uuid.Nil, invalid()
		}
		overflow, scaled := bits.Mul64(high, base)
		carry, lower := bits.Mul64(low, base)
		var c, d uint64
		low, c = bits.Add64(lower, uint64(digit), 0)
		high, d = bits.Add64(scaled, carry, c)
		if overflow != 0 || d != 0 {
			return uuid.Nil, invalid()
		}
	}
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], high)
	binary.BigEndian.PutUint64(id[8:], low)
	return id, nil
}

func isDigits(text string) bool { return strings.Trim(text, "0123456789") == "" }

func invalid() *fault.Error {
	return fault.New(fault.Invalid, "Should be an integer, a UUID or a short UUID")
}
