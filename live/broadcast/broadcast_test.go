package broadcast_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"lucarne/live"
	"lucarne/live/ingest"
	"lucarne/live/streamtest"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/video"
)

func TestGoodbyeEndsAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		of := w.kept()
		e := w.air(of, 5*time.Second)
		if s := w.list(of)[0]; !s.IsOnAir() || !s.StartedAt.Equal(w.Clock.Now().Add(-5*time.Second)) {
			t.Errorf("session %+v", s)
		}
		w.await("its shape is known", func() bool { return math.Abs(w.video(of.VideoID).AspectRatio-1.7778) < 0.001 })
		if v := w.video(of.VideoID); v.State != video.Published {
			t.Errorf("on air: state %v", v.State)
		}
		e.to.Close(nil)
		s := w.awaitSession(of, "the replay is published", isSettled)
		if s.Error != 0 || s.ReplayVideoID != of.VideoID {
			t.Errorf("session %+v", s)
		}
		if v := w.video(of.VideoID); v.IsLive || v.State != video.Published || v.DurationSeconds != 5 {
			t.Errorf("replay: %+v", v.Video)
		}
		if _, ok := w.broadcasts.Health(of.VideoID); ok {
			t.Error("the studio shows a live that is over")
		}
		if text := w.playlist(of); !strings.Contains(text, "#EXT-X-ENDLIST") {
			t.Errorf("who is behind cannot watch to the end:\n%s", text)
		}
		if _, err := w.admit(of); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the key of what is over: %v", err)
		}
		w.stop()
		if left := w.left(); len(left) > 0 {
			t.Errorf("left on disk: %v", left)
		}
	})
}

func TestDroppedEncoderIsWaitedFor(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		of := w.live(live.Change{Permanent: ptr(true)})
		e := w.air(of, 4*time.Second)
		e.to.Close(errBroken)
		if h := w.health(of); h.IsConnected || !h.GoneAt.Equal(w.Clock.Now()) {
			t.Errorf("health %+v", h)
		}
		w.Clock.Advance(grace - time.Second)
		w.await("the last picture stays", func() bool { return w.health(of).Renditions[0].End > grace })
		if !w.list(of)[0].IsOnAir() {
			t.Fatal("the grace was too short")
		}
		w.Clock.Advance(time.Second)
		s := w.awaitSession(of, "the grace ends", isSettled)
		if s.Error != 0 || s.ReplayVideoID != 0 {
			t.Errorf("session %+v", s)
		}
		if v := w.video(of.VideoID); v.State != video.WaitingForLive {
			t.Errorf("state %v, want waiting", v.State)
		}
	})
}

// A line that breaks without a word is noticed late. Viewers do not wait for that, and the encoder is on time when it comes back: by what
// it sends late being left out, or by a new beginning.
func TestSilentEncoderIsCarriedOver(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ skips time.Duration }{
		"is on time again":         {8 * time.Second},
		"goes on where it stopped": {0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.SQLite(t))
			of := w.kept()
			e := w.air(of, 4*time.Second)
			w.Clock.Advance(8 * time.Second)
			w.await("the pause is filled", func() bool { return w.health(of).Renditions[0].End > 11*time.Second })
			if h := w.health(of); !h.IsConnected || h.Bitrate != 0 || h.FrameRate != 0 {
				t.Errorf("health of silence: %+v", h)
			}
			e.at += c.skips
			e.send(12 * time.Second)
			if h := w.health(of); h.Renditions[0].End < 23*time.Second || h.Bitrate == 0 {
				t.Errorf("after 24 s: %+v", h)
			}
			if text := w.playlist(of); strings.Contains(text, "#EXT-X-DISCONTINUITY\n") || strings.Contains(text, "GAP") {
				t.Errorf("playlist:\n%s", text)
			}
			e.to.Close(nil)
			w.awaitSession(of, "the replay is published", isSettled)
			w.decodes(of.VideoID, 24*time.Second)
		})
	}
}

func TestSecondEncoderIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	of := w.kept()
	first := w.connect(of, streamtest.Standard)
	if _, err := w.admit(of); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "Another encoder") {
		t.Errorf("the second: %v", err)
	}
	first.send(3 * time.Second)
	first.to.Close(errBroken)
	if err := first.to.Write(first.Samples[0]); err == nil {
		t.Error("an encoder that is gone can still send")
	}
	second := w.connect(of, streamtest.Standard)
	second.send(time.Second)
	first.to.Close(nil) // says it twice: the second is none of its business
	second.send(time.Second)
}

