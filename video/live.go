package video

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/video/hls"
)

// The files a live on air is watched from, in the folder of its HLS form, and how many renditions one may have for peers to meet at.
const (
	LiveMaster        = "master.m3u8"
	LiveDigests       = "segments-sha256.json"
	maxLiveRenditions = 12
)

// BeginLiveIn puts a live on the lists: it is published from now on, every time it goes on air, and played from LiveMaster.
func (v *Videos) BeginLiveIn(ctx context.Context, tx *db.Tx, id ID) error {
	if err := v.SetStateIn(ctx, tx, id, Published, ""); err != nil {
		return err
	}
	now := v.o.Clock.Now()
	if _, err := db.Exec(ctx, tx, "UPDATE video SET published_at = ?, updated_at = ? WHERE id = ?", now, now, id); err != nil {
		return err
	}
	of, err := getBare(ctx, tx, id)
	if err != nil {
		return err
	}
	tx.Touch(Topic)
	master := PlaylistURL(v.o.Site, of.Privacy, of.UUID, LiveMaster)
	return replaceLivePlaylist(ctx, tx, id, hls.InfoHashes(master, maxLiveRenditions, false), now)
}

// EndLiveIn takes a live off the lists. It is no longer played from where it was unless a replay follows.
func (v *Videos) EndLiveIn(ctx context.Context, tx *db.Tx, id ID, next State, hasReplay bool) error {
	if !hasReplay {
		if err := deletePlaylist(ctx, tx, id); err != nil {
			return err
		}
	}
	return v.SetStateIn(ctx, tx, id, next, "")
}

// SetLiveShapeIn says in which shape the picture of a live is.
func (v *Videos) SetLiveShapeIn(ctx context.Context, tx *db.Tx, id ID, aspectRatio float64) error {
	tx.Touch(Topic)
	return describeVideo(ctx, tx, id, 0, aspectRatio)
}

// SetLiveSchedulesIn says when a live is to begin, in the place of what was said before.
func (v *Videos) SetLiveSchedulesIn(ctx context.Context, tx *db.Tx, id ID, at []time.Time) error {
	tx.Touch(Topic)
	return replaceLiveSchedules(ctx, tx, id, at)
}

// Replay is what a recorded live becomes as a video.
type Replay struct {
	Duration    time.Duration
	AspectRatio float64
}

// BecomeReplayIn publishes a video whose files are the recording of a live: from now on it is a video like others.
func (v *Videos) BecomeReplayIn(ctx context.Context, tx *db.Tx, id ID, r Replay) error {
	if err := describeVideo(ctx, tx, id, int(math.Round(r.Duration.Seconds())), r.AspectRatio); err != nil {
		return fmt.Errorf("make a replay of video %d: %w", id, err)
	}
	if _, err := db.Exec(ctx, tx, "UPDATE video SET is_live = FALSE WHERE id = ?", id); err != nil {
		return fmt.Errorf("make a replay of video %d: %w", id, err)
	}
	if err := replaceLiveSchedules(ctx, tx, id, nil); err != nil {
		return err
	}
	return v.SetStateIn(ctx, tx, id, Published, "")
}

// SetPrivacyIn changes who may see a video, whoever asks: what was decided before now comes true.
func (v *Videos) SetPrivacyIn(ctx context.Context, tx *db.Tx, id ID, to Privacy) error {
	found, err := read(ctx, tx, id)
	if err != nil {
		return err
	}
	if found.Privacy == to {
		return nil
	}
	changed := found.Video
	changed.Privacy = to
	return v.save(ctx, tx, found.Video, changed, Change{})
}

// CopyIn makes a video that says of itself what another one does but for what edit changes. It has no files yet, and the pictures are
// left to the caller.
func (v *Videos) CopyIn(ctx context.Context, tx *db.Tx, of ID, edit func(*Draft)) (Video, error) {
	found, err := read(ctx, tx, of)
	if err != nil {
		return Video{}, err
	}
	d := Draft{Metadata: found.metadata(), ChannelID: found.Channel.ID}
	d.Tags, d.Schedule = slices.Clone(d.Tags), nil
	edit(&d)
	if err := d.check(); err != nil {
		return Video{}, err
	}
	return v.createIn(ctx, tx, found.Channel, d)
}

// LivesCounted says which lives of this instance are counted.
type LivesCounted struct {
	Owner   account.ID // 0: everybody's
	OnAir   bool       // only those on air; otherwise those that wait too
	Without ID         // 0: none is left out
}

// CountLives counts the lives of this instance.
func (v *Videos) CountLives(ctx context.Context, q db.Querier, which LivesCounted) (int, error) {
	var f db.Filter
	f.And("v.is_live")
	f.And("v.host = ''")
	if which.OnAir {
		f.And("v.state = ?", Published)
	} else {
		f.And("v.state IN (?, ?)", Published, WaitingForLive)
	}
	if which.Owner != 0 {
		f.And("v.channel_id IN (SELECT id FROM channel WHERE account_id = ?)", which.Owner)
	}
	if which.Without != 0 {
		f.And("v.id <> ?", which.Without)
	}
	return db.Value[int](ctx, q, "SELECT COUNT(*) FROM video v"+f.Where(), f.Args()...)
}

// checkLivePrivacy refuses to change who sees a show that is on air: its files lie where its privacy says.
func checkLivePrivacy(from Video, c Change) error {
	if from.IsLive && c.Privacy != nil && *c.Privacy != from.Privacy && from.State == Published {
		return fault.New(fault.Invalid, "Cannot update privacy of a live that has already started")
	}
	return nil
}

// lateness is how long a live that was to begin is still expected. Times are cut to it, so that counts can be remembered.
const lateness = time.Hour

func expectedSince(now time.Time) time.Time { return now.Truncate(lateness).Add(-lateness) }

// expectsLives reports whether a list with scheduled lives can differ from one without. Where it cannot, the indexes serve.
func (v *Videos) expectsLives(ctx context.Context) (bool, error) {
	n, err := db.Value[int](ctx, v.o.DB, "SELECT COUNT(*) FROM (SELECT 1 FROM live_schedule WHERE start_at >= ? LIMIT 1) AS soon", expectedSince(v.o.Clock.Now()))
	return n > 0, err
}
