package feed_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"lucarne/channel/channeltest"
	"lucarne/chat"
	"lucarne/http/feed"
	"lucarne/live"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

// withChats has the feeds tell of rooms.
func (w *world) withChats(isFederated bool) {
	rooms := chat.New(chat.Options{
		DB: w.DB, Clock: w.Clock, Outbox: w.Outbox, Videos: w.Videos, Channels: w.Channels, Logger: slog.New(slog.DiscardHandler), Secret: []byte("secret"),
		Lives:    live.New(live.Options{DB: w.DB, Clock: w.Clock, Outbox: w.Outbox, Videos: w.Videos, Settings: func() live.Settings { return live.Settings{} }}),
		Settings: func() chat.SiteSettings { return chat.SiteSettings{} },
	})
	w.handler = feed.New(feed.Options{
		Site: channeltest.Site, Version: "8.2.0", Clock: w.Clock, Started: channeltest.Now, Videos: w.Videos, Channels: w.Channels, Accounts: w.people,
		Captions: w.captions, Settings: func() feed.Settings { return w.settings }, Rooms: rooms, IsChatFederated: func() bool { return isFederated },
	}).Handler(nil)
}

// newLive makes a live of the channel; on air, or announced for a date.
func (w *world) newLive(t *testing.T, as string, isOnAir bool, at ...time.Time) video.Video {
	t.Helper()
	made := w.Video(t, w.people[as], func(d *video.Draft) { d.IsLive, d.State = true, video.WaitingForLive })
	err := w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		if isOnAir {
			return w.Videos.BeginLiveIn(ctx, tx, made.ID)
		}
		return w.Videos.SetLiveSchedulesIn(ctx, tx, made.ID, at)
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestAPodcastTellsOfLivesAndTheirChats(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.user(t, "alice")
		path := fmt.Sprintf("/feeds/podcast/videos.xml?videoChannelId=%d", w.Channel(t, "alice").ID)
		onAir := w.newLive(t, "alice", true)
		w.Clock.Advance(time.Hour)
		now := w.Clock.Now()
		w.newLive(t, "alice", false, now.Add(-time.Hour), now.Add(time.Hour), now.Add(2*time.Hour))
		w.newLive(t, "alice", false)
		lives := parse(t, w.body(t, path)).find("channel", "liveItem")
		if len(lives) != 2 {
			t.Fatalf("got %d lives, want the one on air and the one with a date", len(lives))
		}
		want := map[string]string{"live": now.Add(-time.Hour).Format("2006-01-02T15:04:05.000Z"), "pending": now.Add(time.Hour).Format("2006-01-02T15:04:05.000Z")}
		for _, one := range lives {
			if start := want[one.attr("status")]; one.attr("start") != start {
				t.Errorf("%s: got start %s, want %s", one.attr("status"), one.attr("start"), start)
			}
			if isLive := one.attr("status") == "live"; isLive != (len(one.find("enclosure")) == 1) || len(one.find("chat")) != 0 {
				t.Errorf("%s: got %d enclosures and %d chats", one.attr("status"), len(one.find("enclosure")), len(one.find("chat")))
			}
		}
		for _, isFederated := range []bool{false, true} {
			w.withChats(isFederated)
			room := ""
			if isFederated {
				room = onAir.UUID.String() + "@room.localhost"
			}
			for _, one := range parse(t, w.body(t, path)).find("channel", "liveItem") {
				chats := one.find("chat")
				if len(chats) != 1 || chats[0].attr("server") != "localhost" || chats[0].attr("protocol") != "xmpp" {
					t.Fatalf("chat: got %v", chats)
				}
				page := "http://localhost:9100/plugins/livechat/router/webchat/room/" + onAir.UUID.String()
				if one.attr("status") == "live" && (chats[0].attr("space") != room || chats[0].attr("embedUrl") != page) {
					t.Errorf("federated %v: got %v", isFederated, chats[0])
				}
			}
		}
	})
}
