package upload_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/platform/job"
	"lucarne/video"
	"lucarne/video/hls"
	"lucarne/video/upload"
	"lucarne/video/upload/uploadtest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	uploadtest.RemoveClips()
	os.Exit(code)
}

func get(t *testing.T, s *uploadtest.Studio, id video.ID) video.Details {
	t.Helper()
	d, err := s.Videos.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func resolutions(files []video.File) []int {
	var list []int
	for _, f := range files {
		list = append(list, f.Resolution)
	}
	return list
}

// checkPlayable reads the master playlist as a player does and finds everything it names.
func checkPlayable(t *testing.T, s *uploadtest.Studio, d video.Details, want []int) {
	t.Helper()
	if d.State != video.Published || len(d.Playlists) != 1 {
		t.Fatalf("state %d (%s), %d playlists: want published with one", d.State, d.Failure, len(d.Playlists))
	}
	p := d.Playlists[0]
	if got := resolutions(p.Files); !slices.Equal(got, want) {
		t.Errorf("resolutions: got %v, want %v", got, want)
	}
	folder := filepath.Join(s.Blobs.Local(blob.StreamingPlaylists).Root(), video.PlaylistFolder(d.Privacy, d.UUID))
	f, err := os.Open(filepath.Join(folder, p.PlaylistFilename))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	master, err := hls.ParseMaster(f)
	if err != nil {
		t.Fatal(err)
	}
	named := len(master.Variants)
	for _, r := range master.Renditions {
		if r.Type == hls.AudioRendition {
			named++
		}
	}
	if named != len(want) || len(p.InfoHashes) != len(want) {
		t.Errorf("master names %d renditions with %d info hashes, want %d", named, len(p.InfoHashes), len(want))
	}
	checkDigests(t, filepath.Join(folder, p.SHA256Filename), len(want))
	for _, file := range p.Files {
		checkFile(t, s, folder, file)
	}
	if d.DurationSeconds != 2 || len(d.Thumbnails) != 2 {
		t.Errorf("duration %d, %d thumbnails: want 2 and 2", d.DurationSeconds, len(d.Thumbnails))
	}
}

func checkDigests(t *testing.T, path string, files int) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var digests map[string]map[string]string
	if err := json.Unmarshal(text, &digests); err != nil || len(digests) != files {
		t.Errorf("digests of %d files (%v), want %d", len(digests), err, files)
	}
}

func checkFile(t *testing.T, s *uploadtest.Studio, folder string, file video.File) {
	t.Helper()
	if stat, err := os.Stat(filepath.Join(folder, file.Filename)); err != nil || stat.Size() != file.Size {
		t.Errorf("file of %dp: %v", file.Resolution, err)
	}
	playlist, err := os.Open(filepath.Join(folder, file.PlaylistFilename))
	if err != nil {
		t.Fatal(err)
	}
	defer playlist.Close()
	if media, err := hls.ParseMedia(playlist); err != nil || len(media.Segments) == 0 || !media.Ended {
		t.Errorf("media playlist of %dp: %d segments, %v", file.Resolution, len(media.Segments), err)
	}
	if _, err := s.Blobs.Local(blob.Torrents).Path(file.TorrentFilename); err != nil || len(file.InfoHash) != 40 {
		t.Errorf("torrent of %dp: %v, info hash %q", file.Resolution, err, file.InfoHash)
	}
}

