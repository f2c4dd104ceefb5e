package picture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

// scanJPEG walks the segments up to the frame header (ITU-T T.81, Annex B).
func scanJPEG(r *bufio.Reader) scan {
	var found scan
	if _, err := r.Discard(2); err != nil { // SOI
		return found
	}
	for {
		marker, length, ok := nextSegment(r)
		if !ok || marker == 0xDA || marker == 0xD9 { // start of scan, end of image
			return found
		}
		switch {
		case marker == 0xE1 && found.exif == nil && hasPrefix(r, "Exif\x00\x00"):
			found.exif = readExif(r, length)
			continue
		case marker == 0xC0 || marker == 0xC1 || marker == 0xC2:
			found.samples = frameSamples(r, marker == 0xC2, length)
			return found
		}
		if _, err := r.Discard(length); err != nil {
			return found
		}
	}
}

// nextSegment gives the marker of the next segment that has a length, and the bytes that follow the length.
func nextSegment(r *bufio.Reader) (marker byte, length int, ok bool) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, 0, false
		}
		if b != 0xFF {
			continue
		}
		for b == 0xFF { // fill bytes may stand before a marker
			if b, err = r.ReadByte(); err != nil {
				return 0, 0, false
			}
		}
		if b == 0 || b == 1 || (b >= 0xD0 && b <= 0xD8) { // stuffing, TEM, RSTn, SOI: no length
			continue
		}
		var size [2]byte
		if _, err := io.ReadFull(r, size[:]); err != nil {
			return 0, 0, false
		}
		n := int(binary.BigEndian.Uint16(size[:])) - 2
		return b, n, n >= 0
	}
}

func hasPrefix(r *bufio.Reader, prefix string) bool {
	head, err := r.Peek(len(prefix))
	return err == nil && string(head) == prefix
}

// frameSamples gives the bytes per pixel of the decoded planes. A progressive frame keeps four bytes per coefficient beside them.
func frameSamples(r *bufio.Reader, isProgressive bool, length int) float64 {
	frame := make([]byte, min(length, 64))
	if _, err := io.ReadFull(r, frame); err != nil || len(frame) < 6 {
		return 0
	}
	var sum, widest, highest int
	for c := frame[6:]; len(c) >= 3; c = c[3:] {
		h, v := int(c[1]>>4), int(c[1]&15)
		sum, widest, highest = sum+h*v, max(widest, h), max(highest, v)
	}
	if sum == 0 {
		return 0
	}
	samples := float64(sum) / float64(widest*highest)
	if isProgressive {
		return samples * 5
	}
	return samples
}

// scanPNG looks for the eXIf chunk (PNG specification, third edition, §11.3.4.6), which may follow the picture.
func scanPNG(r *bufio.Reader) scan {
	var found scan
	if _, err := r.Discard(8); err != nil {
		return found
	}
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return found
		}
		length, kind := int(binary.BigEndian.Uint32(head[:4])), string(head[4:])
		if kind == "eXIf" {
			found.exif = readExif(r, length)
			return found
		}
		if _, err := r.Discard(length + 4); err != nil { // with its CRC
			return found
		}
	}
}

// scanWebP looks through the chunks of the container (RFC 9649 §2.7).
func scanWebP(r *bufio.Reader) scan {
	var found scan
	if _, err := r.Discard(12); err != nil {
		return found
	}
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return found
		}
		length, kind := int(binary.LittleEndian.Uint32(head[4:])), string(head[:4])
		padded := length + length%2
		switch kind {
		case "EXIF":
			found.exif = readExif(r, length)
			return found
		case "ANIM":
			found.isAnimated = true
		}
		if _, err := r.Discard(padded); err != nil {
			return found
		}
	}
}

// orientation finds how the picture is to be turned (Exif tag 274, 1 to 8) in the first directory of a TIFF structure;
// 1, as it is, when nothing sensible is said.
func orientation(exif []byte) int {
	const asItIs, tag, entryBytes = 1, 274, 12
	order := byteOrder(exif)
	if order == nil || len(exif) < 8 {
		return asItIs
	}
	start := int64(order.Uint32(exif[4:]))
	if start+2 > int64(len(exif)) {
		return asItIs
	}
	directory := exif[start:]
	entries := directory[2:]
	for range order.Uint16(directory) {
		if len(entries) < entryBytes {
			return asItIs
		}
		if order.Uint16(entries) == tag {
			return validOrientation(int(order.Uint16(entries[8:])))
		}
		entries = entries[entryBytes:]
	}
	return asItIs
}

func byteOrder(exif []byte) binary.ByteOrder {
	switch {
	case bytes.HasPrefix(exif, []byte("II*\x00")):
		return binary.LittleEndian
	case bytes.HasPrefix(exif, []byte("MM\x00*")):
		return binary.BigEndian
	}
	return nil
}

func validOrientation(value int) int {
	if value < 1 || value > 8 {
		return 1
	}
	return value
}
