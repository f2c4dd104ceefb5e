package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
)

// serve runs the site until it is told to stop.
func serve(ctx context.Context, c call) error {
	if len(c.args) > 0 {
		return errUsage
	}
	site, err := Open(ctx, c.sources, func(level string) *slog.Logger { return newLogger(c.err, level) })
	if err != nil {
		return err
	}
	site.greet(c.out)
	slog.SetDefault(site.logger) // what has no logger of its own, such as failed requests, reaches the administrators' log too
	debug.FreeOSMemory()         // building leaves garbage, hashing the first password most of all: 20 MB an idle site would keep for minutes
	return site.Run(ctx)
}

// greet tells a newcomer where to go; the password is shown this once.
func (s *Site) greet(w io.Writer) {
	fmt.Fprintf(w, "Lucarne %s on %s\n", version, s.platform.site.Origin)
	if c := s.config(); c.Webserver.Hostname == "localhost" && c.Listen.Port != 0 && c.Webserver.Port != c.Listen.Port {
		fmt.Fprintf(w, "it listens on port %d: without a proxy between, set webserver.port (LUCARNE_WEBSERVER_PORT) to that as well\n", c.Listen.Port)
	}
	if s.config().Live.Enabled && s.IngestAddr() != nil {
		fmt.Fprintf(w, "broadcasts to %s\n", s.ingestAddresses().RTMP)
	}
	if s.password != "" {
		fmt.Fprintf(w, "\n  administrator: %s\n  password:      %s\n\n  This password is shown once. Change it in Settings, or with: lucarne user reset-password %s\n\n",
			s.root.Username, s.password, s.root.Username)
	}
}

// migrate brings the database to this version.
func migrate(ctx context.Context, c call) error {
	settings, logger, err := openSettings(c)
	if err != nil {
		return err
	}
	d, err := openDatabase(ctx, settings.Current())
	if err != nil {
		return err
	}
	defer d.Close()
	pending, err := d.Pending(ctx)
	if err != nil {
		return err
	}
	if err := migrateDatabase(ctx, d); err != nil {
		return err
	}
	logger.Info("database is up to date", "engine", d.Engine(), "migrations made", pending)
	return nil
}
