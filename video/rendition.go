package video

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/event"
)

// RenditionKind tells what a rendition is served as, in PeerTube's words.
type RenditionKind string

// The kinds of renditions.
const (
	HLS      RenditionKind = "hls"
	WebVideo RenditionKind = "web-video"
)

// RenditionState is how far a rendition is.
type RenditionState string

// The states of a rendition.
const (
	RenditionWaiting RenditionState = "waiting"
	RenditionRunning RenditionState = "running"
	RenditionDone    RenditionState = "done"
	RenditionFailed  RenditionState = "failed"
)

// Rendition is one of the files wanted of a video, and how far it is.
type Rendition struct {
	Kind       RenditionKind
	Resolution int
	FPS        int
	Run        string // the transcoding it belongs to
	State      RenditionState
	Percent    int
	Error      string // why it failed, for the uploader
	UpdatedAt  time.Time
}

// ProgressTopic is where the bus carries the progress of a video, as Progress in JSON.
func ProgressTopic(id uuid.UUID) string { return "video/" + id.String() }

// Progress is what the bus carries.
type Progress struct {
	State      State       `json:"state"`
	Failure    string      `json:"failure,omitempty"`
	Renditions []Rendition `json:"renditions"`
}

// RenditionsOptions set up Renditions.
type RenditionsOptions struct {
	DB     *db.DB
	Clock  clock.Clock
	Bus    *event.Bus
	Logger *slog.Logger
}

// Renditions keeps what the uploader sees of the work on a video.
type Renditions struct {
	o    RenditionsOptions
	mu   sync.Mutex
	last map[ID]time.Time // when progress was last told, of the videos under work
}

// NewRenditions makes the subject of renditions under way.
func NewRenditions(o RenditionsOptions) *Renditions {
	return &Renditions{o: o, last: make(map[ID]time.Time)}
}

// List gives the renditions of a video, highest first.
func (r *Renditions) List(ctx context.Context, id ID) ([]Rendition, error) {
	return renditionsOf(ctx, r.o.DB, id)
}

// ListIn is List inside a transaction.
func (r *Renditions) ListIn(ctx context.Context, tx *db.Tx, id ID) ([]Rendition, error) {
	return renditionsOf(ctx, tx, id)
}

// WantIn says which renditions will be made; what was known of earlier ones of their kinds is forgotten.
func (r *Renditions) WantIn(ctx context.Context, tx *db.Tx, id ID, wanted []Rendition) error {
	forgotten := make(map[RenditionKind]bool)
	for _, w := range wanted {
		if !forgotten[w.Kind] {
			forgotten[w.Kind] = true
			if err := forgetRenditions(ctx, tx, id, w.Kind); err != nil {
				return fmt.Errorf("plan renditions of video %d: %w", id, err)
			}
		}
		w.State, w.UpdatedAt = RenditionWaiting, r.o.Clock.Now()
		if err := insertRendition(ctx, tx, id, w); err != nil {
			return fmt.Errorf("plan renditions of video %d: %w", id, err)
		}
	}
	return nil
}

// MarkIn moves renditions to a state. failure is for the failed ones.
func (r *Renditions) MarkIn(ctx context.Context, tx *db.Tx, id ID, these []Rendition, state RenditionState, failure string) error {
	percent := 0
	if state == RenditionDone {
		percent = 100
	}
	for _, one := range these {
		if err := updateRendition(ctx, tx, id, one, state, percent, failure, r.o.Clock.Now()); err != nil {
			return fmt.Errorf("mark renditions of video %d: %w", id, err)
		}
	}
	tx.AfterCommit(func() { r.tell(context.Background(), id) }) // ctx is the transaction's, which is over by then
	return nil
}

// tellEvery keeps the progress of a video to two messages a second.
const tellEvery = 500 * time.Millisecond

// Report says how far the running renditions of a video are. Calls that come too close to one another are dropped.
func (r *Renditions) Report(ctx context.Context, id ID, percent int) {
	if !r.isDue(id) {
		return
	}
	_, err := db.Exec(ctx, r.o.DB, "UPDATE rendition_progress SET percent = ?, updated_at = ? WHERE video_id = ? AND state = ? AND percent < ?",
		percent, r.o.Clock.Now(), id, RenditionRunning, percent)
	if err != nil {
		r.o.Logger.Warn("progress of a video cannot be kept", "video", id, "error", err)
		return
	}
	r.tell(ctx, id)
}

func (r *Renditions) isDue(id ID) bool {
	now := r.o.Clock.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.last[id]) < tellEvery {
		return false
	}
	r.last[id] = now
	return true
}

// Forget ends the reports on a video: its work is done.
func (r *Renditions) Forget(id ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.last, id)
}

// tell publishes how far the video is. Whoever misses it sees the rows.
func (r *Renditions) tell(ctx context.Context, id ID) {
	found, err := getBare(ctx, r.o.DB, id)
	if err != nil {
		return // deleted meanwhile
	}
	p := Progress{State: found.State, Failure: found.Failure}
	if p.Renditions, err = renditionsOf(ctx, r.o.DB, id); err != nil {
		return
	}
	if text, err := json.Marshal(p); err == nil {
		r.o.Bus.Publish(ProgressTopic(found.UUID), text)
	}
}
