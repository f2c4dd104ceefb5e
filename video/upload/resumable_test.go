package upload_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"lucarne/account"
	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/upload"
	"lucarne/video/upload/uploadtest"
)

func begin(t *testing.T, s *uploadtest.Studio, viewer account.Viewer, replaces video.ID, size int) upload.Upload {
	t.Helper()
	draft := s.Draft(t, viewer, nil)
	draft.State, draft.DurationSeconds = 0, 0
	made, err := s.Uploads.Begin(t.Context(), viewer, upload.Start{
		Size: int64(size), MIMEType: "video/mp4", Filename: "film.mp4", Draft: draft, Replaces: replaces,
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// send uploads content in two parts.
func send(t *testing.T, s *uploadtest.Studio, viewer account.Viewer, replaces video.ID, content []byte) upload.Received {
	t.Helper()
	u := begin(t, s, viewer, replaces, len(content))
	half := len(content) / 2
	var last upload.Received
	for _, part := range [][2]int{{0, half - 1}, {half, len(content) - 1}} {
		var err error
		last, err = s.Uploads.Receive(t.Context(), viewer, u.ID, replaces, between(part[0], part[1], len(content)), bytes.NewReader(content[part[0]:part[1]+1]))
		if err != nil {
			t.Fatal(err)
		}
	}
	if last.Became == 0 {
		t.Fatalf("the upload did not end: %+v", last)
	}
	return last
}

func between(start, end, total int) upload.Part {
	return upload.Part{Start: int64(start), End: int64(end), Total: int64(total)}
}

func TestResumableAcrossALostLineAndARestart(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := uploadtest.New(t, d, nil)
		alice, bob := s.Creator(t, "alice"), s.Creator(t, "bob")
		content, err := os.ReadFile(uploadtest.Landscape(t))
		if err != nil {
			t.Fatal(err)
		}
		n := len(content)
		u := begin(t, s, alice, 0, n)
		broken := io.MultiReader(bytes.NewReader(content[:1000]), iotest.ErrReader(errors.New("connection reset")))
		if _, err := s.Uploads.Receive(t.Context(), alice, u.ID, 0, between(0, 4999, n), broken); !fault.Is(err, fault.Invalid) {
			t.Errorf("a broken line: got %v", err)
		}
		s.Restart(t)
		asked, err := s.Uploads.Receive(t.Context(), alice, u.ID, 0, upload.Part{Total: int64(n), IsQuestion: true}, nil)
		if err != nil || asked.Bytes != 1000 {
			t.Fatalf("after the restart: got %+v, %v, want what arrived before", asked, err)
		}
		refused := map[string]error{}
		_, refused["a gap"] = s.Uploads.Receive(t.Context(), alice, u.ID, 0, between(2000, 4999, n), strings.NewReader(""))
		_, refused["another size"] = s.Uploads.Receive(t.Context(), alice, u.ID, 0, between(1000, 4999, n+5), strings.NewReader(""))
		for name, err := range refused {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: got %v, want a conflict", name, err)
			}
		}
		if _, err := s.Uploads.Receive(t.Context(), bob, u.ID, 0, between(1000, n-1, n), bytes.NewReader(content[1000:])); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else: got %v", err)
		}
		// The sender never saw the answer to its first part and sends a part of it again.
		ended, err := s.Uploads.Receive(t.Context(), alice, u.ID, 0, between(500, n-1, n), bytes.NewReader(content[500:]))
		if err != nil || ended.Became == 0 {
			t.Fatalf("the rest: got %+v, %v", ended, err)
		}
		again, err := s.Uploads.Receive(t.Context(), alice, u.ID, 0, between(500, n-1, n), bytes.NewReader(content[500:]))
		if err != nil || again.Became != ended.Became || again.Video.UUID != ended.Video.UUID {
			t.Errorf("the last part again: got %+v, %v, want the same video", again, err)
		}
		s.Work(t)
		checkPlayable(t, s, get(t, s, ended.Became), []int{240, 144})
	})
}

