package audience

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

// Rating is what an account thinks of a video, in the API's words.
type Rating string

// The ratings.
const (
	None    Rating = "none"
	Like    Rating = "like"
	Dislike Rating = "dislike"
)

// IsRating reports whether the text names a rating.
func IsRating(text string) bool {
	return text == string(None) || text == string(Like) || text == string(Dislike)
}

// Rates are the likes and dislikes of accounts.
type Rates struct{ o Options }

// NewRates makes the subject of likes and dislikes.
func NewRates(o Options) *Rates { return &Rates{o: o} }

// Rate sets what the viewer thinks of a video he may see. Saying the same twice changes nothing.
func (r *Rates) Rate(ctx context.Context, ref shortid.Ref, a video.Access, to Rating) error {
	if !a.Viewer.IsSignedIn() {
		return fault.New(fault.Unauthenticated, "Not authenticated")
	}
	if !IsRating(string(to)) {
		return fault.InvalidParam("rating", string(to), "Invalid value")
	}
	of, err := r.o.Videos.See(ctx, ref, a)
	if err != nil {
		return err
	}
	err = r.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return r.rate(ctx, tx, of.ID, a.Viewer.User.Account, to)
	})
	if err != nil {
		return fmt.Errorf("rate video %d: %w", of.ID, err)
	}
	return nil
}

func (r *Rates) rate(ctx context.Context, tx *db.Tx, id video.ID, who account.Account, to Rating) error {
	// The counters first: it locks the video, so that two requests of one account follow one another.
	if err := lockVideo(ctx, tx, id); err != nil {
		return err
	}
	from, err := ratingOf(ctx, tx, who.ID, id)
	if err != nil || from == to {
		return err
	}
	url := who.Actor.URL + "/" + string(to) + "s/" + strconv.FormatInt(int64(id), 10)
	if err := writeRating(ctx, tx, who.ID, id, to, url, r.o.Clock.Now()); err != nil {
		return err
	}
	if err := moveCounters(ctx, tx, id, from, to); err != nil {
		return err
	}
	tx.Touch(video.Topic)
	return r.o.Outbox.Record(ctx, tx, Rated{VideoID: id, AccountID: who.ID, From: from, To: to})
}

// Of is what the viewer thinks of a video; it fails with fault.NotFound without such a video.
func (r *Rates) Of(ctx context.Context, viewer account.Viewer, ref shortid.Ref) (video.ID, Rating, error) {
	id, err := r.o.Videos.Resolve(ctx, ref)
	if err != nil {
		return 0, None, err
	}
	if _, err := r.o.Videos.Get(ctx, id); err != nil {
		return 0, None, err
	}
	rating, err := ratingOf(ctx, r.o.DB, viewer.AccountID(), id)
	return id, rating, err
}

// RatedVideo is a video somebody rated.
type RatedVideo struct {
	Video  video.Details
	Rating Rating
	At     time.Time
}

// RatedPage asks for a part of the ratings of an account.
type RatedPage struct {
	Start, Count int
	OldestFirst  bool
	Rating       Rating // "" both
}

// List gives the ratings of an account, which only its own user may see, with how many there are.
func (r *Rates) List(ctx context.Context, viewer account.Viewer, of account.ID, p RatedPage) (total int, rated []RatedVideo, err error) {
	if of != viewer.AccountID() {
		return 0, nil, fault.New(fault.Forbidden, "Only owner of this account can access this resource.")
	}
	rows, total, err := ratingsOf(ctx, r.o.DB, of, p)
	if err != nil {
		return 0, nil, fmt.Errorf("list ratings: %w", err)
	}
	videos, err := r.o.Videos.ByIDs(ctx, idsOf(rows, func(row ratedRow) video.ID { return row.id }))
	if err != nil {
		return 0, nil, fmt.Errorf("list ratings: %w", err)
	}
	rated = []RatedVideo{}
	for _, row := range rows {
		if of, ok := videos[row.id]; ok {
			rated = append(rated, RatedVideo{Video: of, Rating: row.rating, At: row.at})
		}
	}
	return total, rated, nil
}
