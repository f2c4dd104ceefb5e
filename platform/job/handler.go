package job

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// ID names a job.
type ID int64

// Spec declares a kind of job.
type Spec[A Args] struct {
	Queue       string        // "" means "default"
	MaxAttempts int           // 0 means 5
	Timeout     time.Duration // of one attempt; 0 means a minute, negative none
	// Backoff is the wait before the next attempt; nil means 15 s, doubling up to an hour.
	Backoff func(attempt int) time.Duration
	// Handle does the work. It must be repeatable: a job may run again after a crash. An error of kind fault.Invalid ends the job at
	// once, since trying again cannot help.
	Handle func(ctx context.Context, run *Run, args A) error
	// GivenUp, when set, is told of a job that failed for good, once, with its last error.
	GivenUp func(ctx context.Context, args A, err error) error
}

// Handle registers a kind of job. Registering a kind twice is a programming error and panics.
func Handle[A Args](q *Queue, spec Spec[A]) {
	if spec.MaxAttempts == 0 {
		spec.MaxAttempts = defaultAttempts
	}
	if spec.Timeout == 0 {
		spec.Timeout = defaultTimeout
	}
	if spec.Backoff == nil {
		spec.Backoff = func(attempt int) time.Duration {
			return min(15*time.Second<<min(attempt-1, 10), time.Hour)
		}
	}
	river.AddWorker(q.workers, &worker[A]{q: q, spec: spec})
	var zero A
	q.kinds[zero.Kind()] = placement{queue: spec.Queue, maxAttempts: spec.MaxAttempts}
	q.names = append(q.names, zero.Kind())
}

// Later is the error of a Handle whose work cannot be done yet, through no fault of its own. The job waits and is tried again, as often
// as it takes: this counts as no attempt.
type Later struct {
	After  time.Duration
	Reason string // for administrators
}

// Error is the reason.
func (l *Later) Error() string { return l.Reason }

type worker[A Args] struct {
	river.WorkerDefaults[A]
	q    *Queue
	spec Spec[A]
}

func (w *worker[A]) Timeout(*river.Job[A]) time.Duration { return w.spec.Timeout }

func (w *worker[A]) NextRetry(j *river.Job[A]) time.Time {
	return w.q.o.Clock.Now().Add(w.spec.Backoff(j.Attempt))
}

func (w *worker[A]) Work(ctx context.Context, j *river.Job[A]) error {
	run := &Run{q: w.q, ID: ID(j.ID), Attempt: j.Attempt, MaxAttempts: j.MaxAttempts}
	err := w.spec.Handle(ctx, run, j.Args)
	if err == nil {
		return nil
	}
	if w.q.stop.Err() != nil && ctx.Err() != nil {
		return river.JobSnooze(0) // interrupted by the stop of the process: not the job's fault, does not count as an attempt
	}
	if later, ok := errors.AsType[*Later](err); ok {
		_ = run.Progress(ctx, run.last, later.Reason) // the job waits all the same
		return river.JobSnooze(later.After)
	}
	isHopeless := fault.Is(err, fault.Invalid)
	if (isHopeless || j.Attempt >= j.MaxAttempts) && w.spec.GivenUp != nil {
		err = errors.Join(err, w.spec.GivenUp(context.WithoutCancel(ctx), j.Args, err))
	}
	if isHopeless {
		return river.JobCancel(err)
	}
	return err
}

// Run is one attempt at a job, as its handler sees it.
type Run struct {
	q           *Queue
	ID          ID
	Attempt     int // from 1
	MaxAttempts int
	last        int
	lastNote    string
}

// Progress records how far the job is, in percent, with a note for people on what it does or waits for. Only changes are written.
func (r *Run) Progress(ctx context.Context, percent int, note string) error {
	percent = max(0, min(percent, 100))
	if percent == r.last && note == r.lastNote {
		return nil
	}
	r.last, r.lastNote = percent, note
	_, err := db.Exec(ctx, r.q.o.DB, `INSERT INTO job_progress (job_id, percent, note, updated_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (job_id) DO UPDATE SET percent = excluded.percent, note = excluded.note, updated_at = excluded.updated_at`,
		int64(r.ID), percent, note, r.q.o.Clock.Now())
	return err
}