// filesIn counts what a store holds.
func filesIn(t *testing.T, s *uploadtest.Studio, kind blob.Kind) []string {
	t.Helper()
	var names []string
	root := s.Blobs.Local(kind).Root()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			names = append(names, strings.TrimPrefix(path, root))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func checkNothingLeft(t *testing.T, s *uploadtest.Studio, kinds ...blob.Kind) {
	t.Helper()
	for _, kind := range kinds {
		if left := filesIn(t, s, kind); len(left) > 0 {
			t.Errorf("%s still holds %v", kind, left)
		}
	}
}

// checkLookedInto is for just after the last byte: no job has run yet.
func checkLookedInto(t *testing.T, s *uploadtest.Studio, id video.ID) {
	t.Helper()
	if d := get(t, s, id); d.DurationSeconds != 2 || d.AspectRatio != 1.775 || d.State != video.ToTranscode {
		t.Errorf("just uploaded: %d s of %v in state %d, want 2 s of 1.775 to transcode", d.DurationSeconds, d.AspectRatio, d.State)
	}
	source, err := s.Files.Source(t.Context(), id)
	if err != nil || source.Resolution != 240 || source.Height != 240 || source.FPS == 0 || len(source.Metadata) == 0 {
		t.Errorf("source: got %+v, %v", source, err)
	}
}

func TestLandscapeIsPlayableBeforeEncoding(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := uploadtest.New(t, d, nil)
		alice := s.Creator(t, "alice")
		made := s.Upload(t, alice, uploadtest.Landscape(t), nil)
		checkLookedInto(t, s, made.ID)
		s.WorkUntil(t, func() bool { return get(t, s, made.ID).State == video.Published })
		if files := get(t, s, made.ID).Playlists[0].Files; len(files) == 0 || files[0].Resolution != 240 {
			t.Errorf("first playable: got %v, want the copy in 240p", resolutions(files))
		}
		s.Work(t)
		details := get(t, s, made.ID)
		checkPlayable(t, s, details, []int{240, 144})
		if details.AspectRatio != 1.775 {
			t.Errorf("aspect ratio: got %v", details.AspectRatio)
		}
		board, found, err := s.Storyboards.Find(t.Context(), made.ID)
		if err != nil || !found || board.SpriteWidth != 192 || board.TotalWidth != 2*192 || board.SpriteDuration != 1 {
			t.Errorf("storyboard: got %+v, %v, %v", board, found, err)
		}
		checkNothingLeft(t, s, blob.OriginalVideoFiles, blob.Temporary, blob.TemporaryKept)
	})
}

func TestWebMIsEncoded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := uploadtest.New(t, d, func(s *uploadtest.Studio) {
			s.Operation.WebVideos, s.Operation.KeepOriginal, s.Rules.KeepOriginal = true, true, true
		})
		made := s.Upload(t, s.Creator(t, "alice"), uploadtest.WebM(t), nil)
		s.Work(t)
		details := get(t, s, made.ID)
		checkPlayable(t, s, details, []int{240, 144})
		if got := resolutions(details.WebFiles); !slices.Equal(got, []int{240, 144}) {
			t.Errorf("web videos: got %v", got)
		}
		if kept := filesIn(t, s, blob.OriginalVideoFiles); len(kept) != 1 {
			t.Errorf("originals: got %v, want the upload kept", kept)
		}
		source, err := s.Files.Source(t.Context(), made.ID)
		if err != nil || source.InputFilename != "clip.webm" || source.Resolution != 240 || source.FPS != 25 || len(source.Metadata) == 0 {
			t.Errorf("source: got %+v, %v", source, err)
		}
	})
}

func TestShapesOfUploads(t *testing.T) {
	t.Parallel()
	const h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25 "
	cases := []struct {
		name, file, recipe string
		want               []int
		hasAudio           bool
		splitsAudio        bool
	}{
		{"portrait", "portrait.mp4", "-f lavfi -i testsrc2=s=144x256:r=25:d=2 -f lavfi -i sine=d=2 " + h264 + "-c:a aac", []int{144}, true, false},
		{"odd sized", "odd.mkv", "-f lavfi -i testsrc=s=321x181:r=25:d=2 -c:v ffv1", []int{181, 144}, false, false},
		{"no audio", "silent.mp4", "-f lavfi -i testsrc2=s=256x144:r=25:d=2 " + h264, []int{144}, false, false},
		{"split audio", "split.mp4", "-f lavfi -i testsrc2=s=426x240:r=25:d=2 -f lavfi -i sine=d=2 " + h264 + "-c:a aac", []int{240, 144, 0}, false, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := uploadtest.New(t, dbtest.SQLite(t), func(s *uploadtest.Studio) {
				s.Operation.SplitAudio, s.Operation.WebVideos = c.splitsAudio, c.splitsAudio
			})
			made := s.Upload(t, s.Creator(t, "alice"), uploadtest.Clip(t, c.file, c.recipe), nil)
			s.Work(t)
			details := get(t, s, made.ID)
			checkPlayable(t, s, details, c.want)
			if got := details.Playlists[0].Files[0].HasAudio; got != c.hasAudio {
				t.Errorf("has audio: got %v", got)
			}
			for _, web := range details.WebFiles {
				if !web.HasAudio || !web.HasVideo {
					t.Errorf("web video of %dp: audio %v, video %v: want both", web.Resolution, web.HasAudio, web.HasVideo)
				}
			}
		})
	}
}

