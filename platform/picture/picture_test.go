package picture_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"sync"
	"testing"

	"lucarne/platform/fault"
	"lucarne/platform/picture"
)

func renderOne(t *testing.T, file []byte, target picture.Target) (picture.Rendition, image.Image) {
	t.Helper()
	made, err := picture.New(picture.Options{}).Render(t.Context(), bytes.NewReader(file), target)
	if err != nil {
		t.Fatal(err)
	}
	img, format, err := image.Decode(bytes.NewReader(made[0].Data))
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() != made[0].Width || b.Dy() != made[0].Height || format != string(made[0].Format) {
		t.Errorf("rendition says %d×%d %s, holds %v %s", made[0].Width, made[0].Height, made[0].Format, b, format)
	}
	return made[0], img
}

func wantColor(t *testing.T, img image.Image, x, y int, want color.RGBA) {
	t.Helper()
	got := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
	if !near(got.R, want.R) || !near(got.G, want.G) || !near(got.B, want.B) || !near(got.A, want.A) {
		t.Errorf("pixel %d, %d: got %v, want about %v", x, y, got, want)
	}
}

func near(a, b byte) bool { return max(a, b)-min(a, b) <= 12 }

func TestEveryFormatIsRead(t *testing.T) {
	t.Parallel()
	halfRed := color.NRGBA{255, 0, 0, 127}
	cases := []struct {
		name   string
		file   []byte
		format picture.Format
		want   color.RGBA
		out    picture.Format
	}{
		{"jpeg", jpegOf(t, plain(8, 4, red)), picture.JPEG, red, picture.JPEG},
		{"gray jpeg", jpegOf(t, image.NewGray(image.Rect(0, 0, 8, 4))), picture.JPEG, black, picture.JPEG},
		{"png", pngOf(t, plain(8, 4, red)), picture.PNG, red, picture.JPEG},
		{"16-bit png", pngOf(t, image.NewGray16(image.Rect(0, 0, 8, 4))), picture.PNG, black, picture.JPEG},
		{"transparent png", pngOf(t, plain(8, 4, halfRed)), picture.PNG, color.RGBA{127, 0, 0, 127}, picture.PNG},
		{"gif", gifOf(t, 8, 4, red), picture.GIF, red, picture.JPEG},
		{"animated gif: its first frame", gifOf(t, 8, 4, green, red, blue), picture.GIF, green, picture.JPEG},
		{"lossless webp", unbase64(t, webpLossless), picture.WebP, red, picture.JPEG},
		{"transparent webp", unbase64(t, webpAlpha), picture.WebP, color.RGBA{127, 0, 0, 127}, picture.PNG},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			header, err := picture.New(picture.Options{}).Inspect(bytes.NewReader(c.file))
			if err != nil {
				t.Fatal(err)
			}
			if header.Format != c.format || header.Width != 8 || header.Height != 4 {
				t.Errorf("header: got %+v, want %s of 8×4", header, c.format)
			}
			made, img := renderOne(t, c.file, picture.Target{Width: 16, Height: 16})
			if made.Format != c.out {
				t.Errorf("format: got %s, want %s", made.Format, c.out)
			}
			wantColor(t, img, 8, 8, c.want)
		})
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name          string
		width, height int
		target        picture.Target
		wantW, wantH  int
	}{
		{"avatar of a wide picture", 300, 200, picture.Target{Width: 48, Height: 48}, 48, 48},
		{"avatar of a small picture", 10, 20, picture.Target{Width: 120, Height: 120}, 120, 120},
		{"banner", 640, 480, picture.Target{Width: 600, Height: 100}, 600, 100},
		{"thumbnail", 1920, 1080, picture.Target{Width: 280, Height: 157}, 280, 157},
		{"fit a wide picture", 1000, 500, picture.Target{Width: 100, Height: 100, Mode: picture.Fit}, 100, 50},
		{"fit a high picture", 500, 1000, picture.Target{Width: 100, Height: 100, Mode: picture.Fit}, 50, 100},
		{"fit leaves small pictures", 30, 20, picture.Target{Width: 100, Height: 100, Mode: picture.Fit}, 30, 20},
		{"fit a line", 5000, 1, picture.Target{Width: 100, Height: 100, Mode: picture.Fit}, 100, 1},
		{"fill from a line", 1, 5000, picture.Target{Width: 60, Height: 10}, 60, 10},
		{"one pixel", 1, 1, picture.Target{Width: 1, Height: 1}, 1, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			made, _ := renderOne(t, pngOf(t, quarters(c.width, c.height)), c.target)
			if made.Width != c.wantW || made.Height != c.wantH {
				t.Errorf("got %d×%d, want %d×%d", made.Width, made.Height, c.wantW, c.wantH)
			}
		})
	}
}

func TestFillCropsTheMiddle(t *testing.T) {
	t.Parallel()
	img := plain(300, 100, red)
	for y := range 100 {
		for x := 100; x < 200; x++ {
			img.Set(x, y, green)
		}
	}
	_, got := renderOne(t, pngOf(t, img), picture.Target{Width: 20, Height: 20, Format: picture.PNG})
	for _, at := range []image.Point{{1, 1}, {18, 1}, {1, 18}, {18, 18}, {10, 10}} {
		wantColor(t, got, at.X, at.Y, green)
	}
}

