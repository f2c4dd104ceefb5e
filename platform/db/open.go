package db

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/ext/fts5"
)

const (
	defaultSQLiteReaders = 4
	defaultPostgresConns = 10
)

func openPostgres(o Options) (*DB, error) {
	config, err := pgx.ParseConfig(o.PostgresURL)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	pool := stdlib.OpenDB(*config)
	conns := o.MaxConns
	if conns <= 0 {
		conns = defaultPostgresConns
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	s := newStatements(pool)
	return &DB{engine: PostgreSQL, write: pool, read: pool, writes: s, reads: s}, nil
}

// openSQLite opens one writer connection, whose transactions take the write lock at once so that they never fail half-way on
// it, and several readers, which WAL never blocks.
func openSQLite(o Options) (*DB, error) {
	write, err := driver.Open(sqliteName(o, "_txlock=immediate"), fts5.Register)
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	write.SetMaxIdleConns(1)
	writes := newStatements(write)
	read, err := driver.Open(sqliteName(o, "_txlock=deferred", "_pragma=query_only(1)"), fts5.Register)
	if err != nil {
		write.Close()
		return nil, err
	}
	readers := o.MaxConns
	if readers <= 0 {
		readers = defaultSQLiteReaders
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	return &DB{engine: SQLite, write: write, read: read, writes: writes, reads: newStatements(read)}, nil
}

// sqliteName builds the data source name. synchronous=NORMAL in WAL mode survives a kill of the process at any moment; only a power
// cut may undo the last transactions, never corrupt the file. FULL keeps those too, and our writes are few enough to afford it.
func sqliteName(o Options, options ...string) string {
	synchronous := "full"
	if o.Forgetful {
		synchronous = "off"
	}
	pragmas := []string{
		"_pragma=busy_timeout(10000)", "_pragma=journal_mode(wal)", "_pragma=synchronous(" + synchronous + ")", "_pragma=foreign_keys(1)",
		"_pragma=cache_size(-8000)", "_pragma=temp_store(memory)", "_pragma=journal_size_limit(67108864)",
	}
	name := (&url.URL{Scheme: "file", Opaque: strings.ReplaceAll(url.PathEscape(o.SQLitePath), "%2F", "/")}).String()
	return name + "?" + strings.Join(append(pragmas, options...), "&")
}
