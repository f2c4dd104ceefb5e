package video

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"lucarne/platform/db"
)

// rankingBatch bounds one transaction of RefreshRanking, so that other writers get their turn.
const rankingBatch = 500

// RefreshRanking brings the trending and hot orders up to date. Only videos whose views left or entered the window, or whose score can
// still have moved, are looked at.
//
// The score grows with the logarithm of what people did and falls with age, as Reddit's ranking did: ten times the
// appreciation makes up for half a day. It depends on the date of publication, not on the time of asking, so it moves only with counters.
func (v *Videos) RefreshRanking(ctx context.Context) error {
	now := v.o.Clock.Now()
	w := window{viewedSince: now.AddDate(0, 0, -v.o.Settings().TrendingDays), publishedSince: now.Add(-hotWindow)}
	moving, err := movingIDs(ctx, v.o.DB, w, maxMoving)
	if err != nil {
		return fmt.Errorf("refresh ranking: %w", err)
	}
	for chunk := range slices.Chunk(moving, rankingBatch) {
		if err := v.rank(ctx, w, chunk); err != nil {
			return fmt.Errorf("refresh ranking: %w", err)
		}
	}
	for after := ID(0); ; {
		unranked, err := unrankedIDs(ctx, v.o.DB, after, rankingBatch)
		if err != nil || len(unranked) == 0 {
			return err
		}
		if err := v.rank(ctx, w, unranked); err != nil {
			return fmt.Errorf("refresh ranking: %w", err)
		}
		after = unranked[len(unranked)-1]
	}
}

// window says since when views and publications move the ranking.
type window struct{ viewedSince, publishedSince time.Time }

const (
	// hotWindow is how far back counters may move the hot order without views: likes and comments on older videos come with views.
	hotWindow = 7 * 24 * time.Hour
	// maxMoving bounds one refresh: no site of one machine has more videos watched in a week.
	maxMoving = 200_000
)

func (v *Videos) rank(ctx context.Context, w window, ids []ID) error {
	ranks, err := ranksOf(ctx, v.o.DB, w, ids)
	if err != nil {
		return err
	}
	return v.writeRanks(ctx, ranks)
}

func (v *Videos) writeRanks(ctx context.Context, ranks []rank) error {
	return v.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, r := range ranks {
			score := hotScore(r)
			if r.recentViews == r.trending && math.Abs(score-r.hot) < 1e-9 {
				continue
			}
			if err := updateRank(ctx, tx, r.id, r.recentViews, score); err != nil {
				return err
			}
			tx.Touch(CountersTopic)
		}
		return nil
	})
}

// What each sign of interest weighs in the hot order.
const (
	likeWeight    = 3.0
	dislikeWeight = -3.0
	commentWeight = 2.0
	viewWeight    = 1.0 / 3
	// secondsPerDecade of appreciation: a video ten times as appreciated ranks with one this much younger.
	secondsPerDecade = 12.5 * 3600
)

// hotEpoch keeps scores small; only differences matter.
var hotEpoch = time.Date(2018, time.March, 1, 0, 0, 0, 0, time.UTC)

func hotScore(r rank) float64 {
	interest := likeWeight*float64(r.likes) + dislikeWeight*float64(r.dislikes) + commentWeight*float64(r.comments) + viewWeight*float64(r.views)
	magnitude := math.Log10(math.Max(1, math.Abs(interest)))
	age := r.publishedAt.Sub(hotEpoch).Seconds() / secondsPerDecade
	return math.Copysign(magnitude, interest) + age
}
