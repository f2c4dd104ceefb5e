package live_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/live"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

func asFault(err error, to **fault.Error) bool { return errors.As(err, to) }

func TestTheVideoFollowsItsSessions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		permanent bool
		after     video.State
	}{{"once", false, video.LiveEnded}, {"many times", true, video.WaitingForLive}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				w := newWorld(t, d)
				of := w.live(t, w.User(t, "alice", account.Ordinary), live.Change{Permanent: &c.permanent})
				w.Clock.Advance(time.Hour)
				s := w.begin(t, of)
				if v := w.video(t, of.VideoID); v.State != video.Published || !v.IsListed || !v.PublishedAt.Equal(w.Clock.Now()) {
					t.Errorf("on air: state %d, listed %v, published %v", v.State, v.IsListed, v.PublishedAt)
				}
				if p := w.video(t, of.VideoID).Playlists; len(p) != 1 || p[0].PlaylistFilename != video.LiveMaster || len(p[0].InfoHashes) == 0 {
					t.Errorf("on air it is played from %+v", p)
				}
				if running, ok, err := w.sessions.Running(t.Context(), of.VideoID); err != nil || !ok || running.ID != s.ID {
					t.Errorf("running: %+v, %v, %v", running, ok, err)
				}
				w.Clock.Advance(time.Hour)
				ended := w.end(t, s, live.DurationExceeded)
				want := live.Session{
					ID: s.ID, VideoID: of.VideoID, StartedAt: w.Clock.Now().Add(-time.Hour), EndedAt: w.Clock.Now(), Processed: true, Error: live.DurationExceeded,
				}
				if !reflect.DeepEqual(ended, want) {
					t.Errorf("got %+v, want %+v", ended, want)
				}
				if v := w.video(t, of.VideoID); v.State != c.after || v.IsListed || len(v.Playlists) != 0 {
					t.Errorf("off air: state %d, listed %v; want %d", v.State, v.IsListed, c.after)
				}
				w.end(t, s, 0)
				facts := []any{live.Began{VideoID: of.VideoID, SessionID: s.ID}, live.Ended{VideoID: of.VideoID, SessionID: s.ID, Error: live.DurationExceeded}}
				if got := w.heard(t); !reflect.DeepEqual(got, facts) {
					t.Errorf("facts: got %+v, want %+v", got, facts)
				}
			})
		})
	}
}

func TestAPermanentLiveIsPublishedAtEachStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	of := w.live(t, w.User(t, "alice", account.Ordinary), live.Change{Permanent: ptr(true)})
	for range 2 {
		w.Clock.Advance(time.Hour)
		s := w.begin(t, of)
		if v := w.video(t, of.VideoID); !v.PublishedAt.Equal(w.Clock.Now()) {
			t.Errorf("published %v, want %v", v.PublishedAt, w.Clock.Now())
		}
		w.end(t, s, 0)
	}
	total, list, err := w.sessions.List(t.Context(), of.VideoID, true)
	if err != nil || total != 2 || len(list) != 2 || list[0].StartedAt.Before(list[1].StartedAt) {
		t.Errorf("sessions: %d, %+v, %v", total, list, err)
	}
}

func TestDatesThatPassedAreForgottenAfterTheShow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	tonight, tomorrow := w.Clock.Now().Add(time.Hour), w.Clock.Now().Add(25*time.Hour)
	of := w.live(t, w.User(t, "alice", account.Ordinary), live.Change{Permanent: ptr(true), Schedules: &[]time.Time{tonight, tomorrow}})
	w.Clock.Advance(time.Hour)
	s := w.begin(t, of)
	w.Clock.Advance(time.Hour)
	w.end(t, s, 0)
	if got := w.video(t, of.VideoID).LiveSchedules; !reflect.DeepEqual(got, []time.Time{tomorrow}) {
		t.Errorf("got %v, want tomorrow's alone", got)
	}
}

func TestTheReplayOfALiveThatGoesOnAirOnceTakesItsPlace(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		of := w.live(t, alice, live.Change{SaveReplay: ptr(true), ReplayPrivacy: ptr(video.Unlisted)})
		s := w.end(t, w.begin(t, of), 0)
		if s.Processed {
			t.Error("processed before its replay")
		}
		for range 2 {
			got, err := w.replays.Prepare(t.Context(), s.ID)
			if err != nil || got.ID != of.VideoID || got.Privacy != video.Unlisted || got.State != video.LiveEnded {
				t.Fatalf("prepared %+v, %v", got.Video, err)
			}
		}
		w.heard(t)
		w.publish(t, s)
		w.publish(t, s)
		v := w.video(t, of.VideoID)
		if v.IsLive || v.State != video.Published || v.DurationSeconds != 61 || v.AspectRatio != 1.7778 || !v.IsListed {
			t.Errorf("replay: %+v", v.Video)
		}
		if _, err := w.lives.FindByKey(t.Context(), of.Key); !fault.Is(err, fault.Forbidden) {
			t.Errorf("its key: %v, want forbidden", err)
		}
		found, err := w.sessions.ForVideo(t.Context(), shortid.Of(v.UUID), video.Access{})
		if err != nil || found.ID != s.ID || !found.Processed || found.ReplayVideoID != v.ID || found.ReplayUUID != v.UUID {
			t.Errorf("session of the replay: %+v, %v", found, err)
		}
		if got := w.heard(t); !reflect.DeepEqual(got, []any{live.ReplayPublished{SessionID: s.ID, LiveID: v.ID, VideoID: v.ID}}) {
			t.Errorf("facts: %+v", got)
		}
	})
}

