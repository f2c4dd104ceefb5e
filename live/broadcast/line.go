package broadcast

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"lucarne/live"
	"lucarne/live/encode"
	"lucarne/live/packager"
	"lucarne/live/relay"
	"lucarne/live/stream"
)

// line is the way of samples from an encoder to viewers, from the first sample to the end: the sound is made AAC, the source is packaged as
// it is, and the ladder makes the smaller pictures. All but what it says otherwise is guarded by the lock of its broadcast.
type line struct {
	b         *Broadcast
	startedAt time.Time
	packager  *packager.Packager
	gate      *gate
	relay     *relay.Relay // beyond the gate, where the sound is AAC
	sound     *encode.Sound
	picture   stream.Track // the ladder's source; zero without
	ladder    *encode.Ladder
	names     int  // of renditions given out
	hasBegun  bool // something can be watched

	mu   sync.Mutex // guards what follows
	left []Left
}

// The shapes of playlists: parts and segments of Low-Latency HLS, and segments alone.
var shapes = map[live.Latency]struct{ part, segment time.Duration }{
	live.DefaultLatency: {800 * time.Millisecond, 2 * time.Second},
	live.HighLatency:    {0, 4 * time.Second},
	live.SmallLatency:   {400 * time.Millisecond, 2 * time.Second},
}

// openLine begins the packaging. The folder of the session holds one folder for each time that happened.
func (b *Broadcast) openLine() error {
	now := b.o.Clock.Now()
	if b.startedAt.IsZero() {
		b.startedAt = now
	}
	b.folder = b.o.folderOf(b.show.UUID, b.startedAt)
	folder := filepath.Join(b.folder, strconv.Itoa(len(b.pieces)))
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return fmt.Errorf("open the recording of a live: %w", err)
	}
	shape := shapes[b.show.Latency]
	p, err := packager.New(packager.Options{
		Folder: folder, PartTarget: shape.part, SegmentTarget: shape.segment, Window: b.o.Lives.Window(b.show), KeepAll: b.show.SaveReplay, StartedAt: now,
		FirstNumber: packager.NumberAt(now), Clock: b.o.Clock, Logger: b.logger, OnIncomplete: b.incompleteNow,
	})
	if err != nil {
		return err
	}
	source, err := p.Rendition(0, packager.Source)
	if err != nil {
		return err
	}
	elsewhere := b.o.Relay
	elsewhere.Clock, elsewhere.Logger = b.o.Clock, b.logger
	l := &line{b: b, startedAt: now, packager: p, relay: relay.New(elsewhere)}
	l.gate = newGate(both{source, l.relay}, p.Hold)
	o := b.o.Sound
	o.Logger = b.logger
	l.sound = encode.NewSound(o, l.gate)
	b.line = l
	return nil
}

// incompleteNow is told by the packager, inside a write.
func (b *Broadcast) incompleteNow(err error) {
	b.incomplete.Store(&err)
	b.logger.Error("the disk takes nothing: the live goes on, its recording is incomplete", "error", err)
}

// minStep is the least between the last picture of an encoder and the first of the next.
const minStep = 20 * time.Millisecond

// rejoin is the time on the line that an encoder begins at now.
func (l *line) rejoin(now time.Time) time.Duration {
	if latest := l.gate.now(); latest > 0 {
		return max(now.Sub(l.startedAt), latest+minStep)
	}
	return 0
}

func (l *line) start(tracks []stream.Track) error {
	if err := l.sound.Start(tracks); err != nil {
		return err
	}
	l.climb(tracks)
	return nil
}

func (l *line) write(s stream.Sample) error {
	if err := l.sound.Write(s); err != nil {
		return err
	}
	if l.ladder != nil {
		return l.ladder.Write(s)
	}
	return nil
}

func (l *line) holdUntil(now time.Time) { l.gate.holdUntil(now.Sub(l.startedAt)) }

// isWatchable tells whether something can be watched. Every request of every viewer asks; once it is so, it stays so.
func (l *line) isWatchable() bool {
	if !l.hasBegun {
		h := l.packager.Health()
		l.hasBegun = len(h) > 0 && !h[0].LastPart.IsZero()
	}
	return l.hasBegun
}

// aspectRatio is the shape of the picture; 0 without.
func (l *line) aspectRatio() float64 {
	h := l.packager.Health()
	if len(h) == 0 || h[0].Height == 0 {
		return 0
	}
	return float64(h[0].Width) / float64(h[0].Height)
}

// close has what was sent encoded to the end, and lets nothing more through. The lock of the broadcast is not held.
func (l *line) close() {
	l.sound.Close()
	if l.ladder != nil {
		l.ladder.Close()
	}
	l.gate.close()
	l.relay.Close()
}

// both hands everything to two sinks, of which the second never fails.
type both [2]stream.Sink

func (b both) Start(tracks []stream.Track) error {
	return errors.Join(b[1].Start(tracks), b[0].Start(tracks))
}

func (b both) Write(s stream.Sample) error { return errors.Join(b[1].Write(s), b[0].Write(s)) }
