package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/channel/channeltest"
	"lucarne/http/api"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/videotest"
)

// site is an instance with the people and videos of the recordings, answering requests.
type site struct {
	*videotest.World
	handler           http.Handler
	users             map[string]account.Viewer
	film              video.Video
	secret, inside    video.Video
	locked, sensitive video.Video
}

// ByToken takes a user's name for a token.
func (s *site) ByToken(_ context.Context, token string, _ api.Client) (account.Viewer, error) {
	viewer, ok := s.users[token]
	if !ok {
		return viewer, fault.New(fault.Unauthenticated, "Invalid token").WithCode("invalid_token")
	}
	return viewer, nil
}

func (s *site) ByCookie(context.Context, *http.Request) (account.Viewer, error) {
	return account.Viewer{}, nil
}

func (s *site) findAccount(_ context.Context, handle string) (account.Account, error) {
	viewer, ok := s.users[handle]
	if !ok {
		return account.Account{}, fault.New(fault.NotFound, "Account not found")
	}
	return viewer.User.Account, nil
}

func newSite(t testing.TB, d *db.DB) *site {
	t.Helper()
	s := &site{World: videotest.New(t, d), users: map[string]account.Viewer{}}
	s.users["root"] = s.User(t, "root", account.Administrator)
	s.users["alice"] = s.User(t, "alice", account.Ordinary)
	s.users["bob"] = s.User(t, "bob", account.Ordinary)
	s.handler = api.New(api.Services{
		Site: channeltest.Site, Auth: s, PageSize: func() int { return 15 }, MaxPageSize: func() int { return 100 },
		Catalogue: api.Catalogue{Channels: s.Channels, Videos: s.Videos, FindAccount: s.findAccount, NSFWPolicy: func() string { return "do_not_list" }},
	}).Handler(nil)
	return s
}

// fill adds what alice published in the recordings.
func (s *site) fill(t *testing.T) {
	t.Helper()
	films, err := s.Channels.Create(t.Context(), s.users["alice"], channel.Draft{Username: "alice_films", Name: "Films by Alice", Description: "All my *films*", Support: "Support me"})
	if err != nil {
		t.Fatal(err)
	}
	add := func(name string, privacy video.Privacy, edit func(*video.Draft)) video.Video {
		s.Clock.Advance(time.Second)
		return s.Video(t, s.users["alice"], func(d *video.Draft) {
			d.ChannelID, d.Name, d.Privacy = films.ID, name, privacy
			if edit != nil {
				edit(d)
			}
		})
	}
	s.film = add("A test film", video.Public, func(d *video.Draft) {
		d.Category, d.Licence, d.Language, d.Tags = 2, 1, "en", []string{"colours", "film", "test"}
		d.Description, d.Support = "A **test** film of 30 seconds", "Help"
		d.OriginallyPublishedAt = time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	})
	s.secret = add("A private film", video.Private, nil)
	s.inside = add("An internal film", video.Internal, nil)
	s.locked = add("A film behind a password", video.Password, func(d *video.Draft) { d.Passwords = []string{"open sesame", "second one"} })
	s.sensitive = add("A sensitive film", video.Public, func(d *video.Draft) { d.NSFW = true })
	for _, v := range []video.Video{s.film, s.secret} {
		s.addFiles(t, v)
	}
}

// addFiles writes rows of files as transcoding leaves them.
func (s *site) addFiles(t *testing.T, v video.Video) {
	t.Helper()
	err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		tx.Touch(video.Topic)
		for _, kind := range []string{"thumbnail", "preview"} {
			if _, err := db.Exec(ctx, tx, `INSERT INTO thumbnail (video_id, kind, width, height, filename, is_automatic, created_at, updated_at)
				VALUES (?, ?, 850, 480, ?, TRUE, 0, 0)`, v.ID, kind, fmt.Sprintf("%s-%d.jpg", kind, v.ID)); err != nil {
				return err
			}
		}
		playlist, err := db.Insert[video.FileID](ctx, tx, `INSERT INTO streaming_playlist (video_id, playlist_filename, sha256_filename, p2p_version, created_at, updated_at)
			VALUES (?, 'x-master.m3u8', 'x-segments-sha256.json', 2, 0, 0) RETURNING id`, v.ID)
		if err != nil {
			return err
		}
		for _, of := range []any{nil, int64(playlist)} {
			if _, err := db.Exec(ctx, tx, `INSERT INTO video_file (video_id, playlist_id, resolution, width, height, fps, size, extname, filename, playlist_filename,
				has_audio, has_video, info_hash, torrent_filename, created_at, updated_at)
				VALUES (?, ?, 720, 1280, 720, 30, 9319925, '.mp4', 'y-720.mp4', 'y-720.m3u8', TRUE, TRUE, '0201f0df80ad086a00a4fb659a88e8a19316c67c', 'z-720.torrent', 0, 0)`,
				v.ID, of); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// do sends a request as a user ("" nobody); headers are pairs.
func (s *site) do(method, path, as string, body any, headers ...string) *httptest.ResponseRecorder {
	var content bytes.Buffer
	r := httptest.NewRequest(method, path, &content)
	switch b := body.(type) {
	case nil:
	case upload:
		r.Header.Set("Content-Type", b.write(&content))
	default:
		_ = json.NewEncoder(&content).Encode(b)
		r.Header.Set("Content-Type", "application/json")
	}
	r.ContentLength = int64(content.Len())
	if as != "" {
		r.Header.Set("Authorization", "Bearer "+as)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// upload is a form with fields and one file.
type upload struct {
	fields        map[string]string
	name, content string
}

func (u upload) write(to *bytes.Buffer) (contentType string) {
	form := multipart.NewWriter(to)
	for name, value := range u.fields {
		_ = form.WriteField(name, value)
	}
	if u.name != "" {
		file, _ := form.CreateFormFile(u.name, "picture.png")
		_, _ = file.Write([]byte(u.content))
	}
	form.Close()
	return form.FormDataContentType()
}

func pngOf(width, height int) string {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height)))
	return b.String()
}
