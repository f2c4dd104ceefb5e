package picture

import (
	"bufio"
	"fmt"
	"image"
	"io"

	"lucarne/platform/fault"
)

// Header is what a file says of its picture.
type Header struct {
	Format        Format
	Width, Height int // as it is meant to be seen, after turning

	orientation int
	memory      int64 // bytes decoding takes
}

func (p *Pictures) inspect(r io.ReadSeeker) (Header, error) {
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return Header{}, fmt.Errorf("read picture: %w", err)
	}
	if size > p.options.MaxBytes {
		return Header{}, fault.New(fault.TooLarge, "This picture file is too large: at most %d kB are accepted", p.options.MaxBytes/1000)
	}
	format, err := sniff(r)
	if err != nil {
		return Header{}, err
	}
	config, found, err := readHeader(r, format)
	if err != nil {
		return Header{}, err
	}
	return p.judge(format, config, found)
}

func sniff(r io.ReadSeeker) (Format, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("read picture: %w", err)
	}
	head := make([]byte, 12)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return "", fmt.Errorf("read picture: %w", err)
	}
	format, ok := formatOf(head[:n])
	if !ok {
		return "", fault.New(fault.Unsupported, "This is not a picture we can read: use JPEG, PNG, GIF or WebP")
	}
	return format, nil
}

func readHeader(r io.ReadSeeker, format Format) (image.Config, scan, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return image.Config{}, scan{}, fmt.Errorf("read picture: %w", err)
	}
	config, err := formats[format].config(r)
	if err != nil {
		return image.Config{}, scan{}, damaged(err)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return image.Config{}, scan{}, fmt.Errorf("read picture: %w", err)
	}
	return config, formats[format].scan(bufio.NewReader(r)), nil
}

// judge refuses what is beyond the limits, before a single pixel is decoded.
func (p *Pictures) judge(format Format, config image.Config, found scan) (Header, error) {
	pixels := int64(config.Width) * int64(config.Height)
	memory := int64(float64(pixels) * bytesPerPixel(format, config.ColorModel, found))
	switch {
	case config.Width < 1 || config.Height < 1:
		return Header{}, damaged(nil)
	case found.isAnimated && format == WebP:
		return Header{}, fault.New(fault.Unsupported, "Animated WebP pictures are not accepted")
	case pixels > int64(p.options.MaxPixels) || memory > p.options.MaxMemory:
		return Header{}, fault.New(fault.TooLarge, "This picture has too many pixels (%d × %d)", config.Width, config.Height)
	}
	h := Header{Format: format, Width: config.Width, Height: config.Height, orientation: orientation(found.exif), memory: memory}
	if isSideways(h.orientation) {
		h.Width, h.Height = h.Height, h.Width
	}
	return h, nil
}
