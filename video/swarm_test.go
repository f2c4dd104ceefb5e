package video_test

import (
	"errors"
	"testing"

	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
)

func TestSwarmsAreThoseOfTheFilesThereAre(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newCaptionWorld(t, d)
		made := w.Video(t, w.alice, nil)
		w.addHLS(t, made.ID)
		now, err := w.Videos.Get(t.Context(), made.ID)
		if err != nil || len(now.Playlists) != 1 || len(now.Playlists[0].InfoHashes) == 0 {
			t.Fatalf("playlists: %+v, %v", now.Playlists, err)
		}
		hash := now.Playlists[0].InfoHashes[0]
		for name, c := range map[string]struct {
			hash string
			want bool
		}{"its own": {hash, true}, "another": {"00" + hash[2:], false}, "none": {"", false}, "part of it": {hash[:39], false}, "a pattern": {"%", false}} {
			if got, err := w.Videos.HasSwarm(t.Context(), c.hash); err != nil || got != c.want {
				t.Errorf("%s: got %v, %v", name, got, err)
			}
		}
		if err := errors.Join(d.Rollback(t.Context(), 6), d.Migrate(t.Context())); err != nil {
			t.Fatal(err)
		}
		if got, err := w.Videos.HasSwarm(t.Context(), hash); err != nil || !got {
			t.Errorf("of a database from before there were swarms: got %v, %v", got, err)
		}
		w.dropHLS(t, made.ID)
		if got, err := w.Videos.HasSwarm(t.Context(), hash); err != nil || got {
			t.Errorf("after the files are gone: got %v, %v", got, err)
		}
	})
}
