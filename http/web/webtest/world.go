// Package webtest gives tests an instance with its pages, on a real database.
package webtest

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/account/instance"
	"lucarne/channel/channeltest"
	"lucarne/chat"
	"lucarne/chat/token"
	"lucarne/http/web"
	"lucarne/live"
	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/fault"
	"lucarne/platform/outbound"
	"lucarne/platform/picture"
	"lucarne/video"
	"lucarne/video/audience"
	"lucarne/video/videotest"
)

// SessionCookie names the user a browser is signed in as; CSRFToken is what its forms carry.
const (
	SessionCookie = "test_session"
	CSRFToken     = "token-of-the-form"
	StreamKey     = "5d4c7a52-6a6f-4b4e-9a3f-1d1f0d6c2b11" // of all lives
)

// World is an instance with its pages, whose settings a test may change.
type World struct {
	*videotest.World
	Settings    web.Settings
	Blobs       *blob.Set
	Captions    *video.Captions
	Chapters    *video.Chapters
	Storyboards *video.Storyboards
	Renditions  *video.Renditions
	Files       *video.Files
	Thumbnails  *video.Thumbnails
	FileTokens  *video.FileTokens
	Rates       *audience.Rates
	Letters     []instance.Letter // written to the administrators
	Welcome     string            // of the home page
	Whip        web.Whip          // how browsers broadcast
	LiveRules   live.Settings
	Lives       *live.Lives
	Sessions    *live.Sessions
	Replays     *live.Replays
	Relays      *live.Relays
	Airing      map[video.ID]web.Airing // how the lives on air do
	Ended       []video.ID              // lives that were taken off the air
	ChatRules   chat.SiteSettings
	Rooms       *chat.Rooms
	Tokens      *token.Tokens
	Handler     http.Handler

	people map[string]account.Viewer
}

// New makes a world without users. limit wraps the pages as web.Pages.Handler says; nil limits nothing.
func New(t testing.TB, d *db.DB, limit func(string, http.Handler) http.Handler) *World {
	t.Helper()
	w := &World{World: videotest.New(t, d), people: map[string]account.Viewer{}}
	w.Settings = web.Settings{
		Name: "Rivergate TV", ShortDescription: "Films, talks and broadcasts of the river quarter.", Language: "en", NSFWPolicy: "blur",
		CanDownload: true, HasContactForm: true, PageSize: 12, ViewSeconds: 5, Version: "1.0.0",
	}
	w.Whip, w.Airing = web.Whip{Endpoint: "/whip"}, map[video.ID]web.Airing{}
	w.LiveRules = live.Settings{
		IsEnabled: true, MaxInstanceLives: -1, MaxUserLives: -1, AllowReplay: true, MaxDVRWindow: 4 * time.Hour, UsersChooseLatency: true,
	}
	w.makeSubjects(t, d)
	pages, err := web.New(w.services())
	if err != nil {
		t.Fatal(err)
	}
	w.Handler = pages.Handler(limit)
	return w
}

func (w *World) makeSubjects(t testing.TB, d *db.DB) {
	root := t.TempDir()
	folders := map[blob.Kind]string{}
	for _, kind := range []blob.Kind{
		blob.WebVideos, blob.StreamingPlaylists, blob.Thumbnails, blob.Previews, blob.Storyboards, blob.Torrents, blob.Captions, blob.Temporary, blob.Uploads,
	} {
		folders[kind] = filepath.Join(root, string(kind))
	}
	var err error
	if w.Blobs, err = blob.NewSet(blob.SetOptions{Directories: folders}); err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.DiscardHandler)
	w.Files = video.NewFiles(video.FilesOptions{DB: d, Clock: w.Clock, Outbox: w.Outbox, Blobs: w.Blobs, Site: channeltest.Site, Logger: logger})
	w.Captions = video.NewCaptions(video.CaptionsOptions{
		DB: d, Clock: w.Clock, Outbox: w.Outbox, Blobs: w.Blobs, Site: channeltest.Site, Files: w.Files, Logger: logger,
	})
	w.Chapters = video.NewChapters(video.ChaptersOptions{DB: d, Clock: w.Clock, Outbox: w.Outbox})
	w.Storyboards = video.NewStoryboards(video.StoryboardsOptions{DB: d, Clock: w.Clock, Outbox: w.Outbox, Blobs: w.Blobs})
	w.Renditions = video.NewRenditions(video.RenditionsOptions{DB: d, Clock: w.Clock, Bus: event.NewBus(), Logger: logger})
	w.Thumbnails = video.NewThumbnails(video.ThumbnailsOptions{
		DB: d, Clock: w.Clock, Outbox: w.Outbox, Blobs: w.Blobs, Pictures: picture.New(picture.Options{}),
		Sizes: func() []video.Size {
			return []video.Size{{Width: 280, Height: 157}, {Width: 640, Height: 360}, {Width: 1280, Height: 720}}
		},
	})
	w.FileTokens = video.NewFileTokens([]byte("a secret of the tests"), func() time.Duration { return time.Hour }, w.Clock)
	w.Rates = audience.NewRates(audience.Options{
		DB: d, Clock: w.Clock, Outbox: w.Outbox, Videos: w.Videos, Logger: logger, Settings: func() audience.Settings { return audience.Settings{} },
	})
	o := live.Options{
		DB: d, Clock: w.Clock, Outbox: w.Outbox, Videos: w.Videos, Thumbnails: w.Thumbnails, Settings: func() live.Settings { return w.LiveRules },
	}
	w.Lives, w.Sessions, w.Replays, w.Relays = live.New(o), live.NewSessions(o), live.NewReplays(o), live.NewRelays(o)
	w.makeRooms(t, d, logger)
}

