package video_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lucarne/account"
	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/ffmpeg"
	"lucarne/video/videotest"
)

const srtText = "1\n00:00:01,000 --> 00:00:02,000\nBonjour\n"

// captionWorld is a world with the files of its videos.
type captionWorld struct {
	*videotest.World
	alice    account.Viewer
	blobs    *blob.Set
	files    *video.Files
	captions *video.Captions
}

func newCaptionWorld(t *testing.T, d *db.DB) *captionWorld {
	t.Helper()
	directories := make(map[blob.Kind]string)
	for _, kind := range []blob.Kind{
		blob.Captions, blob.StreamingPlaylists, blob.WebVideos, blob.Torrents, blob.Temporary, blob.Thumbnails,
		blob.Previews, blob.Storyboards, blob.OriginalVideoFiles,
	} {
		directories[kind] = filepath.Join(t.TempDir(), string(kind))
	}
	blobs, err := blob.NewSet(blob.SetOptions{Directories: directories})
	if err != nil {
		t.Fatal(err)
	}
	w := &captionWorld{World: videotest.New(t, d), blobs: blobs}
	logger := slog.New(slog.DiscardHandler)
	site := account.Site{Origin: "http://localhost:9100", Host: "localhost:9100"}
	w.files = video.NewFiles(video.FilesOptions{DB: d, Clock: w.Clock, Outbox: w.Outbox, Blobs: blobs, Site: site, Logger: logger})
	w.captions = video.NewCaptions(video.CaptionsOptions{
		DB: d, Clock: w.Clock, Outbox: w.Outbox, Blobs: blobs, Site: site, Files: w.files, Extractor: ffmpeg.New(ffmpeg.Options{}), Logger: logger,
	})
	w.Outbox.Subscribe(w.files.Listeners()...)
	w.Outbox.Subscribe(w.captions.Listeners()...)
	w.alice = w.User(t, "alice", account.Ordinary)
	return w
}

