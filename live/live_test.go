package live_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"lucarne/account"
	"lucarne/live"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

func TestANewLiveWaitsWithAKeyOfItsOwn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		late, soon := w.Clock.Now().Add(48*time.Hour), w.Clock.Now().Add(24*time.Hour)
		got := w.live(t, alice, live.Change{SaveReplay: ptr(true), Schedules: &[]time.Time{late, soon, soon}})
		want := live.Live{
			VideoID: got.VideoID, UUID: got.UUID, OwnerID: alice.UserID(), Key: got.Key, SaveReplay: true, ReplayPrivacy: video.Public,
			Latency: live.DefaultLatency, DVRWindow: live.WholeWindow, Schedules: []time.Time{soon, late},
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if _, err := uuid.Parse(got.Key); err != nil {
			t.Errorf("key %q: %v", got.Key, err)
		}
		of := w.video(t, got.VideoID)
		if !of.IsLive || of.State != video.WaitingForLive || of.IsListed || of.DurationSeconds != 0 || !reflect.DeepEqual(of.LiveSchedules, want.Schedules) {
			t.Errorf("its video: %+v", of.Video)
		}
	})
}

func TestReplaysAreSavedByDefaultWhereTheSiteSaysSo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name             string
		isDefault, mayBe bool
		chosen           *bool
		want             bool
	}{
		{"default", true, true, nil, true},
		{"no default", false, true, nil, false},
		{"default that may not be", true, false, nil, false},
		{"somebody chose otherwise", true, true, ptr(false), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.SQLite(t))
			w.settings.SavesReplay, w.settings.AllowReplay = c.isDefault, c.mayBe
			got := w.live(t, w.User(t, "alice", account.Ordinary), live.Change{SaveReplay: c.chosen})
			if got.SaveReplay != c.want || (got.ReplayPrivacy != 0) != c.want {
				t.Errorf("got %v with privacy %d, want %v", got.SaveReplay, got.ReplayPrivacy, c.want)
			}
		})
	}
}

func TestKeysOpenTheirLiveAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice, root, bob := w.User(t, "alice", account.Ordinary), w.User(t, "root", account.Administrator), w.User(t, "bob", account.Moderator)
		one, other := w.live(t, alice, live.Change{}), w.live(t, alice, live.Change{})
		if got, err := w.lives.FindByKey(t.Context(), one.Key); err != nil || got.VideoID != one.VideoID {
			t.Errorf("by its key: got %d, %v; want %d", got.VideoID, err, one.VideoID)
		}
		for _, wrong := range []string{"", "x", one.Key + " ", one.UUID.String(), "' OR 1=1 --", string(make([]byte, 100_000))} {
			if _, err := w.lives.FindByKey(t.Context(), wrong); !fault.Is(err, fault.Forbidden) {
				t.Errorf("key %.20q: %v, want forbidden", wrong, err)
			}
		}
		for _, who := range []struct {
			name   string
			viewer account.Viewer
			want   error
		}{
			{"owner", alice, nil},
			{"administrator", root, nil},
			{"moderator", bob, fault.New(fault.Forbidden, "")},
			{"nobody", account.Viewer{}, fault.New(fault.Unauthenticated, "")},
		} {
			got, err := w.lives.StreamKey(t.Context(), who.viewer, other.VideoID)
			if (err == nil) != (who.want == nil) || fault.KindOf(err) != fault.KindOf(who.want) || (err == nil) != (got == other.Key) {
				t.Errorf("%s: got %q, %v", who.name, got, err)
			}
			seen, err := w.lives.See(t.Context(), shortid.Of(other.UUID), video.Access{Viewer: who.viewer})
			if err != nil || (seen.Key != "") != (who.want == nil) {
				t.Errorf("%s sees the key %q, %v", who.name, seen.Key, err)
			}
		}
		renewed, err := w.lives.RenewKey(t.Context(), alice, one.VideoID)
		if err != nil || renewed == one.Key {
			t.Fatalf("renewed %q, %v", renewed, err)
		}
		if _, err := w.lives.FindByKey(t.Context(), one.Key); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the old key: %v, want forbidden", err)
		}
	})
}

