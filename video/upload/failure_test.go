package upload_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lucarne/platform/blob"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/upload"
	"lucarne/video/upload/uploadtest"
)

// brokenFFmpeg is an ffmpeg that fails whenever its arguments match a shell pattern.
func brokenFFmpeg(t *testing.T, pattern string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ffmpeg")
	script := fmt.Sprintf("#!/bin/sh\ncase \"$*\" in %s) echo broken >&2; exit 1;; esac\nexec ffmpeg \"$@\"\n", pattern)
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil { //nolint:gosec // it has to be run
		t.Fatal(err)
	}
	return path
}

func states(t *testing.T, s *uploadtest.Studio, id video.ID) map[int]video.RenditionState {
	t.Helper()
	all, err := s.Renditions.List(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[int]video.RenditionState)
	for _, r := range all {
		found[r.Resolution] = r.State
		if (r.State == video.RenditionFailed) != (r.Error != "") {
			t.Errorf("%dp is %s with error %q", r.Resolution, r.State, r.Error)
		}
	}
	return found
}

func TestOneRenditionFails(t *testing.T) {
	t.Parallel()
	s := uploadtest.New(t, dbtest.SQLite(t), func(s *uploadtest.Studio) { s.Tools.FFmpeg = brokenFFmpeg(t, "*/144.mp4*") })
	made := s.Upload(t, s.Creator(t, "alice"), uploadtest.WebM(t), nil)
	s.Work(t)
	checkPlayable(t, s, get(t, s, made.ID), []int{240})
	if got := states(t, s, made.ID); got[240] != video.RenditionDone || got[144] != video.RenditionFailed {
		t.Errorf("renditions: got %v", got)
	}
	if kept := filesIn(t, s, blob.OriginalVideoFiles); len(kept) != 1 {
		t.Errorf("originals: got %v, want the upload kept for another try", kept)
	}
	s.Tools.FFmpeg = ""
	s.Restart(t)
	if err := s.Pipeline.Run(t.Context(), made.ID, video.HLS, false); err != nil {
		t.Fatal(err)
	}
	s.Work(t)
	checkPlayable(t, s, get(t, s, made.ID), []int{240, 144})
	checkNothingLeft(t, s, blob.OriginalVideoFiles, blob.Temporary)
}

func TestAllRenditionsFail(t *testing.T) {
	t.Parallel()
	s := uploadtest.New(t, dbtest.SQLite(t), func(s *uploadtest.Studio) { s.Tools.FFmpeg = brokenFFmpeg(t, "*libx264*") })
	made := s.Upload(t, s.Creator(t, "alice"), uploadtest.WebM(t), nil)
	s.Work(t)
	details := get(t, s, made.ID)
	if details.State != video.TranscodingFailed || details.Failure == "" || len(details.Thumbnails) == 0 {
		t.Errorf("state %d, failure %q, %d thumbnails", details.State, details.Failure, len(details.Thumbnails))
	}
	if err := s.Pipeline.Run(t.Context(), made.ID, video.HLS, false); err != nil {
		t.Errorf("run again: %v", err)
	}
}

func TestFailedCopyIsEncoded(t *testing.T) {
	t.Parallel()
	s := uploadtest.New(t, dbtest.SQLite(t), func(s *uploadtest.Studio) {
		s.Tools.FFmpeg = brokenFFmpeg(t, "*\"c:v copy\"*|*\"c:v:0 copy\"*|*\"c:0 copy\"*")
	})
	made := s.Upload(t, s.Creator(t, "alice"), uploadtest.Landscape(t), nil)
	s.Work(t)
	checkPlayable(t, s, get(t, s, made.ID), []int{240, 144})
}

func TestHardwareFallsBackToSoftware(t *testing.T) {
	t.Parallel()
	s := uploadtest.New(t, dbtest.SQLite(t), func(s *uploadtest.Studio) { s.Operation.Hardware, s.Operation.Device = "vaapi", "/dev/null" })
	made := s.Upload(t, s.Creator(t, "alice"), uploadtest.WebM(t), nil)
	s.Work(t)
	checkPlayable(t, s, get(t, s, made.ID), []int{240, 144})
}

