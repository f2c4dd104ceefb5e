package account

import (
	"context"
	"strings"
	"time"

	"lucarne/platform/db"
	"lucarne/platform/fault"
)

const registrationColumns = `SELECT id, state, username, email, email_verified, password_hash, channel_username, channel_name, account_name, reason,
	moderation_response, user_id, processed_at, created_at, updated_at FROM registration`

func scanRegistration(row db.Row) (Registration, error) {
	var r Registration
	err := row.Scan(&r.ID, &r.State, &r.Username, &r.Email, &r.EmailVerified, &r.PasswordHash, &r.ChannelUsername, &r.ChannelName, &r.AccountName, &r.Reason,
		&r.ModerationResponse, db.Null(&r.UserID), db.Time(&r.ProcessedAt), db.Time(&r.CreatedAt), db.Time(&r.UpdatedAt))
	return r, err
}

func findRegistration(ctx context.Context, q db.Querier, id RegistrationID) (Registration, bool, error) {
	return db.Find(ctx, q, scanRegistration, registrationColumns+" WHERE id = ?", id)
}

func getRegistration(ctx context.Context, q db.Querier, id RegistrationID) (Registration, error) {
	found, ok, err := findRegistration(ctx, q, id)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "Registration not found")
	}
	return found, err
}

func insertRegistration(ctx context.Context, tx *db.Tx, r Registration) (RegistrationID, error) {
	return db.Insert[RegistrationID](ctx, tx, `INSERT INTO registration (state, username, email, email_verified, password_hash, channel_username, channel_name,
		account_name, reason, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		r.State, r.Username, r.Email, r.EmailVerified, r.PasswordHash, r.ChannelUsername, r.ChannelName, r.AccountName, r.Reason, r.CreatedAt, r.UpdatedAt)
}

func updateRegistration(ctx context.Context, tx *db.Tx, r Registration) error {
	_, err := db.Exec(ctx, tx, `UPDATE registration SET state = ?, moderation_response = ?, password_hash = ?, user_id = ?, processed_at = ?, updated_at = ?
		WHERE id = ?`, r.State, r.ModerationResponse, r.PasswordHash, db.OrNull(r.UserID), r.ProcessedAt, r.UpdatedAt, r.ID)
	return err
}

func setRegistrationVerified(ctx context.Context, tx *db.Tx, id RegistrationID, at time.Time) error {
	_, err := db.Exec(ctx, tx, "UPDATE registration SET email_verified = ?, updated_at = ? WHERE id = ?", true, at, id)
	return err
}

func deleteRegistration(ctx context.Context, tx *db.Tx, id RegistrationID) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM registration WHERE id = ?", id)
	return err
}

// checkNotRequested refuses a name or address that somebody waits for already.
func checkNotRequested(ctx context.Context, tx *db.Tx, username, email string) error {
	count, err := db.Value[int](ctx, tx, "SELECT COUNT(*) FROM registration WHERE state = ? AND (LOWER(username) = ? OR LOWER(email) = LOWER(?))",
		Pending, strings.ToLower(username), email)
	if err == nil && count > 0 {
		return errTaken()
	}
	return err
}

func listRegistrations(ctx context.Context, q db.Querier, f RegistrationFilter) ([]Registration, int, error) {
	var where db.Filter
	if f.Search != "" {
		pattern := containing(f.Search)
		where.And(`(LOWER(username) LIKE ? ESCAPE '!' OR LOWER(email) LIKE ? ESCAPE '!' OR LOWER(reason) LIKE ? ESCAPE '!')`, pattern, pattern, pattern)
	}
	if len(f.States) > 0 {
		db.In(&where, "state", f.States)
	}
	limit, offset := page(f.Start, f.Count)
	found, err := db.List(ctx, q, scanRegistration, registrationColumns+where.Where()+f.Sort.orderBy("id", "created_at DESC, id DESC")+" LIMIT ? OFFSET ?",
		where.Args(limit, offset)...)
	if err != nil {
		return nil, 0, err
	}
	total, err := db.Value[int](ctx, q, "SELECT COUNT(*) FROM registration"+where.Where(), where.Args()...)
	return found, total, err
}

func userTotal(ctx context.Context, q db.Querier) (int, error) {
	return db.Value[int](ctx, q, "SELECT COUNT(*) FROM users")
}

// waitingHash is the password hash of somebody who waits for a decision.
func waitingHash(ctx context.Context, q db.Querier, login string) (string, bool, error) {
	return db.Find(ctx, q, db.Column[string], "SELECT password_hash FROM registration WHERE state = ? AND (LOWER(username) = LOWER(?) OR LOWER(email) = LOWER(?))",
		Pending, login, login)
}
