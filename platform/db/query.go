package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/ncruces/go-sqlite3"

	"lucarne/platform/fault"
)

// Row is a result row to scan: one of the rows of List, or the row of Find.
type Row interface {
	Scan(dest ...any) error
}

// Find reads the first row; found is false, and the error nil, when there is none.
func Find[T any](ctx context.Context, q Querier, scan func(Row) (T, error), text string, args ...any) (value T, found bool, err error) {
	rows, err := q.query(ctx, text, args)
	if err != nil {
		return value, false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return value, false, explained(rows.Err())
	}
	value, err = scan(rows)
	if err != nil {
		return value, false, fmt.Errorf("scan: %w", err)
	}
	return value, true, rows.Close()
}

// List reads all rows. The text must bound them (LIMIT, or a bounded set of keys). No rows give an empty, non-nil slice.
func List[T any](ctx context.Context, q Querier, scan func(Row) (T, error), text string, args ...any) ([]T, error) {
	rows, err := q.query(ctx, text, args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	values := []T{}
	for rows.Next() {
		value, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
		values = append(values, value)
	}
	return values, explained(rows.Err())
}

// Value reads a single column of a single row, such as a count. No row gives sql.ErrNoRows.
func Value[T any](ctx context.Context, q Querier, text string, args ...any) (T, error) {
	value, found, err := Find(ctx, q, Column[T], text, args...)
	if err == nil && !found {
		err = sql.ErrNoRows
	}
	return value, err
}

// Column scans a row of one column.
func Column[T any](row Row) (T, error) {
	var value T
	err := row.Scan(&value)
	return value, err
}

// Exec runs a statement and tells how many rows it touched.
func Exec(ctx context.Context, q Querier, text string, args ...any) (affected int64, err error) {
	result, err := q.exec(ctx, text, args)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Insert runs an INSERT … RETURNING id inside a transaction and gives the new id, whose type is the subject's.
func Insert[ID ~int64](ctx context.Context, tx *Tx, text string, args ...any) (ID, error) {
	id, err := Value[int64](ctx, tx, text, args...)
	return ID(id), err
}

// IsDuplicate reports whether err says that a unique index already holds the value.
func IsDuplicate(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505" // unique_violation
	}
	return errors.Is(err, sqlite3.CONSTRAINT_UNIQUE) || errors.Is(err, sqlite3.CONSTRAINT_PRIMARYKEY)
}

// explained tells text that PostgreSQL cannot hold (a NUL, bytes that are no UTF-8) from faults of ours. SQLite takes any.
func explained(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.Code == "22021" || pg.Code == "22P05") { // character_not_in_repertoire, untranslatable_character
		return fault.New(fault.Invalid, "The text holds characters that cannot be stored").Because(err)
	}
	return err
}

// Marks gives n placeholders for an IN list: "?, ?, ?". n must be at least 1.
func Marks(n int) string { return strings.Repeat("?, ", n-1) + "?" }

// Padded repeats the last value until there is a power of two of them: IN lists over it mean the same, and few texts get prepared.
func Padded[T any](values []T) []T {
	padded := append([]T(nil), values...)
	for n := len(values); n > 0 && n&(n-1) != 0; n++ {
		padded = append(padded, values[len(values)-1])
	}
	return padded
}

// Anys turns a slice into arguments.
func Anys[T any](values []T) []any {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	return args
}

func arguments(args []any) []any {
	for i, arg := range args {
		if t, ok := arg.(time.Time); ok {
			args[i] = millis(t)
		}
	}
	return args
}

func millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// rebind numbers the placeholders for PostgreSQL. Our texts hold no ? inside literals.
func rebind(engine Engine, text string) string {
	if engine == SQLite {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + 16)
	n := 0
	for i := range len(text) {
		if text[i] != '?' {
			b.WriteByte(text[i])
			continue
		}
		n++
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
	}
	return b.String()
}
