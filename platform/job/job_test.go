package job_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/platform/job"
)

type bake struct {
	Cake string `json:"cake"`
}

func (bake) Kind() string { return "bake" }

func newQueue(t *testing.T, d *db.DB) *job.Queue {
	t.Helper()
	q, err := job.New(job.Options{
		DB: d, Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler), Node: "test",
		Queues: map[string]int{"default": 2}, PollEvery: 10 * time.Millisecond, StopWithin: 200 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func start(t *testing.T, q *job.Queue) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- q.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	}
}

func enqueue(t *testing.T, d *db.DB, q *job.Queue, args job.Args, o job.EnqueueOptions) (id job.ID) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = q.Enqueue(ctx, tx, args, o)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// await polls the list until the only job satisfies want.
func await(t *testing.T, q *job.Queue, want func(job.Job) bool) job.Job {
	t.Helper()
	var last job.Job
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		jobs, total, err := q.List(t.Context(), job.Filter{Count: 10})
		if err != nil || total != 1 {
			t.Fatalf("list: %d jobs, %v", total, err)
		}
		if last = jobs[0]; want(last) {
			return last
		}
	}
	t.Fatalf("the job did not get there; last seen %+v", last)
	return last
}

func in(state job.State) func(job.Job) bool {
	return func(j job.Job) bool { return j.State == state }
}

func TestJobRunsWithProgress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(t, d)
		goOn := make(chan struct{})
		job.Handle(q, job.Spec[bake]{Handle: func(ctx context.Context, run *job.Run, a bake) error {
			if err := run.Progress(ctx, 40, "the oven warms up for "+a.Cake); err != nil {
				return err
			}
			<-goOn
			return nil
		}})
		defer start(t, q)()
		enqueue(t, d, q, bake{"tarte"}, job.EnqueueOptions{})
		got := await(t, q, func(j job.Job) bool { return j.State == job.Active && j.Percent == 40 })
		if got.Reason != "the oven warms up for tarte" || string(got.Payload) != `{"cake": "tarte"}` && string(got.Payload) != `{"cake":"tarte"}` {
			t.Errorf("got %+v", got)
		}
		close(goOn)
		if got = await(t, q, in(job.Completed)); got.FinishedAt.IsZero() {
			t.Error("a completed job has no end")
		}
	})
}

func TestFailuresAreTriedAgainThenGivenUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(t, d)
		var attempts, givenUp atomic.Int32
		job.Handle(q, job.Spec[bake]{
			MaxAttempts: 2, Backoff: func(int) time.Duration { return 0 },
			Handle: func(context.Context, *job.Run, bake) error { attempts.Add(1); return errors.New("burnt") },
			GivenUp: func(context.Context, bake, error) error {
				givenUp.Add(1)
				return nil
			},
		})
		enqueue(t, d, q, bake{"x"}, job.EnqueueOptions{})
		defer start(t, q)()
		got := await(t, q, in(job.Failed))
		if got.Error != "burnt" || givenUp.Load() != 1 || attempts.Load() != 2 {
			t.Errorf("error %q, %d attempts, given up %d times; want burnt, 2, 1", got.Error, attempts.Load(), givenUp.Load())
		}
		if err := q.Retry(t.Context(), got.ID); err != nil {
			t.Fatal(err)
		}
		await(t, q, func(j job.Job) bool { return attempts.Load() > 2 })
	})
}

func TestHopelessJobIsNotTriedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(t, d)
		var attempts atomic.Int32
		job.Handle(q, job.Spec[bake]{Handle: func(context.Context, *job.Run, bake) error {
			attempts.Add(1)
			return fault.New(fault.Invalid, "This is not a cake")
		}})
		defer start(t, q)()
		enqueue(t, d, q, bake{"stone"}, job.EnqueueOptions{})
		await(t, q, in(job.Failed))
		if attempts.Load() != 1 {
			t.Errorf("%d attempts, want 1", attempts.Load())
		}
	})
}