func TestRulesOfLives(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		settings func(*live.Settings)
		change   live.Change
		kind     fault.Kind
		code     string
		param    string
	}{
		{name: "no lives here", settings: func(s *live.Settings) { s.IsEnabled = false }, kind: fault.Forbidden, code: "live_not_enabled"},
		{
			name: "no replays here", settings: func(s *live.Settings) { s.AllowReplay = false }, change: live.Change{SaveReplay: ptr(true)},
			kind: fault.Forbidden, code: "live_not_allowing_replay",
		},
		{
			name: "no choice of latency here", settings: func(s *live.Settings) { s.UsersChooseLatency = false },
			change: live.Change{Latency: ptr(live.SmallLatency)}, kind: fault.Forbidden,
		},
		{name: "replay settings without replay", change: live.Change{ReplayPrivacy: ptr(video.Public)}, kind: fault.Invalid},
		{
			name: "replay behind a password", change: live.Change{SaveReplay: ptr(true), ReplayPrivacy: ptr(video.Password)}, kind: fault.Invalid,
			param: "replaySettings.privacy",
		},
		{name: "unknown latency", change: live.Change{Latency: ptr(live.Latency(42))}, kind: fault.Invalid, param: "latencyMode"},
		{name: "window past the site's", change: live.Change{DVRWindow: ptr(2 * time.Hour)}, kind: fault.Invalid, param: "dvrWindow"},
		{name: "negative window", change: live.Change{DVRWindow: ptr(-time.Hour)}, kind: fault.Invalid, param: "dvrWindow"},
		{name: "a date without time", change: live.Change{Schedules: &[]time.Time{{}}}, kind: fault.Invalid, param: "schedules"},
		{name: "hundreds of dates", change: live.Change{Schedules: ptr(make([]time.Time, 300))}, kind: fault.Invalid, param: "schedules"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.SQLite(t))
			alice := w.User(t, "alice", account.Ordinary)
			if c.settings != nil {
				c.settings(&w.settings)
			}
			_, err := w.lives.Create(t.Context(), alice, live.Draft{Video: w.Draft(t, alice, nil), Change: c.change})
			checkFault(t, err, c.kind, c.code, c.param)
		})
	}
}

func checkFault(t *testing.T, err error, kind fault.Kind, code, param string) {
	t.Helper()
	var f *fault.Error
	if !asFault(err, &f) || f.Kind != kind || f.Code != code {
		t.Fatalf("got %v, want %v %q", err, kind, code)
	}
	if (param == "") != (len(f.Params) == 0) || param != "" && f.Params[0].Name != param {
		t.Errorf("got params %+v, want %q", f.Params, param)
	}
}

func TestLivesOfAUserAndOfTheSiteAreBounded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice, bob := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary)
		w.settings.MaxUserLives, w.settings.MaxInstanceLives = 1, 2
		w.live(t, alice, live.Change{})
		_, err := w.lives.Create(t.Context(), alice, live.Draft{Video: w.Draft(t, alice, nil)})
		checkFault(t, err, fault.Forbidden, "max_user_lives_limit_reached", "")
		ended := w.live(t, bob, live.Change{})
		_, err = w.lives.Create(t.Context(), bob, live.Draft{Video: w.Draft(t, bob, nil)})
		checkFault(t, err, fault.Forbidden, "max_instance_lives_limit_reached", "")
		w.end(t, w.begin(t, ended), 0)
		w.live(t, bob, live.Change{})
	})
}

func TestWaitingLivesCanBeChanged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice, bob := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary)
		of := w.live(t, alice, live.Change{SaveReplay: ptr(true)})
		change := live.Change{Permanent: ptr(true), Latency: ptr(live.HighLatency), DVRWindow: ptr(time.Minute), ReplayPrivacy: ptr(video.Private)}
		if err := w.lives.Update(t.Context(), bob, of.VideoID, change); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by another user: %v, want forbidden", err)
		}
		if err := w.lives.Update(t.Context(), alice, of.VideoID, change); err != nil {
			t.Fatal(err)
		}
		want := of
		want.Permanent, want.Latency, want.DVRWindow, want.ReplayPrivacy = true, live.HighLatency, time.Minute, video.Private
		if got, err := w.lives.Get(t.Context(), of.VideoID); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
		w.begin(t, of)
		if err := w.lives.Update(t.Context(), alice, of.VideoID, change); !fault.Is(err, fault.Invalid) {
			t.Errorf("on air: %v, want invalid", err)
		}
	})
}

func TestScheduledLivesAreListedWhenAskedFor(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		w.live(t, alice, live.Change{})
		tonight := w.live(t, alice, live.Change{Schedules: &[]time.Time{w.Clock.Now().Add(6 * time.Hour)}})
		ids := func(f video.Filter) []video.ID {
			list, err := w.Videos.List(t.Context(), account.Viewer{}, f, video.Page{})
			if err != nil || list.Total != len(list.Videos) {
				t.Fatalf("total %d of %d, %v", list.Total, len(list.Videos), err)
			}
			var ids []video.ID
			for _, v := range list.Videos {
				ids = append(ids, v.ID)
			}
			return ids
		}
		if got := ids(video.Filter{IsLive: ptr(true)}); got != nil {
			t.Errorf("usually: got %v, want none", got)
		}
		if got := ids(video.Filter{IsLive: ptr(true), IncludeScheduledLive: true}); !reflect.DeepEqual(got, []video.ID{tonight.VideoID}) {
			t.Errorf("with those to come: got %v, want %d", got, tonight.VideoID)
		}
		w.Clock.Advance(24 * time.Hour)
		if got := ids(video.Filter{IncludeScheduledLive: true}); got != nil {
			t.Errorf("long past: got %v, want none", got)
		}
	})
}