func TestManyTargetsOfOnePicture(t *testing.T) {
	t.Parallel()
	made, err := picture.New(picture.Options{}).Render(t.Context(), bytes.NewReader(jpegOf(t, quarters(700, 700))),
		picture.Target{Width: 48, Height: 48}, picture.Target{Width: 120, Height: 120}, picture.Target{Width: 600, Height: 600, Format: picture.PNG})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []picture.Rendition{{Width: 48, Height: 48, Format: picture.JPEG}, {Width: 120, Height: 120, Format: picture.JPEG}, {Width: 600, Height: 600, Format: picture.PNG}} {
		if got := made[i]; got.Width != want.Width || got.Height != want.Height || got.Format != want.Format || len(got.Data) == 0 {
			t.Errorf("rendition %d: got %d×%d %s, want %d×%d %s", i, got.Width, got.Height, got.Format, want.Width, want.Height, want.Format)
		}
	}
}

func TestQualityAndBackground(t *testing.T) {
	t.Parallel()
	coarse, _ := renderOne(t, pngOf(t, quarters(99, 99)), picture.Target{Width: 64, Height: 64, Quality: 20})
	fine, _ := renderOne(t, pngOf(t, quarters(99, 99)), picture.Target{Width: 64, Height: 64, Quality: 100})
	if len(coarse.Data) >= len(fine.Data) {
		t.Errorf("sizes: got %d at quality 20 and %d at 100", len(coarse.Data), len(fine.Data))
	}
	_, img := renderOne(t, pngOf(t, plain(8, 8, color.NRGBA{})), picture.Target{Width: 8, Height: 8, Format: picture.JPEG})
	wantColor(t, img, 4, 4, color.RGBA{255, 255, 255, 255})
}

func TestOrientationIsHonoured(t *testing.T) {
	t.Parallel()
	// The four corners of the stored picture, as they are to be seen: left and right above, left and right below.
	seen := map[uint16][4]color.RGBA{
		1: {red, green, blue, black}, 2: {green, red, black, blue}, 3: {black, blue, green, red}, 4: {blue, black, red, green},
		5: {red, blue, green, black}, 6: {blue, red, black, green}, 7: {black, green, blue, red}, 8: {green, black, red, blue},
	}
	for value, corners := range seen {
		t.Run(fmt.Sprint(value), func(t *testing.T) {
			var order binary.AppendByteOrder = binary.LittleEndian
			if value%2 == 0 {
				order = binary.BigEndian
			}
			for _, file := range [][]byte{
				withExifJPEG(jpegOf(t, quarters(80, 40)), exif(order, value)),
				withExifPNG(pngOf(t, quarters(80, 40)), exif(order, value)),
			} {
				made, img := renderOne(t, file, picture.Target{Width: 200, Height: 200, Mode: picture.Fit})
				w, h := 80, 40
				if value >= 5 {
					w, h = h, w
				}
				if made.Width != w || made.Height != h {
					t.Fatalf("got %d×%d, want %d×%d", made.Width, made.Height, w, h)
				}
				for i, at := range []image.Point{{4, 4}, {w - 5, 4}, {4, h - 5}, {w - 5, h - 5}} {
					wantColor(t, img, at.X, at.Y, corners[i])
				}
				header, err := picture.New(picture.Options{}).Inspect(bytes.NewReader(file))
				if err != nil || header.Width != w || header.Height != h {
					t.Errorf("header: got %+v, %v, want %d×%d", header, err, w, h)
				}
			}
		})
	}
}

func TestOrientationOfWebP(t *testing.T) {
	t.Parallel()
	header, err := picture.New(picture.Options{}).Inspect(bytes.NewReader(withExifWebP(unbase64(t, webpAlpha), exif(binary.LittleEndian, 6))))
	if err != nil || header.Width != 4 || header.Height != 8 {
		t.Errorf("got %+v, %v, want 4×8", header, err)
	}
}