func TestEachShowOfAPermanentLiveHasItsReplay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		draft := w.Draft(t, alice, func(d *video.Draft) {
			d.Name, d.Category, d.Tags, d.Description = "A show", 3, []string{"talk", "weekly"}, "About **it**"
		})
		made, err := w.lives.Create(t.Context(), alice, live.Draft{Video: draft, Change: live.Change{Permanent: ptr(true), SaveReplay: ptr(true)}})
		if err != nil {
			t.Fatal(err)
		}
		w.portrait(t, made.ID)
		of, err := w.lives.Get(t.Context(), made.ID)
		if err != nil {
			t.Fatal(err)
		}
		s := w.end(t, w.begin(t, of), 0)
		replay, err := w.replays.Prepare(t.Context(), s.ID)
		if err != nil {
			t.Fatal(err)
		}
		if replay.ID == of.VideoID || replay.IsListed || replay.IsLive || replay.Privacy != video.Public || len(replay.Thumbnails) == 0 ||
			replay.Name != "A show - 2026-11-23 23:39" || replay.Category != 3 || !reflect.DeepEqual(replay.Tags, draft.Tags) || replay.Description != "About **it**" {
			t.Errorf("prepared %+v", replay.Video)
		}
		if again, err := w.replays.Prepare(t.Context(), s.ID); err != nil || again.ID != replay.ID {
			t.Errorf("prepared again: %d, %v; want %d", again.ID, err, replay.ID)
		}
		w.publish(t, s)
		if v := w.video(t, replay.ID); v.State != video.Published || !v.IsListed || v.DurationSeconds != 61 {
			t.Errorf("published %+v", v.Video)
		}
		if v := w.video(t, of.VideoID); !v.IsLive || v.State != video.WaitingForLive {
			t.Errorf("the live: %+v", v.Video)
		}
		if err := w.Videos.Delete(t.Context(), alice, of.VideoID); err != nil {
			t.Fatal(err)
		}
		w.heard(t)
		if found, err := w.sessions.ForVideo(t.Context(), shortid.Of(replay.UUID), video.Access{}); err != nil || found.VideoID != 0 {
			t.Errorf("session after the live was deleted: %+v, %v", found, err)
		}
		if err := w.Videos.Delete(t.Context(), alice, replay.ID); err != nil {
			t.Fatal(err)
		}
		w.heard(t)
		if _, err := w.sessions.Get(t.Context(), s.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("session after both are gone: %v, want not found", err)
		}
	})
}

func TestAReplayThatCannotBeMadeIsGivenUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, reason string
		isLeft       bool
	}{{"nothing was recorded", "", false}, {"it broke", "The disk was full", true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.SQLite(t))
			of := w.live(t, w.User(t, "alice", account.Ordinary), live.Change{Permanent: ptr(true), SaveReplay: ptr(true)})
			s := w.end(t, w.begin(t, of), 0)
			replay, err := w.replays.Prepare(t.Context(), s.ID)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.replays.GiveUp(t.Context(), s.ID, c.reason); err != nil {
				t.Fatal(err)
			}
			found, err := w.Videos.Get(t.Context(), replay.ID)
			if (err == nil) != c.isLeft || found.Failure != c.reason {
				t.Errorf("its video: %q, %v", found.Failure, err)
			}
			if left, err := w.sessions.Unfinished(t.Context()); err != nil || len(left) != 0 {
				t.Errorf("unfinished: %+v, %v", left, err)
			}
		})
	}
}

func TestALiveWithoutItsReplayStaysEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	of := w.live(t, w.User(t, "alice", account.Ordinary), live.Change{SaveReplay: ptr(true)})
	s := w.end(t, w.begin(t, of), 0)
	if v := w.video(t, of.VideoID); len(v.Playlists) != 1 {
		t.Errorf("while its replay is made it is played from %+v", v.Playlists)
	}
	if _, err := w.replays.Prepare(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.replays.GiveUp(t.Context(), s.ID, "The disk was full"); err != nil {
		t.Fatal(err)
	}
	got, err := w.sessions.Get(t.Context(), s.ID)
	if v := w.video(t, of.VideoID); err != nil || got.ReplayVideoID != 0 || !got.Processed || v.State != video.LiveEnded || len(v.Playlists) != 0 {
		t.Errorf("got session %+v, %v, video %+v", got, err, v.Video)
	}
}

