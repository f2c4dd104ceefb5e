package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
)

// scalingMemory is the peak of making the largest target: CatmullRom keeps four float64 per column of the target and row
// of its source, which shrink leaves less than twice as high.
func scalingMemory(targets []Target) int64 {
	var most int64
	for _, t := range targets {
		most = max(most, int64(t.Width)*int64(t.Height)*2*4*8)
	}
	return most
}

func renderOne(img image.Image, turn int, t Target) (Rendition, error) {
	if isSideways(turn) { // work on the picture as it is stored, turn the small result
		t.Width, t.Height = t.Height, t.Width
	}
	part, width, height := frame(img.Bounds(), t)
	shrunk := shrink(img, part, max(part.Dx()/width, 1), max(part.Dy()/height, 1))
	sized := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(sized, sized.Bounds(), shrunk, shrunk.Bounds(), draw.Src, nil)
	return encode(oriented(sized, turn), t)
}

// frame says which part of the picture is shown, and how large.
func frame(bounds image.Rectangle, t Target) (part image.Rectangle, width, height int) {
	if t.Mode == Fill {
		return centred(bounds, t.Width, t.Height), t.Width, t.Height
	}
	w, h := bounds.Dx(), bounds.Dy()
	scale := min(1, float64(t.Width)/float64(w), float64(t.Height)/float64(h))
	return bounds, scaled(w, scale), scaled(h, scale)
}

// centred is the largest part in the middle with the proportions of width to height.
func centred(bounds image.Rectangle, width, height int) image.Rectangle {
	w, h := bounds.Dx(), bounds.Dy()
	scale := min(float64(w)/float64(width), float64(h)/float64(height))
	partW, partH := min(scaled(width, scale), w), min(scaled(height, scale), h)
	at := bounds.Min.Add(image.Pt((w-partW)/2, (h-partH)/2))
	return image.Rectangle{Min: at, Max: at.Add(image.Pt(partW, partH))}
}

func scaled(length int, by float64) int { return max(int(float64(length)*by+0.5), 1) }

// shrink averages blocks of byX × byY pixels into one, row by row: it bounds what the slower and better filter after it
// has to look at, whatever the size of the picture.
func shrink(img image.Image, part image.Rectangle, byX, byY int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, part.Dx()/byX, part.Dy()/byY))
	row := image.NewRGBA(image.Rect(0, 0, part.Dx(), 1))
	sums := make([]uint64, out.Rect.Dx()*4)
	for y := range out.Rect.Dy() {
		clear(sums)
		for i := range byY {
			draw.Draw(row, row.Rect, img, image.Pt(part.Min.X, part.Min.Y+y*byY+i), draw.Src)
			addRow(sums, row.Pix, byX)
		}
		average(out.Pix[y*out.Stride:], sums, uint64(byX*byY))
	}
	return out
}

func addRow(sums []uint64, pix []byte, byX int) {
	for x := 0; x < len(sums); x += 4 {
		for range byX {
			sums[x] += uint64(pix[0])
			sums[x+1] += uint64(pix[1])
			sums[x+2] += uint64(pix[2])
			sums[x+3] += uint64(pix[3])
			pix = pix[4:]
		}
	}
}

func average(pix []byte, sums []uint64, count uint64) {
	for i, sum := range sums {
		pix[i] = byte((sum + count/2) / count)
	}
}

// isSideways reports whether an orientation exchanges width and height.
func isSideways(orientation int) bool { return orientation >= 5 }

// oriented turns and mirrors as Exif tag 274 asks: for each, where the pixel at x, y of the result comes from.
func oriented(img *image.RGBA, orientation int) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	from := map[int]func(x, y int) (int, int){
		2: func(x, y int) (int, int) { return w - 1 - x, y },
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		4: func(x, y int) (int, int) { return x, h - 1 - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return y, h - 1 - x },
		7: func(x, y int) (int, int) { return w - 1 - y, h - 1 - x },
		8: func(x, y int) (int, int) { return w - 1 - y, x },
	}[orientation]
	if from == nil {
		return img
	}
	if isSideways(orientation) {
		return remap(img, h, w, from)
	}
	return remap(img, w, h, from)
}

func remap(img *image.RGBA, width, height int, from func(x, y int) (int, int)) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			out.SetRGBA(x, y, img.RGBAAt(from(x, y)))
		}
	}
	return out
}

func encode(img *image.RGBA, t Target) (Rendition, error) {
	format := t.Format
	if format == "" {
		format = PNG
		if img.Opaque() {
			format = JPEG
		}
	}
	var b bytes.Buffer
	var err error
	if format == PNG {
		err = png.Encode(&b, img)
	} else {
		err = jpeg.Encode(&b, onWhite(img), &jpeg.Options{Quality: quality(t)})
	}
	if err != nil {
		return Rendition{}, fmt.Errorf("encode picture: %w", err)
	}
	return Rendition{Data: b.Bytes(), Width: img.Rect.Dx(), Height: img.Rect.Dy(), Format: format}, nil
}

func quality(t Target) int {
	if t.Quality == 0 {
		return defaultQuality
	}
	return t.Quality
}

// onWhite puts a transparent picture on white, since JPEG has no transparency and would show black.
func onWhite(img *image.RGBA) *image.RGBA {
	if img.Opaque() {
		return img
	}
	out := image.NewRGBA(img.Rect)
	draw.Draw(out, out.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, img, image.Point{}, draw.Over)
	return out
}
