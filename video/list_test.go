package video_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/videotest"
)

// library is a handful of videos that differ in everything lists filter on.
func library(t *testing.T, w *videotest.World, alice, bob account.Viewer) {
	t.Helper()
	add := func(owner account.Viewer, name string, edit func(*video.Draft)) video.Video {
		w.Clock.Advance(time.Minute)
		return w.Video(t, owner, func(d *video.Draft) {
			d.Name = name
			edit(d)
		})
	}
	cats := add(alice, "Les chats volants", func(d *video.Draft) {
		d.Category, d.Language, d.Tags, d.DurationSeconds = 16, "fr", []string{"Félins", "ciel"}, 10
		d.Description = "Une journée d'été avec des chevaux"
	})
	add(alice, "Flying cats", func(d *video.Draft) {
		d.Category, d.Licence, d.Language, d.Tags, d.DurationSeconds = 16, 1, "en", []string{"felins"}, 20
		d.OriginallyPublishedAt = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	})
	add(bob, "Élan", func(d *video.Draft) { d.NSFW, d.NSFWFlags, d.DurationSeconds = true, 1, 30 })
	add(bob, "zoo live", func(d *video.Draft) { d.IsLive = true })
	add(bob, "Internal film", func(d *video.Draft) { d.Privacy = video.Internal })
	add(alice, "Private film", func(d *video.Draft) { d.Privacy = video.Private })
	add(alice, "Unlisted film", func(d *video.Draft) { d.Privacy = video.Unlisted })
	add(alice, "Unfinished film", func(d *video.Draft) { d.State, d.WaitTranscoding = video.ToTranscode, true })
	write(t, w, "UPDATE video SET views = 5, likes = 1 WHERE id = ?", cats.ID)
	write(t, w, "INSERT INTO watch_history (user_id, video_id, seconds, created_at, updated_at) VALUES (?, ?, 1, 0, 0)", bob.UserID(), cats.ID)
	write(t, w, "INSERT INTO streaming_playlist (video_id, p2p_version, created_at, updated_at) VALUES (?, 2, 0, 0)", cats.ID)
}

