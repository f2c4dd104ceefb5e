package picture_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

// 8 × 4 pixels: red; half transparent red; two frames of a test card.
const (
	webpLossless = "UklGRhwAAABXRUJQVlA4TA8AAAAvB8AAAAcQ/Y/+ByKi/wEA"
	webpAlpha    = "UklGRmAAAABXRUJQVlA4WAoAAAAQAAAABwAAAwAAQUxQSAoAAAABB9C/iAhERP8DVlA4IDAAAADQAQCdASoIAAQAAgA0JaACdLoB+AADsAD+8Oj3/yC5YXXI1/8gP+QH/ID/+PIAAAA="
	webpAnimated = "UklGRiIBAABXRUJQVlA4WAoAAAACAAAABwAAAwAAQU5JTQYAAAD/////AQBBTk1GfgAAAAAAAAAAAAcAAAMAAGQAAAJWUDggZgAAALABAJ0BKggABAACADQlsAJ0APSBtW4A/vNjej7kf7DmCT/sl1roX+O36DFId6FttcVdSEBSX4/3+f+wQV/n/lut9PB/k5JFXBH9zexrmCRf8Gv9/V2VAP/84Dq5tfxMf3N/4aAAAEFOTUZwAAAAAAAAAQAABwAAAQAAZAAAAFZQOCBYAAAA9AEAnQEqCAACAAAANCWoAnQBHoI5oXsAAM49/BdofzeL09abdCUcj4+JWqBDr36EQ2SZ4bX7xX/ub/NYO+I/3N1vdbMX8TH9Tf//pWN2638TH9Tf+VQAAA=="
)

var (
	red   = color.RGBA{255, 0, 0, 255}
	green = color.RGBA{0, 255, 0, 255}
	blue  = color.RGBA{0, 0, 255, 255}
	black = color.RGBA{0, 0, 0, 255}
)

func unbase64(t testing.TB, text string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// quarters is a picture of four colours: red and green above blue and black.
func quarters(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetRGBA(x, y, [2][2]color.RGBA{{red, green}, {blue, black}}[2*y/height][2*x/width])
		}
	}
	return img
}

func plain(width, height int, c color.Color) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, c)
		}
	}
	return img
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// gifOf makes one frame of each colour.
func gifOf(t testing.TB, width, height int, colors ...color.Color) []byte {
	t.Helper()
	animation := &gif.GIF{}
	for i := range colors {
		frame := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette(colors))
		for p := range frame.Pix {
			frame.Pix[p] = byte(i)
		}
		animation.Image, animation.Delay = append(animation.Image, frame), append(animation.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, animation); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is a TIFF structure with an orientation and, before it, a tag that names a place.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	b = appendEntry(order, b, 0x010E, 2, 4) // ImageDescription
	b = append(b, "home"...)
	b = appendEntry(order, b, 274, 3, 1)
	b = order.AppendUint16(b, orientation)
	return append(b, 0, 0, 0, 0, 0, 0)
}

func appendEntry(order binary.AppendByteOrder, b []byte, tag, kind uint16, count uint32) []byte {
	return order.AppendUint32(order.AppendUint16(order.AppendUint16(b, tag), kind), count)
}

func withExifJPEG(file, exif []byte) []byte {
	payload := append([]byte("Exif\x00\x00"), exif...)
	segment := binary.BigEndian.AppendUint16([]byte{0xFF, 0xE1}, uint16(len(payload)+2))
	return bytes.Join([][]byte{file[:2], segment, payload, file[2:]}, nil)
}

// withExifPNG puts the chunk before the final IEND, after the picture.
func withExifPNG(file, exif []byte) []byte {
	body := append([]byte("eXIf"), exif...)
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(exif))), body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(body))
	end := len(file) - 12
	return bytes.Join([][]byte{file[:end], chunk, file[end:]}, nil)
}

func withExifWebP(file, exif []byte) []byte {
	chunk := append(binary.LittleEndian.AppendUint32([]byte("EXIF"), uint32(len(exif))), exif...)
	out := append(bytes.Clone(file), chunk...)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// claiming is a PNG whose header says other measures than it has.
func claiming(file []byte, width, height uint32) []byte {
	out := bytes.Clone(file)
	binary.BigEndian.PutUint32(out[16:], width)
	binary.BigEndian.PutUint32(out[20:], height)
	binary.BigEndian.PutUint32(out[29:], crc32.ChecksumIEEE(out[12:29]))
	return out
}
