package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Tx is an open transaction. It must not leave the function it was given to.
type Tx struct {
	db      *DB
	tx      *sql.Tx
	touched map[string]bool
	after   []func()
	missed  map[string]bool // texts the pool has not prepared yet
}

type txKey struct{}

func transactionIn(ctx context.Context) *Tx {
	tx, _ := ctx.Value(txKey{}).(*Tx)
	return tx
}

// Write runs work in a transaction: committed when it returns nil, rolled back when it fails or panics. On SQLite there is one
// writer at a time, so work must be short; calling the network or a program inside panics (see NotInTransaction).
func (d *DB) Write(ctx context.Context, work func(ctx context.Context, tx *Tx) error) error {
	if transactionIn(ctx) != nil {
		return errors.New("db: a transaction is already open in this context")
	}
	t, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer t.Rollback()
	tx := &Tx{db: d, tx: t}
	if err := work(context.WithValue(ctx, txKey{}, tx), tx); err != nil {
		return err
	}
	if err := t.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	for topic := range tx.touched {
		d.versions.counter(topic).Add(1)
	}
	for text := range tx.missed {
		d.writes.get(context.WithoutCancel(ctx), text) // a failure here only means that the next use prepares again
	}
	for _, f := range tx.after {
		f()
	}
	return nil
}

// Engine tells which database this is.
func (tx *Tx) Engine() Engine { return tx.db.engine }

// SQL is the bare transaction, for libraries that bring their own SQL.
func (tx *Tx) SQL() *sql.Tx { return tx.tx }

// Touch says that the transaction changes what the topic's caches hold; DB.Version moves when it commits.
func (tx *Tx) Touch(topic string) {
	if tx.touched == nil {
		tx.touched = make(map[string]bool)
	}
	tx.touched[topic] = true
}

// AfterCommit runs f once the transaction is committed, and never otherwise. A crash in between loses it: it may wake, not promise.
func (tx *Tx) AfterCommit(f func()) { tx.after = append(tx.after, f) }

func (tx *Tx) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	stmt, err := tx.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(ctx, arguments(args)...)
	return rows, explained(err)
}

func (tx *Tx) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	stmt, err := tx.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	result, err := stmt.ExecContext(ctx, arguments(args)...)
	return result, explained(err)
}

// prepared reuses the pool's statement where it has one. Otherwise it prepares on the transaction, whose only connection the pool
// cannot use meanwhile, and leaves the text for Write to prepare on the pool.
func (tx *Tx) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	text = rebind(tx.db.engine, text)
	stmt, full := tx.db.writes.find(text)
	if stmt != nil {
		return tx.tx.StmtContext(ctx, stmt), nil
	}
	stmt, err := tx.tx.PrepareContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", text, err)
	}
	if !full {
		if tx.missed == nil {
			tx.missed = make(map[string]bool)
		}
		tx.missed[text] = true
	}
	return stmt, nil
}

// NotInTransaction panics when ctx is that of an open transaction: what waits for the network, a program or a large file must not
// hold the write lock. what names the work, for the panic's text.
func NotInTransaction(ctx context.Context, what string) {
	if transactionIn(ctx) != nil {
		panic("db: " + what + " inside a transaction")
	}
}
