package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"lucarne/app/apptest"
)

const encodeWithin = 90 * time.Second

// isEncoding reports whether a rendition is being made.
func isEncoding(root *apptest.Client) bool {
	var page struct {
		Total int `json:"total"`
	}
	root.Get("/api/v1/jobs/active?jobType=video-transcoding", &page)
	return page.Total > 0
}

// slow settings keep an encoder busy long enough to be interrupted.
var slow = []string{"LUCARNE_TRANSCODING_THREADS=1", "LUCARNE_TRANSCODING_RESOLUTIONS_480P=true", "LUCARNE_TRANSCODING_RESOLUTIONS_720P=true"}

func TestKillLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program and encodes for a while")
	}
	program := apptest.Launch(t, slow...)
	root := program.Root(t)
	film := root.Upload(apptest.Slow(t), map[string]any{"name": "Killed", "waitTranscoding": true})
	sending := root.Begin(apptest.Landscape(t), map[string]any{"name": "Sent in two lives"})
	half := len(sending.Content) / 2
	if answer := root.Piece(sending, 0, half); answer.Status != http.StatusPermanentRedirect {
		t.Fatalf("first piece: %d %s", answer.Status, answer.Body)
	}
	apptest.Await(t, encodeWithin, "the encoder runs", func() bool { return isEncoding(root) })
	program.Kill()

	program.Start(t)
	// The token was acknowledged, and so was the first half.
	if held := root.Received(sending); held != half {
		t.Errorf("after the kill the server has %d bytes, want %d", held, half)
	}
	sent := root.Finish(sending)
	done := func(v apptest.Video) bool {
		return v.State.ID == apptest.Published && len(v.All()) >= 2 && !isEncoding(root)
	}
	now := root.AwaitVideo(film, encodeWithin, "the interrupted video is complete", done)
	root.AwaitVideo(sent, encodeWithin, "the interrupted upload is complete", done)
	visitor := program.Visitor(t)
	for _, file := range now.All() {
		visitor.Serves(t, file.URL)
	}
	root.Delete(film.Path())
	root.Delete(sent.Path())
	var left []string
	defer func() {
		if len(left) > 0 {
			t.Logf("left on disk: %v", left)
		}
	}()
	apptest.Await(t, encodeWithin, "nothing is left on disk", func() bool {
		left = program.Files(t, apptest.MediaFolders...)
		return len(left) == 0
	})
}

func TestTermStopsInTime(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	program := apptest.Launch(t, slow...)
	root := program.Root(t)
	film := root.Upload(apptest.Slow(t), map[string]any{"waitTranscoding": true})
	apptest.Await(t, encodeWithin, "the encoder runs", func() bool { return isEncoding(root) })
	took, err := program.Terminate(10 * time.Second)
	if err != nil {
		t.Fatalf("after %s: %v", took, err)
	}
	program.Start(t)
	root.AwaitVideo(film, encodeWithin, "what was stopped goes on", func(v apptest.Video) bool { return v.State.ID == apptest.Published })
}