func TestMetadataIsStripped(t *testing.T) {
	t.Parallel()
	for _, file := range [][]byte{
		withExifJPEG(jpegOf(t, quarters(80, 40)), exif(binary.LittleEndian, 1)),
		withExifPNG(pngOf(t, quarters(80, 40)), exif(binary.LittleEndian, 1)),
	} {
		made, _ := renderOne(t, file, picture.Target{Width: 80, Height: 40})
		if bytes.Contains(made.Data, []byte("home")) || bytes.Contains(made.Data, []byte("Exif")) || bytes.Contains(made.Data, []byte("eXIf")) {
			t.Error("metadata got through")
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	small := pngOf(t, quarters(10, 10))
	limits := picture.Options{MaxBytes: 20_000, MaxPixels: 1_000_000, MaxMemory: 6_000_000}
	cases := []struct {
		name string
		file []byte
		kind fault.Kind
	}{
		{"nothing", nil, fault.Unsupported},
		{"text", []byte("<svg onload=alert(1)>"), fault.Unsupported},
		{"too many bytes", append(bytes.Clone(small), make([]byte, 20_000)...), fault.TooLarge},
		{"a bomb", claiming(small, 60_000, 60_000), fault.TooLarge},
		{"more than an int of 32 bits", claiming(small, 1<<31-1, 1<<31-1), fault.Invalid},
		{"too many pixels", claiming(small, 1001, 1000), fault.TooLarge},
		{"too much memory", pngOf(t, image.NewNRGBA64(image.Rect(0, 0, 800, 800))), fault.TooLarge},
		{"header without picture", claiming(small, 400, 400)[:60], fault.Invalid},
		{"truncated png", small[:len(small)-30], fault.Invalid},
		{"truncated header", small[:20], fault.Invalid},
		{"truncated jpeg", jpegOf(t, quarters(64, 64))[:300], fault.Invalid},
		{"truncated gif", gifOf(t, 8, 8, red)[:20], fault.Invalid},
		{"truncated webp", unbase64(t, webpLossless)[:30], fault.Invalid},
		{"animated webp", unbase64(t, webpAnimated), fault.Unsupported},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := picture.New(limits).Render(t.Context(), bytes.NewReader(c.file), picture.Target{Width: 8, Height: 8})
			var known *fault.Error
			if !errors.As(err, &known) || known.Kind != c.kind || known.Message == "" {
				t.Errorf("got %v, want an error of kind %v", err, c.kind)
			}
		})
	}
}

func TestBadTargetsAreOurFault(t *testing.T) {
	t.Parallel()
	for _, target := range []picture.Target{{}, {Width: 10}, {Width: 5000, Height: 10}, {Width: 1, Height: 1, Format: picture.GIF}} {
		_, err := picture.New(picture.Options{}).Render(t.Context(), bytes.NewReader(pngOf(t, quarters(2, 2))), target)
		if !fault.Is(err, fault.Internal) {
			t.Errorf("%+v: got %v, want an internal error", target, err)
		}
	}
}

func TestWorkWaitsForItsShareOfMemory(t *testing.T) {
	t.Parallel()
	file, target := pngOf(t, quarters(10, 10)), picture.Target{Width: 8, Height: 8}
	pictures := picture.New(picture.Options{MaxMemory: 1 << 20})
	release := picture.Hold(pictures)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pictures.Render(ctx, bytes.NewReader(file), target); !fault.Is(err, fault.Unavailable) {
		t.Errorf("with the memory taken: got %v, want unavailable", err)
	}
	release()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := pictures.Render(t.Context(), bytes.NewReader(file), target); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	picture.Hold(pictures)() // everything was given back
}

func TestDecoderPanicIsADamagedPicture(t *testing.T) {
	t.Parallel()
	_, err := picture.Guarded(func() ([]picture.Rendition, error) { panic("index out of range") })
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v, want invalid", err)
	}
}

func TestFormatNames(t *testing.T) {
	t.Parallel()
	if got := picture.JPEG.Extension() + picture.PNG.Extension() + picture.JPEG.ContentType(); got != ".jpg.pngimage/jpeg" {
		t.Errorf("got %s", got)
	}
}

// FuzzRender checks that no file makes the decoders panic or the result another size.
func FuzzRender(f *testing.F) {
	f.Add(jpegOf(f, quarters(16, 8)))
	f.Add(withExifJPEG(jpegOf(f, quarters(16, 8)), exif(binary.BigEndian, 6)))
	f.Add(withExifPNG(pngOf(f, quarters(16, 8)), exif(binary.LittleEndian, 8)))
	f.Add(pngOf(f, plain(3, 3, color.NRGBA{1, 2, 3, 4})))
	f.Add(gifOf(f, 8, 8, red, blue))
	f.Add(unbase64(f, webpLossless))
	f.Add(withExifWebP(unbase64(f, webpAlpha), exif(binary.LittleEndian, 3)))
	f.Add(unbase64(f, webpAnimated))
	pictures := picture.New(picture.Options{MaxBytes: 1 << 16, MaxPixels: 1 << 14, MaxMemory: 1 << 20})
	f.Fuzz(func(t *testing.T, file []byte) {
		made, err := picture.RenderUnguarded(pictures, file, picture.Target{Width: 7, Height: 5}, picture.Target{Width: 9, Height: 9, Mode: picture.Fit})
		if err != nil {
			if fault.Is(err, fault.Internal) {
				t.Errorf("an internal error: %v", err)
			}
			return
		}
		if made[0].Width != 7 || made[0].Height != 5 || made[1].Width > 9 || made[1].Height > 9 {
			t.Errorf("sizes: got %d×%d and %d×%d", made[0].Width, made[0].Height, made[1].Width, made[1].Height)
		}
	})
}

func FuzzOrientation(f *testing.F) {
	f.Add(exif(binary.LittleEndian, 6))
	f.Add(exif(binary.BigEndian, 9))
	f.Add([]byte("MM\x00*\xff\xff\xff\xff\x00"))
	f.Add([]byte("II*\x00\x08\x00\x00\x00\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if got := picture.Orientation(data); got < 1 || got > 8 {
			t.Errorf("got %d", got)
		}
	})
}