func TestSoundBecomesAVideoWithItsCover(t *testing.T) {
	t.Parallel()
	sound := "-f lavfi -i sine=d=2:r=44100 "
	cases := []struct{ name, file, recipe string }{
		{"embedded cover", "album.mp3", sound + "-f lavfi -i testsrc=s=300x300:r=1:d=1 -map 0 -map 1 -c:a libmp3lame -c:v mjpeg -pix_fmt yuvj420p -frames:v 1 -disposition:v attached_pic"},
		{"no cover", "plain.mp3", sound + "-c:a libmp3lame"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := uploadtest.New(t, dbtest.SQLite(t), nil)
			made := s.Upload(t, s.Creator(t, "alice"), uploadtest.Clip(t, c.file, c.recipe), nil)
			s.Work(t)
			details := get(t, s, made.ID)
			checkPlayable(t, s, details, []int{720})
			if file := details.Playlists[0].Files[0]; !file.HasAudio || !file.HasVideo {
				t.Errorf("file: got %+v, want picture and sound", file)
			}
		})
	}
}

func TestGivenPictureStays(t *testing.T) {
	t.Parallel()
	s := uploadtest.New(t, dbtest.SQLite(t), nil)
	picture := uploadtest.Clip(t, "given.png", "-f lavfi -i color=red:s=900x500:r=1:d=1 -frames:v 1")
	made := s.Upload(t, s.Creator(t, "alice"), uploadtest.Landscape(t), func(one *upload.Single) {
		one.Pictures.Thumbnail, _ = s.Spool(t, picture)
	})
	s.Work(t)
	for _, thumbnail := range get(t, s, made.ID).Thumbnails {
		if thumbnail.IsAutomatic {
			t.Errorf("%s was taken from the video, want the given picture", thumbnail.Kind)
		}
	}
	checkNothingLeft(t, s, blob.TemporaryKept)
}

func TestWhatIsNoMediaFailsVisibly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := uploadtest.New(t, d, nil)
		alice := s.Creator(t, "alice")
		whole, err := os.ReadFile(uploadtest.Clip(t, "moov-last.mp4", "-f lavfi -i testsrc2=s=256x144:r=25:d=2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p"))
		if err != nil {
			t.Fatal(err)
		}
		for name, content := range map[string][]byte{"text.mp4": []byte("This is a letter, not a film.\n"), "truncated.mp4": whole[:len(whole)/2]} {
			path := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			made := s.Upload(t, alice, path, nil)
			s.Work(t)
			details := get(t, s, made.ID)
			if details.State != video.TranscodingFailed || details.Failure == "" || strings.Contains(details.Failure, "/") {
				t.Errorf("%s: state %d, failure %q: want a failure in words", name, details.State, details.Failure)
			}
			if details.FilesSize != 0 {
				t.Errorf("%s: %d bytes are still counted", name, details.FilesSize)
			}
		}
		checkNothingLeft(t, s, blob.OriginalVideoFiles, blob.Temporary, blob.TemporaryKept)
	})
}

