package live

import (
	"context"
	"time"

	"github.com/google/uuid"

	"lucarne/platform/db"
	"lucarne/video"
)

const liveColumns = `l.video_id, v.uuid, a.user_id, l.stream_key, l.permanent, l.save_replay, l.replay_privacy, l.latency, l.dvr_window`

const liveJoin = ` FROM live l JOIN video v ON v.id = l.video_id JOIN channel c ON c.id = v.channel_id JOIN account a ON a.id = c.account_id WHERE `

func scanLive(row db.Row) (l Live, err error) {
	var id string
	var seconds int64
	err = row.Scan(&l.VideoID, &id, db.Null(&l.OwnerID), &l.Key, &l.Permanent, &l.SaveReplay, &l.ReplayPrivacy, &l.Latency, &seconds)
	if err != nil {
		return l, err
	}
	l.DVRWindow = window(seconds)
	l.UUID, err = uuid.Parse(id)
	return l, err
}

// window reads dvr_window, seconds gives what is written there.
func window(seconds int64) time.Duration {
	if seconds < 0 {
		return WholeWindow
	}
	return time.Duration(seconds) * time.Second
}

func seconds(window time.Duration) int64 {
	if window < 0 {
		return -1
	}
	return int64(window / time.Second)
}

func getLive(ctx context.Context, q db.Querier, id video.ID) (Live, error) {
	found, ok, err := liveWhere(ctx, q, "l.video_id = ?", id)
	if err == nil && !ok {
		err = notFound()
	}
	return found, err
}

func liveWhere(ctx context.Context, q db.Querier, condition string, args ...any) (Live, bool, error) {
	found, ok, err := db.Find(ctx, q, scanLive, "SELECT "+liveColumns+liveJoin+condition, args...)
	if err != nil || !ok {
		return found, ok, err
	}
	found.Schedules, err = db.List(ctx, q, scanTime, "SELECT start_at FROM live_schedule WHERE video_id = ? ORDER BY start_at LIMIT ?", found.VideoID, maxSchedules)
	return found, ok, err
}

func scanTime(row db.Row) (t time.Time, err error) { return t, row.Scan(db.Time(&t)) }

func insertLive(ctx context.Context, tx *db.Tx, l Live, at time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO live (video_id, stream_key, key_digest, permanent, save_replay, replay_privacy, latency, dvr_window, created_at,
		updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		l.VideoID, l.Key, digest(l.Key), l.Permanent, l.SaveReplay, l.ReplayPrivacy, l.Latency, seconds(l.DVRWindow), at, at)
	return err
}

func updateLive(ctx context.Context, tx *db.Tx, l Live, at time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE live SET permanent = ?, save_replay = ?, replay_privacy = ?, latency = ?, dvr_window = ?, updated_at = ?
		WHERE video_id = ?`, l.Permanent, l.SaveReplay, l.ReplayPrivacy, l.Latency, seconds(l.DVRWindow), at, l.VideoID)
	return err
}

func deleteLive(ctx context.Context, tx *db.Tx, id video.ID) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM live WHERE video_id = ?", id)
	return err
}
