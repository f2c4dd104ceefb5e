// Package channel holds the channels videos are published in.
package channel

import (
	"time"

	"lucarne/account"
)

// ID names a channel.
type ID int64

// Channel is where videos are published: an actor of its own, owned by an account.
type Channel struct {
	ID          ID
	Actor       account.Actor
	Owner       account.Account
	Name        string // display name
	Description string
	Support     string
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// IsOwnedBy reports whether the viewer's account owns the channel.
func (c Channel) IsOwnedBy(viewer account.Viewer) bool {
	return viewer.IsSignedIn() && c.Owner.ID == viewer.AccountID()
}