func (w *captionWorld) set(t *testing.T, id video.ID, language, text string) {
	t.Helper()
	if err := w.captions.Set(t.Context(), w.alice, id, language, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
}

// settle delivers what happened and gives the captions there are then.
func (w *captionWorld) settle(t *testing.T, id video.ID) []video.Caption {
	t.Helper()
	if err := w.Outbox.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if backlog, err := w.Outbox.Backlog(t.Context()); err != nil || backlog.Retrying+backlog.GivenUp > 0 {
		t.Fatalf("facts left: %+v, %v", backlog, err)
	}
	list, err := w.captions.List(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (w *captionWorld) addHLS(t *testing.T, id video.ID) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.mp4")
	if err := os.WriteFile(path, []byte("media"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := video.NewFile{
		File: video.File{
			Resolution: 240, Size: 5, Extname: ".mp4", Filename: "a-240.mp4", PlaylistFilename: "a-240.m3u8", Codecs: "avc1.640015,mp4a.40.2",
			Bandwidth: 1000, AverageBandwidth: 900, Width: 426, Height: 240, FPS: 25, HasAudio: true, HasVideo: true,
		},
		IsHLS: true, Path: path, MediaPlaylist: []byte("#EXTM3U\n"), Segments: json.RawMessage("{}"),
	}
	if err := w.files.Add(t.Context(), id, video.Addition{Files: []video.NewFile{f}}); err != nil {
		t.Fatal(err)
	}
}

func (w *captionWorld) content(t *testing.T, kind blob.Kind, key string) string {
	t.Helper()
	object, err := w.blobs.Local(kind).Open(t.Context(), key)
	if fault.Is(err, fault.NotFound) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	defer object.Close()
	text, err := io.ReadAll(object.Content)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSetCaption(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newCaptionWorld(t, d)
		made := w.Video(t, w.alice, nil)
		w.set(t, made.ID, "fr", srtText)
		first := w.settle(t, made.ID)
		if len(first) != 1 || first[0].Language != "fr" || !strings.HasSuffix(first[0].Filename, "-fr.vtt") || first[0].PlaylistFilename != "" {
			t.Fatalf("got %+v", first)
		}
		if text := w.content(t, blob.Captions, first[0].Filename); !strings.HasPrefix(text, "WEBVTT") || !strings.Contains(text, "Bonjour") {
			t.Errorf("stored %q", text)
		}
		w.set(t, made.ID, "fr", "WEBVTT\n\n00:01.000 --> 00:02.000\nSalut\n")
		second := w.settle(t, made.ID)
		if len(second) != 1 || second[0].Filename == first[0].Filename {
			t.Fatalf("after a second upload: %+v", second)
		}
		if left := w.content(t, blob.Captions, first[0].Filename); left != "" {
			t.Error("the replaced file is still there")
		}
		found, ok, err := w.captions.FindByFilename(t.Context(), second[0].Filename)
		if err != nil || !ok || found.VideoID != made.ID {
			t.Errorf("by file name: %+v, %v, %v", found, ok, err)
		}
		if err := w.captions.Delete(t.Context(), w.alice, made.ID, "fr"); err != nil {
			t.Fatal(err)
		}
		if left := w.settle(t, made.ID); len(left) != 0 || w.content(t, blob.Captions, second[0].Filename) != "" {
			t.Errorf("after deletion: %+v", left)
		}
		if err := w.captions.Delete(t.Context(), w.alice, made.ID, "fr"); !fault.Is(err, fault.NotFound) {
			t.Errorf("deleting twice: got %v", err)
		}
	})
}

func TestSetCaptionRefuses(t *testing.T) {
	w := newCaptionWorld(t, dbtest.SQLite(t))
	made, bob := w.Video(t, w.alice, nil), w.User(t, "bob", account.Ordinary)
	for name, c := range map[string]struct {
		viewer   account.Viewer
		id       video.ID
		language string
		text     string
		want     fault.Kind
	}{
		"an unknown language": {w.alice, made.ID, "zz", srtText, fault.Invalid},
		"a path as language":  {w.alice, made.ID, "../../etc", srtText, fault.Invalid},
		"no subtitle":         {w.alice, made.ID, "en", "\x00\x01 nothing", fault.Invalid},
		"another user":        {bob, made.ID, "en", srtText, fault.Forbidden},
		"nobody":              {account.Viewer{}, made.ID, "en", srtText, fault.Unauthenticated},
		"no video":            {w.alice, 999, "en", srtText, fault.NotFound},
	} {
		if err := w.captions.Set(t.Context(), c.viewer, c.id, c.language, strings.NewReader(c.text)); !fault.Is(err, c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if left := w.settle(t, made.ID); len(left) != 0 {
		t.Errorf("kept %+v", left)
	}
}

func TestCaptionsAreInThePlaylists(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newCaptionWorld(t, d)
		made := w.Video(t, w.alice, nil)
		w.set(t, made.ID, "fr", srtText)
		w.settle(t, made.ID)
		w.addHLS(t, made.ID) // captions that were there before
		w.settle(t, made.ID)
		w.set(t, made.ID, "en", srtText) // and one that comes later
		captions := w.settle(t, made.ID)

		now, err := w.Videos.Get(t.Context(), made.ID)
		if err != nil || len(now.Playlists) != 1 {
			t.Fatalf("playlists: %+v, %v", now.Playlists, err)
		}
		masterKey := video.PlaylistKey(video.Public, made.UUID, now.Playlists[0].PlaylistFilename)
		master := w.content(t, blob.StreamingPlaylists, masterKey)
		for _, caption := range captions {
			own := w.content(t, blob.StreamingPlaylists, video.PlaylistKey(video.Public, made.UUID, caption.PlaylistFilename))
			if !strings.Contains(master, caption.PlaylistFilename) || !strings.Contains(own, "/lazy-static/video-captions/"+caption.Filename) {
				t.Errorf("%s: its playlist is %q, the master playlist %q", caption.Language, own, master)
			}
		}
		if err := w.captions.Delete(t.Context(), w.alice, made.ID, "en"); err != nil {
			t.Fatal(err)
		}
		w.settle(t, made.ID)
		master = w.content(t, blob.StreamingPlaylists, masterKey)
		if strings.Contains(master, "-en.m3u8") || !strings.Contains(master, "-fr.m3u8") {
			t.Errorf("after deletion the master playlist is %q", master)
		}
		w.dropHLS(t, made.ID)
		if left := w.settle(t, made.ID); len(left) != 1 || left[0].PlaylistFilename != "" {
			t.Errorf("without HLS: %+v", left)
		}
	})
}

// dropHLS forgets the HLS form, as deleting its files does.
func (w *captionWorld) dropHLS(t *testing.T, id video.ID) {
	t.Helper()
	err := w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		if _, err := db.Exec(ctx, tx, "DELETE FROM streaming_playlist WHERE video_id = ?", id); err != nil {
			return err
		}
		return w.Outbox.Record(ctx, tx, video.Updated{VideoID: id})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCaptionsInsideAFile(t *testing.T) {
	t.Parallel()
	w := newCaptionWorld(t, dbtest.SQLite(t))
	made := w.Video(t, w.alice, func(d *video.Draft) { d.Language = "de" })
	w.set(t, made.ID, "en", "WEBVTT\n\n00:01.000 --> 00:02.000\nkept\n")
	tools := ffmpeg.New(ffmpeg.Options{})
	path := subtitledFile(t)
	probe, err := tools.Probe(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	src := ffmpeg.Source{Path: path, Probe: probe}
	for turn, want := range []int{2, 0} {
		if taken, err := w.captions.AddFromContainer(t.Context(), made.ID, src); taken != want || err != nil {
			t.Fatalf("turn %d: took %d, %v, want %d", turn, taken, err, want)
		}
	}
	texts := make(map[string]string)
	for _, caption := range w.settle(t, made.ID) {
		texts[caption.Language] = w.content(t, blob.Captions, caption.Filename)
	}
	for spoken, want := range map[string]string{"en": "kept", "fr": "Bonjour", "de": "Bonjour"} {
		if !strings.Contains(texts[spoken], want) {
			t.Errorf("%s: got %q, want %q in it", spoken, texts[spoken], want)
		}
	}
}

// subtitledFile is a second of film with subtitles in English, French and no language.
func subtitledFile(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	text := filepath.Join(folder, "in.srt")
	if err := os.WriteFile(text, []byte(strings.ReplaceAll(srtText, "00:00:01,000 -->", "00:00:00,100 -->")), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "out.mkv")
	args := strings.Fields("-v error -f lavfi -i testsrc=s=64x64:d=2:r=5 -i " + text + " -i " + text + " -i " + text +
		" -map 0:v -map 1:s -map 2:s -map 3:s -c:v libx264 -preset ultrafast -c:s srt -metadata:s:s:0 language=eng -metadata:s:s:1 language=fre " + path)
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v: %s", err, out)
	}
	return path
}
