package broadcast_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"lucarne/platform/blob"
	"lucarne/video"
)

// replayFiles are the files of a replay.
func (w *world) replayFiles(id video.ID) []string {
	w.t.Helper()
	of := w.video(id)
	folder := video.PlaylistFolder(of.Privacy, of.UUID)
	found, err := filepath.Glob(filepath.Join(w.Blobs.Local(blob.StreamingPlaylists).Root(), folder, "*.mp4"))
	if err != nil || len(found) == 0 {
		w.t.Fatalf("the replay has no files: %v", err)
	}
	return found
}

// sizes counts the pictures of a file by their size.
func (w *world) sizes(path string) map[string]int {
	w.t.Helper()
	out, err := exec.CommandContext(w.t.Context(), "ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "frame=width,height", "-of", "csv=p=0", path).Output()
	if err != nil {
		w.t.Fatal(err)
	}
	counted := make(map[string]int)
	for line := range strings.FieldsSeq(string(out)) {
		counted[strings.Trim(line, ",")]++
	}
	return counted
}

// decodes has ffmpeg decode the files of a replay: anything it complains about fails the test, as do other lengths.
func (w *world) decodes(id video.ID, want time.Duration) {
	w.t.Helper()
	for _, path := range w.replayFiles(id) {
		out, err := exec.CommandContext(w.t.Context(), "ffmpeg", "-v", "warning", "-xerror", "-i", path, "-f", "null", "-").CombinedOutput()
		if err != nil || len(out) > 0 {
			w.t.Errorf("decode: %v\n%s", err, out)
		}
		out, err = exec.CommandContext(w.t.Context(), "ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path).CombinedOutput()
		got, errParse := time.ParseDuration(strings.TrimSpace(string(out)) + "s")
		if err != nil || errParse != nil || (got-want).Abs() > 200*time.Millisecond {
			w.t.Errorf("the file lasts %s, want %v: %v", out, want, err)
		}
	}
}
