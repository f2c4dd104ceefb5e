package account

import (
	"context"
	"time"

	"lucarne/platform/collation"
	"lucarne/platform/db"
)

var userColumns = prefixed("users", "id", "username", "email", "pending_email", "email_verified", "email_public", "password_hash", "role",
	"admin_flags", "blocked", "blocked_reason", "video_quota", "video_quota_daily", "otp_secret <> ''", "feed_token", "plugin_auth", "preferences",
	"notification_settings", "last_login_at", "created_at", "updated_at") + ", " + Columns("account", "actor")

const userTables = " FROM users JOIN account ON account.user_id = users.id JOIN actor ON actor.id = account.actor_id"

func scanUser(row db.Row) (User, error) {
	u := User{Notifications: DefaultNotifications()}
	own := []any{
		&u.ID, &u.Username, &u.Email, &u.PendingEmail, &u.EmailVerified, &u.EmailPublic, &u.PasswordHash, &u.Role, &u.AdminFlags, &u.IsBlocked,
		&u.BlockedReason, &u.VideoQuota, &u.VideoQuotaDaily, &u.HasTwoFactor, &u.FeedToken, &u.PluginAuth, db.JSON(&u.Preferences),
		db.JSON(&u.Notifications), db.Time(&u.LastLoginAt), db.Time(&u.CreatedAt), db.Time(&u.UpdatedAt),
	}
	err := row.Scan(append(own, u.Account.Destinations()...)...)
	return u, err
}

// findUser reads a user with the images of the account.
func findUser(ctx context.Context, q db.Querier, condition string, args ...any) (User, bool, error) {
	found, ok, err := db.Find(ctx, q, scanUser, "SELECT "+userColumns+userTables+" WHERE "+condition, args...)
	if err != nil || !ok {
		return User{}, false, err
	}
	return found, true, LoadImages(ctx, q, &found.Account.Actor)
}

func insertUser(ctx context.Context, tx *db.Tx, u User) (UserID, error) {
	return db.Insert[UserID](ctx, tx, `INSERT INTO users (username, email, email_verified, password_hash, role, admin_flags, video_quota,
		video_quota_daily, feed_token, preferences, notification_settings, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		u.Username, u.Email, u.EmailVerified, u.PasswordHash, u.Role, u.AdminFlags, u.VideoQuota, u.VideoQuotaDaily, u.FeedToken,
		db.AsJSON(u.Preferences), db.AsJSON(u.Notifications), u.CreatedAt, u.UpdatedAt)
}

func insertAccount(ctx context.Context, tx *db.Tx, a Account) (ID, error) {
	return db.Insert[ID](ctx, tx, `INSERT INTO account (actor_id, user_id, name, name_sort, description, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		a.Actor.ID, db.OrNull(a.UserID), a.Name, collation.Key(a.Name), a.Description, a.CreatedAt, a.UpdatedAt)
}

func setPasswordHash(ctx context.Context, tx *db.Tx, id UserID, hash string, at time.Time) error {
	_, err := db.Exec(ctx, tx, "UPDATE users SET password_hash = ?, updated_at = ? WHERE id = ?", hash, at, id)
	return err
}

// NoteLogin remembers that a user signed in, in the transaction that begins the session.
func NoteLogin(ctx context.Context, tx *db.Tx, id UserID, at time.Time) error {
	_, err := db.Exec(ctx, tx, "UPDATE users SET last_login_at = ? WHERE id = ?", at, id)
	return err
}

// endSessions signs the user out everywhere.
func endSessions(ctx context.Context, tx *db.Tx, id UserID) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM session WHERE user_id = ?", id)
	return err
}

// isTaken asks before writing: a refused INSERT would end the whole transaction on PostgreSQL.
func isTaken(ctx context.Context, tx *db.Tx, except UserID, username, email string) (bool, error) {
	count, err := db.Value[int](ctx, tx, "SELECT COUNT(*) FROM users WHERE id <> ? AND (LOWER(username) = LOWER(?) OR LOWER(email) = LOWER(?))",
		except, username, email)
	return count > 0, err
}
