package video

import (
	"context"

	"lucarne/platform/db"
)

// sharing says what videos may have in common: the SQL of the subject, of what makes two the same, and of where it is found.
type sharing struct{ subject, group, from, condition string }

var (
	sharedCategory = sharing{"category", "category", "video", "category IS NOT NULL AND "}
	sharedChannel  = sharing{"channel_id", "channel_id", "video", ""}
	sharedTag      = sharing{"MIN(t.name)", "t.folded", "video JOIN video_tag t ON t.video_id = video.id", ""}
)

// popular lists what recent videos share, most frequent first.
func popular[S any](ctx context.Context, q db.Querier, s sharing, offset int) ([]S, error) {
	return db.List(ctx, q, db.Column[S], "SELECT "+s.subject+" FROM "+s.from+" WHERE "+s.condition+`video.id IN (
		SELECT id FROM video WHERE listed AND privacy IN (1, 4) AND privacy = 1 AND NOT blocked ORDER BY published_at DESC LIMIT ?)
		GROUP BY `+s.group+" HAVING COUNT(*) >= ? ORDER BY COUNT(*) DESC, MIN(video.id) LIMIT ? OFFSET ?", recentVideos, minOnShelf, shelvesPerPage, offset)
}
