package account

import (
	"context"
	"time"

	"lucarne/platform/db"
)

func insertTicket(ctx context.Context, tx *db.Tx, hash string, t ticket) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO one_time_token (token_hash, purpose, user_id, registration_id, payload, expires_at) VALUES (?, ?, ?, ?, ?, ?)`,
		hash, t.purpose, db.OrNull(t.user), db.OrNull(t.registration), t.payload, t.expiresAt)
	return err
}

func scanTicket(row db.Row) (ticket, error) {
	var t ticket
	err := row.Scan(&t.purpose, db.Null(&t.user), db.Null(&t.registration), &t.payload, db.Time(&t.expiresAt))
	return t, err
}

const ticketColumns = "SELECT purpose, user_id, registration_id, payload, expires_at FROM one_time_token"

func findTicket(ctx context.Context, q db.Querier, hash string) (ticket, bool, error) {
	return db.Find(ctx, q, scanTicket, ticketColumns+" WHERE token_hash = ?", hash)
}

// findTicketOf finds the token of a purpose its owner has.
func findTicketOf(ctx context.Context, q db.Querier, t ticket) (ticket, bool, error) {
	return db.Find(ctx, q, scanTicket, ticketColumns+" WHERE purpose = ? AND "+t.owner(), t.purpose, t.ownerID())
}

// owner is the condition that a row belongs to the ticket's owner, with ownerID as its argument.
func (t ticket) owner() string {
	if t.user != 0 {
		return "user_id = ?"
	}
	return "registration_id = ?"
}

func (t ticket) ownerID() int64 {
	if t.user != 0 {
		return int64(t.user)
	}
	return int64(t.registration)
}

func deleteTickets(ctx context.Context, tx *db.Tx, t ticket) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM one_time_token WHERE purpose = ? AND "+t.owner(), t.purpose, t.ownerID())
	return err
}

func deleteExpiredTickets(ctx context.Context, d *db.DB, now time.Time) error {
	_, err := db.Exec(ctx, d, "DELETE FROM one_time_token WHERE expires_at <= ?", now)
	return err
}
