package account_test

import (
	"context"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
)

func TestCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
		ago := func(days int) time.Time { return now.AddDate(0, 0, -days) }
		if empty, err := account.Count(t.Context(), d, now); err != nil || empty != (account.Counts{}) {
			t.Errorf("nobody: got %+v, %v", empty, err)
		}
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for name, user := range map[string]struct {
				role      account.Role
				lastLogin time.Time
			}{"root": {account.Administrator, ago(0)}, "mod": {account.Moderator, ago(3)}, "old": {account.Ordinary, ago(100)}, "never": {account.Ordinary, time.Time{}}, "back": {account.Ordinary, ago(300)}} {
				id, err := db.Insert[account.UserID](ctx, tx, `INSERT INTO users (username, email, role, video_quota, video_quota_daily, feed_token, preferences,
					notification_settings, last_login_at, created_at, updated_at) VALUES (?, ?, ?, -1, -1, '', '{}', '{}', ?, ?, ?) RETURNING id`,
					name, name+"@example.org", user.role, user.lastLogin, now, now)
				if err != nil {
					return err
				}
				if name != "back" {
					continue
				}
				if _, err := db.Exec(ctx, tx, `INSERT INTO session (user_id, kind, access_hash, access_expires_at, login_at, active_at, created_at)
					VALUES (?, 'page', 'x', ?, ?, ?, ?)`, id, now, ago(300), ago(10), ago(300)); err != nil {
					return err
				}
			}
			for state, processed := range map[int]time.Time{1: {}, 2: ago(-1), 3: ago(-3)} {
				if _, err := db.Exec(ctx, tx, `INSERT INTO registration (state, username, email, password_hash, processed_at, created_at, updated_at)
					VALUES (?, 'x', 'x', '', ?, ?, ?)`, state, processed, now, now); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want := account.Counts{
			Users: 5, Moderators: 1, Administrators: 1, ActiveDay: 1, ActiveWeek: 2, ActiveMonth: 3, ActiveHalfyear: 4,
			Registrations: 3, ProcessedRegistrations: 2, RegistrationResponse: 48 * time.Hour,
		}
		if got, err := account.Count(t.Context(), d, now); err != nil || got != want {
			t.Errorf("got %+v, %v\nwant %+v", got, err, want)
		}
	})
}
