package live

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

// SessionID names one time on air.
type SessionID int64

// SessionError is why a session ended otherwise than its owner wanted, numbered as PeerTube's LiveVideoError.
type SessionError int

// The errors of sessions.
const (
	BadSocketHealth    SessionError = 1 // what is sent cannot be handled in time
	DurationExceeded   SessionError = 2
	QuotaExceeded      SessionError = 3
	FFmpegError        SessionError = 4
	Blocked            SessionError = 5
	RunnerJobError     SessionError = 6
	RunnerJobCancelled SessionError = 7
	UnknownError       SessionError = 8
	InvalidInput       SessionError = 9 // nothing that can be broadcast
)

// Session is one time on air.
type Session struct {
	ID            SessionID
	VideoID       video.ID // of the live; 0 once it is deleted
	StartedAt     time.Time
	EndedAt       time.Time // zero while on air
	Processed     bool      // nothing is left to be done after the end
	SaveReplay    bool
	ReplayPrivacy video.Privacy
	ReplayVideoID video.ID  // 0: none
	ReplayUUID    uuid.UUID // of the replay's video
	Error         SessionError
}

// IsOnAir reports whether the session goes on.
func (s Session) IsOnAir() bool { return s.EndedAt.IsZero() }

// Sessions are the times lives are on air.
type Sessions struct{ o Options }

// NewSessions makes the subject of sessions.
func NewSessions(o Options) *Sessions { return &Sessions{o: o} }

// Begin notes that a live is on air, as its settings are now, and publishes its video.
func (s *Sessions) Begin(ctx context.Context, id video.ID, startedAt time.Time) (Session, error) {
	var begun Session
	err := s.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		of, err := getLive(ctx, tx, id)
		if err != nil {
			return err
		}
		begun = Session{VideoID: id, StartedAt: startedAt, SaveReplay: of.SaveReplay && s.o.Settings().AllowReplay, ReplayPrivacy: of.ReplayPrivacy}
		if begun.ID, err = insertSession(ctx, tx, begun); err != nil {
			return err
		}
		if err := s.o.Videos.BeginLiveIn(ctx, tx, id); err != nil {
			return err
		}
		return s.o.Outbox.Record(ctx, tx, Began{VideoID: id, SessionID: begun.ID})
	})
	if err != nil {
		return Session{}, fmt.Errorf("begin a session of live %d: %w", id, err)
	}
	return begun, nil
}

// End notes that a session is over, and why when that was not as it should. The video of a permanent live waits for the next one, any
// other is ended. Ending twice does nothing, nor does ending what was forgotten with its deleted live.
func (s *Sessions) End(ctx context.Context, id SessionID, endedAt time.Time, code SessionError) error {
	err := s.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := getSession(ctx, tx, id)
		if fault.Is(err, fault.NotFound) || err == nil && !found.IsOnAir() {
			return nil
		}
		if err != nil {
			return err
		}
		if err := endSession(ctx, tx, id, endedAt, code); err != nil {
			return err
		}
		if found.VideoID == 0 {
			return nil
		}
		if err := s.leaveAir(ctx, tx, found); err != nil {
			return err
		}
		return s.o.Outbox.Record(ctx, tx, Ended{VideoID: found.VideoID, SessionID: id, Error: code})
	})
	if err != nil {
		return fmt.Errorf("end session %d: %w", id, err)
	}
	return nil
}

// leaveAir moves the video off the air, and forgets the dates that have passed.
func (s *Sessions) leaveAir(ctx context.Context, tx *db.Tx, ended Session) error {
	of, err := getLive(ctx, tx, ended.VideoID)
	if err != nil {
		return err
	}
	next := video.LiveEnded
	if of.Permanent {
		next = video.WaitingForLive
	}
	var toCome []time.Time
	for _, at := range of.Schedules {
		if at.After(s.o.Clock.Now()) {
			toCome = append(toCome, at)
		}
	}
	if err := s.o.Videos.SetLiveSchedulesIn(ctx, tx, of.VideoID, toCome); err != nil {
		return err
	}
	return s.o.Videos.EndLiveIn(ctx, tx, of.VideoID, next, ended.SaveReplay && !of.Permanent)
}

