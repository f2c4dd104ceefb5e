package signin

import (
	"context"

	"lucarne/account"
	"lucarne/platform/db"
)

func codeSecret(ctx context.Context, q db.Querier, id account.UserID) (sealed string, found bool, err error) {
	return db.Find(ctx, q, db.Column[string], "SELECT otp_secret FROM users WHERE id = ? AND otp_secret <> ''", id)
}

func setCodeSecret(ctx context.Context, tx *db.Tx, id account.UserID, sealed string, step int64) error {
	_, err := db.Exec(ctx, tx, "UPDATE users SET otp_secret = ?, otp_step = ? WHERE id = ?", sealed, step, id)
	return err
}

// takeStep notes that a code was taken; false when it, or a later one, was taken before.
func takeStep(ctx context.Context, d *db.DB, id account.UserID, step int64) (bool, error) {
	taken, err := db.Exec(ctx, d, "UPDATE users SET otp_step = ? WHERE id = ? AND otp_step < ?", step, id, step)
	return taken == 1, err
}
