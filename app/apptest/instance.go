// Package apptest runs a whole Lucarne for tests, in the test's own process or as the real program, and speaks to it as clients do.
package apptest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lucarne/app"
	"lucarne/platform/config"
)

// RootPassword is the administrator's on every server of this package.
const RootPassword = "correct horse battery"

// Server is a site that answers at Origin and keeps everything below Folder.
type Server struct {
	Origin string
	Folder string
	Mail   string // folder its mails are written to
	// Check, when set, sees every exchange of this server's clients.
	Check func(t testing.TB, e Exchange)

	environ []string
}

// Instance is a site in the test's own process.
type Instance struct {
	Server
	Site *app.Site

	stop    context.CancelFunc
	stopped chan error
	drop    func() error // of its database; nil for SQLite
}

// Options say how a site is set up. The zero value is a site on SQLite with the settings of this package.
type Options struct {
	Postgres bool     // needs dbtest.PostgresVariable
	Settings []string // as NAME=value, over those of this package
}

// Start runs a site until the test ends.
func Start(t testing.TB, o Options) *Instance {
	t.Helper()
	if o.Postgres && os.Getenv(postgresVariable) == "" {
		t.Skip(postgresVariable + " is not set: make test sets it")
	}
	i, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := i.Close(); err != nil {
			t.Error(err)
		}
	})
	return i
}

// Open runs a site until Close.
func Open(o Options) (*Instance, error) {
	i := new(Instance)
	if err := i.prepare(o.Settings); err != nil {
		return nil, err
	}
	if o.Postgres {
		url, drop, err := createDatabase()
		if err != nil {
			return nil, err
		}
		i.drop = drop
		i.environ = append(i.environ, "LUCARNE_DATABASE_URL="+url)
	}
	if err := i.run(); err != nil {
		return nil, errors.Join(err, i.remove())
	}
	return i, nil
}

// prepare makes the folder and the settings: intervals short, limits out of the way, nothing sent anywhere.
func (s *Server) prepare(settings []string) error {
	folder, err := os.MkdirTemp("", "lucarne-e2e")
	if err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	s.Folder, s.Mail, s.Origin = folder, filepath.Join(folder, "mail"), "http://localhost:"+port
	s.environ = append([]string{
		"LUCARNE_DATA=" + folder, "LUCARNE_LISTEN_HOSTNAME=localhost", "LUCARNE_LISTEN_PORT=" + port, "LUCARNE_WEBSERVER_PORT=" + port,
		"LUCARNE_MAIL_FOLDER=" + s.Mail, "LUCARNE_INITIAL_ROOT_PASSWORD=" + RootPassword, "LUCARNE_LOG_LEVEL=warn",
		"LUCARNE_JOBS_POLL_INTERVAL=50", "LUCARNE_JOBS_OUTBOX_POLL_INTERVAL=200", "LUCARNE_UPLOAD_MIN_FREE_DISK_BYTES=1MB",
		"LUCARNE_LIVE_RTMP_HOSTNAME=localhost", "LUCARNE_LIVE_RTMP_PORT=0", "LUCARNE_LIVE_WHIP_ENABLED=false",
		"LUCARNE_HTTP_SHUTDOWN_TIMEOUT=1 second", "LUCARNE_LIFETIME_VIEWER=1 second",
		"LUCARNE_TRANSCODING_RESOLUTIONS_144P=true", "LUCARNE_TRANSCODING_RESOLUTIONS_360P=false", "LUCARNE_TRANSCODING_RESOLUTIONS_480P=false",
	}, append(unlimited(), settings...)...)
	return nil
}

// unlimited raises every limit on how often one address may ask: all of a test's requests come from one.
func unlimited() []string {
	var settings []string
	for _, group := range []string{
		"API", "LOGIN", "SIGNUP", "ASK_SEND_EMAIL", "RECEIVE_CLIENT_LOG", "WELL_KNOWN", "FEEDS", "CLIENT", "DOWNLOAD_GENERATE_VIDEO",
	} {
		settings = append(settings, "LUCARNE_RATES_LIMIT_"+group+"_MAX=1000000")
	}
	return settings
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

func (i *Instance) run() error {
	ctx, cancel := context.WithCancel(context.Background())
	site, err := app.Open(ctx, config.Sources{Environ: i.environ}, func(string) *slog.Logger { return slog.New(errorsOnly()) })
	if err != nil {
		cancel()
		return fmt.Errorf("open the site: %w", err)
	}
	i.Site, i.stop, i.stopped = site, cancel, make(chan error, 1)
	go func() { i.stopped <- site.Run(ctx) }()
	return nil
}

// errorsOnly keeps the output of tests to what must not happen.
func errorsOnly() slog.Handler {
	var out io.Writer = io.Discard
	if os.Getenv("LUCARNE_TEST_LOG") != "" {
		out = os.Stderr
	}
	return slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelWarn})
}

// Stop ends the site in good order, as SIGTERM does.
func (i *Instance) Stop() error {
	i.stop()
	select {
	case err := <-i.stopped:
		if errors.Is(err, context.Canceled) {
			return nil // stopped before all of it had started
		}
		return err
	case <-time.After(stopWithin):
		return errors.New("the site did not stop in time")
	}
}

const stopWithin = 10 * time.Second

// Restart stops the site and opens it again on the same folder and address, with further settings.
func (i *Instance) Restart(t testing.TB, settings ...string) {
	t.Helper()
	if err := i.Stop(); err != nil {
		t.Fatal(err)
	}
	i.environ = append(slices.Clone(i.environ), settings...)
	if err := i.run(); err != nil {
		t.Fatal(err)
	}
}

// Close stops the site and removes all it kept.
func (i *Instance) Close() error { return errors.Join(i.Stop(), i.remove()) }

func (i *Instance) remove() error {
	err := os.RemoveAll(i.Folder)
	if i.drop != nil {
		err = errors.Join(err, i.drop())
	}
	return err
}

const settleWithin = 90 * time.Second

// Settle waits until all facts are delivered and all jobs done.
func (i *Instance) Settle(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), settleWithin)
	defer cancel()
	if err := i.Site.Settle(ctx); err != nil {
		t.Fatalf("the site does not settle: %v", err)
	}
}

// Files lists what lies in the given folders of the data folder, with their paths below it.
func (s *Server) Files(t testing.TB, folders ...string) []string {
	t.Helper()
	list := []string{}
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(s.Folder, folder), func(path string, entry os.DirEntry, err error) error {
			if errors.Is(err, os.ErrNotExist) || err == nil && entry.IsDir() {
				return nil
			}
			list = append(list, strings.TrimPrefix(path, s.Folder+"/"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// MediaFolders are where everything that belongs to videos lies, unfinished work included.
var MediaFolders = []string{
	"web-videos", "streaming-playlists", "original-video-files", "previews", "thumbnails", "storyboards", "torrents", "captions", "tmp", "tmp-persistent",
}
