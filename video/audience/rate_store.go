package audience

import (
	"context"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/video"
)

// lockVideo makes others who rate the video wait for this transaction.
func lockVideo(ctx context.Context, tx *db.Tx, id video.ID) error {
	n, err := db.Exec(ctx, tx, "UPDATE video SET likes = likes WHERE id = ?", id)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "Video not found")
	}
	return err
}

func ratingOf(ctx context.Context, q db.Querier, who account.ID, id video.ID) (Rating, error) {
	rating, found, err := db.Find(ctx, q, db.Column[Rating], "SELECT kind FROM rate WHERE account_id = ? AND video_id = ?", who, id)
	if err == nil && !found {
		rating = None
	}
	return rating, err
}

func writeRating(ctx context.Context, tx *db.Tx, who account.ID, id video.ID, to Rating, url string, at time.Time) error {
	if to == None {
		_, err := db.Exec(ctx, tx, "DELETE FROM rate WHERE account_id = ? AND video_id = ?", who, id)
		return err
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO rate (account_id, video_id, kind, url, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (account_id, video_id) DO UPDATE SET kind = excluded.kind, url = excluded.url, updated_at = excluded.updated_at`,
		who, id, to, url, at, at)
	return err
}

func moveCounters(ctx context.Context, tx *db.Tx, id video.ID, from, to Rating) error {
	_, err := db.Exec(ctx, tx, "UPDATE video SET likes = likes + ?, dislikes = dislikes + ? WHERE id = ?",
		step(from, to, Like), step(from, to, Dislike), id)
	return err
}

// step is by how much the counter of a rating moves.
func step(from, to, counted Rating) int {
	switch counted {
	case from:
		return -1
	case to:
		return 1
	}
	return 0
}

type ratedRow struct {
	id     video.ID
	rating Rating
	at     time.Time
}

func ratingsOf(ctx context.Context, q db.Querier, of account.ID, p RatedPage) ([]ratedRow, int, error) {
	var f db.Filter
	f.And("account_id = ?", of)
	if p.Rating != "" {
		f.And("kind = ?", p.Rating)
	}
	total, err := db.Value[int](ctx, q, "SELECT COUNT(*) FROM rate"+f.Where(), f.Args()...)
	if err != nil {
		return nil, 0, err
	}
	direction := " DESC"
	if p.OldestFirst {
		direction = ""
	}
	rows, err := db.List(ctx, q, func(row db.Row) (r ratedRow, err error) {
		return r, row.Scan(&r.id, &r.rating, db.Time(&r.at))
	}, "SELECT video_id, kind, created_at FROM rate"+f.Where()+" ORDER BY created_at"+direction+", video_id"+direction+" LIMIT ? OFFSET ?",
		f.Args(bounded(p.Count), max(p.Start, 0))...)
	return rows, total, err
}
