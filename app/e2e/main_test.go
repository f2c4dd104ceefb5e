package e2e_test

import (
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	"lucarne/app/apptest"
	"lucarne/platform/db/dbtest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 && isWholeRun() && onSQLite.instance != nil {
		for _, operation := range uncompared(onSQLite.instance.Site.Operations()) {
			fmt.Fprintln(os.Stderr, "no story has a good answer of", operation)
			code = 1
		}
	}
	for _, site := range []*shared{&onSQLite, &onPostgres} {
		if err := site.close(); err != nil {
			fmt.Fprintln(os.Stderr, "the shared site:", err)
			code = 1
		}
	}
	apptest.RemoveMedia()
	apptest.RemoveProgram()
	os.Exit(code)
}

// isWholeRun reports whether all stories were told.
func isWholeRun() bool {
	return flag.Lookup("test.run").Value.String() == "" && !testing.Short() && os.Getenv(dbtest.PostgresVariable) != ""
}

// shared is a site that most stories play on, each with its own users and videos.
type shared struct {
	options  apptest.Options
	once     sync.Once
	instance *apptest.Instance
	err      error
}

var (
	onSQLite   = shared{options: apptest.Options{Settings: broadcasting}}
	onPostgres = shared{options: apptest.Options{Postgres: true, Settings: broadcasting}}
)

func (s *shared) open(t *testing.T) *apptest.Instance {
	t.Helper()
	s.once.Do(func() {
		if s.instance, s.err = apptest.Open(s.options); s.err == nil {
			s.instance.Check = checkAgainstDocument
		}
	})
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s.instance
}

func (s *shared) close() error {
	if s.instance == nil {
		return nil
	}
	return s.instance.Close()
}

// start runs a site with settings of its own.
func start(t *testing.T, settings ...string) *apptest.Instance {
	t.Helper()
	instance := apptest.Start(t, apptest.Options{Settings: settings})
	instance.Check = checkAgainstDocument
	return instance
}

// site is the shared site on SQLite.
func site(t *testing.T) *apptest.Instance {
	t.Helper()
	return onSQLite.open(t)
}

// onEach tells a story on SQLite and on PostgreSQL.
func onEach(t *testing.T, story func(t *testing.T, site *apptest.Instance)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { story(t, onSQLite.open(t)) })
	if os.Getenv(dbtest.PostgresVariable) == "" {
		return
	}
	t.Run("postgres", func(t *testing.T) { story(t, onPostgres.open(t)) })
}