// Who comes back goes on where the time is now, and viewers notice nothing but the pause.
func TestTimelineAcrossReconnection(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		of := w.kept()
		w.air(of, 4*time.Second).to.Close(errBroken)
		w.Clock.Advance(5 * time.Second)
		w.await("the pause is filled", func() bool { return w.health(of).Renditions[0].End > 8*time.Second })
		second := w.connect(of, streamtest.Standard)
		second.send(4 * time.Second)
		text := w.playlist(of)
		if strings.Contains(text, "ENDLIST") || strings.Contains(text, "DISCONTINUITY") || strings.Count(text, "EXT-X-MAP") != 1 {
			t.Errorf("playlist:\n%s", text)
		}
		second.to.Close(nil)
		w.awaitSession(of, "the replay is published", isSettled)
		if all := w.list(of); len(all) != 1 {
			t.Fatalf("%d sessions", len(all))
		}
		if got := w.video(of.VideoID).DurationSeconds; got != 13 {
			t.Errorf("the replay lasts %d s, want 13", got)
		}
		w.decodes(of.VideoID, 13*time.Second)
	})
}

func TestLimitsEndABroadcast(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		happen func(w *world, of live.Live)
		code   live.SessionError
		said   string
	}{
		"too long": {
			func(w *world, _ live.Live) { w.rule(func(s *live.Settings) { s.MaxDuration = 5 * time.Second }) },
			live.DurationExceeded, "as long as this site allows",
		},
		"quota": {
			func(w *world, _ live.Live) { w.write("UPDATE users SET video_quota = 2000 WHERE username = 'alice'") },
			live.QuotaExceeded, "quota is used up",
		},
		"blocked": {
			func(w *world, of live.Live) { w.write("UPDATE video SET blocked = TRUE WHERE id = ?", of.VideoID) },
			live.Blocked, "is blocked",
		},
		"ended from here": {
			func(w *world, of live.Live) {
				w.broadcasts.End(of.VideoID, 0, fault.New(fault.Unavailable, "Ended by its owner"))
			},
			0, "Ended by its owner",
		},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for name, c := range cases {
			w.t = t
			of := w.live(live.Change{Permanent: ptr(true), SaveReplay: ptr(true)})
			e := w.air(of, 4*time.Second)
			c.happen(w, of)
			w.Clock.Advance(11 * time.Second)
			if why := e.told(); why == nil || !strings.Contains(why.Error(), c.said) {
				t.Errorf("%s: the encoder is told %v", name, why)
			}
			if s := w.awaitSession(of, name+" is settled", isSettled); s.Error != c.code {
				t.Errorf("%s: session %+v", name, s)
			}
			w.rule(func(s *live.Settings) { s.MaxDuration = 0 })
			w.write("UPDATE users SET video_quota = -1")
		}
	})
}

func TestDeletedOnAir(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		of := w.kept()
		e := w.air(of, 4*time.Second)
		if err := w.Videos.Delete(t.Context(), w.owner, of.VideoID); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(11 * time.Second)
		if why := e.told(); !strings.Contains(why.Error(), "deleted") {
			t.Errorf("the encoder is told %v", why)
		}
		w.await("nothing is left of it on disk", func() bool { return len(w.left()) == 0 })
		w.await("nothing of it is to be fetched", func() bool { _, _, ok := w.broadcasts.OnAir(of.UUID); return !ok })
	})
}

func TestHealth(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	of := w.live(live.Change{})
	if _, ok := w.broadcasts.Health(of.VideoID); ok {
		t.Error("a live nobody sends to is on air")
	}
	e := w.air(of, 6*time.Second)
	h := w.health(of)
	if !h.IsConnected || h.Protocol != "rtmp" || h.Encoder != "test" || !h.StartedAt.Equal(w.Clock.Now().Add(-6*time.Second)) {
		t.Errorf("who sends: %+v", h)
	}
	if h.KeyInterval != 2*time.Second || math.Abs(h.FrameRate-30) > 1 || h.Bitrate < 20_000 || h.Bitrate > 5_000_000 || h.Dropped != 0 {
		t.Errorf("rates: key interval %v, %v fps, %d bit/s, %d dropped", h.KeyInterval, h.FrameRate, h.Bitrate, h.Dropped)
	}
	if len(h.Renditions) != 1 || h.Renditions[0].Height != 90 || len(h.Left) != 0 || h.Incomplete != nil {
		t.Errorf("renditions: %+v", h)
	}
	e.at += 100 * time.Millisecond // three pictures
	e.send(2 * time.Second)
	if h := w.health(of); h.Dropped != 3 {
		t.Errorf("%d pictures dropped, want 3", h.Dropped)
	}
}