func write(t *testing.T, w *videotest.World, text string, args ...any) {
	t.Helper()
	err := w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		tx.Touch(video.Topic)
		_, err := db.Exec(ctx, tx, text, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func names(l video.List) string {
	var all []string
	for _, v := range l.Videos {
		all = append(all, v.Name)
	}
	return strings.Join(all, ", ")
}

// named finds one of the owner's videos.
func named(t *testing.T, w *videotest.World, owner account.Viewer, name string) video.Video {
	t.Helper()
	own, err := w.Videos.List(t.Context(), owner, video.Filter{Owner: owner.AccountID()}, video.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range own.Videos {
		if v.Name == name {
			return v.Video
		}
	}
	t.Fatalf("no video named %s", name)
	return video.Video{}
}

func TestListFilters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := videotest.New(t, d)
		alice, bob, admin := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary), w.User(t, "admin", account.Administrator)
		library(t, w, alice, bob)
		first, secret := named(t, w, alice, "Les chats volants"), named(t, w, alice, "Private film")
		yes, no, nobody := true, false, account.Viewer{}
		fifteen, elsewhere, here := 15, "elsewhere.example", "localhost:9100"
		const everything = "zoo live, Élan, Flying cats, Les chats volants"
		for _, c := range []struct {
			name   string
			viewer account.Viewer
			filter video.Filter
			want   string
		}{
			{"nobody finds what is public and published", nobody, video.Filter{}, everything},
			{"users find what is internal", bob, video.Filter{}, "Internal film, " + everything},
			{"one's own, whatever the state", alice, video.Filter{Owner: alice.AccountID()}, "Unfinished film, Unlisted film, Private film, Flying cats, Les chats volants"},
			{"an account's", nobody, video.Filter{Account: alice.AccountID()}, "Flying cats, Les chats volants"},
			{"a channel's", nobody, video.Filter{Channels: []channel.ID{w.Channel(t, "bob").ID}}, "zoo live, Élan"},
			{"no channel's", nobody, video.Filter{Channels: []channel.ID{}}, ""},
			{"unfinished and private ones, for who sees all", admin, video.Filter{
				Include: video.IncludeNotPublished, Privacies: []video.Privacy{video.Private, video.Public},
			}, "Unfinished film, Private film, " + everything},
			{"by state", admin, video.Filter{States: []video.State{video.ToTranscode}}, "Unfinished film"},
			{"category", nobody, video.Filter{Categories: []int{16, 3}}, "Flying cats, Les chats volants"},
			{"licence", nobody, video.Filter{Licences: []int{1}}, "Flying cats"},
			{"language", nobody, video.Filter{Languages: []string{"fr"}}, "Les chats volants"},
			{"unknown language too", nobody, video.Filter{Languages: []string{"fr", "_unknown"}}, "zoo live, Élan, Les chats volants"},
			{"one tag of several, without accents", nobody, video.Filter{TagsOneOf: []string{"FELINS", "nothing"}}, "Flying cats, Les chats volants"},
			{"all tags", nobody, video.Filter{TagsAllOf: []string{"félins", "ciel"}}, "Les chats volants"},
			{"not sensitive", nobody, video.Filter{NSFW: &no}, "zoo live, Flying cats, Les chats volants"},
			{"sensitive", nobody, video.Filter{NSFW: &yes}, "Élan"},
			{"not sensitive but for a flag", nobody, video.Filter{NSFW: &no, NSFWFlagsIncluded: 1}, everything},
			{"without a flag", nobody, video.Filter{NSFWFlagsExcluded: 1}, "zoo live, Flying cats, Les chats volants"},
			{"live", nobody, video.Filter{IsLive: &yes}, "zoo live"},
			{"not live", nobody, video.Filter{IsLive: &no}, "Élan, Flying cats, Les chats volants"},
			{"local", nobody, video.Filter{IsLocal: &yes}, everything},
			{"remote", nobody, video.Filter{IsLocal: &no}, ""},
			{"of our host", nobody, video.Filter{Host: &here}, everything},
			{"of another host", nobody, video.Filter{Host: &elsewhere}, ""},
			{"with HLS", nobody, video.Filter{HasHLSFiles: &yes}, "Les chats volants"},
			{"without progressive files", nobody, video.Filter{HasWebVideoFiles: &no}, everything},
			{"not watched yet", bob, video.Filter{ExcludeAlreadyWatched: true, Account: alice.AccountID()}, "Flying cats"},
			{"duration", nobody, video.Filter{MinSeconds: &fifteen, MaxSeconds: &fifteen}, ""},
			{"longer than", nobody, video.Filter{MinSeconds: &fifteen}, "zoo live, Élan, Flying cats"},
			{"published before", nobody, video.Filter{PublishedBefore: w.Clock.Now().Add(-6*time.Minute - time.Second)}, "Les chats volants"},
			{"of an older origin", nobody, video.Filter{OriginallyPublishedEnd: w.Clock.Now()}, "Flying cats"},
			{"search: a word form", nobody, video.Filter{Search: "chat"}, "Les chats volants"},
			{"search: without accents", nobody, video.Filter{Search: "elan"}, "Élan"},
			{"search: in the description", nobody, video.Filter{Search: "cheval ete"}, "Les chats volants"},
			{"search: in the tags", nobody, video.Filter{Search: "ciel"}, "Les chats volants"},
			{"search: an address", nobody, video.Filter{Search: "http://localhost:9100/w/" + first.ShortUUID()}, "Les chats volants"},
			{"search: the address of a private video", nobody, video.Filter{Search: "http://localhost:9100/w/" + secret.ShortUUID()}, ""},
			{"search: nothing asked", nobody, video.Filter{Search: "!!"}, ""},
		} {
			got, err := w.Videos.List(t.Context(), c.viewer, c.filter, video.Page{})
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			if names(got) != c.want || got.Total != len(got.Videos) {
				t.Errorf("%s: got %d: %s\nwant %s", c.name, got.Total, names(got), c.want)
			}
		}
	})
}

