package replay_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lucarne/video/upload/uploadtest"
)

// media stands for the files the recorded client sent: of the same kind, name and duration, and much cheaper to encode.
type media struct {
	t      *testing.T
	folder string
	made   map[string]string
}

func newMedia(t *testing.T) *media {
	return &media{t: t, folder: t.TempDir(), made: make(map[string]string)}
}

// recipes are ffmpeg arguments by the recorded file's name.
var recipes = map[string]string{
	"test720.mp4": "-f lavfi -i color=c=teal:s=1280x720:r=2:d=30 -f lavfi -i sine=d=30:r=44100" +
		" -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 4 -c:a aac -b:a 64k -shortest -movflags +faststart",
	"video_short.mp4": "-f lavfi -i color=c=olive:s=1280x720:r=5:d=5 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 10 -movflags +faststart",
	"avatar.png":      "-f lavfi -i color=c=blue@0.5:s=120x120:d=1,format=rgba -frames:v 1 -update 1",
	"banner.jpg":      "-f lavfi -i color=c=red:s=1920x317:d=1 -frames:v 1 -update 1",

	"custom-thumbnail.jpg": "-f lavfi -i color=c=green:s=280x157:d=1 -frames:v 1 -update 1",
	"custom-preview.jpg":   "-f lavfi -i color=c=yellow:s=850x480:d=1 -frames:v 1 -update 1",
}

const goodSRT = "1\n00:00:01,600 --> 00:00:04,200\nEnglish (US)\n\n2\n00:00:05,900 --> 00:00:07,999\nThis is a subtitle in American English\n"

// texts are small files by the recorded file's name.
var texts = map[string]string{
	"subtitle-good1.vtt": "WEBVTT\n\n00:01.000 --> 00:04.000\nGood evening.\n\n00:05.000 --> 00:09.000\nGood night.\n",
	"subtitle-good.srt":  goodSRT,
	"subtitle-bad.txt":   goodSRT,
}

// path is a file that stands for the recorded one, of exactly length bytes where the session sends it in pieces.
func (m *media) path(name string, length int) string {
	m.t.Helper()
	if path, found := m.made[name]; found {
		return path
	}
	path := filepath.Join(m.folder, name)
	m.made[name] = path
	content, isText := texts[name]
	if !isText {
		recipe, known := recipes[name]
		if !known {
			m.t.Fatalf("no media stands for %s", name)
		}
		content = m.read(uploadtest.Clip(m.t, name, recipe))
	}
	if strings.HasSuffix(name, "short.mp4") {
		content = m.padded(content, length)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		m.t.Fatal(err)
	}
	return path
}

func (m *media) read(path string) string {
	m.t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		m.t.Fatal(err)
	}
	return string(content)
}

// padded fills an MP4 up with a box readers pass over (ISO/IEC 14496-12 §8.1.2).
func (m *media) padded(content string, length int) string {
	m.t.Helper()
	const header = 8
	missing := length - len(content)
	if missing < header {
		m.t.Fatalf("a clip of %d bytes cannot be padded to %d", len(content), length)
	}
	size := make([]byte, 4)
	binary.BigEndian.PutUint32(size, uint32(missing))
	return content + string(size) + "free" + strings.Repeat("\x00", missing-header)
}