// What browsers send is Opus, which not every player knows.
func TestOpusBecomesAAC(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	of := w.kept()
	e := w.connect(of, streamtest.Picture+" "+streamtest.Tone+" "+streamtest.H264+" "+streamtest.Opus)
	e.send(4 * time.Second)
	w.await("on air", func() bool { return len(w.list(of)) > 0 })
	if h := w.health(of); !strings.Contains(h.Renditions[0].Codecs, "mp4a.40.2") {
		t.Errorf("codecs %s", h.Renditions[0].Codecs)
	}
	e.to.Close(nil)
	w.awaitSession(of, "the replay is published", isSettled)
	w.decodes(of.VideoID, 4*time.Second)
}

func TestAdmission(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	of := w.kept()
	w.rule(func(s *live.Settings) { s.IsEnabled = false })
	if _, err := w.admit(of); !fault.Is(err, fault.Unavailable) {
		t.Errorf("where nobody may broadcast: %v", err)
	}
	w.rule(func(s *live.Settings) { s.IsEnabled = true })
	if _, err := w.broadcasts.Admit(t.Context(), ingest.Request{Key: of.Key + " "}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a wrong key: %v", err)
	}
	e := w.connect(of, streamtest.Standard)
	w.stop()
	if why := e.told(); !fault.Is(why, fault.Unavailable) || !strings.Contains(why.Error(), "connect again") {
		t.Errorf("at the end of the program the encoder is told %v", why)
	}
	if _, err := w.admit(of); !fault.Is(err, fault.Unavailable) {
		t.Errorf("after the end: %v", err)
	}
}

// Not every player decodes what the encoder sends: the ladder makes H.264 of it, as large as it is.
func TestHEVCHasARenditionForAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	w.settings.IsEncoded = true
	of := w.kept()
	e := w.connect(of, streamtest.Picture+" "+streamtest.Tone+" -c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=60:min-keyint=60:scenecut=0:bframes=0:pools=1 "+streamtest.AAC)
	e.send(6 * time.Second)
	w.await("a rendition for all", func() bool {
		h, _ := w.broadcasts.Health(of.VideoID)
		return len(w.list(of)) > 0 && len(h.Renditions) == 2 && strings.Contains(h.Renditions[1].Codecs, "avc1")
	})
	if h := w.health(of); !strings.Contains(h.Renditions[0].Codecs, "hvc1") || h.Renditions[1].Height != h.Renditions[0].Height {
		t.Errorf("renditions %+v", h.Renditions)
	}
	e.to.Close(nil)
	w.awaitSession(of, "the replay is published", isSettled)
	w.decodes(of.VideoID, 6*time.Second)
}

// The encoder comes back with another picture: players begin anew, and so does the recording.
func TestAnotherPictureAfterReconnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	of := w.kept()
	w.air(of, 4*time.Second).to.Close(errBroken)
	second := w.connect(of, "-f lavfi -i testsrc2=s=320x180:r=25:d=6 "+streamtest.Tone+" "+streamtest.H264+" "+streamtest.AAC)
	second.send(4 * time.Second)
	w.await("the other picture", func() bool { return len(w.list(of)) > 0 && w.health(of).Renditions[0].Height == 180 })
	if text := w.playlist(of); strings.Count(text, "EXT-X-MAP") != 2 || strings.Count(text, "#EXT-X-DISCONTINUITY\n") != 1 {
		t.Errorf("playlist:\n%s", text)
	}
	second.to.Close(nil)
	w.awaitSession(of, "the replay is published", isSettled)
	w.decodes(of.VideoID, 8*time.Second)
	if got := w.sizes(w.replayFiles(of.VideoID)[0]); got["160,90"] != 120 || got["320,180"] != 100 {
		t.Errorf("pictures by size: %v", got)
	}
}