func TestLaterRequestTakesTheUploadOver(t *testing.T) {
	t.Parallel()
	s := uploadtest.New(t, dbtest.SQLite(t), nil)
	alice := s.Creator(t, "alice")
	u := begin(t, s, alice, 0, 10)
	slow, line := io.Pipe()
	var first sync.WaitGroup
	var firstErr error
	first.Go(func() {
		_, firstErr = s.Uploads.Receive(t.Context(), alice, u.ID, 0, between(0, 9, 10), slow)
		slow.Close() // so that the line below never waits for a reader that is gone
	})
	if _, err := line.Write([]byte("abc")); err != nil {
		t.Fatal(err)
	}
	here, err := s.Uploads.Receive(t.Context(), alice, u.ID, 0, between(0, 5, 10), strings.NewReader("abcdef"))
	if err != nil || here.Bytes != 6 {
		t.Fatalf("the second request: got %+v, %v", here, err)
	}
	_, _ = line.Write([]byte("XYZ"))
	line.Close()
	first.Wait()
	if !fault.Is(firstErr, fault.Conflict) {
		t.Errorf("the first request: got %v, want a conflict", firstErr)
	}
	asked, err := s.Uploads.Receive(t.Context(), alice, u.ID, 0, upload.Part{Total: 10, IsQuestion: true}, nil)
	if err != nil || asked.Bytes != 6 {
		t.Errorf("afterwards: got %+v, %v, want nothing of the first request after it was overtaken", asked, err)
	}
}

func TestCancelAndExpiryGiveTheRoomBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := uploadtest.New(t, d, nil)
		alice := s.Creator(t, "alice")
		cancelled, left := begin(t, s, alice, 0, 10), begin(t, s, alice, 0, 10)
		if err := s.Uploads.Cancel(t.Context(), alice, cancelled.ID, 0); err != nil {
			t.Fatal(err)
		}
		if err := s.Uploads.Cancel(t.Context(), alice, cancelled.ID, 0); !fault.Is(err, fault.NotFound) {
			t.Errorf("cancelled twice: got %v", err)
		}
		if err := s.Uploads.RemoveStale(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := filesIn(t, s, blob.TemporaryKept); len(got) != 1 {
			t.Errorf("before its time: got %v, want the other upload", got)
		}
		s.Clock.Advance(2 * time.Hour)
		if err := s.Uploads.RemoveStale(t.Context()); err != nil {
			t.Fatal(err)
		}
		checkNothingLeft(t, s, blob.TemporaryKept)
		if _, err := s.Uploads.Receive(t.Context(), alice, left.ID, 0, between(0, 9, 10), strings.NewReader("0123456789")); !fault.Is(err, fault.NotFound) {
			t.Errorf("an expired upload: got %v", err)
		}
	})
}

func TestRulesOfUploads(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := uploadtest.New(t, d, nil)
		alice := s.Creator(t, "alice")
		cases := []struct {
			name string
			edit func(*upload.Start)
			user func(*account.User)
			kind fault.Kind
			code string
		}{
			{name: "a program", edit: func(u *upload.Start) { u.Filename = "film.exe" }, kind: fault.Unsupported},
			{name: "a page", edit: func(u *upload.Start) { u.MIMEType = "text/html" }, kind: fault.Unsupported},
			{name: "a short name", edit: func(u *upload.Start) { u.Draft.Name = "x" }, kind: fault.Invalid},
			{name: "nothing", edit: func(u *upload.Start) { u.Size = 0 }, kind: fault.Invalid},
			{name: "another's channel", edit: func(u *upload.Start) { u.Draft.ChannelID = 999 }, kind: fault.Invalid},
			{name: "the quota", user: func(u *account.User) { u.VideoQuota = 5 }, kind: fault.TooLarge, code: "quota_reached"},
			{name: "the daily quota", user: func(u *account.User) { u.VideoQuotaDaily = 5 }, kind: fault.TooLarge, code: "quota_reached"},
			{name: "an unknown video", edit: func(u *upload.Start) { u.Replaces = 999 }, kind: fault.NotFound},
		}
		for _, c := range cases {
			start := upload.Start{Size: 10, MIMEType: "video/mp4", Filename: "film.mp4", Draft: s.Draft(t, alice, nil)}
			if c.edit != nil {
				c.edit(&start)
			}
			user := *alice.User
			if c.user != nil {
				c.user(&user)
			}
			_, err := s.Uploads.Begin(t.Context(), account.Viewer{User: &user}, start)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != c.kind || f.Code != c.code {
				t.Errorf("%s: got %v, want %v %q", c.name, err, c.kind, c.code)
			}
		}
		checkNothingLeft(t, s, blob.TemporaryKept)
		s.Rules.MaxBytes = 5
		_, err := s.Uploads.Begin(t.Context(), alice, upload.Start{Size: 10, Filename: "film.mp4", Draft: s.Draft(t, alice, nil)})
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != "max_file_size_reached" {
			t.Errorf("a large file: got %v", err)
		}
	})
}
