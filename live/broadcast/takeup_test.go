package broadcast_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lucarne/live"
	"lucarne/live/streamtest"
	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/video"
)

// kill ends the broadcasts as a power cut does: the last fragment of each recording is torn.
func (w *world) kill() {
	w.t.Helper()
	w.stop()
	files, err := filepath.Glob(filepath.Join(w.folder, "*", "*", "*.mp4"))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, path := range files {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := f.WriteString("\x00\x01\x00\x00moof torn"); err != nil {
			w.t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestAShowGoesOnAfterAKill(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		of := w.kept()
		for range 3 { // each time another piece
			e := w.connect(of, streamtest.Standard)
			e.send(4 * time.Second)
			w.await("on air", func() bool { h, ok := w.broadcasts.Health(of.VideoID); return ok && !h.Renditions[0].LastPart.IsZero() })
			w.await("a session", func() bool { return len(w.list(of)) == 1 })
			w.kill()
			w.Clock.Advance(20 * time.Second)
			w.run()
		}
		e := w.connect(of, streamtest.Standard)
		e.send(4 * time.Second)
		e.to.Close(nil)
		s := w.awaitSession(of, "the replay is published", isSettled)
		if all := w.list(of); len(all) != 1 || s.Error != 0 || s.ReplayVideoID != of.VideoID {
			t.Errorf("sessions %+v", all)
		}
		w.decodes(of.VideoID, w.recorded(3, 4*time.Second)+4*time.Second)
		w.stop()
		if left := w.left(); len(left) > 0 {
			t.Errorf("left on disk: %v", left)
		}
	})
}

// recorded is about how much n pieces that were killed hold: what the last part had not been written of is lost.
func (w *world) recorded(n int, each time.Duration) time.Duration {
	return time.Duration(n) * (each - 400*time.Millisecond)
}

func TestNobodyComesBackAfterAKill(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		of := w.kept()
		w.air(of, 4*time.Second)
		w.kill()
		w.Clock.Advance(time.Hour)
		w.run()
		w.await("taken up", func() bool { _, ok := w.broadcasts.Health(of.VideoID); return ok })
		if s := w.list(of)[0]; !s.IsOnAir() {
			t.Errorf("no grace after a kill: %+v", s)
		}
		w.Clock.Advance(grace)
		s := w.awaitSession(of, "the replay is published", isSettled)
		if s.Error != 0 || s.ReplayVideoID != of.VideoID {
			t.Errorf("session %+v", s)
		}
		w.decodes(of.VideoID, w.recorded(1, 4*time.Second))
	})
}

// What was recorded before a kill counts as what is recorded after it.
func TestQuotaAfterAKill(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	of := w.kept()
	w.air(of, 4*time.Second)
	w.kill()
	w.write("UPDATE users SET video_quota = 2000")
	w.run()
	if s := w.awaitSession(of, "the show is over", isSettled); s.Error != live.QuotaExceeded || s.ReplayVideoID == 0 {
		t.Errorf("session %+v", s)
	}
}

func TestNothingIsLeftOfTheRecording(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		once, often := w.kept(), w.live(live.Change{Permanent: ptr(true), SaveReplay: ptr(true)})
		w.air(once, 4*time.Second)
		w.air(often, 4*time.Second)
		w.kill()
		if err := os.RemoveAll(w.folder); err != nil {
			t.Fatal(err)
		}
		w.run()
		w.await("taken up", func() bool { _, ok := w.broadcasts.Health(often.VideoID); return ok })
		w.Clock.Advance(grace)
		for _, of := range []live.Live{once, often} {
			if s := w.awaitSession(of, "given up", isSettled); s.Error != live.InvalidInput || s.ReplayVideoID != 0 {
				t.Errorf("session %+v", s)
			}
		}
		if v := w.video(once.VideoID); v.State != video.LiveEnded || !v.IsLive {
			t.Errorf("state %v", v.State)
		}
		if v := w.video(often.VideoID); v.State != video.WaitingForLive {
			t.Errorf("state %v", v.State)
		}
	})
}