func TestPausedQueueSaysSo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(t, d)
		job.Handle(q, job.Spec[bake]{Handle: func(context.Context, *job.Run, bake) error { return nil }})
		defer start(t, q)()
		waitForQueues(t, q)
		enqueue(t, d, q, bake{"x"}, job.EnqueueOptions{At: time.Now().Add(300 * time.Millisecond)})
		await(t, q, func(j job.Job) bool { return j.State != job.Active && j.Reason == "Its queue is paused" })
		if err := q.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		await(t, q, in(job.Completed))
	})
}

// waitForQueues pauses until it holds: a queue can be paused only once its worker has announced it.
func waitForQueues(t *testing.T, q *job.Queue) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if err := q.Pause(t.Context()); err != nil {
			continue
		}
		if paused, err := q.IsPaused(t.Context()); err == nil && paused {
			return
		}
	}
	t.Fatal("the queue cannot be paused")
}

func TestInterruptedJobRunsAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(t, d)
		job.Handle(q, job.Spec[bake]{Timeout: -1, Handle: func(ctx context.Context, _ *job.Run, _ bake) error {
			<-ctx.Done()
			return ctx.Err()
		}})
		stop := start(t, q)
		enqueue(t, d, q, bake{"x"}, job.EnqueueOptions{})
		await(t, q, in(job.Active))
		stop()
		again := newQueue(t, d)
		job.Handle(again, job.Spec[bake]{Handle: func(context.Context, *job.Run, bake) error { return nil }})
		defer start(t, again)()
		await(t, again, in(job.Completed))
	})
}

func TestJobOfAKilledProcessRunsAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(t, d)
		job.Handle(q, job.Spec[bake]{Handle: func(context.Context, *job.Run, bake) error { return nil }})
		id := enqueue(t, d, q, bake{"x"}, job.EnqueueOptions{})
		// What kill -9 leaves behind.
		attemptedBy := map[db.Engine]string{db.SQLite: `["test"]`, db.PostgreSQL: `{test}`}[d.Engine()]
		attemptedAt := map[db.Engine]string{db.SQLite: "CURRENT_TIMESTAMP", db.PostgreSQL: "now()"}[d.Engine()]
		_, err := db.Exec(t.Context(), d, "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = "+attemptedAt+", attempted_by = ? WHERE id = ?", attemptedBy, int64(id))
		if err != nil {
			t.Fatal(err)
		}
		defer start(t, q)()
		await(t, q, in(job.Completed))
	})
}

func TestUniqueJobIsEnqueuedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(t, d)
		job.Handle(q, job.Spec[bake]{Handle: func(context.Context, *job.Run, bake) error { return nil }})
		first := enqueue(t, d, q, bake{"x"}, job.EnqueueOptions{Unique: true})
		if second := enqueue(t, d, q, bake{"x"}, job.EnqueueOptions{Unique: true}); second != first {
			t.Errorf("got job %d, want the waiting job %d", second, first)
		}
		if err := q.Cancel(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		if err := q.Cancel(t.Context(), 999); !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown job: got %v, want not found", err)
		}
	})
}

func TestScheduleRunsATaskWhenAsked(t *testing.T) {
	ran := 0
	s := job.NewSchedule(slog.New(slog.DiscardHandler), job.Task{Name: "sweep", Do: func(context.Context) error { ran++; return nil }})
	if err := s.RunNow(t.Context(), "sweep"); err != nil || ran != 1 {
		t.Errorf("ran %d times, %v; want once", ran, err)
	}
	if err := s.RunNow(t.Context(), "nothing"); !fault.Is(err, fault.NotFound) {
		t.Errorf("unknown task: got %v, want not found", err)
	}
}

func TestJobThatCannotBeDoneYetWaits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(t, d)
		isThere := make(chan struct{})
		job.Handle(q, job.Spec[bake]{MaxAttempts: 1, Handle: func(context.Context, *job.Run, bake) error {
			select {
			case <-isThere:
				return nil
			default:
				return &job.Later{After: time.Minute, Reason: "The oven is missing"}
			}
		}})
		defer start(t, q)()
		id := enqueue(t, d, q, bake{}, job.EnqueueOptions{})
		waiting := await(t, q, in(job.Delayed))
		if waiting.Reason != "The oven is missing" || waiting.Attempt != 0 {
			t.Errorf("got %+v, want the reason and no attempt counted", waiting)
		}
		close(isThere)
		if err := q.Retry(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		await(t, q, in(job.Completed))
	})
}
