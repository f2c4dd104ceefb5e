package video

import (
	"context"
	"fmt"
	"time"

	"lucarne/account"
)

// Usage is what the videos of a user take.
type Usage struct {
	Videos int
	Bytes  int64 // of what was uploaded and of every file made from it
	Daily  int64 // of the videos of the last 24 hours
}

// Usage tells what the videos of users take; users without videos are there with zeros.
func (v *Videos) Usage(ctx context.Context, users ...account.UserID) (map[account.UserID]Usage, error) {
	all := make(map[account.UserID]Usage, len(users))
	if len(users) == 0 {
		return all, nil
	}
	rows, err := usageOf(ctx, v.o.DB, v.o.Clock.Now().Add(-24*time.Hour), users)
	if err != nil {
		return nil, fmt.Errorf("usage of users: %w", err)
	}
	for _, id := range users {
		all[id] = Usage{}
	}
	for _, row := range rows {
		all[row.user] = row.Usage
	}
	return all, nil
}
