package account

import (
	"context"
	"time"

	"lucarne/platform/collation"
	"lucarne/platform/db"
)

// updateUser writes what can change of a user besides password, block and second factor.
func updateUser(ctx context.Context, tx *db.Tx, u User) error {
	_, err := db.Exec(ctx, tx, `UPDATE users SET email = ?, pending_email = ?, email_verified = ?, email_public = ?, role = ?, admin_flags = ?, video_quota = ?,
		video_quota_daily = ?, plugin_auth = ?, feed_token = ?, preferences = ?, notification_settings = ?, updated_at = ? WHERE id = ?`,
		u.Email, u.PendingEmail, u.EmailVerified, u.EmailPublic, u.Role, u.AdminFlags, u.VideoQuota, u.VideoQuotaDaily, u.PluginAuth, u.FeedToken,
		db.AsJSON(u.Preferences), db.AsJSON(u.Notifications), u.UpdatedAt, u.ID)
	return err
}

func updateAccount(ctx context.Context, tx *db.Tx, a Account) error {
	_, err := db.Exec(ctx, tx, "UPDATE account SET name = ?, name_sort = ?, description = ?, updated_at = ? WHERE id = ?",
		a.Name, collation.Key(a.Name), a.Description, a.UpdatedAt, a.ID)
	return err
}

func setBlocked(ctx context.Context, tx *db.Tx, id UserID, isBlocked bool, reason string, at time.Time) error {
	_, err := db.Exec(ctx, tx, "UPDATE users SET blocked = ?, blocked_reason = ?, updated_at = ? WHERE id = ?", isBlocked, reason, at, id)
	return err
}

func deleteUser(ctx context.Context, tx *db.Tx, id UserID) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM users WHERE id = ?", id)
	return err
}