// makeRooms has the chats work until the test ends.
func (w *World) makeRooms(t testing.TB, d *db.DB, logger *slog.Logger) {
	w.ChatRules = chat.SiteSettings{AllVideos: true, AllowPatterns: true, Retention: chat.DefaultRetention}
	w.Rooms = chat.New(chat.Options{
		DB: d, Clock: w.Clock, Outbox: w.Outbox, Videos: w.Videos, Channels: w.Channels, Lives: w.Lives, Logger: logger,
		Settings: func() chat.SiteSettings { return w.ChatRules }, Secret: []byte("a secret of the tests"),
		Outbound: outbound.New(outbound.Options{AllowPrivate: true, AllowHTTP: true, AllowPlainHosts: true}),
		Images:   w.Blobs.Store(blob.Uploads), Pictures: picture.New(picture.Options{}),
	})
	w.Tokens = token.New(token.Options{
		DB: d, Clock: w.Clock, Outbox: w.Outbox, Users: account.New(account.Options{DB: d, Clock: w.Clock, Outbox: w.Outbox, Site: channeltest.Site}),
		Rooms: w.Rooms, Logger: logger, Secret: []byte("a secret of the tests"), Settings: func() token.Settings { return token.Settings{AllowsTokens: true} },
	})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Rooms.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func (w *World) services() web.Services {
	return web.Services{
		Site: channeltest.Site, Clock: w.Clock, Logger: slog.New(slog.DiscardHandler), Secret: []byte("a secret of the tests"),
		Auth: w, Forms: w, Settings: func() web.Settings { return w.Settings },
		Catalogue: web.Catalogue{
			Videos: w.Videos, Captions: w.Captions, Chapters: w.Chapters, Storyboards: w.Storyboards, Renditions: w.Renditions,
			FileTokens: w.FileTokens, Channels: w.Channels, Accounts: accounts{w}, Rates: w.Rates, Homepage: w, Letters: letters{w},
			Figures: func(context.Context) (web.Figures, error) {
				return web.Figures{Users: 412, ActiveMonth: 86, Videos: 1204, Views: 98_421, Channels: 57, Bytes: 812_000_000_000}, nil
			},
		},
		Studio: web.Studio{PublishDefaults: func() video.Metadata {
			return video.Metadata{Privacy: video.Public, CommentsPolicy: video.CommentsEnabled, DownloadEnabled: true}
		}},
		GoLive: w.goLive(),
		Chat:   web.Chat{Rooms: w.Rooms, Tokens: w.Tokens},
	}
}

func (w *World) goLive() web.GoLive {
	return web.GoLive{
		StreamKeys: w, Whip: func() web.Whip { return w.Whip }, Lives: w.Lives, LiveSessions: w.Sessions, LiveRelays: w.Relays,
		LiveRules: func() live.Settings { return w.LiveRules },
		Ingest: func() web.Ingest {
			return web.Ingest{RTMP: "rtmp://rivergate.example:1935/live", RTMPS: "rtmps://rivergate.example:1936/live"}
		},
		LiveHealth: func(_ context.Context, id video.ID) (web.Airing, bool) {
			airing, isOnAir := w.Airing[id]
			return airing, isOnAir
		},
		EndLive: func(_ context.Context, id video.ID) error {
			w.Ended = append(w.Ended, id)
			return nil
		},
	}
}

// Live makes a live of the user's.
func (w *World) Live(t testing.TB, owner account.Viewer, c live.Change, edit func(*video.Draft)) video.Video {
	t.Helper()
	made, err := w.Lives.Create(t.Context(), owner, live.Draft{Video: w.Draft(t, owner, edit), Change: c})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// GoOnAir begins a session of a live.
func (w *World) GoOnAir(t testing.TB, id video.ID) live.Session {
	t.Helper()
	begun, err := w.Sessions.Begin(t.Context(), id, w.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return begun
}

// LeaveAir ends a session.
func (w *World) LeaveAir(t testing.TB, id live.SessionID, code live.SessionError) {
	t.Helper()
	if err := w.Sessions.End(t.Context(), id, w.Clock.Now(), code); err != nil {
		t.Fatal(err)
	}
}

// StreamKey is the same key for every live.
func (w *World) StreamKey(context.Context, account.Viewer, video.ID) (string, error) {
	return StreamKey, nil
}

// Publish makes the prepared replay of a session a video that can be watched.
func (w *World) Publish(t testing.TB, id live.SessionID) {
	t.Helper()
	err := w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return w.Replays.PublishIn(ctx, tx, id, video.Replay{Duration: time.Minute, AspectRatio: 1.7778})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Join makes a user who can sign in by name.
func (w *World) Join(t testing.TB, name string, role account.Role) account.Viewer {
	t.Helper()
	viewer := w.User(t, name, role)
	viewer.User.VideoQuota, viewer.User.VideoQuotaDaily = -1, -1
	w.people[name] = viewer
	return viewer
}

// Film makes a video in the user's channel that can be played: its one progressive file holds what is given.
func (w *World) Film(t testing.TB, owner account.Viewer, content []byte, edit func(*video.Draft)) video.Video {
	t.Helper()
	made := w.Video(t, owner, edit)
	path := filepath.Join(t.TempDir(), "film.mp4")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	file := video.File{
		Resolution: 720, Width: 1280, Height: 720, FPS: 25, Size: int64(len(content)), Extname: ".mp4", Filename: made.UUID.String() + "-720.mp4",
		HasAudio: true, HasVideo: true,
	}
	if err := w.Files.Add(t.Context(), made.ID, video.Addition{Files: []video.NewFile{{File: file, Path: path}}}); err != nil {
		t.Fatal(err)
	}
	return made
}

// ByCookie finds who the session cookie names.
func (w *World) ByCookie(_ context.Context, r *http.Request) (account.Viewer, error) {
	cookie, err := r.Cookie(SessionCookie)
	if err != nil {
		return account.Viewer{}, nil
	}
	if r.Method == http.MethodPost && r.Header.Get("X-CSRF-Token") != CSRFToken && r.PostFormValue("csrf") != CSRFToken {
		return account.Viewer{}, fault.New(fault.Forbidden, "This page is too old, load it again")
	}
	return w.people[cookie.Value], nil
}

// CSRF is the same token for everybody signed in.
func (w *World) CSRF(r *http.Request) string {
	if _, err := r.Cookie(SessionCookie); err != nil {
		return ""
	}
	return CSRFToken
}

// Get gives the text of the home page.
func (w *World) Get(context.Context) (string, error) {
	if w.Welcome == "" {
		return "", fault.New(fault.NotFound, "There is none")
	}
	return w.Welcome, nil
}

type letters struct{ *World }

func (l letters) Send(_ context.Context, one instance.Letter) error {
	if !strings.Contains(one.FromEmail, "@") {
		return fault.InvalidParam("fromEmail", one.FromEmail, "Should have a valid email")
	}
	l.Letters = append(l.Letters, one)
	return nil
}

type accounts struct{ *World }

func (a accounts) ByHandle(_ context.Context, handle string) (account.Account, error) {
	name, host := channeltest.Site.SplitHandle(handle)
	viewer, ok := a.people[name]
	if !ok || host != "" {
		return account.Account{}, fault.New(fault.NotFound, "Account not found")
	}
	return viewer.User.Account, nil
}

// Browser is somebody who asks for pages and keeps cookies.
type Browser struct {
	world   *World
	cookies map[string]*http.Cookie
	Header  http.Header // sent with each request
}

// Browser opens one, signed in as the user of that name; "" is nobody.
func (w *World) Browser(as string) *Browser {
	b := &Browser{world: w, cookies: map[string]*http.Cookie{}, Header: http.Header{"Accept-Language": {"en"}}}
	if as != "" {
		b.cookies[SessionCookie] = &http.Cookie{Name: SessionCookie, Value: as}
	}
	return b
}

// Get asks for a page.
func (b *Browser) Get(address string) *httptest.ResponseRecorder {
	return b.do(httptest.NewRequest(http.MethodGet, address, nil))
}

// Post sends a form, with the token of its session.
func (b *Browser) Post(address string, form url.Values) *httptest.ResponseRecorder {
	if _, isSignedIn := b.cookies[SessionCookie]; isSignedIn {
		form.Set("csrf", CSRFToken)
	}
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

func (b *Browser) do(r *http.Request) *httptest.ResponseRecorder {
	for name, values := range b.Header {
		r.Header[name] = values
	}
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	answer := httptest.NewRecorder()
	b.world.Handler.ServeHTTP(answer, r)
	for _, c := range answer.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c
		}
	}
	return answer
}

// Cookie is one the browser keeps; "" when it keeps none of that name.
func (b *Browser) Cookie(name string) string {
	if c, ok := b.cookies[name]; ok {
		return c.Value
	}
	return ""
}
