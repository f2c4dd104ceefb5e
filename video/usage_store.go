package video

import (
	"context"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
)

type ownedUsage struct {
	user account.UserID
	Usage
}

func usageOf(ctx context.Context, q db.Querier, since time.Time, users []account.UserID) ([]ownedUsage, error) {
	users = db.Padded(users)
	args := append([]any{since}, db.Anys(users)...)
	return db.List(ctx, q, func(row db.Row) (ownedUsage, error) {
		var u ownedUsage
		err := row.Scan(&u.user, &u.Videos, &u.Bytes, &u.Daily)
		return u, err
	}, `SELECT account.user_id, COUNT(*), CAST(SUM(video.files_size) AS BIGINT),
		CAST(COALESCE(SUM(CASE WHEN video.created_at >= ? THEN video.files_size END), 0) AS BIGINT)
		FROM account JOIN channel ON channel.account_id = account.id JOIN video ON video.channel_id = channel.id
		WHERE account.user_id IN (`+db.Marks(len(users))+") GROUP BY account.user_id", args...)
}
