package apptest

import (
	"os"
	"path/filepath"
	"testing"

	"lucarne/video/upload/uploadtest"
)

// Landscape is two seconds of 426x240 that can be watched without being encoded, and still have a smaller rendition.
func Landscape(t testing.TB) string { return uploadtest.Landscape(t) }

// WebM is two seconds that have to be encoded.
func WebM(t testing.TB) string { return uploadtest.WebM(t) }

// Portrait is a second, taller than wide.
func Portrait(t testing.TB) string {
	return uploadtest.Clip(t, "portrait.mp4", "-f lavfi -i testsrc2=s=240x426:r=25:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25")
}

// Sound is a second without a picture.
func Sound(t testing.TB) string {
	return uploadtest.Clip(t, "sound.mp3", "-f lavfi -i sine=d=1:r=44100 -c:a libmp3lame -b:a 64k")
}

// Film is half a minute to watch, to seek in and to change the quality of.
func Film(t testing.TB) string {
	return uploadtest.Clip(t, "film.mp4", "-f lavfi -i testsrc2=s=426x240:r=25:d=30 -f lavfi -i sine=d=30:r=44100 "+
		"-c:v libx264 -preset ultrafast -profile:v main -pix_fmt yuv420p -g 25 -c:a aac -ac 2 -shortest")
}

// Long is two minutes, most of which a player that has begun does not have yet.
func Long(t testing.TB) string {
	return uploadtest.Clip(t, "long.mp4", "-f lavfi -i testsrc2=s=426x240:r=10:d=120 -f lavfi -i sine=d=120:r=44100 "+
		"-c:v libx264 -preset ultrafast -profile:v main -pix_fmt yuv420p -g 20 -c:a aac -ac 2 -shortest")
}

// Slow takes many seconds to be encoded: it is for what happens in the middle.
func Slow(t testing.TB) string {
	return uploadtest.Clip(t, "slow.mp4", "-f lavfi -i testsrc2=s=1280x720:r=30:d=20 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 60 -crf 30")
}

// Cover is a picture.
func Cover(t testing.TB) string {
	return uploadtest.Clip(t, "cover.jpg", "-f lavfi -i testsrc2=s=640x360:d=1 -frames:v 1 -update 1")
}

// NoVideo is named like a video and is none.
func NoVideo(t testing.TB) string {
	return write(t, "no-video.mp4", "This file says of itself that it is a video. It is not.\n")
}

// Captions are two cues of WebVTT.
func Captions(t testing.TB) string {
	return write(t, "captions.vtt", "WEBVTT\n\n00:00.000 --> 00:00.500\nGood evening.\n\n00:01.000 --> 00:01.500\nGood night.\n")
}

func write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// RemoveMedia ends a test program.
func RemoveMedia() { uploadtest.RemoveClips() }