func TestProvisionalCopyGoesOnceTheLadderIsReady(t *testing.T) {
	t.Parallel()
	s := uploadtest.New(t, dbtest.SQLite(t), func(s *uploadtest.Studio) { s.Operation.AlwaysOriginal, s.Operation.Resolutions = false, []int{144} })
	made := s.Upload(t, s.Creator(t, "alice"), uploadtest.Landscape(t), nil)
	s.WorkUntil(t, func() bool { return get(t, s, made.ID).State == video.Published })
	s.Work(t)
	checkPlayable(t, s, get(t, s, made.ID), []int{144})
	if got := filesIn(t, s, blob.StreamingPlaylists); len(got) != 4 {
		t.Errorf("files: got %v, want those of one rendition", got)
	}
}

func TestWaitTranscoding(t *testing.T) {
	t.Parallel()
	s := uploadtest.New(t, dbtest.SQLite(t), nil)
	made := s.Upload(t, s.Creator(t, "alice"), uploadtest.Landscape(t), func(one *upload.Single) { one.Draft.WaitTranscoding = true })
	signals := s.Bus.Subscribe(t.Context(), video.ProgressTopic(made.UUID))
	s.WorkUntil(t, func() bool { return len(get(t, s, made.ID).Playlists) > 0 })
	if got := get(t, s, made.ID); got.State == video.Published && slices.Contains(values(states(t, s, made.ID)), video.RenditionWaiting) {
		t.Error("published before all renditions are there")
	}
	s.Work(t)
	checkPlayable(t, s, get(t, s, made.ID), []int{240, 144})
	var last video.Progress
	for range len(signals) {
		if err := json.Unmarshal(<-signals, &last); err != nil {
			t.Fatal(err)
		}
	}
	if last.State != video.Published || len(last.Renditions) != 2 || last.Renditions[0].Percent != 100 {
		t.Errorf("last signal: got %+v", last)
	}
}

func values[K comparable, V any](m map[K]V) []V {
	var list []V
	for _, v := range m {
		list = append(list, v)
	}
	return list
}

func TestThumbnailAtATime(t *testing.T) {
	t.Parallel()
	s := uploadtest.New(t, dbtest.SQLite(t), nil)
	made := s.Upload(t, s.Creator(t, "alice"), uploadtest.Landscape(t), nil)
	s.Work(t)
	before := filesIn(t, s, blob.Previews)
	if err := s.Pipeline.ThumbnailAt(t.Context(), made.ID, time.Second); err != nil {
		t.Fatal(err)
	}
	if err := s.Pipeline.ThumbnailAt(t.Context(), made.ID, time.Hour); !fault.Is(err, fault.Invalid) {
		t.Errorf("after the end: got %v", err)
	}
	if err := s.Outbox.Deliver(context.Background()); err != nil {
		t.Fatal(err)
	}
	if after := filesIn(t, s, blob.Previews); len(after) != 1 || strings.Join(after, "") == strings.Join(before, "") {
		t.Errorf("previews: got %v, want one in the place of %v", after, before)
	}
	checkNothingLeft(t, s, blob.Temporary)
}

func TestRunningAgainIsRefusedWhileUnderWay(t *testing.T) {
	t.Parallel()
	s := uploadtest.New(t, dbtest.SQLite(t), nil)
	made := s.Upload(t, s.Creator(t, "alice"), uploadtest.Landscape(t), nil)
	if err := s.Pipeline.Run(t.Context(), made.ID, video.HLS, false); !fault.Is(err, fault.Conflict) {
		t.Errorf("while it is to be transcoded: got %v", err)
	}
	if err := s.Pipeline.Run(t.Context(), made.ID, video.WebVideo, true); err != nil {
		t.Errorf("forced: got %v", err)
	}
	s.Work(t)
	details := get(t, s, made.ID)
	if details.State != video.Published || len(details.WebFiles) != 2 {
		t.Errorf("state %d, %d web videos", details.State, len(details.WebFiles))
	}
}

func TestVideoDeletedWhileItIsTranscoded(t *testing.T) {
	t.Parallel()
	s := uploadtest.New(t, dbtest.SQLite(t), nil)
	alice := s.Creator(t, "alice")
	made := s.Upload(t, alice, uploadtest.WebM(t), nil)
	s.WorkUntil(t, func() bool { return len(states(t, s, made.ID)) > 0 })
	if err := s.Videos.Delete(t.Context(), alice, made.ID); err != nil {
		t.Fatal(err)
	}
	s.Work(t)
	checkNothingLeft(t, s, blob.OriginalVideoFiles, blob.StreamingPlaylists, blob.Temporary, blob.Thumbnails, blob.Torrents)
}
