package channel

import (
	"context"

	"lucarne/platform/db"
)

// CountLocal counts the channels of this instance.
func CountLocal(ctx context.Context, q db.Querier) (int, error) {
	return db.Value[int](ctx, q, "SELECT COUNT(*) FROM channel JOIN actor ON actor.id = channel.actor_id WHERE actor.host = ''")
}
