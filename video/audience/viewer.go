package audience

import (
	"context"
	"fmt"
	"sync"
	"time"

	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

// Heartbeat is a player's report of where playback stands. Players send one every few seconds.
type Heartbeat struct {
	Video     shortid.Ref
	Access    video.Access
	IP        string
	Session   string // chosen by the player; "" none
	Second    int
	HasSeeked bool // the viewer jumped since the last report
	Agent     Agent
	UserAgent string // the request's header, for what Agent leaves out
}

// MaxSession bounds the name a player gives its session, in bytes.
const MaxSession = 100

// Viewers are those who watch, and the views they make. They are known in memory while they watch, and kept for statistics afterwards.
type Viewers struct {
	o       Options
	crowd   *crowd
	keys    *keyring
	targets *targets
	views   together[video.ID]
	history *History

	mu      sync.Mutex
	unsaved []*viewing // ended, but the database did not take them yet
}

// NewViewers makes the subject of views and viewers. Where users stand is told to history.
func NewViewers(o Options, history *History) *Viewers {
	v := &Viewers{o: o, crowd: newCrowd(), keys: newKeyring(o.Clock), targets: newTargets(o.DB), history: history}
	v.views.write = v.buffer
	return v
}

// Watch takes a heartbeat of somebody who may see the video, signed in or not. When it returns nil, a view it made and the position of a
// user who wants a history are in the database.
func (v *Viewers) Watch(ctx context.Context, h Heartbeat) error {
	of, err := v.targets.get(ctx, h.Video)
	if err != nil {
		return err
	}
	if h.Second < 0 || h.Second > of.lastSecond() {
		return fault.InvalidParam("currentTime", h.Second, "Current time is invalid")
	}
	if len(h.Session) > MaxSession {
		return fault.InvalidParam("sessionId", nil, "Should have at most %d characters", MaxSession)
	}
	settings := v.o.Settings()
	who := v.identify(h, settings)
	user := h.Access.Viewer.UserID()
	if !v.crowd.knows(of.id, who, user) {
		if _, err := v.o.Videos.See(ctx, h.Video, h.Access); err != nil {
			return err
		}
	}
	if err := v.report(ctx, of, h, who, settings); err != nil {
		return fmt.Errorf("count view of video %d: %w", of.id, err)
	}
	return v.history.note(ctx, h.Access.Viewer, of.id, h.Second)
}

// endSlack is how far past its rounded length a video may be said to stand.
const endSlack = 1

// maxLiveSeconds bounds positions in what has no known end.
const maxLiveSeconds = 30 * 24 * 3600

func (of target) lastSecond() int {
	if of.isLive || of.seconds == 0 {
		return maxLiveSeconds
	}
	return of.seconds + endSlack
}

func (v *Viewers) identify(h Heartbeat, s Settings) identity {
	var who identity
	who.address, who.former = v.keys.address(h.IP)
	if h.Session != "" && s.TrustSessions {
		who.session = v.keys.session(h.Session)
	}
	return who
}

func (v *Viewers) report(ctx context.Context, of target, h Heartbeat, who identity, s Settings) error {
	at, isView := v.crowd.report(of, h, who, v.o.Clock.Now(), s)
	if !isView {
		return nil
	}
	err := v.views.add(ctx, of.id)
	if err != nil {
		v.crowd.discount(at)
	}
	return err
}

// Now is how many watch a video at this moment.
func (v *Viewers) Now(id video.ID) int { return v.crowd.count(id) }

// SweepViewers ends the viewings that fell silent and keeps them for statistics.
func (v *Viewers) SweepViewers(ctx context.Context) error {
	settings, now := v.o.Settings(), v.o.Clock.Now()
	return v.sweep(ctx, now.Add(-settings.Silence), now.Add(-settings.ViewExpiration))
}

// Close ends all viewings: what a program that stops has to keep.
func (v *Viewers) Close(ctx context.Context) error {
	now := v.o.Clock.Now()
	return v.sweep(ctx, now, now.Add(-v.o.Settings().ViewExpiration))
}

func (v *Viewers) sweep(ctx context.Context, silentSince, expired time.Time) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	gone, turnedOff := v.crowd.leave(silentSince, expired)
	if turnedOff > 0 {
		v.o.Logger.Warn("more viewers than are counted at a time", "most", maxViewings, "reports not counted", turnedOff)
	}
	for _, one := range gone {
		if one.isLocal && len(v.unsaved) < maxViewings {
			v.unsaved = append(v.unsaved, one)
		}
	}
	return v.save(ctx)
}

// viewingsPerWrite keeps transactions short.
const viewingsPerWrite = 100

func (v *Viewers) save(ctx context.Context) error {
	for len(v.unsaved) > 0 {
		some := v.unsaved[:min(viewingsPerWrite, len(v.unsaved))]
		err := v.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, one := range some {
				if err := insertViewing(ctx, tx, one); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("keep viewers: %w", err)
		}
		v.unsaved = v.unsaved[len(some):]
	}
	v.unsaved = nil
	return nil
}