// Get reads a session; it fails with fault.NotFound.
func (s *Sessions) Get(ctx context.Context, id SessionID) (Session, error) {
	return getSession(ctx, s.o.DB, id)
}

// SetReplay notes which video holds what was on air.
func (s *Sessions) SetReplay(ctx context.Context, id SessionID, replay video.ID) error {
	return s.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return setReplay(ctx, tx, id, replay) })
}

// Processed notes that nothing is left to be done after the end of a session.
func (s *Sessions) Processed(ctx context.Context, id SessionID) error {
	return s.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return setProcessed(ctx, tx, id) })
}

// maxSessions bounds what one answer holds.
const maxSessions = 1000

// Unfinished lists the sessions a stopped process left on air or without their replay, oldest first.
func (s *Sessions) Unfinished(ctx context.Context) ([]Session, error) {
	return sessionsWhere(ctx, s.o.DB, "NOT s.processed ORDER BY s.id LIMIT ?", maxSessions)
}

// List gives the sessions of a live to who manages it, oldest first or newest, with how many there are.
func (s *Sessions) List(ctx context.Context, id video.ID, isNewestFirst bool) (total int, list []Session, err error) {
	order := "s.started_at, s.id"
	if isNewestFirst {
		order = "s.started_at DESC, s.id DESC"
	}
	if total, err = db.Value[int](ctx, s.o.DB, "SELECT COUNT(*) FROM live_session WHERE video_id = ?", id); err != nil {
		return 0, nil, err
	}
	list, err = sessionsWhere(ctx, s.o.DB, "s.video_id = ? ORDER BY "+order+" LIMIT ?", id, maxSessions)
	return total, list, err
}

// ForVideo gives the session a replay was made of, to who may see the replay. It fails with fault.NotFound for other videos.
func (s *Sessions) ForVideo(ctx context.Context, ref shortid.Ref, a video.Access) (Session, error) {
	of, err := s.o.Videos.See(ctx, ref, a)
	if err != nil {
		return Session{}, err
	}
	found, err := sessionsWhere(ctx, s.o.DB, "s.replay_video_id = ? ORDER BY s.id DESC LIMIT 1", of.ID)
	if err != nil {
		return Session{}, err
	}
	if len(found) == 0 {
		return Session{}, fault.New(fault.NotFound, "No live session found")
	}
	return found[0], nil
}

// Running finds the session of a live that is on air now.
func (s *Sessions) Running(ctx context.Context, id video.ID) (Session, bool, error) {
	found, err := sessionsWhere(ctx, s.o.DB, "s.video_id = ? AND s.ended_at IS NULL ORDER BY s.id DESC LIMIT 1", id)
	if err != nil || len(found) == 0 {
		return Session{}, false, err
	}
	return found[0], true, nil
}

// SetShape notes in which shape the picture of a live on air is.
func (s *Sessions) SetShape(ctx context.Context, id video.ID, aspectRatio float64) error {
	return s.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.o.Videos.SetLiveShapeIn(ctx, tx, id, aspectRatio) })
}

// OnAir lists the running sessions of an owner's lives; the zero owner stands for everybody.
func (s *Sessions) OnAir(ctx context.Context, of account.UserID) ([]Session, error) {
	if of == 0 {
		return sessionsWhere(ctx, s.o.DB, "s.ended_at IS NULL AND NOT s.processed ORDER BY s.id LIMIT ?", maxSessions)
	}
	return sessionsWhere(ctx, s.o.DB, `s.ended_at IS NULL AND NOT s.processed AND s.video_id IN (SELECT v.id FROM video v
		JOIN channel c ON c.id = v.channel_id JOIN account a ON a.id = c.account_id WHERE a.user_id = ?) ORDER BY s.id LIMIT ?`, of, maxSessions)
}

// Listeners are what sessions have to do when something else happens.
func (s *Sessions) Listeners() []event.Listener {
	return []event.Listener{
		event.On("live sessions: video deleted", func(ctx context.Context, _ video.Deleted) error { return s.forgetOrphans(ctx) }),
	}
}

// forgetOrphans removes the sessions whose live and replay are both gone.
func (s *Sessions) forgetOrphans(ctx context.Context) error {
	_, err := db.Exec(ctx, s.o.DB, "DELETE FROM live_session WHERE video_id IS NULL AND replay_video_id IS NULL")
	return err
}
