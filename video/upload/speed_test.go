package upload_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"lucarne/platform/db/dbtest"
	"lucarne/video"
	"lucarne/video/transcode"
	"lucarne/video/upload/uploadtest"
)

// BenchmarkTimeToPlayable takes ten minutes of 1080p H.264 and AAC from their last byte to the first thing a player can watch. The bar is
// five seconds.
func BenchmarkTimeToPlayable(b *testing.B) {
	seconds := uploadtest.Clip(b, "1080p.mp4", "-f lavfi -i testsrc2=s=1920x1080:r=30:d=5 -f lavfi -i sine=d=5:r=48000 "+
		"-c:v libx264 -preset ultrafast -b:v 5M -pix_fmt yuv420p -g 60 -c:a aac -b:a 128k")
	film := filepath.Join(b.TempDir(), "film.mp4")
	if out, err := exec.Command("ffmpeg", "-v", "error", "-stream_loop", "119", "-i", seconds, "-c", "copy", film).CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	for b.Loop() {
		s := uploadtest.New(b, dbtest.SQLite(b), func(s *uploadtest.Studio) {
			s.Operation.Settings = transcode.Settings{Resolutions: []int{240, 360, 480, 720, 1080}, AlwaysOriginal: true, HLS: true}
		})
		alice := s.Creator(b, "alice")
		var took time.Duration
		made := s.Upload(b, alice, film, nil)
		began := time.Now()
		s.WorkUntil(b, func() bool {
			found, err := s.Videos.Get(b.Context(), made.ID)
			if err != nil {
				b.Fatal(err)
			}
			took = time.Since(began)
			return found.State == video.Published
		})
		if stat, err := os.Stat(film); err == nil {
			b.ReportMetric(float64(stat.Size())/1e6, "MB")
		}
		b.ReportMetric(took.Seconds(), "s/playable")
	}
}
