package event

import (
	"context"
	"time"

	"lucarne/platform/db"
)

func (b *Outbox) fresh(ctx context.Context) ([]delivery, error) {
	return db.List(ctx, b.o.DB, func(row db.Row) (delivery, error) {
		var d delivery
		err := row.Scan(&d.id, &d.kind, &d.payload)
		return d, err
	}, "SELECT id, kind, payload FROM outbox_fact ORDER BY id LIMIT ?", batch)
}

func (b *Outbox) due(ctx context.Context) ([]delivery, error) {
	return db.List(ctx, b.o.DB, func(row db.Row) (delivery, error) {
		var d delivery
		err := row.Scan(&d.id, &d.listener, &d.kind, &d.payload, &d.attempts)
		return d, err
	}, "SELECT id, listener, kind, payload, attempts FROM outbox_retry WHERE next_at <= ? ORDER BY id LIMIT ?", b.o.Clock.Now(), batch)
}

func (b *Outbox) keepForLater(ctx context.Context, tx *db.Tx, d delivery, listener string, cause error) error {
	b.o.Logger.Warn("fact not taken, will be offered again", "fact", d.kind, "listener", listener, "error", cause)
	now := b.o.Clock.Now()
	_, err := db.Exec(ctx, tx, "INSERT INTO outbox_retry (listener, kind, payload, attempts, next_at, error, created_at) VALUES (?, ?, ?, 1, ?, ?, ?)",
		listener, d.kind, string(d.payload), now.Add(firstWait), cause.Error(), now)
	return err
}

// settle ends a later attempt: gone when taken, put off when not, given up (and kept) after maxAttempts.
func (b *Outbox) settle(ctx context.Context, d delivery, cause error) error {
	if cause == nil {
		_, err := db.Exec(ctx, b.o.DB, "DELETE FROM outbox_retry WHERE id = ?", d.id)
		return err
	}
	var next time.Time // NULL: given up
	attempts := d.attempts + 1
	if attempts < maxAttempts {
		next = b.o.Clock.Now().Add(firstWait << attempts)
	}
	_, err := db.Exec(ctx, b.o.DB, "UPDATE outbox_retry SET attempts = ?, next_at = ?, error = ? WHERE id = ?", attempts, next, cause.Error(), d.id)
	return err
}

// Backlog tells how many facts wait for delivery, how many deliveries are being tried again and how many were given up.
type Backlog struct{ Fresh, Retrying, GivenUp int }

// Backlog counts what is not delivered yet.
func (b *Outbox) Backlog(ctx context.Context) (Backlog, error) {
	backlog, _, err := db.Find(ctx, b.o.DB, func(row db.Row) (Backlog, error) {
		var l Backlog
		err := row.Scan(&l.Fresh, &l.Retrying, &l.GivenUp)
		return l, err
	}, `SELECT (SELECT COUNT(*) FROM outbox_fact), (SELECT COUNT(*) FROM outbox_retry WHERE next_at IS NOT NULL),
		(SELECT COUNT(*) FROM outbox_retry WHERE next_at IS NULL)`)
	return backlog, err
}
