package feed_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/channel/channeltest"
	"lucarne/http/feed"
	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/videotest"
)

// people finds the users a test made.
type people map[string]account.Viewer

func (p people) Get(_ context.Context, id account.ID) (account.Account, error) {
	for _, viewer := range p {
		if viewer.AccountID() == id {
			return viewer.User.Account, nil
		}
	}
	return account.Account{}, fault.New(fault.NotFound, "Account not found")
}

func (p people) ByHandle(_ context.Context, handle string) (account.Account, error) {
	if viewer, ok := p[handle]; ok {
		return viewer.User.Account, nil
	}
	return account.Account{}, fault.New(fault.NotFound, "Account not found")
}

func (p people) ByFeedToken(ctx context.Context, id account.ID, token string) (account.Viewer, error) {
	for name, viewer := range p {
		if viewer.AccountID() == id && token == "token of "+name {
			return viewer, nil
		}
	}
	return account.Viewer{}, fault.New(fault.Forbidden, "User and token mismatch")
}

type follows map[account.UserID][]channel.ID

func (f follows) ChannelsOf(_ context.Context, viewer account.Viewer) ([]channel.ID, error) {
	return f[viewer.UserID()], nil
}

type captions map[video.ID][]video.Caption

func (c captions) ByVideo(context.Context, []video.ID) (map[video.ID][]video.Caption, error) {
	return c, nil
}

// world is an instance with its feeds.
type world struct {
	*videotest.World
	people   people
	follows  follows
	captions captions
	settings feed.Settings
	handler  http.Handler
	kept     *blob.Disk
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	kept, err := blob.NewDisk(blob.DiskOptions{Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{World: videotest.New(t, d), people: people{}, follows: follows{}, captions: captions{}, kept: kept}
	w.settings = feed.Settings{
		Name: "A site", ShortDescription: "Films", Description: "All **our** films", Language: "en", Robots: "User-agent: *\nDisallow:\n",
		HidesNSFW: true, TrackerEnabled: true, SignupOpen: true, Videos: 20, SitemapVideos: 5000, NodeConfig: func() any { return map[string]any{} },
		Icons: []feed.Icon{{Path: "/assets/icon-48.png", Side: 48, Type: "image/png"}, {Path: "/assets/icon-192.png", Side: 192, Type: "image/png"}},
		Ages:  feed.Ages{Feeds: 15 * time.Minute, Discovery: 10 * time.Minute, Robots: time.Hour, Sitemap: 24 * time.Hour, OEmbed: time.Hour},
	}
	w.handler = feed.New(feed.Options{
		Site: channeltest.Site, Version: "8.2.0", Clock: w.Clock, Started: channeltest.Now, Videos: w.Videos, Channels: w.Channels, Accounts: w.people,
		Captions: w.captions, Subscriptions: w.follows, WellKnown: kept, Settings: func() feed.Settings { return w.settings },
		Usage: func(context.Context) (feed.Usage, error) {
			return feed.Usage{Users: 4, ActiveMonth: 3, ActiveHalfyear: 4, Videos: 3, Comments: 0}, nil
		},
	}).Handler(nil)
	return w
}

func (w *world) user(t *testing.T, name string) account.Viewer {
	t.Helper()
	w.people[name] = w.User(t, name, account.Ordinary)
	return w.people[name]
}

func (w *world) get(t *testing.T, address string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", address, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	return recorder.Result()
}

func (w *world) body(t *testing.T, address string) []byte {
	t.Helper()
	answer := w.get(t, address)
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %d, %v: %s", address, answer.StatusCode, err, body)
	}
	return body
}

func (w *world) json(t *testing.T, address string) map[string]any {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(w.body(t, address), &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}