func TestALiveMayBeDeletedOnAir(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		of := w.live(t, alice, live.Change{SaveReplay: ptr(true)})
		s := w.begin(t, of)
		if err := w.Videos.Delete(t.Context(), alice, of.VideoID); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time the session is forgotten
			if err := w.sessions.End(t.Context(), s.ID, w.Clock.Now(), 0); err != nil {
				t.Errorf("end: %v", err)
			}
			if _, err := w.replays.Prepare(t.Context(), s.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("prepare its replay: %v, want not found", err)
			}
			w.heard(t)
		}
	})
}

func TestHowFarBackViewersMayGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for _, c := range []struct {
		name              string
		chosen, most, got time.Duration
	}{
		{"as far as allowed", live.WholeWindow, time.Hour, time.Hour},
		{"less than allowed", time.Minute, time.Hour, time.Minute},
		{"more than allowed by now", time.Hour, time.Minute, time.Minute},
		{"not at all", live.WholeWindow, 0, 0},
	} {
		w.settings.MaxDVRWindow = c.most
		if got := w.lives.Window(live.Live{DVRWindow: c.chosen}); got != c.got {
			t.Errorf("%s: got %v, want %v", c.name, got, c.got)
		}
	}
}

func TestSessionsLeftByAKillAreFound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		onAir := w.begin(t, w.live(t, alice, live.Change{}))
		noReplay := w.begin(t, w.live(t, alice, live.Change{SaveReplay: ptr(true)}))
		done := w.begin(t, w.live(t, alice, live.Change{}))
		w.end(t, noReplay, 0)
		w.end(t, done, 0)
		left, err := w.sessions.Unfinished(t.Context())
		if err != nil || len(left) != 2 || left[0].ID != onAir.ID || left[1].ID != noReplay.ID || !left[0].IsOnAir() || left[1].IsOnAir() {
			t.Errorf("got %+v, %v", left, err)
		}
		running, err := w.sessions.OnAir(t.Context(), alice.UserID())
		if err != nil || len(running) != 1 || running[0].ID != onAir.ID {
			t.Errorf("on air: %+v, %v", running, err)
		}
	})
}

func TestWhoMayGoOnAir(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice, bob := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary)
		of, other, bobs := w.live(t, alice, live.Change{SaveReplay: ptr(true)}), w.live(t, alice, live.Change{}), w.live(t, bob, live.Change{})
		start := func(l live.Live, kind fault.Kind, code string) {
			t.Helper()
			err := w.lives.CheckStart(t.Context(), l)
			if kind == fault.Internal {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			checkFault(t, err, kind, code, "")
		}
		start(of, fault.Internal, "")
		s := w.begin(t, other)
		w.settings.MaxUserLives = 1
		start(other, fault.Internal, "")
		start(of, fault.Unavailable, "max_user_lives_limit_reached")
		start(bobs, fault.Internal, "")
		w.settings.MaxInstanceLives = 1
		start(bobs, fault.Unavailable, "max_instance_lives_limit_reached")
		w.end(t, s, 0)
		start(other, fault.Forbidden, "")
		start(of, fault.Internal, "")
		w.write(t, "UPDATE users SET video_quota_daily = 0 WHERE id = ?", alice.UserID())
		start(of, fault.Unavailable, "quota_reached")
		w.write(t, "UPDATE video SET blocked = TRUE WHERE id = ?", bobs.VideoID)
		start(bobs, fault.Forbidden, "")
		w.settings.IsEnabled = false
		start(of, fault.Unavailable, "live_not_enabled")
	})
}

func (w *world) write(t *testing.T, text string, args ...any) {
	t.Helper()
	err := w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, text, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatEndsABroadcast(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		of := w.live(t, alice, live.Change{SaveReplay: ptr(true)})
		w.begin(t, of)
		r := live.Running{VideoID: of.VideoID, StartedAt: w.Clock.Now(), Recorded: 1000}
		check := func(what string, want live.SessionError) {
			t.Helper()
			if got, err := w.lives.CheckRunning(t.Context(), r); err != nil || got != want {
				t.Errorf("%s: got %d, %v; want %d", what, got, err, want)
			}
		}
		check("at first", 0)
		w.write(t, "UPDATE users SET video_quota = 1001 WHERE id = ?", alice.UserID())
		check("within the quota", 0)
		r.Recorded = 1001
		check("past the quota", live.QuotaExceeded)
		r.Recorded = 0
		check("without replay", 0)
		w.settings.MaxDuration = time.Minute
		w.Clock.Advance(2 * time.Minute)
		check("too long", live.DurationExceeded)
		w.write(t, "UPDATE users SET blocked = TRUE WHERE id = ?", alice.UserID())
		check("blocked", live.Blocked)
		if err := w.Videos.Delete(t.Context(), alice, of.VideoID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.lives.CheckRunning(t.Context(), r); !fault.Is(err, fault.NotFound) {
			t.Errorf("deleted: %v, want not found", err)
		}
	})
}
