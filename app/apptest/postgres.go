package apptest

import (
	"database/sql"
	"fmt"
	"os"
	"strings"
	"sync/atomic"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver

	"lucarne/platform/db/dbtest"
)

const postgresVariable = dbtest.PostgresVariable

var serial atomic.Int64

// createDatabase makes an empty database on the test server; drop removes it.
func createDatabase() (url string, drop func() error, err error) {
	server := os.Getenv(postgresVariable)
	name := fmt.Sprintf("lucarne_e2e_%d_%d", os.Getpid(), serial.Add(1))
	if err := administer(server, "CREATE DATABASE "+name); err != nil {
		return "", nil, err
	}
	address, parameters, _ := strings.Cut(server, "?")
	url = address[:strings.LastIndex(address, "/")+1] + name + "?" + parameters
	return url, func() error { return administer(server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") }, nil
}

func administer(server, statement string) error {
	pool, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer pool.Close()
	if _, err := pool.Exec(statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
