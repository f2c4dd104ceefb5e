package account

import (
	"context"
	"time"

	"lucarne/platform/db"
)

// Counts are how many people there are and how many of them were here lately.
type Counts struct {
	Users, Moderators, Administrators                  int
	ActiveDay, ActiveWeek, ActiveMonth, ActiveHalfyear int
	Registrations, ProcessedRegistrations              int
	RegistrationResponse                               time.Duration // on average; 0 when none was processed
	InstanceFollowers, InstanceFollowing               int           // of the instance's own actor
}

const day = 24 * time.Hour

// Count counts the users of this instance, their requests to register and the instance's follows.
func Count(ctx context.Context, q db.Querier, now time.Time) (Counts, error) {
	since := func(age time.Duration) time.Time { return now.Add(-age) }
	c, err := countUsers(ctx, q, since(day), since(7*day), since(30*day), since(182*day))
	if err != nil {
		return c, err
	}
	if err := c.addRegistrations(ctx, q); err != nil {
		return c, err
	}
	return c, c.addFollows(ctx, q)
}
