package video

import (
	"context"
	"fmt"

	"lucarne/platform/db"
)

// isListed is the rule for being found by others: published, or playable as it is while better files are made.
func isListed(state State, waitTranscoding bool) bool {
	return state == Published || (state == ToTranscode && !waitTranscoding)
}

func (s State) isFailed() bool {
	return s == TranscodingFailed || s == MoveToStorageFailed || s == MoveToFileSystemFailed || s == ToImportFailed
}

// SetState says how far a video is. failure tells the uploader why a failed state was reached; it is dropped for the others.
func (v *Videos) SetState(ctx context.Context, id ID, state State, failure string) error {
	return v.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return v.SetStateIn(ctx, tx, id, state, failure)
	})
}

// Publish marks a video as ready. The first time others can find it, its date of publication is now and Announced is recorded.
func (v *Videos) Publish(ctx context.Context, id ID) error { return v.SetState(ctx, id, Published, "") }

// SetStateIn does what SetState does, in a transaction that does more. Setting the state a video has does nothing.
func (v *Videos) SetStateIn(ctx context.Context, tx *db.Tx, id ID, state State, failure string) error {
	found, err := getBare(ctx, tx, id)
	if err != nil {
		return fmt.Errorf("set state of video %d: %w", id, err)
	}
	if !state.isFailed() {
		failure = ""
	}
	if found.State == state && found.Failure == failure {
		return nil
	}
	from := found.State
	found.State, found.Failure = state, failure
	found.IsListed = isListed(state, found.WaitTranscoding)
	found.UpdatedAt = v.o.Clock.Now()
	if state == Published && !found.isAnnounced {
		found.PublishedAt = found.UpdatedAt
	}
	if err := v.announce(ctx, tx, &found); err != nil {
		return err
	}
	if err := update(ctx, tx, found); err != nil {
		return fmt.Errorf("set state of video %d: %w", id, err)
	}
	tx.Touch(Topic)
	return v.o.Outbox.Record(ctx, tx, StateChanged{VideoID: id, From: from, To: state})
}

// announce records the publication of a video that others can find for the first time, and gives it its place in the hot order. The
// caller writes the rest of the row.
func (v *Videos) announce(ctx context.Context, tx *db.Tx, of *Video) error {
	if of.isAnnounced || !of.IsListed || (of.Privacy != Public && of.Privacy != Internal) {
		return nil
	}
	of.isAnnounced = true
	of.PublishedAt = v.o.Clock.Now()
	score := hotScore(rank{views: of.Views, likes: of.Likes, dislikes: of.Dislikes, comments: of.Comments, publishedAt: of.PublishedAt})
	if err := updateRank(ctx, tx, of.ID, 0, score); err != nil {
		return err
	}
	return v.o.Outbox.Record(ctx, tx, Announced{VideoID: of.ID})
}
