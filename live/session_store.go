package live

import (
	"context"
	"time"

	"github.com/google/uuid"

	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/video"
)

const sessionColumns = `s.id, s.video_id, s.started_at, s.ended_at, s.processed, s.save_replay, s.replay_privacy, s.replay_video_id, s.error, r.uuid`

func scanSession(row db.Row) (s Session, err error) {
	var replay string
	err = row.Scan(&s.ID, db.Null(&s.VideoID), db.Time(&s.StartedAt), db.Time(&s.EndedAt), &s.Processed, &s.SaveReplay, &s.ReplayPrivacy,
		db.Null(&s.ReplayVideoID), &s.Error, db.Null(&replay))
	if err == nil && replay != "" {
		s.ReplayUUID, err = uuid.Parse(replay)
	}
	return s, err
}

// sessionsWhere reads sessions; the rest of the text bounds them.
func sessionsWhere(ctx context.Context, q db.Querier, rest string, args ...any) ([]Session, error) {
	return db.List(ctx, q, scanSession, "SELECT "+sessionColumns+" FROM live_session s LEFT JOIN video r ON r.id = s.replay_video_id WHERE "+rest, args...)
}

func getSession(ctx context.Context, q db.Querier, id SessionID) (Session, error) {
	found, err := sessionsWhere(ctx, q, "s.id = ?", id)
	if err != nil {
		return Session{}, err
	}
	if len(found) == 0 {
		return Session{}, fault.New(fault.NotFound, "No live session found")
	}
	return found[0], nil
}

func insertSession(ctx context.Context, tx *db.Tx, s Session) (SessionID, error) {
	return db.Insert[SessionID](ctx, tx, "INSERT INTO live_session (video_id, started_at, save_replay, replay_privacy) VALUES (?, ?, ?, ?) RETURNING id",
		s.VideoID, s.StartedAt, s.SaveReplay, s.ReplayPrivacy)
}

// endSession also says that nothing is left to be done, unless there is a replay to make.
func endSession(ctx context.Context, tx *db.Tx, id SessionID, at time.Time, code SessionError) error {
	_, err := db.Exec(ctx, tx, "UPDATE live_session SET ended_at = ?, error = ?, processed = NOT save_replay WHERE id = ?", at, code, id)
	return err
}

func setReplay(ctx context.Context, tx *db.Tx, id SessionID, replay video.ID) error {
	_, err := db.Exec(ctx, tx, "UPDATE live_session SET replay_video_id = ? WHERE id = ?", db.OrNull(replay), id)
	return err
}

func setProcessed(ctx context.Context, tx *db.Tx, id SessionID) error {
	_, err := db.Exec(ctx, tx, "UPDATE live_session SET processed = TRUE WHERE id = ?", id)
	return err
}
