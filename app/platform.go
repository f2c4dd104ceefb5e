package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"lucarne/account"
	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/config"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/job"
	"lucarne/platform/logbook"
	"lucarne/platform/mail"
	"lucarne/platform/picture"
	"lucarne/video/ffmpeg"
)

// platform is what all subjects stand on.
type platform struct {
	settings *config.Live
	logger   *slog.Logger
	clock    clock.Clock
	site     account.Site
	secret   []byte // of this site: seals and signs
	db       *db.DB
	blobs    *blob.Set
	mail     mail.Sender
	pictures *picture.Pictures
	jobs     *job.Queue
	outbox   *event.Outbox
	bus      *event.Bus
	ffmpeg   *ffmpeg.Tools // finds its programs at each call: they may be missing
	registry *prometheus.Registry
	log      *logbook.Book // its last lines, for administrators
	audit    *logbook.Book // who changed what
}

// config is the settings of this moment.
func (p *platform) config() *config.Config { return p.settings.Current() }

// newLogger writes the log of the level the configuration asks for: lines for people on a terminal, JSON elsewhere.
func newLogger(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(strings.ToUpper(level))); err != nil {
		l = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: l}
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&fs.ModeCharDevice == 0 {
			return slog.New(slog.NewJSONHandler(w, options))
		}
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// openSettings reads the configuration and tells what in it is not understood.
func openSettings(c call) (*config.Live, *slog.Logger, error) {
	settings, err := config.Open(c.sources)
	if err != nil {
		return nil, nil, err
	}
	logger := newLogger(c.err, settings.Current().Log.Level)
	for _, warning := range settings.Warnings() {
		logger.Warn("configuration", "problem", warning.String())
	}
	return settings, logger, nil
}

// openDatabase opens the database of the settings and brings it to this version.
func openDatabase(ctx context.Context, cfg *config.Config) (*db.DB, error) {
	options := db.Options{MaxConns: cfg.Database.Pool.Max}
	if cfg.Database.IsPostgres() {
		options.PostgresURL = cfg.Database.PostgresURL()
	} else {
		options.SQLitePath = cfg.SQLiteFile()
		if err := os.MkdirAll(filepath.Dir(options.SQLitePath), 0o750); err != nil {
			return nil, fmt.Errorf("data folder: %w", err)
		}
	}
	return db.Open(ctx, options)
}

// migrateDatabase brings all tables to this version.
func migrateDatabase(ctx context.Context, d *db.DB) error {
	return errors.Join(d.Migrate(ctx), job.Migrate(ctx, d))
}

// siteSecret is the configured secret, or one made at the first start and kept in the data folder.
func siteSecret(cfg *config.Config) ([]byte, error) {
	if cfg.Secrets.PeerTube != "" {
		return []byte(cfg.Secrets.PeerTube), nil
	}
	path := filepath.Join(cfg.Lucarne.Data, "secret")
	kept, err := os.ReadFile(path)
	if err == nil && len(kept) >= 64 {
		return []byte(strings.TrimSpace(string(kept))), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("secret of the site: %w", err)
	}
	random := make([]byte, 32)
	rand.Read(random)
	secret := []byte(hex.EncodeToString(random))
	if err := os.MkdirAll(cfg.Lucarne.Data, 0o750); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	return secret, os.WriteFile(path, append(secret, '\n'), 0o600)
}
