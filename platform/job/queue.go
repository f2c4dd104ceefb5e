// Package job runs work that outlives a request: kept in the database, retried, given up on visibly, paused and resumed.
//
// It is a thin face on River (riverqueue/river), which keeps the rows; what it adds is one way to declare a kind of job, progress
// with a note, and words for why a job does not move.
package job

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"lucarne/platform/clock"
	"lucarne/platform/db"
)

// Args is the payload of a kind of job: a struct whose JSON form is kept, and the kind's name ("video-transcoding").
type Args = river.JobArgs

// Options set up a Queue.
type Options struct {
	DB     *db.DB
	Clock  clock.Clock
	Logger *slog.Logger
	// Node names this process among those that share the database: jobs left running under this name by a process that died are
	// taken up again at the next start.
	Node string
	// Queues gives each queue how many of its jobs run at once here.
	Queues map[string]int
	// PollEvery is how often each queue looks for work; 0 means a quarter of a second.
	PollEvery time.Duration
	// StopWithin is how long running jobs may go on when the process stops, before they are interrupted; 0 means 5 s.
	StopWithin time.Duration
	// Keep and KeepFailed say how long finished and failed jobs stay visible; 0 means 7 days.
	Keep, KeepFailed time.Duration
	// LostAfter is how long a job may run before it is taken for lost and runs again: longer than the longest. 0 means 2 days.
	LostAfter time.Duration
}

// Queue takes jobs in and runs them. Register the kinds with Handle, then Run.
type Queue struct {
	o       Options
	driver  riverdriver.Driver[*sql.Tx]
	workers *river.Workers
	client  *river.Client[*sql.Tx]
	kinds   map[string]placement
	names   []string // of the kinds, in order of registration
	stop    context.Context
}

// placement is what a kind decides for its jobs when they are enqueued.
type placement struct {
	queue       string
	maxAttempts int
}

// defaults for the zero values of Options
const (
	defaultPoll       = 250 * time.Millisecond
	defaultStopWithin = 5 * time.Second
	defaultKeep       = 7 * 24 * time.Hour
	defaultLost       = 48 * time.Hour
	interruptWithin   = 5 * time.Second // for interrupted jobs to end their programs and write down where they were
	defaultTimeout    = time.Minute
	defaultAttempts   = 5
)

// New makes a queue that can enqueue at once; it runs nothing before Run. Its tables must have been migrated (see Migrate).
func New(o Options) (*Queue, error) {
	if o.PollEvery == 0 {
		o.PollEvery = defaultPoll
	}
	if o.StopWithin == 0 {
		o.StopWithin = defaultStopWithin
	}
	o.Keep, o.KeepFailed = cmp.Or(o.Keep, defaultKeep), cmp.Or(o.KeepFailed, defaultKeep)
	q := &Queue{o: o, driver: driverFor(o.DB), workers: river.NewWorkers(), kinds: make(map[string]placement)}
	queues := make(map[string]river.QueueConfig, len(o.Queues))
	for name, workers := range o.Queues {
		queues[name] = river.QueueConfig{MaxWorkers: workers}
	}
	client, err := river.NewClient(q.driver, &river.Config{
		ID:     o.Node,
		Queues: queues, Workers: q.workers,
		Logger:                      slog.New(quiet{o.Logger.Handler()}),
		FetchPollInterval:           o.PollEvery,
		FetchCooldown:               min(o.PollEvery, 100*time.Millisecond),
		PollOnly:                    true,
		JobTimeout:                  -1, // each kind has its own
		RescueStuckJobsAfter:        cmp.Or(o.LostAfter, defaultLost),
		CompletedJobRetentionPeriod: o.Keep,
		CancelledJobRetentionPeriod: o.KeepFailed,
		DiscardedJobRetentionPeriod: o.KeepFailed,
		ErrorHandler:                failures{o.Logger},
	})
	if err != nil {
		return nil, fmt.Errorf("job queue: %w", err)
	}
	q.client = client
	return q, nil
}

func driverFor(d *db.DB) riverdriver.Driver[*sql.Tx] {
	if d.Engine() == db.PostgreSQL {
		return riverdatabasesql.New(d.Writer())
	}
	return riversqlite.New(d.Writer())
}