// block makes replays fail to be published for a reason that passes.
func (w *world) block() (unblock func()) {
	w.t.Helper()
	root := w.Blobs.Local(blob.Temporary).Root()
	if err := os.Rename(root, root+".away"); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(root, nil, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return func() {
		if err := os.Remove(root); err != nil {
			w.t.Fatal(err)
		}
		if err := os.Rename(root+".away", root); err != nil {
			w.t.Fatal(err)
		}
	}
}

// A live has a replay that could not be published yet, and is on air again: each session has its own recording after a restart.
func TestTwoSessionsOfOneLiveAreTakenUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		of := w.live(live.Change{Permanent: ptr(true), SaveReplay: ptr(true)})
		unblock := w.block()
		w.air(of, 4*time.Second).to.Close(nil)
		w.awaitSession(of, "off the air", func(s live.Session) bool { return !s.IsOnAir() })
		w.air(of, 8*time.Second)
		w.kill()
		unblock()
		nobodys := filepath.Join(w.folder, of.UUID.String()+"_0")
		if err := os.Mkdir(nobodys, 0o700); err != nil {
			t.Fatal(err)
		}
		w.run()
		second := w.connect(of, streamtest.Standard)
		if _, err := os.Stat(nobodys); !os.IsNotExist(err) {
			t.Errorf("the folder of nothing is left: %v", err)
		}
		second.send(4 * time.Second)
		second.to.Close(nil)
		w.await("both replays", func() bool { return isSettled(w.list(of)[0]) && isSettled(w.list(of)[1]) })
		sessions := w.list(of)
		if len(sessions) != 2 || sessions[0].ReplayVideoID == 0 || sessions[1].ReplayVideoID == 0 {
			t.Fatalf("sessions %+v", sessions)
		}
		w.decodes(sessions[0].ReplayVideoID, 4*time.Second)
		w.decodes(sessions[1].ReplayVideoID, 8*time.Second+4*time.Second-400*time.Millisecond)
		if v := w.video(of.VideoID); v.State != video.WaitingForLive {
			t.Errorf("state %v", v.State)
		}
	})
}

// Who says goodbye and is back at once begins another session, after the end of the one before.
func TestBackAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		often := w.live(live.Change{Permanent: ptr(true), SaveReplay: ptr(true)})
		for range 3 {
			w.air(often, 4*time.Second).to.Close(nil)
		}
		w.air(often, 4*time.Second)
		w.await("the replays", func() bool {
			all := w.list(often)
			return len(all) == 4 && isSettled(all[0]) && isSettled(all[1]) && isSettled(all[2])
		})
		if v := w.video(often.VideoID); v.State != video.Published || !w.list(often)[3].IsOnAir() {
			t.Errorf("on air in state %v", v.State)
		}
	})
}

// What goes on air once is over after the goodbye, however soon the encoder is back.
func TestBackAtOnceForNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		once := w.kept()
		w.air(once, 4*time.Second).to.Close(nil)
		to, err := w.admit(once)
		if fault.Is(err, fault.Forbidden) {
			return // the end was quicker
		}
		if err != nil {
			t.Fatal(err)
		}
		e := &encoder{w: w, to: to, Clip: streamtest.Generate(t, streamtest.Standard).Loop(time.Minute)}
		if err := to.Start(e.Tracks); err != nil {
			t.Fatal(err)
		}
		_ = e.Between(0, 4*time.Second).Send(to) // it may be told to go in the middle of it
		if why := e.told(); why == nil || !strings.Contains(why.Error(), "over") {
			t.Errorf("the encoder is told %v", why)
		}
		w.awaitSession(once, "the replay is published", isSettled)
		w.decodes(once.VideoID, 4*time.Second)
	})
}
