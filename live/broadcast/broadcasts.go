package broadcast

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"

	"lucarne/live"
	"lucarne/live/encode"
	"lucarne/live/ingest"
	"lucarne/live/packager"
	"lucarne/live/relay"
	"lucarne/platform/clock"
	"lucarne/video"
	"lucarne/video/ffmpeg"
	"lucarne/video/transcode"
)

// Settings are what the operator wants now.
type Settings struct {
	Grace     time.Duration   // how long a show whose encoder dropped waits for it
	IsEncoded bool            // smaller renditions are made
	Rungs     encode.Settings // which
	Ladder    encode.Options  // how: what says where they go is set here
}

// Options set up Broadcasts.
type Options struct {
	Folder   string // where sessions are recorded; on the file system of the videos, so that a recording moves without being copied
	Videos   *video.Videos
	Lives    *live.Lives
	Sessions *live.Sessions
	Replays  *live.Replays
	Pipeline *transcode.Pipeline // makes a recording the files of a video
	Tools    *ffmpeg.Tools       // joins a recording in pieces
	Sound    encode.SoundOptions
	Relays   *live.Relays
	Relay    relay.Options // how shows are sent elsewhere: what says where is set here
	Settings func() Settings
	Clock    clock.Clock
	Logger   *slog.Logger
}

// Broadcasts are the sessions on air. They are safe for concurrent use.
type Broadcasts struct {
	o     Options
	tasks sync.WaitGroup

	mu      sync.Mutex
	byVideo map[video.ID]*Broadcast
	byUUID  map[uuid.UUID]*Broadcast
	run     context.Context // of Run; nil before it
	isOpen  bool            // encoders are let in
}

// New prepares broadcasts. Encoders are let in once Run is called.
func New(o Options) *Broadcasts {
	return &Broadcasts{o: o, byVideo: make(map[video.ID]*Broadcast), byUUID: make(map[uuid.UUID]*Broadcast)}
}

// Run takes up what a stopped process left on air, then lets encoders in until ctx ends. What is on air then is left for the next Run.
func (bs *Broadcasts) Run(ctx context.Context) error {
	if err := os.MkdirAll(bs.o.Folder, 0o750); err != nil {
		return fmt.Errorf("the folder of live recordings: %w", err)
	}
	bs.mu.Lock()
	bs.run = ctx
	bs.mu.Unlock()
	if err := bs.takeUp(ctx); err != nil {
		return err
	}
	bs.mu.Lock()
	bs.isOpen = true
	bs.mu.Unlock()
	<-ctx.Done()
	bs.mu.Lock()
	bs.isOpen = false
	bs.mu.Unlock()
	bs.tasks.Wait()
	return nil
}

// Admit lets an encoder in by its key, as ingest.Admitter promises.
func (bs *Broadcasts) Admit(ctx context.Context, r ingest.Request) (ingest.Publication, error) {
	show, err := bs.o.Lives.FindByKey(ctx, r.Key)
	if err != nil {
		return nil, err
	}
	if err := bs.o.Lives.CheckStart(ctx, show); err != nil {
		return nil, err
	}
	of, err := bs.o.Videos.Get(ctx, show.VideoID)
	if err != nil {
		return nil, err
	}
	b, err := bs.open(show, of.Privacy)
	if err != nil {
		return nil, err
	}
	return b.attach(r)
}

// open gives the broadcast of a live that is on air, or begins one.
func (bs *Broadcasts) open(show live.Live, privacy video.Privacy) (*Broadcast, error) {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	if !bs.isOpen {
		return nil, errStopping
	}
	if b := bs.byVideo[show.VideoID]; b != nil && !b.isOver() {
		return b, nil
	}
	b := bs.add(show, privacy)
	bs.start(b)
	return b, nil
}

// add makes the broadcast known. bs.mu is held.
func (bs *Broadcasts) add(show live.Live, privacy video.Privacy) *Broadcast {
	before := atOnce
	if last := bs.byVideo[show.VideoID]; last != nil {
		before = last.ended
	}
	b := &Broadcast{
		o: &bs.o, show: show, isPrivate: privacy.HasPrivateFiles(), before: before, over: make(chan struct{}), ended: make(chan struct{}),
		logger: bs.o.Logger.With("live", show.UUID), goneAt: bs.o.Clock.Now(),
	}
	bs.byVideo[show.VideoID], bs.byUUID[show.UUID] = b, b
	return b
}

// atOnce is closed.
var atOnce = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// start tends the broadcast in the background. bs.mu is held.
func (bs *Broadcasts) start(b *Broadcast) {
	bs.tasks.Go(func() {
		b.tendUntilOver(bs.run)
		bs.remove(b)
	})
}

func (bs *Broadcasts) remove(b *Broadcast) {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	if bs.byVideo[b.show.VideoID] == b {
		delete(bs.byVideo, b.show.VideoID)
		delete(bs.byUUID, b.show.UUID)
	}
}

// OnAir gives where the files of a live come from while it is on air, and for a while after. isPrivate says that they are for those alone
// who may see the video.
func (bs *Broadcasts) OnAir(id uuid.UUID) (p *packager.Packager, isPrivate, ok bool) {
	bs.mu.Lock()
	b := bs.byUUID[id]
	bs.mu.Unlock()
	if b == nil {
		return nil, false, false
	}
	p, ok = b.packager()
	return p, b.isPrivate, ok
}

// End takes a live off air, telling its encoder why. A live that is not on air is none of its business.
func (bs *Broadcasts) End(id video.ID, code live.SessionError, reason error) {
	bs.mu.Lock()
	b := bs.byVideo[id]
	bs.mu.Unlock()
	if b != nil {
		b.stop(ending{code, reason})
	}
}

// Health tells how the broadcast of a live does; false when it is not on air.
func (bs *Broadcasts) Health(id video.ID) (Health, bool) {
	bs.mu.Lock()
	b := bs.byVideo[id]
	bs.mu.Unlock()
	if b == nil || b.isOver() {
		return Health{}, false
	}
	return b.health(), true
}