// Migrate brings the queue's own tables to the newest version. It is safe to call at every start.
func Migrate(ctx context.Context, d *db.DB) error {
	return migrate(ctx, d, rivermigrate.DirectionUp, nil)
}

// Rollback removes the queue's own tables.
func Rollback(ctx context.Context, d *db.DB) error {
	return migrate(ctx, d, rivermigrate.DirectionDown, &rivermigrate.MigrateOpts{TargetVersion: -1})
}

func migrate(ctx context.Context, d *db.DB, direction rivermigrate.Direction, opts *rivermigrate.MigrateOpts) error {
	migrator, err := rivermigrate.New(driverFor(d), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err == nil {
		_, err = migrator.Migrate(ctx, direction, opts)
	}
	if err != nil {
		return fmt.Errorf("migrate job tables: %w", err)
	}
	return nil
}

// Run works the queues until ctx ends, then lets running jobs finish for StopWithin and interrupts the rest, which will run again.
func (q *Queue) Run(ctx context.Context) error {
	if err := q.takeUpAgain(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // told to stop before the first job
		}
		return fmt.Errorf("job queue: %w", err)
	}
	q.stop = ctx
	if err := q.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("job queue: %w", err)
	}
	<-ctx.Done()
	soft, cancel := context.WithTimeout(context.WithoutCancel(ctx), q.o.StopWithin)
	defer cancel()
	if err := q.client.Stop(soft); err == nil || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), interruptWithin)
	defer cancel()
	return q.client.StopAndCancel(hard)
}

// takeUpAgain frees the jobs that a killed process of this name left marked as running.
func (q *Queue) takeUpAgain(ctx context.Context) error {
	left, err := q.client.JobList(ctx, river.NewJobListParams().States(rivertype.JobStateRunning).First(10_000))
	if err != nil {
		return err
	}
	for _, row := range left.Jobs {
		if n := len(row.AttemptedBy); n > 0 && row.AttemptedBy[n-1] != q.o.Node && q.o.DB.Engine() == db.PostgreSQL {
			continue // another node's
		}
		_, err := db.Exec(ctx, q.o.DB, "UPDATE river_job SET state = 'available' WHERE id = ? AND state = 'running'", row.ID)
		if err != nil {
			return err
		}
		q.o.Logger.Info("job interrupted by the last stop runs again", "job", row.ID, "kind", row.Kind)
	}
	return nil
}

// EnqueueOptions say when and how a job runs. The zero value is: now, in order, as often as it is enqueued.
type EnqueueOptions struct {
	Priority int       // 1 first … 4 last; 0 means 1
	At       time.Time // not before
	Unique   bool      // not again while a job of the same kind and payload waits or runs
}

// Enqueue puts a job on the queue of its kind. It runs once tx is committed, and never if tx is not.
func (q *Queue) Enqueue(ctx context.Context, tx *db.Tx, args Args, o EnqueueOptions) (ID, error) {
	kind := q.kinds[args.Kind()]
	opts := &river.InsertOpts{Priority: o.Priority, ScheduledAt: o.At, Queue: kind.queue, MaxAttempts: kind.maxAttempts}
	if o.Unique {
		opts.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
		}}
	}
	result, err := q.client.InsertTx(ctx, tx.SQL(), args, opts)
	if err != nil {
		return 0, fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	return ID(result.Job.ID), nil
}

// Kinds lists the registered kinds.
func (q *Queue) Kinds() []string { return q.names }

// quiet drops River's own chatter below warnings.
type quiet struct{ slog.Handler }

func (quiet) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// failures logs every failed attempt once.
type failures struct{ logger *slog.Logger }

func (f failures) HandleError(_ context.Context, row *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	f.logger.Warn("job failed", "job", row.ID, "kind", row.Kind, "attempt", row.Attempt, "of", row.MaxAttempts, "error", err)
	return nil
}

func (f failures) HandlePanic(_ context.Context, row *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	f.logger.Error("job panicked", "job", row.ID, "kind", row.Kind, "panic", value, "trace", trace)
	return nil
}
