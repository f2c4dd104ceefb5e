// Package db opens the database, SQLite or PostgreSQL, and lets the subjects speak to either with one SQL text.
//
// Statements use `?` placeholders. Times are milliseconds since 1970 (a time.Time argument is turned into them, a zero time into NULL;
// Time scans them back), booleans are booleans, structured values are JSON text (JSON scans and writes them).
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"lucarne/platform/fault"
)

// Engine is the database behind a DB.
type Engine string

// The two engines.
const (
	SQLite     Engine = "sqlite"
	PostgreSQL Engine = "postgres"
)

// Options say where the database is. Exactly one of SQLitePath and PostgresURL is set.
type Options struct {
	SQLitePath  string // file, created when missing
	PostgresURL string // postgres://… as pgx understands it
	Forgetful   bool   // SQLite does not wait for the disk: for tests, whose data nobody wants back
	MaxConns    int    // readers for SQLite, all connections for PostgreSQL; 0 means 4 and 10
}

// DB is an open database: one writer at a time and several readers on SQLite, one pool on PostgreSQL.
type DB struct {
	engine   Engine
	write    *sql.DB
	read     *sql.DB
	writes   *statements
	reads    *statements
	versions versions
	queries  atomic.Int64
}

// Querier runs statements: a *DB outside transactions, a *Tx inside one.
type Querier interface {
	Engine() Engine
	query(ctx context.Context, text string, args []any) (*sql.Rows, error)
	exec(ctx context.Context, text string, args []any) (sql.Result, error)
}

// Open opens and pings the database. It does not migrate it.
func Open(ctx context.Context, o Options) (*DB, error) {
	open := openPostgres
	if o.PostgresURL == "" {
		open = openSQLite
	}
	d, err := open(o)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := d.write.PingContext(ctx); err != nil {
		d.Close()
		return nil, fault.New(fault.Unavailable, "The database does not answer").Because(err)
	}
	return d, nil
}

// Engine tells which database this is.
func (d *DB) Engine() Engine { return d.engine }

// Queries counts the queries asked outside transactions since the start: for metrics, and for tests that bound them.
func (d *DB) Queries() int64 { return d.queries.Load() }

// Writer is the pool that may write: for libraries that bring their own SQL (the job queue, migrations).
func (d *DB) Writer() *sql.DB { return d.write }

// Close ends all connections.
func (d *DB) Close() error {
	d.writes.close()
	d.reads.close()
	if d.read == d.write {
		return d.write.Close()
	}
	return errors.Join(d.read.Close(), d.write.Close())
}

func (d *DB) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	if tx := transactionIn(ctx); tx != nil && d.engine == SQLite && tx.db == d {
		return nil, errors.New("db: query outside the transaction that is open in this context")
	}
	d.queries.Add(1)
	text = rebind(d.engine, text)
	stmt, err := d.reads.get(ctx, text)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		rows, err := d.read.QueryContext(ctx, text, arguments(args)...)
		return rows, explained(err)
	}
	rows, err := stmt.QueryContext(ctx, arguments(args)...)
	return rows, explained(err)
}

func (d *DB) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	if tx := transactionIn(ctx); tx != nil && tx.db == d {
		return nil, errors.New("db: statement outside the transaction that is open in this context")
	}
	text = rebind(d.engine, text)
	stmt, err := d.writes.get(ctx, text)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		result, err := d.write.ExecContext(ctx, text, arguments(args)...)
		return result, explained(err)
	}
	result, err := stmt.ExecContext(ctx, arguments(args)...)
	return result, explained(err)
}

// maxStatements bounds the prepared statements kept per pool: dynamic filters make new texts, and nobody may make them forever.
const maxStatements = 512

// statements keeps prepared statements by text: preparing costs more than running most of ours.
type statements struct {
	pool   *sql.DB
	mu     sync.RWMutex
	byText map[string]*sql.Stmt
}

func newStatements(pool *sql.DB) *statements {
	return &statements{pool: pool, byText: make(map[string]*sql.Stmt)}
}

func (s *statements) find(text string) (stmt *sql.Stmt, full bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byText[text], len(s.byText) >= maxStatements
}

// get prepares the text on first use. It gives nil when the store is full: the text then runs unprepared.
func (s *statements) get(ctx context.Context, text string) (*sql.Stmt, error) {
	stmt, full := s.find(text)
	if stmt != nil || full {
		return stmt, nil
	}
	stmt, err := s.pool.PrepareContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", text, err)
	}
	kept := s.keep(text, stmt)
	if kept != stmt {
		// Outside the lock: closing waits for the connection, which may wait for a row of a transaction that waits for the lock.
		stmt.Close()
	}
	return kept, nil
}

// keep gives the statement to use from now on: the first one prepared for the text.
func (s *statements) keep(text string, stmt *sql.Stmt) *sql.Stmt {
	s.mu.Lock()
	defer s.mu.Unlock()
	if first := s.byText[text]; first != nil {
		return first
	}
	s.byText[text] = stmt
	return stmt
}

func (s *statements) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stmt := range s.byText {
		stmt.Close()
	}
	clear(s.byText)
}

// versions counts the committed changes of each topic, so that caches know when they are stale.
type versions struct{ byTopic sync.Map }

func (v *versions) counter(topic string) *atomic.Int64 {
	c, _ := v.byTopic.LoadOrStore(topic, new(atomic.Int64))
	return c.(*atomic.Int64)
}

// Version sums the committed changes of the topics since the start: equal numbers mean nothing changed in between.
func (d *DB) Version(topics ...string) int64 {
	var sum int64
	for _, topic := range topics {
		sum += d.versions.counter(topic).Load()
	}
	return sum
}
