package picture

import (
	"bufio"
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// Format is a kind of picture file.
type Format string

// The formats read; JPEG and PNG are written too.
const (
	JPEG Format = "jpeg"
	PNG  Format = "png"
	GIF  Format = "gif"
	WebP Format = "webp"
)

// Extension is the usual end of the file name, with its dot.
func (f Format) Extension() string {
	if f == JPEG {
		return ".jpg"
	}
	return "." + string(f)
}

// ContentType is the media type.
func (f Format) ContentType() string { return "image/" + string(f) }

// A table of our own rather than the registry of package image, which any import can add to.
var formats = map[Format]struct {
	magic  string // "?" stands for any byte
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	scan   func(*bufio.Reader) scan
}{
	JPEG: {"\xff\xd8\xff", jpeg.DecodeConfig, jpeg.Decode, scanJPEG},
	PNG:  {"\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode, scanPNG},
	GIF:  {"GIF8?a", gif.DecodeConfig, gif.Decode, func(*bufio.Reader) scan { return scan{} }},
	WebP: {"RIFF????WEBP", webp.DecodeConfig, webp.Decode, scanWebP},
}

func formatOf(head []byte) (Format, bool) {
	for format, f := range formats {
		if matches(head, f.magic) {
			return format, true
		}
	}
	return "", false
}

func matches(head []byte, magic string) bool {
	if len(head) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != head[i] {
			return false
		}
	}
	return true
}

// scan is what a walk through the parts of a file finds beside the size.
type scan struct {
	exif       []byte
	isAnimated bool
	samples    float64 // bytes per pixel a JPEG takes while it is decoded; 0 when not known
}

// bytesPerPixel estimates the peak of decoding, from the Go decoders as they are.
func bytesPerPixel(format Format, model color.Model, s scan) float64 {
	switch format {
	case JPEG:
		return max(s.samples, 1)
	case GIF:
		return 1
	case WebP:
		return 8 // the picture, and for lossless or transparent ones a second buffer
	}
	const interlaced = 1.5 // the passes of an interlaced PNG are decoded apart
	switch model {
	case color.GrayModel:
		return 1 * interlaced
	case color.Gray16Model:
		return 2 * interlaced
	case color.RGBA64Model, color.NRGBA64Model:
		return 8 * interlaced
	}
	return 4 * interlaced
}

const maxExifBytes = 64 << 10

// readExif reads a part of a file that holds Exif, as far as it is worth looking at.
func readExif(r *bufio.Reader, length int) []byte {
	if length < 0 { // where int has 32 bits
		return nil
	}
	b := make([]byte, min(length, maxExifBytes))
	if _, err := io.ReadFull(r, b); err != nil {
		return nil
	}
	if _, err := r.Discard(length - len(b)); err != nil {
		return nil
	}
	return bytes.TrimPrefix(b, []byte("Exif\x00\x00"))
}
