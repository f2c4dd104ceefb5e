// Package live holds broadcasts as a subject: who may go on air with which key, what is kept of each time on air, and what becomes of it.
// The broadcasts themselves run in the packages below it.
package live

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"lucarne/account"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

// Latency is how much delay a broadcast takes for how much peer-to-peer, numbered as PeerTube's API does.
type Latency int

// The latencies.
const (
	DefaultLatency Latency = 1
	HighLatency    Latency = 2 // long segments, more peer-to-peer
	SmallLatency   Latency = 3
)

// WholeWindow in Live.DVRWindow lets viewers go back as far as the site allows.
const WholeWindow time.Duration = -1

// Live is what a video that can go on air has beside a video.
type Live struct {
	VideoID       video.ID
	UUID          uuid.UUID // of the video
	OwnerID       account.UserID
	Key           string // secret: who has it may go on air
	Permanent     bool   // goes on air many times
	SaveReplay    bool
	ReplayPrivacy video.Privacy // 0 without replay
	Latency       Latency
	DVRWindow     time.Duration // how far back viewers may go; WholeWindow as far as the site allows
	Schedules     []time.Time   // when it is to begin, soonest first
}

// Settings are the rules an administrator may change while the program runs.
type Settings struct {
	IsEnabled          bool
	MaxDuration        time.Duration // of one time on air; not above 0: no bound
	MaxInstanceLives   int           // negative: no bound
	MaxUserLives       int           // negative: no bound
	AllowReplay        bool
	SavesReplay        bool // where nobody chose, as far as AllowReplay goes
	MaxDVRWindow       time.Duration
	UsersChooseLatency bool
}

// Options set up the parts of this package.
type Options struct {
	DB         *db.DB
	Clock      clock.Clock
	Outbox     *event.Outbox
	Videos     *video.Videos
	Thumbnails *video.Thumbnails
	Settings   func() Settings
}

// Lives are the videos that can go on air.
type Lives struct{ o Options }

// New makes the subject of lives.
func New(o Options) *Lives { return &Lives{o: o} }

func notFound() error { return fault.New(fault.NotFound, "Live video not found") }

// Get reads a live, whoever asks: the key is in it. It fails with fault.NotFound.
func (l *Lives) Get(ctx context.Context, id video.ID) (Live, error) {
	found, err := getLive(ctx, l.o.DB, id)
	if err != nil {
		return Live{}, fmt.Errorf("get live %d: %w", id, err)
	}
	return found, nil
}

// See reads a live for somebody who may see its video. The key is there for who may use it alone.
func (l *Lives) See(ctx context.Context, ref shortid.Ref, a video.Access) (Live, error) {
	of, err := l.o.Videos.See(ctx, ref, a)
	if err != nil {
		return Live{}, err
	}
	found, err := getLive(ctx, l.o.DB, of.ID)
	if err != nil {
		return Live{}, err
	}
	if !canManage(of.Video, a.Viewer) {
		found.Key = ""
	}
	return found, nil
}

// Manage reads a live with its video for somebody who may go on air with it: the owner, and who manages any live.
func (l *Lives) Manage(ctx context.Context, viewer account.Viewer, ref shortid.Ref) (Live, video.Details, error) {
	if !viewer.IsSignedIn() {
		return Live{}, video.Details{}, fault.New(fault.Unauthenticated, "Not authenticated")
	}
	id, err := l.o.Videos.Resolve(ctx, ref)
	if err != nil {
		return Live{}, video.Details{}, err
	}
	of, err := l.o.Videos.Get(ctx, id)
	if err != nil {
		return Live{}, video.Details{}, err
	}
	found, err := getLive(ctx, l.o.DB, id)
	if err != nil {
		return Live{}, video.Details{}, err
	}
	if !canManage(of.Video, viewer) {
		return Live{}, video.Details{}, fault.New(fault.Forbidden, "Cannot manage a video of another user.")
	}
	return found, of, nil
}

// StreamKey gives the key of a live to who may use it.
func (l *Lives) StreamKey(ctx context.Context, viewer account.Viewer, id video.ID) (string, error) {
	found, _, err := l.Manage(ctx, viewer, shortid.Ref{Number: int64(id)})
	return found.Key, err
}

func canManage(of video.Video, viewer account.Viewer) bool {
	return of.IsLocal() && (of.IsOwnedBy(viewer) || viewer.Can(account.ManageAnyLive))
}

// Window is how far back viewers of a live may go now.
func (l *Lives) Window(of Live) time.Duration {
	most := max(l.o.Settings().MaxDVRWindow, 0)
	if of.DVRWindow < 0 {
		return most
	}
	return min(of.DVRWindow, most)
}
