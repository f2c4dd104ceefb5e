package audience

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/search"
	"lucarne/video"
)

// History is what users watched and where they stood, for those who want it remembered.
type History struct {
	o         Options
	positions together[position]
}

// position is where a user stands in a video.
type position struct {
	user    account.UserID
	video   video.ID
	seconds int
}

// NewHistory makes the subject of watch history.
func NewHistory(o Options) *History {
	h := &History{o: o}
	h.positions.write = h.keep
	return h
}

// note keeps where somebody stands; nobody, and those who want no history, leave no trace.
func (h *History) note(ctx context.Context, viewer account.Viewer, id video.ID, second int) error {
	if !viewer.IsSignedIn() || !viewer.User.Preferences.VideosHistoryEnabled {
		return nil
	}
	if err := h.positions.add(ctx, position{viewer.UserID(), id, second}); err != nil {
		return fmt.Errorf("remember position in video %d: %w", id, err)
	}
	return nil
}

func (h *History) keep(ctx context.Context, positions []position) error {
	now := h.o.Clock.Now()
	last := lastOfEach(positions)
	return h.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, p := range last {
			if err := writePosition(ctx, tx, p, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// lastOfEach keeps the newest position of each user in each video, in an order all transactions share.
func lastOfEach(positions []position) []position {
	newest := make(map[position]position, len(positions))
	for _, p := range positions {
		newest[position{user: p.user, video: p.video}] = p
	}
	return slices.SortedFunc(maps.Values(newest), func(a, b position) int {
		return cmp.Or(cmp.Compare(a.user, b.user), cmp.Compare(a.video, b.video))
	})
}

// Watched is a video of somebody's history.
type Watched struct {
	Video   video.Details
	Seconds int // where playback stood
	At      time.Time
}

// WatchedPage asks for a part of a history.
type WatchedPage struct {
	Start, Count int
	Search       string // "" everything
}

// List gives what a user watched and may still see, latest first, with how much there is in all.
func (h *History) List(ctx context.Context, viewer account.Viewer, p WatchedPage) (total int, watched []Watched, err error) {
	question := search.SQLiteFTS(p.Search)
	if h.o.DB.Engine() == db.PostgreSQL {
		question = search.PostgresTSQuery(p.Search)
	}
	if p.Search != "" && question == "" {
		return 0, []Watched{}, nil
	}
	rows, total, err := historyOf(ctx, h.o.DB, viewer, question, p.Start, bounded(p.Count))
	if err != nil {
		return 0, nil, fmt.Errorf("list history: %w", err)
	}
	videos, err := h.o.Videos.ByIDs(ctx, idsOf(rows, func(w watchedRow) video.ID { return w.id }))
	if err != nil {
		return 0, nil, fmt.Errorf("list history: %w", err)
	}
	watched = []Watched{}
	for _, row := range rows {
		if of, ok := videos[row.id]; ok {
			watched = append(watched, Watched{Video: of, Seconds: row.seconds, At: row.at})
		}
	}
	return total, watched, nil
}

// Positions tells where a user stood in the videos of a page; those not in the history are left out.
func (h *History) Positions(ctx context.Context, viewer account.Viewer, ids []video.ID) (map[video.ID]int, error) {
	if !viewer.IsSignedIn() || len(ids) == 0 {
		return nil, nil
	}
	return positionsOf(ctx, h.o.DB, viewer.UserID(), ids)
}

// Forget takes one video out of the user's history; it is no error when it is not in it.
func (h *History) Forget(ctx context.Context, viewer account.Viewer, id video.ID) error {
	_, err := db.Exec(ctx, h.o.DB, "DELETE FROM watch_history WHERE user_id = ? AND video_id = ?", viewer.UserID(), id)
	return err
}

// Clear empties the user's history, up to a time when it is not zero.
func (h *History) Clear(ctx context.Context, viewer account.Viewer, before time.Time) error {
	if before.IsZero() {
		_, err := db.Exec(ctx, h.o.DB, "DELETE FROM watch_history WHERE user_id = ?", viewer.UserID())
		return err
	}
	_, err := db.Exec(ctx, h.o.DB, "DELETE FROM watch_history WHERE user_id = ? AND updated_at < ?", viewer.UserID(), before)
	return err
}

// DropOld deletes what is older than the settings keep it.
func (h *History) DropOld(ctx context.Context) error {
	age := h.o.Settings().HistoryMaxAge
	if age < 0 {
		return nil
	}
	before := h.o.Clock.Now().Add(-age)
	return untilNone(ctx, h.o.DB, func(ctx context.Context, tx *db.Tx) (int64, error) { return deleteHistory(ctx, tx, before) })
}

// bounded is the length of a page.
func bounded(count int) int {
	if count <= 0 {
		return video.DefaultPage
	}
	return min(count, video.MaxPage)
}

func idsOf[R any](rows []R, id func(R) video.ID) []video.ID {
	ids := make([]video.ID, len(rows))
	for i, row := range rows {
		ids[i] = id(row)
	}
	return ids
}
