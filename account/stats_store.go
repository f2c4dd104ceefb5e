package account

import (
	"context"
	"time"

	"lucarne/platform/db"
)

// countUsers reads the users once; who has a session was here when it was last used.
func countUsers(ctx context.Context, q db.Querier, sinceDay, sinceWeek, sinceMonth, sinceHalfyear time.Time) (Counts, error) {
	c, _, err := db.Find(ctx, q, func(row db.Row) (c Counts, err error) {
		return c, row.Scan(&c.Users, &c.Moderators, &c.Administrators, &c.ActiveDay, &c.ActiveWeek, &c.ActiveMonth, &c.ActiveHalfyear)
	}, `SELECT COUNT(*), COUNT(CASE WHEN role = ? THEN 1 END), COUNT(CASE WHEN role = ? THEN 1 END),
		COUNT(CASE WHEN seen_at >= ? THEN 1 END), COUNT(CASE WHEN seen_at >= ? THEN 1 END), COUNT(CASE WHEN seen_at >= ? THEN 1 END),
		COUNT(CASE WHEN seen_at >= ? THEN 1 END)
		FROM (SELECT role, COALESCE((SELECT MAX(active_at) FROM session WHERE session.user_id = users.id), last_login_at) AS seen_at FROM users) AS seen`,
		Moderator, Administrator, sinceDay, sinceWeek, sinceMonth, sinceHalfyear)
	return c, err
}

const pendingRegistration = 1

func (c *Counts) addRegistrations(ctx context.Context, q db.Querier) error {
	_, _, err := db.Find(ctx, q, func(row db.Row) (none struct{}, err error) {
		var millis int64
		err = row.Scan(&c.Registrations, &c.ProcessedRegistrations, db.Null(&millis))
		c.RegistrationResponse = time.Duration(millis) * time.Millisecond
		return none, err
	}, `SELECT COUNT(*), COUNT(CASE WHEN state <> ? THEN 1 END), CAST(AVG(CASE WHEN state <> ? THEN processed_at - created_at END) AS BIGINT)
		FROM registration`, pendingRegistration, pendingRegistration)
	return err
}

func (c *Counts) addFollows(ctx context.Context, q db.Querier) (err error) {
	const text = "SELECT COUNT(*) FROM follow JOIN actor ON actor.id = "
	const condition = " WHERE actor.kind = ? AND actor.host = '' AND follow.state = 'accepted'"
	c.InstanceFollowers, err = db.Value[int](ctx, q, text+"follow.target_actor_id"+condition, ApplicationActor)
	if err != nil {
		return err
	}
	c.InstanceFollowing, err = db.Value[int](ctx, q, text+"follow.actor_id"+condition, ApplicationActor)
	return err
}
