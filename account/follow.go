package account

import (
	"context"
	"fmt"
	"time"

	"lucarne/platform/fault"
)

// FollowID names a follow.
type FollowID int64

// Follow is an actor that follows another.
type Follow struct {
	ID        FollowID
	Follower  Actor
	Target    Actor
	State     string // pending, accepted or rejected
	Score     int    // how well the follower's server can be reached
	CreatedAt time.Time
	UpdatedAt time.Time
}

// FollowFilter says which follows a list holds and which part of it is wanted.
type FollowFilter struct {
	Targets []ActorID // whose followers; none match nothing
	Search  string    // found in the follower's name or host
	Sort    FollowSort
	Start   int
	Count   int // at most MaxPage; 0 means 15
}

// FollowSort is an order of follows. The zero FollowSort is newest first.
type FollowSort struct{ sort }

var followSorts = map[string]string{"createdAt": "follow.created_at", "score": "follow.score", "state": "follow.state"}

// ParseFollowSort reads an order as the API writes it: "-createdAt" is newest first.
func ParseFollowSort(text string) (FollowSort, error) {
	s, err := parseSort(text, followSorts)
	return FollowSort{s}, err
}

// Followers pages those who follow the targets and were accepted, and tells how many there are in all.
func (u *Users) Followers(ctx context.Context, f FollowFilter) ([]Follow, int, error) {
	if len(f.Targets) == 0 {
		return []Follow{}, 0, nil
	}
	found, total, err := listFollowers(ctx, u.o.DB, f)
	if err != nil {
		return nil, 0, fmt.Errorf("list followers: %w", err)
	}
	return found, total, nil
}

// CheckSeesFollowers is the rule for seeing who follows an account and its channels: the owner, and those who manage any channel.
func CheckSeesFollowers(viewer Viewer, owner ID) error {
	if viewer.IsSignedIn() && viewer.AccountID() == owner || viewer.Can(ManageAnyChannel) {
		return nil
	}
	return fault.New(fault.Forbidden, "Only the owner of this account can see its followers")
}
