package packager

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lucarne/live/streamtest"
)

// fullDisk takes so many bytes.
type fullDisk struct {
	storage
	left *int64
}

var errFull = errors.New("no space left on device")

func (d fullDisk) WriteAt(b []byte, at int64) (int, error) {
	if *d.left -= int64(len(b)); *d.left < 0 {
		return 0, errFull
	}
	return d.storage.WriteAt(b, at)
}

func TestAFullDiskDoesNotEndTheShow(t *testing.T) {
	t.Parallel()
	o := lowLatency
	told := 0
	o.OnIncomplete = func(err error) {
		if errors.Is(err, errFull) {
			told++
		}
	}
	p, source := newPackager(t, o)
	left := int64(200_000)
	p.create = func(path string) (storage, error) {
		f, err := createFile(path)
		return fullDisk{f, &left}, err
	}
	clip := streamtest.Generate(t, streamtest.Standard)
	send(t, source, clip.Loop(18*time.Second))
	text := playlist(t, p, "0.m3u8")
	if n := frames(t, p, text); told != 1 || n < 400 {
		t.Errorf("told %d times, %d pictures can be watched:\n%s", told, n, text)
	}
	recording, _ := p.Finish()
	if len(recording.Renditions) == 0 || recording.Renditions[0].IsComplete {
		t.Errorf("recorded %+v", recording)
	}
}

func TestAKilledRecordingIsMended(t *testing.T) {
	t.Parallel()
	p, source := newPackager(t, lowLatency)
	send(t, source, streamtest.Generate(t, streamtest.Standard))
	folder := p.o.Folder
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, fileName(0, 0, 0))
	torn, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := torn.Write([]byte("\x00\x00\x10\x00moof torn")); err != nil {
		t.Fatal(err)
	}
	torn.Close()
	for range 2 {
		recording, err := Recover(folder)
		if err != nil || len(recording.Renditions) != 1 {
			t.Fatalf("recovered %+v, %v", recording, err)
		}
		r := recording.Renditions[0]
		if r.Duration < 5*time.Second || !r.HasVideo || !r.HasAudio {
			t.Errorf("recovered %+v", r)
		}
		checkRecording(t, r, decoded(t, path))
	}
}

func TestRecoverOfNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, content := range map[string]string{"0-0-0.mp4": "", "0-1-0.mp4": "\x00\x00\x00\x08moov", "0-2-0.mp4": "garbage that is none", "notes.txt": "kept"} {
		if err := os.WriteFile(folder+"/"+name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	recording, err := Recover(folder)
	if err != nil || len(recording.Renditions) != 0 {
		t.Errorf("recovered %+v, %v", recording, err)
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 1 || left[0].Name() != "notes.txt" {
		t.Errorf("left %v, %v", left, err)
	}
}
