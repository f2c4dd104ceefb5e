package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"lucarne/account"
	"lucarne/http/realtime"
	"lucarne/http/router"
	"lucarne/http/tracker"
	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/config"
	"lucarne/platform/event"
	"lucarne/platform/job"
	"lucarne/platform/logbook"
	"lucarne/platform/picture"
	"lucarne/video/ffmpeg"
	"lucarne/video/transcode"
)

// Site is Lucarne, built and ready to run.
type Site struct {
	*platform
	*subjects
	onAir
	talk
	schedule *job.Schedule
	server   *router.Server
	inner    []*router.Server // what only operators may see, where addresses are set
	realtime *realtime.Server
	tracker  *tracker.Tracker
	started  time.Time
	root     account.User
	password string // of root, when this start made it up
}

// Open makes a site ready to run, in the place of any process that ran it before. The address is open once it returns; nothing answers
// before Run.
func Open(ctx context.Context, sources config.Sources, logger func(level string) *slog.Logger) (*Site, error) {
	s, err := build(ctx, sources, logger)
	if err != nil {
		return nil, err
	}
	s.schedule = newSchedule(s.platform, s.subjects)
	if err := s.takeOver(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// build builds a site from its settings: the database is brought to this version. The administrator is not made. It does not disturb a process that runs the same site.
func build(ctx context.Context, sources config.Sources, logger func(level string) *slog.Logger) (*Site, error) {
	settings, err := config.Open(sources)
	if err != nil {
		return nil, err
	}
	p := &platform{
		settings: settings, clock: clock.System{}, registry: prometheus.NewRegistry(), log: logbook.New(loggedLines), audit: logbook.New(loggedLines),
	}
	p.logger = slog.New(p.log.Handler(logger(settings.Current().Log.Level).Handler()))
	for _, warning := range settings.Warnings() {
		p.logger.Warn("configuration", "problem", warning.String())
	}
	s := &Site{platform: p, started: p.clock.Now()}
	if err := s.assemble(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *Site) assemble(ctx context.Context) error {
	if err := s.platform.open(ctx); err != nil {
		return err
	}
	var err error
	if s.subjects, err = newSubjects(s.platform); err != nil {
		return err
	}
	subscribe(s.platform, s.subjects)
	if err := s.applyStoredSettings(ctx); err != nil {
		return err
	}
	_, err = s.users.EnsureInstanceActor(ctx)
	return err
}

// takeOver opens the address and then, as no other process can be serving this site any more, clears the scratch folder. The
// administrator is made last: a start that fails would keep the password to itself.
func (s *Site) takeOver(ctx context.Context) error {
	if err := s.listen(ctx); err != nil {
		return err
	}
	if err := emptyFolder(s.blobs.Local(blob.Temporary).Root()); err != nil {
		return err
	}
	return s.ensureRoot(ctx)
}

// ensureRoot makes the administrator at the first start.
func (s *Site) ensureRoot(ctx context.Context) (err error) {
	s.root, s.password, _, err = s.users.EnsureRoot(ctx, s.config().Lucarne.InitialRootPassword)
	return err
}

// open builds what the subjects stand on.
func (p *platform) open(ctx context.Context) (err error) {
	cfg := p.config()
	p.site = account.Site{Origin: cfg.Webserver.Origin(), Host: cfg.Webserver.Host()}
	if p.secret, err = siteSecret(cfg); err != nil {
		return err
	}
	if p.db, err = openDatabase(ctx, cfg); err != nil {
		return err
	}
	if err := migrateDatabase(ctx, p.db); err != nil {
		return err
	}
	if p.blobs, err = openBlobs(cfg); err != nil {
		return err
	}
	if p.mail, err = newMail(cfg, p.settings); err != nil {
		return err
	}
	p.pictures = picture.New(picture.Options{MaxBytes: int64(cfg.Lucarne.Upload.MaxImageBytes), MaxPixels: cfg.Lucarne.Upload.MaxPixels})
	p.ffmpeg = ffmpeg.New(ffmpeg.Options{
		FFmpeg: cfg.Lucarne.FFmpeg.Program, FFprobe: cfg.Lucarne.FFmpeg.ProbeProgram,
		ProbeTimeout: cfg.Lucarne.FFmpeg.ProbeTimeout.Std(), Timeout: cfg.Lucarne.Transcoding.Timeout.Std(), Nice: encoderNiceness,
	})
	if err := p.ffmpeg.Missing(); err != nil {
		p.logger.Warn("ffmpeg is missing: nothing is transcoded or broadcast until it is there; the rest works", "error", err)
	}
	p.bus = event.NewBus()
	p.outbox = event.New(event.Options{DB: p.db, Clock: p.clock, Logger: p.logger, SweepEvery: cfg.Lucarne.Jobs.OutboxPollInterval.Std()})
	p.jobs, err = job.New(job.Options{
		DB: p.db, Clock: p.clock, Logger: p.logger, Node: nodeName, Queues: queues(cfg),
		PollEvery: min(cfg.Lucarne.Jobs.PollInterval.Std(), fastestPoll), StopWithin: stopJobsWithin, Keep: cfg.Lucarne.Jobs.CompletedRetention.Std(),
		KeepFailed: cfg.Lucarne.Jobs.FailedRetention.Std(), LostAfter: cfg.Lucarne.Transcoding.Timeout.Std() + cfg.Lucarne.Jobs.StuckAfter.Std(),
	})
	return err
}

// emptyFolder removes what a killed process left among the scratch files.
func emptyFolder(path string) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return fmt.Errorf("scratch folder: %w", err)
	}
	for _, entry := range entries {
		if err := os.RemoveAll(filepath.Join(path, entry.Name())); err != nil {
			return fmt.Errorf("scratch folder: %w", err)
		}
	}
	return nil
}

const (
	loggedLines     = 2_000     // kept in memory for the administration pages
	nodeName        = "lucarne" // of the only process on this database
	encoderNiceness = 10        // people who watch go before what is encoded
	stopJobsWithin  = 2 * time.Second
	fastestPoll     = 250 * time.Millisecond
)

// queues gives each job queue how many of its jobs run at once.
func queues(cfg *config.Config) map[string]int {
	return map[string]int{
		"default":                cfg.Lucarne.Jobs.Workers,
		transcode.PackagingQueue: 2, // quick, and not to be kept waiting by encoding
		transcode.EncodingQueue:  cfg.Transcoding.Concurrency,
	}
}

// overlayName is where the administrator's changes to the configuration are kept.
const overlayName = "configuration"

func (s *Site) applyStoredSettings(ctx context.Context) error {
	var overlay string
	found, err := s.subjects.settings.Get(ctx, overlayName, &overlay)
	if err != nil || !found {
		return err
	}
	if err := s.platform.settings.Apply([]byte(overlay)); err != nil {
		return fmt.Errorf("stored settings: %w", err)
	}
	return nil
}

func (s *Site) listen(ctx context.Context) (err error) {
	cfg := s.config()
	h := cfg.Lucarne.HTTP
	s.openRealtime()
	s.tracker = s.newTracker()
	if err := s.openChats(); err != nil {
		return err
	}
	if err := s.openBroadcasts(ctx); err != nil {
		return err
	}
	options := router.ServerOptions{
		Address: cfg.Listen.Address(), Logger: s.logger, ReadHeaderTimeout: h.ReadHeaderTimeout.Std(), BodyIdleTimeout: h.BodyIdleTimeout.Std(),
		WriteIdleTimeout: h.WriteIdleTimeout.Std(), IdleTimeout: h.IdleTimeout.Std(), StopWithin: h.ShutdownTimeout.Std(), MaxHeaderBytes: int(h.MaxHeaderBytes),
		CertFile: h.CertFile, KeyFile: h.KeyFile,
	}
	if options.Handler, err = s.handler(); err != nil {
		return err
	}
	if s.server, err = router.Listen(options); err != nil {
		return err
	}
	options.WriteIdleTimeout, options.CertFile, options.KeyFile = 0, "", "" // a profile takes its time
	for address, handler := range innerHandlers(cfg, s.registry) {
		options.Address, options.Handler = address, handler
		inner, err := router.Listen(options)
		if err != nil {
			return err
		}
		s.inner = append(s.inner, inner)
	}
	return nil
}

// Addr is where the site listens.
func (s *Site) Addr() net.Addr { return s.server.Addr() }

// IngestAddr is where encoders are listened for; nil where they are not.
func (s *Site) IngestAddr() net.Addr { return s.ingest.Addr() }

// Run answers, delivers facts, and works jobs and tasks, until ctx ends; then everything stops in good order.
func (s *Site) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, part := range []func(context.Context) error{s.server.Run, s.realtime.Run, s.tracker.Run, s.outbox.Run, s.jobs.Run, s.schedule.Run, s.runBroadcasts, s.runChats, s.paceCollector} {
		group.Go(func() error { return part(ctx) })
	}
	for _, inner := range s.inner {
		group.Go(func() error { return inner.Run(ctx) })
	}
	err := group.Wait()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
	defer cancel()
	return errors.Join(err, s.viewers.Close(last), s.close())
}

// closeWithin bounds writing down who was watching when the site stopped.
const closeWithin = time.Second

func (s *Site) close() error {
	s.onAir.close()
	s.talk.close()
	if s.platform.db == nil {
		return nil
	}
	return s.platform.db.Close()
}