func TestFFmpegMissing(t *testing.T) {
	t.Parallel()
	s := uploadtest.New(t, dbtest.SQLite(t), func(s *uploadtest.Studio) { s.Tools.FFmpeg = "no-such-ffmpeg" })
	made := s.Upload(t, s.Creator(t, "alice"), uploadtest.Landscape(t), nil)
	s.WorkUntil(t, func() bool { return len(delayed(t, s)) > 0 })
	waiting := delayed(t, s)[0]
	if !strings.Contains(waiting.Reason, "no-such-ffmpeg is not installed") {
		t.Errorf("the job waits because %q, want to be told what is missing", waiting.Reason)
	}
	if state := get(t, s, made.ID).State; state != video.ToTranscode {
		t.Errorf("state %d while ffmpeg is missing, want the video to wait", state)
	}
	if s.Pipeline.CanWork() {
		t.Error("the pipeline says that it can work")
	}
	s.Tools.FFmpeg = ""
	s.Restart(t)
	if !s.Pipeline.CanWork() {
		t.Error("the pipeline says that it cannot work")
	}
	if err := s.Jobs.Retry(t.Context(), waiting.ID); err != nil { // which it would do by itself later
		t.Fatal(err)
	}
	s.Work(t)
	checkPlayable(t, s, get(t, s, made.ID), []int{240, 144})
}

// delayed are the jobs that wait for something.
func delayed(t *testing.T, s *uploadtest.Studio) []job.Job {
	t.Helper()
	jobs, _, err := s.Jobs.List(t.Context(), job.Filter{State: job.Delayed, Count: 10})
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}

func TestRestartInMidTranscoding(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := uploadtest.New(t, d, nil)
		long := uploadtest.Clip(t, "long.webm", "-f lavfi -i testsrc2=s=426x240:r=25:d=20 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 300k")
		made := s.Upload(t, s.Creator(t, "alice"), long, nil)
		s.WorkUntil(t, func() bool {
			all, err := s.Renditions.List(t.Context(), made.ID)
			if err != nil {
				t.Fatal(err)
			}
			return slices.ContainsFunc(all, func(r video.Rendition) bool { return r.State == video.RenditionRunning })
		})
		if details := get(t, s, made.ID); len(details.Playlists) > 0 {
			t.Fatalf("nothing should be available yet: %+v", details.Playlists)
		}
		s.Restart(t)
		s.Work(t)
		if got := resolutions(get(t, s, made.ID).Playlists[0].Files); !slices.Equal(got, []int{240, 144}) {
			t.Errorf("resolutions: got %v", got)
		}
		checkNothingLeft(t, s, blob.OriginalVideoFiles, blob.Temporary)
	})
}

func TestReplacedSource(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := uploadtest.New(t, d, nil)
		alice := s.Creator(t, "alice")
		made := s.Upload(t, alice, uploadtest.Landscape(t), nil)
		s.Work(t)
		before := get(t, s, made.ID)
		content, err := os.ReadFile(uploadtest.WebM(t))
		if err != nil {
			t.Fatal(err)
		}
		send(t, s, alice, made.ID, content)
		if now := get(t, s, made.ID); now.Playlists[0].PlaylistFilename != before.Playlists[0].PlaylistFilename || now.State != video.Published {
			t.Error("the old files should stay until the new ones are ready")
		}
		s.Work(t)
		after := get(t, s, made.ID)
		checkPlayable(t, s, after, []int{240, 144})
		if after.Playlists[0].PlaylistFilename == before.Playlists[0].PlaylistFilename || after.SourceReplacedAt.IsZero() {
			t.Errorf("playlist %s, replaced %v: want new files", after.Playlists[0].PlaylistFilename, after.SourceReplacedAt)
		}
		if got := len(filesIn(t, s, blob.StreamingPlaylists)); got != 6 {
			t.Errorf("%d files of playlists, want the 6 of the new upload", got)
		}
		if got := len(filesIn(t, s, blob.Torrents)); got != 2 {
			t.Errorf("%d torrents, want 2", got)
		}
	})
}

