// Package dbtest gives tests a migrated database of their own, on each engine.
package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver

	"lucarne/platform/db"
	"lucarne/platform/job"
)

// PostgresVariable names the environment variable that holds the address of a PostgreSQL server whose role may create databases.
// `make test` starts one and sets it; without it, Each runs on SQLite alone.
const PostgresVariable = "LUCARNE_TEST_POSTGRES"

// Each runs the test on SQLite and on PostgreSQL, as subtests.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	if os.Getenv(PostgresVariable) == "" {
		return
	}
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// SQLite opens a migrated database in a folder of the test.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, sqliteTemplate(t), 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, db.Options{SQLitePath: path, Forgetful: true})
}

var template struct {
	sync.Mutex
	sqlite   []byte
	postgres string
}

// sqliteTemplate migrates once per test program; copying the file is far quicker than migrating again.
func sqliteTemplate(t testing.TB) []byte {
	template.Lock()
	defer template.Unlock()
	if template.sqlite != nil {
		return template.sqlite
	}
	folder, err := os.MkdirTemp("", "lucarne-dbtest")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "template.db")
	migrate(t, db.Options{SQLitePath: path, Forgetful: true})
	template.sqlite, err = os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return template.sqlite
}

var serial atomic.Int64

// Postgres opens a migrated database made for this test and dropped after it. It skips the test when there is no server.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	server := os.Getenv(PostgresVariable)
	if server == "" {
		t.Skip(PostgresVariable + " is not set: make test sets it")
	}
	from := postgresTemplate(t, server)
	name := fmt.Sprintf("lucarne_test_%d_%d", os.Getpid(), serial.Add(1))
	template.Lock() // PostgreSQL refuses to copy one template twice at a time
	administer(t, server, "CREATE DATABASE "+name+" TEMPLATE "+from)
	template.Unlock()
	d := open(t, db.Options{PostgresURL: withDatabase(server, name), MaxConns: 5})
	t.Cleanup(func() {
		d.Close()
		administer(t, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	})
	return d
}

func postgresTemplate(t testing.TB, server string) string {
	template.Lock()
	defer template.Unlock()
	if template.postgres != "" {
		return template.postgres
	}
	name := fmt.Sprintf("lucarne_template_%d", os.Getpid())
	administer(t, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	administer(t, server, "CREATE DATABASE "+name)
	migrate(t, db.Options{PostgresURL: withDatabase(server, name), MaxConns: 2})
	template.postgres = name
	return name
}

func migrate(t testing.TB, o db.Options) {
	t.Helper()
	d, err := db.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := errors.Join(d.Migrate(context.Background()), job.Migrate(context.Background(), d)); err != nil {
		t.Fatal(err)
	}
	if d.Engine() == db.SQLite {
		// All of it into the one file that is copied.
		if _, err := d.Writer().Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			t.Fatal(err)
		}
	}
}

func open(t testing.TB, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func administer(t testing.TB, server, statement string) {
	t.Helper()
	pool, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// withDatabase replaces the database's name in a postgres:// address.
func withDatabase(server, name string) string {
	address, parameters, _ := strings.Cut(server, "?")
	return address[:strings.LastIndex(address, "/")+1] + name + "?" + parameters
}
