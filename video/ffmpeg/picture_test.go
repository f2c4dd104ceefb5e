package ffmpeg_test

import (
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lucarne/platform/fault"
	"lucarne/video/ffmpeg"
)

func decode(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := jpeg.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// brightness is the mean luma of a picture, 0 to 255.
func brightness(img image.Image) int {
	sum, n := 0, 0
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y += 4 {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x += 4 {
			r, g, b, _ := img.At(x, y).RGBA()
			sum += int(r*299+g*587+b*114) / 1000 >> 8
			n++
		}
	}
	return sum / n
}

func TestThumbnail(t *testing.T) {
	start, late := time.Duration(0), time.Hour
	cases := []struct {
		name    string
		path    func(testing.TB) string
		at      *time.Duration
		size    image.Point
		isBlack bool
	}{
		{"chosen", named("landscape.mp4"), nil, image.Pt(320, 180), false},
		{"chosen after a black half", named("black-start.mp4"), nil, image.Pt(320, 180), false},
		{"chosen where all is black", named("black.mp4"), nil, image.Pt(320, 180), true},
		{"at a time", named("black-start.mp4"), &start, image.Pt(320, 180), true},
		{"past the end is the start", named("black-start.mp4"), &late, image.Pt(320, 180), true},
		{"rotated", rotated, nil, image.Pt(180, 320), false},
		{"HDR", named("pq.mkv"), nil, image.Pt(320, 180), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "thumb.jpg")
			if err := ffmpeg.New(ffmpeg.Options{}).Thumbnail(t.Context(), source(t, c.path(t)), ffmpeg.ThumbnailSpec{At: c.at, Path: path}); err != nil {
				t.Fatal(err)
			}
			img := decode(t, path)
			if got := img.Bounds().Size(); got != c.size {
				t.Errorf("size: got %v, want %v", got, c.size)
			}
			if got := brightness(img); (got < 12) != c.isBlack {
				t.Errorf("brightness %d: black %v, want %v", got, got < 12, c.isBlack)
			}
		})
	}
	err := ffmpeg.New(ffmpeg.Options{}).Thumbnail(t.Context(), source(t, album(t)), ffmpeg.ThumbnailSpec{Path: "x.jpg"})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("sound: got %v, want Invalid", err)
	}
}

func TestStoryboardOf(t *testing.T) {
	cases := []struct {
		name          string
		width, height int
		length        time.Duration
		want          ffmpeg.Storyboard
	}{
		{"half a minute", 1280, 720, 30 * time.Second, ffmpeg.Storyboard{SpriteWidth: 192, SpriteHeight: 108, Columns: 10, Rows: 3, SpriteDuration: time.Second}},
		{"a moment", 1280, 720, 400 * time.Millisecond, ffmpeg.Storyboard{SpriteWidth: 192, SpriteHeight: 108, Columns: 1, Rows: 1, SpriteDuration: time.Second}},
		{"portrait", 720, 1280, 15 * time.Second, ffmpeg.Storyboard{SpriteWidth: 108, SpriteHeight: 192, Columns: 10, Rows: 2, SpriteDuration: time.Second}},
		{"two hours", 1920, 800, 2 * time.Hour, ffmpeg.Storyboard{SpriteWidth: 192, SpriteHeight: 80, Columns: 10, Rows: 10, SpriteDuration: 72 * time.Second}},
		{"a needle", 4000, 2, 3 * time.Second, ffmpeg.Storyboard{SpriteWidth: 192, SpriteHeight: 2, Columns: 3, Rows: 1, SpriteDuration: time.Second}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := ffmpeg.Probe{Duration: c.length, Streams: []ffmpeg.Stream{{Kind: ffmpeg.Video, Picture: ffmpeg.Picture{Width: c.width, Height: c.height}}}}
			if got, ok := ffmpeg.StoryboardOf(p); !ok || got != c.want {
				t.Errorf("got %+v, %v, want %+v", got, ok, c.want)
			}
		})
	}
	if _, ok := ffmpeg.StoryboardOf(ffmpeg.Probe{Duration: time.Minute}); ok {
		t.Error("a sound has a storyboard")
	}
}

func TestStoryboardSheet(t *testing.T) {
	cases := []struct {
		name string
		path func(testing.TB) string
		size image.Point
	}{
		{"three seconds", named("landscape.mp4"), image.Pt(3*192, 108)},
		{"one second, HDR", named("pq.mkv"), image.Pt(192, 108)},
		{"by keyframes", named("hour.mkv"), image.Pt(1920, 10*108)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			src := source(t, c.path(t))
			board, ok := ffmpeg.StoryboardOf(src.Probe)
			if !ok {
				t.Fatal("no storyboard")
			}
			path := filepath.Join(t.TempDir(), "sheet.jpg")
			command, err := board.Sheet(src, path)
			if err != nil {
				t.Fatal(err)
			}
			run(t, command)
			img := decode(t, path)
			if got := img.Bounds().Size(); got != c.size {
				t.Errorf("size: got %v, want %v", got, c.size)
			}
			last := img.(interface {
				SubImage(image.Rectangle) image.Image
			}).SubImage(image.Rect(c.size.X-192, c.size.Y-108, c.size.X, c.size.Y))
			if brightness(last) < 12 {
				t.Error("the last sprite is black")
			}
		})
	}
}