func TestPrivateFilesLiveApartAndDeletedOnesGo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := uploadtest.New(t, d, func(s *uploadtest.Studio) { s.Operation.WebVideos = true })
		alice := s.Creator(t, "alice")
		made := s.Upload(t, alice, uploadtest.Landscape(t), func(one *upload.Single) { one.Draft.Privacy = video.Private })
		s.Work(t)
		checkPlayable(t, s, get(t, s, made.ID), []int{240, 144})
		for _, name := range append(filesIn(t, s, blob.StreamingPlaylists), filesIn(t, s, blob.WebVideos)...) {
			if !strings.HasPrefix(name, "/private/") {
				t.Errorf("%s is not among the private files", name)
			}
		}
		public := video.Public
		if err := s.Videos.Update(t.Context(), alice, made.ID, video.Change{Privacy: &public}); err != nil {
			t.Fatal(err)
		}
		s.Work(t)
		checkPlayable(t, s, get(t, s, made.ID), []int{240, 144})
		for _, name := range append(filesIn(t, s, blob.StreamingPlaylists), filesIn(t, s, blob.WebVideos)...) {
			if strings.HasPrefix(name, "/private/") {
				t.Errorf("%s is still among the private files", name)
			}
		}
		if err := s.Videos.Delete(t.Context(), alice, made.ID); err != nil {
			t.Fatal(err)
		}
		s.Work(t)
		checkNothingLeft(t, s, blob.StreamingPlaylists, blob.WebVideos, blob.Torrents, blob.Thumbnails, blob.Previews, blob.Storyboards)
	})
}

func TestDeleteFiles(t *testing.T) {
	t.Parallel()
	s := uploadtest.New(t, dbtest.SQLite(t), func(s *uploadtest.Studio) { s.Operation.WebVideos = true })
	made := s.Upload(t, s.Creator(t, "alice"), uploadtest.Landscape(t), nil)
	s.Work(t)
	ctx, details := t.Context(), get(t, s, made.ID)
	low := details.Playlists[0].Files[1]
	if err := s.Files.DeleteHLSFile(ctx, made.ID, low.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Files.DeleteHLSFile(ctx, made.ID, low.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a file that is gone: got %v", err)
	}
	if err := s.Outbox.Deliver(context.Background()); err != nil {
		t.Fatal(err)
	}
	checkPlayable(t, s, get(t, s, made.ID), []int{240})
	if err := s.Files.DeleteHLSFile(ctx, made.ID, details.Playlists[0].Files[0].ID); !fault.Is(err, fault.Invalid) {
		t.Errorf("the last HLS file: got %v", err)
	}
	if err := s.Files.DeleteHLS(ctx, made.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Files.DeleteWebVideos(ctx, made.ID); !fault.Is(err, fault.Invalid) {
		t.Errorf("the last files: got %v", err)
	}
	if err := s.Outbox.Deliver(context.Background()); err != nil {
		t.Fatal(err)
	}
	checkNothingLeft(t, s, blob.StreamingPlaylists)
	if now := get(t, s, made.ID); len(now.Playlists) != 0 || len(now.WebFiles) != 2 {
		t.Errorf("left: %d playlists, %d web videos", len(now.Playlists), len(now.WebFiles))
	}
	if err := s.Files.DeleteWebVideo(ctx, made.ID, details.WebFiles[1].ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Files.DeleteWebVideo(ctx, made.ID, details.WebFiles[0].ID); !fault.Is(err, fault.Invalid) {
		t.Errorf("the last file: got %v", err)
	}
}

func TestTranscodingDisabled(t *testing.T) {
	t.Parallel()
	s := uploadtest.New(t, dbtest.SQLite(t), func(s *uploadtest.Studio) { s.Operation.Enabled = false })
	made := s.Upload(t, s.Creator(t, "alice"), uploadtest.WebM(t), nil)
	s.Work(t)
	details := get(t, s, made.ID)
	if details.State != video.Published || len(details.WebFiles) != 1 || details.WebFiles[0].Extname != ".webm" || len(details.Playlists) != 0 {
		t.Errorf("got state %d, files %+v: want the upload itself", details.State, details.WebFiles)
	}
	checkNothingLeft(t, s, blob.OriginalVideoFiles, blob.Temporary)
}
