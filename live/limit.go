package live

import (
	"context"
	"fmt"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/video"
)

// Codes that clients branch on, from PeerTube's ServerErrorCode.
const (
	codeInstanceLives = "max_instance_lives_limit_reached"
	codeUserLives     = "max_user_lives_limit_reached"
	codeQuota         = "quota_reached"
)

// checkRoom counts the lives that wait or are on air, for one more.
func (l *Lives) checkRoom(ctx context.Context, q db.Querier, viewer account.Viewer) error {
	s := l.o.Settings()
	isFull, err := l.isFull(ctx, q, s.MaxInstanceLives, video.LivesCounted{})
	if err != nil {
		return err
	}
	if isFull {
		return fault.New(fault.Forbidden, "Cannot create this live because the max instance lives limit is reached.").WithCode(codeInstanceLives)
	}
	isFull, err = l.isFull(ctx, q, s.MaxUserLives, video.LivesCounted{Owner: viewer.AccountID()})
	if err == nil && isFull {
		err = fault.New(fault.Forbidden, "Cannot create this live because the max user lives limit is reached.").WithCode(codeUserLives)
	}
	return err
}

func (l *Lives) isFull(ctx context.Context, q db.Querier, most int, which video.LivesCounted) (bool, error) {
	if most < 0 {
		return false, nil
	}
	n, err := l.o.Videos.CountLives(ctx, q, which)
	return n >= most, err
}

// CheckStart tells whether a live may go on air now. The messages are for who stands at the encoder: fault.Forbidden when it will not do
// later either, fault.Unavailable when it may.
func (l *Lives) CheckStart(ctx context.Context, of Live) error {
	s := l.o.Settings()
	if !s.IsEnabled {
		return fault.New(fault.Unavailable, "Live is not enabled on this instance").WithCode("live_not_enabled")
	}
	found, err := standing(ctx, l.o.DB, of.VideoID)
	if err != nil {
		return fmt.Errorf("check the start of live %d: %w", of.VideoID, err)
	}
	switch {
	case found.isBlocked:
		return fault.New(fault.Forbidden, "This live is blocked")
	case !of.Permanent && found.state == video.LiveEnded:
		return fault.New(fault.Forbidden, "This live is over: make another one")
	}
	if err := l.checkOnAir(ctx, of, found, s); err != nil || !of.SaveReplay {
		return err
	}
	exceeded, err := l.exceedsQuota(ctx, found, 0)
	if err == nil && exceeded {
		err = fault.New(fault.Unavailable, "Your video quota leaves no room for the replay of this live").WithCode(codeQuota)
	}
	return err
}

func (l *Lives) checkOnAir(ctx context.Context, of Live, found owner, s Settings) error {
	isFull, err := l.isFull(ctx, l.o.DB, s.MaxInstanceLives, video.LivesCounted{OnAir: true, Without: of.VideoID})
	if err != nil {
		return err
	}
	if isFull {
		return fault.New(fault.Unavailable, "As many lives as this site takes are on air").WithCode(codeInstanceLives)
	}
	isFull, err = l.isFull(ctx, l.o.DB, s.MaxUserLives, video.LivesCounted{OnAir: true, Owner: found.account, Without: of.VideoID})
	if err == nil && isFull {
		err = fault.New(fault.Unavailable, "As many of your lives as this site allows are on air").WithCode(codeUserLives)
	}
	return err
}

// Running is what the limits of a broadcast depend on while it goes on.
type Running struct {
	VideoID   video.ID
	StartedAt time.Time
	Recorded  int64 // bytes kept for the replay so far; 0 without replay
}

// CheckRunning tells why a broadcast has to end now, 0 when it may go on. A video that was deleted meanwhile is fault.NotFound.
func (l *Lives) CheckRunning(ctx context.Context, r Running) (SessionError, error) {
	found, err := standing(ctx, l.o.DB, r.VideoID)
	if err != nil {
		return 0, fmt.Errorf("check live %d: %w", r.VideoID, err)
	}
	s := l.o.Settings()
	switch {
	case found.isBlocked:
		return Blocked, nil
	case s.MaxDuration > 0 && l.o.Clock.Now().Sub(r.StartedAt) > s.MaxDuration:
		return DurationExceeded, nil
	case r.Recorded == 0:
		return 0, nil
	}
	exceeded, err := l.exceedsQuota(ctx, found, r.Recorded)
	if err == nil && exceeded {
		return QuotaExceeded, nil
	}
	return 0, err
}

// exceedsQuota reports whether so many more bytes than those stored are too many.
func (l *Lives) exceedsQuota(ctx context.Context, of owner, more int64) (bool, error) {
	if of.quota < 0 && of.quotaDaily < 0 {
		return false, nil
	}
	all, err := l.o.Videos.Usage(ctx, of.user)
	if err != nil {
		return false, err
	}
	used := all[of.user]
	return (of.quota >= 0 && used.Bytes+more >= of.quota) || (of.quotaDaily >= 0 && used.Daily+more >= of.quotaDaily), nil
}

// owner is how a live and who owns it stand.
type owner struct {
	account    account.ID
	user       account.UserID
	state      video.State
	isBlocked  bool // the video, or the user
	quota      int64
	quotaDaily int64
}

func standing(ctx context.Context, q db.Querier, id video.ID) (owner, error) {
	found, ok, err := db.Find(ctx, q, func(row db.Row) (o owner, err error) {
		return o, row.Scan(&o.account, &o.user, &o.state, &o.isBlocked, &o.quota, &o.quotaDaily)
	}, `SELECT a.id, u.id, v.state, (v.blocked OR u.blocked), u.video_quota, u.video_quota_daily FROM video v JOIN channel c ON c.id = v.channel_id
		JOIN account a ON a.id = c.account_id JOIN users u ON u.id = a.user_id WHERE v.id = ? AND v.is_live`, id)
	if err == nil && !ok {
		err = notFound()
	}
	return found, err
}