func TestListOrders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := videotest.New(t, d)
		alice, bob := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary)
		library(t, w, alice, bob)
		for sort, first := range map[string]string{
			"name": "Élan", "-name": "zoo live", "-views": "Les chats volants", "-likes": "Les chats volants", "duration": "Les chats volants",
			"-createdAt": "zoo live", "createdAt": "Les chats volants", "-publishedAt": "zoo live", "-originallyPublishedAt": "Flying cats",
			"originallyPublishedAt": "Flying cats", "-trending": "zoo live", "-hot": "zoo live", "-best": "zoo live", "-comments": "zoo live",
			"-localVideoFilesSize": "zoo live", "-match": "zoo live", "-updatedAt": "zoo live",
		} {
			parsed, err := video.ParseSort(sort)
			if err != nil {
				t.Fatal(err)
			}
			got, err := w.Videos.List(t.Context(), account.Viewer{}, video.Filter{}, video.Page{Sort: parsed, Count: 1})
			if err != nil || names(got) != first || got.Total != 4 {
				t.Errorf("%s: got %s (of %d), %v, want %s", sort, names(got), got.Total, err, first)
			}
		}
		if _, err := video.ParseSort("password"); !fault.Is(err, fault.Invalid) {
			t.Errorf("unknown order: got %v", err)
		}
		random, err := w.Videos.List(t.Context(), account.Viewer{}, video.Filter{}, video.Page{Sort: video.Sort{By: "random"}})
		if err != nil || len(random.Videos) != 4 {
			t.Errorf("random: got %d, %v", len(random.Videos), err)
		}
		match, err := w.Videos.List(t.Context(), account.Viewer{}, video.Filter{Search: "cats"}, video.Page{Sort: video.Sort{By: "match"}})
		if err != nil || names(match) != "Flying cats" || match.Total != 1 {
			t.Errorf("match: got %s, %v", names(match), err)
		}
	})
}

func TestListsOfOthersAreRefused(t *testing.T) {
	w := videotest.New(t, dbtest.SQLite(t))
	alice, bob := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary)
	for name, f := range map[string]video.Filter{
		"unpublished": {Include: video.IncludeNotPublished}, "blocked": {Include: video.IncludeBlocked}, "privacy": {Privacies: []video.Privacy{video.Private}},
		"state": {States: []video.State{video.ToTranscode}}, "automatic tags": {AutoTags: []string{"x"}}, "as the owner": {Owner: alice.AccountID()},
	} {
		if _, err := w.Videos.List(t.Context(), bob, f, video.Page{}); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestTotalsAreExact(t *testing.T) {
	w := videotest.New(t, dbtest.SQLite(t))
	alice := w.User(t, "alice", account.Ordinary)
	for want := 1; want <= 3; want++ {
		w.Video(t, alice, nil)
		for range 2 {
			got, err := w.Videos.List(t.Context(), account.Viewer{}, video.Filter{}, video.Page{Count: 1})
			if err != nil || got.Total != want {
				t.Fatalf("got %d, %v, want %d", got.Total, err, want)
			}
		}
	}
}

func TestListPages(t *testing.T) {
	w := videotest.New(t, dbtest.SQLite(t))
	alice := w.User(t, "alice", account.Ordinary)
	var want []string
	for _, name := range []string{"one", "two", "three", "four", "five"} {
		w.Clock.Advance(time.Second)
		w.Video(t, alice, func(d *video.Draft) { d.Name = name })
		want = append(want, name)
	}
	slices.Reverse(want)
	for start := 0; start < len(want); start += 2 {
		got, err := w.Videos.List(t.Context(), account.Viewer{}, video.Filter{}, video.Page{Start: start, Count: 2, SkipTotal: true})
		if page := strings.Join(want[start:min(start+2, len(want))], ", "); err != nil || names(got) != page || got.Total != 0 {
			t.Errorf("from %d: got %s, %v, want %s", start, names(got), err, page)
		}
	}
}
