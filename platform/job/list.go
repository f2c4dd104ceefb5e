package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// State is where a job stands.
type State string

// The states.
const (
	Waiting   State = "waiting"   // may run as soon as a worker is free
	Delayed   State = "delayed"   // waits for its time: scheduled, or between two attempts
	Active    State = "active"    // running
	Completed State = "completed" // done
	Failed    State = "failed"    // given up or cancelled
)

var riverStates = map[State][]rivertype.JobState{
	Waiting:   {rivertype.JobStateAvailable, rivertype.JobStatePending},
	Delayed:   {rivertype.JobStateScheduled, rivertype.JobStateRetryable},
	Active:    {rivertype.JobStateRunning},
	Completed: {rivertype.JobStateCompleted},
	Failed:    {rivertype.JobStateDiscarded, rivertype.JobStateCancelled},
}

func stateOf(row *rivertype.JobRow) State {
	for state, rows := range riverStates {
		for _, s := range rows {
			if s == row.State {
				return state
			}
		}
	}
	return Waiting
}

// Job is a job as an administrator sees it.
type Job struct {
	ID          ID
	Kind        string
	Queue       string
	State       State
	Payload     json.RawMessage
	Percent     int
	Reason      string // why it does not move, or what it is doing; "" when there is nothing to say
	Error       string // of the last attempt
	Attempt     int
	MaxAttempts int
	Priority    int
	CreatedAt   time.Time
	StartedAt   time.Time // of the last attempt; zero when none
	FinishedAt  time.Time // zero while it may run again
}

// Filter chooses jobs. The zero Filter is all of them, newest first.
type Filter struct {
	State State  // "" any
	Kind  string // "" any
	Start int    // Start + Count ≤ 10,000
	Count int
	// OldestFirst turns the order around.
	OldestFirst bool
}

const maxListed = 10_000

// List gives a page of jobs and how many there are in all.
func (q *Queue) List(ctx context.Context, f Filter) ([]Job, int, error) {
	if f.Start < 0 || f.Count < 0 || f.Count > maxListed || f.Start > maxListed-f.Count {
		return nil, 0, fault.InvalidParam("start", f.Start, "only the first %d jobs can be listed", maxListed)
	}
	total, err := q.count(ctx, f)
	if err != nil || f.Count == 0 || f.Start >= total {
		return []Job{}, total, err
	}
	order := river.SortOrderDesc
	if f.OldestFirst {
		order = river.SortOrderAsc
	}
	params := river.NewJobListParams().OrderBy(river.JobListOrderByID, order).First(f.Start + f.Count)
	if f.State != "" {
		params = params.States(riverStates[f.State]...)
	}
	if f.Kind != "" {
		params = params.Kinds(f.Kind)
	}
	found, err := q.client.JobList(ctx, params)
	if err != nil {
		return nil, 0, fmt.Errorf("list jobs: %w", err)
	}
	rows := found.Jobs[min(f.Start, len(found.Jobs)):]
	jobs, err := q.describe(ctx, rows)
	return jobs, total, err
}

func (q *Queue) count(ctx context.Context, f Filter) (int, error) {
	var where db.Filter
	if f.State != "" {
		db.In(&where, "state", riverStates[f.State])
	}
	if f.Kind != "" {
		where.And("kind = ?", f.Kind)
	}
	return db.Value[int](ctx, q.o.DB, "SELECT COUNT(*) FROM river_job"+where.Where(), where.Args()...)
}

// CountByState counts all jobs, for an overview.
func (q *Queue) CountByState(ctx context.Context) (map[State]int, error) {
	counts := make(map[State]int, len(riverStates))
	for state := range riverStates {
		n, err := q.count(ctx, Filter{State: state})
		if err != nil {
			return nil, err
		}
		counts[state] = n
	}
	return counts, nil
}

type progress struct {
	job     int64
	percent int
	note    string
}

func (q *Queue) describe(ctx context.Context, rows []*rivertype.JobRow) ([]Job, error) {
	if len(rows) == 0 {
		return []Job{}, nil
	}
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	found, err := db.List(ctx, q.o.DB, func(r db.Row) (progress, error) {
		var p progress
		err := r.Scan(&p.job, &p.percent, &p.note)
		return p, err
	}, "SELECT job_id, percent, note FROM job_progress WHERE job_id IN ("+db.Marks(len(ids))+")", db.Anys(ids)...)
	if err != nil {
		return nil, err
	}
	byJob := make(map[int64]progress, len(found))
	for _, p := range found {
		byJob[p.job] = p
	}
	paused, err := q.pausedQueues(ctx)
	if err != nil {
		return nil, err
	}
	jobs := make([]Job, len(rows))
	for i, row := range rows {
		jobs[i] = fromRow(row)
		jobs[i].Percent = byJob[row.ID].percent
		jobs[i].Reason = reason(row, jobs[i], byJob[row.ID].note, paused[row.Queue])
	}
	return jobs, nil
}

func fromRow(row *rivertype.JobRow) Job {
	j := Job{
		ID: ID(row.ID), Kind: row.Kind, Queue: row.Queue, State: stateOf(row), Payload: row.EncodedArgs,
		Attempt: row.Attempt, MaxAttempts: row.MaxAttempts, Priority: row.Priority, CreatedAt: row.CreatedAt,
	}
	if n := len(row.Errors); n > 0 {
		j.Error = row.Errors[n-1].Error
	}
	if row.AttemptedAt != nil {
		j.StartedAt = *row.AttemptedAt
	}
	if row.FinalizedAt != nil {
		j.FinishedAt = *row.FinalizedAt
	}
	return j
}

func reason(row *rivertype.JobRow, j Job, note string, isPaused bool) string {
	switch {
	case j.State == Active:
		return note
	case isPaused && (j.State == Waiting || j.State == Delayed):
		return "Its queue is paused"
	case row.State == rivertype.JobStateRetryable:
		return fmt.Sprintf("Attempt %d of %d failed; the next is at %s", j.Attempt, j.MaxAttempts, row.ScheduledAt.UTC().Format(time.RFC3339))
	case row.State == rivertype.JobStateScheduled && note != "":
		return note
	case row.State == rivertype.JobStateScheduled:
		return "Waits for " + row.ScheduledAt.UTC().Format(time.RFC3339)
	case j.State == Waiting:
		return "Waits for a free worker of the queue " + row.Queue
	case j.State == Failed:
		return fmt.Sprintf("Given up after %d attempts", j.Attempt)
	}
	return ""
}

func (q *Queue) pausedQueues(ctx context.Context) (map[string]bool, error) {
	list, err := q.client.QueueList(ctx, river.NewQueueListParams().First(100))
	if err != nil {
		return nil, fmt.Errorf("list queues: %w", err)
	}
	paused := make(map[string]bool)
	for _, queue := range list.Queues {
		paused[queue.Name] = queue.PausedAt != nil
	}
	return paused, nil
}

// IsPaused reports whether any queue is paused.
func (q *Queue) IsPaused(ctx context.Context) (bool, error) {
	paused, err := q.pausedQueues(ctx)
	for _, isPaused := range paused {
		if isPaused {
			return true, err
		}
	}
	return false, err
}

// Pause stops taking new jobs, in all queues of all nodes, also after a restart, until Resume. Running jobs go on.
func (q *Queue) Pause(ctx context.Context) error {
	return q.client.QueuePause(ctx, "*", nil)
}

// Resume undoes Pause.
func (q *Queue) Resume(ctx context.Context) error {
	return q.client.QueueResume(ctx, "*", nil)
}

// Cancel ends a job: at once when it waits, by interrupting it when it runs here.
func (q *Queue) Cancel(ctx context.Context, id ID) error {
	_, err := q.client.JobCancel(ctx, int64(id))
	return notFound(err)
}

// Retry gives a failed or delayed job another attempt now.
func (q *Queue) Retry(ctx context.Context, id ID) error {
	_, err := q.client.JobRetry(ctx, int64(id))
	return notFound(err)
}

func notFound(err error) error {
	if errors.Is(err, rivertype.ErrNotFound) {
		return fault.New(fault.NotFound, "Job not found")
	}
	return err
}

// Clean forgets the progress of jobs whose rows are gone.
func (q *Queue) Clean(ctx context.Context) error {
	_, err := db.Exec(ctx, q.o.DB, "DELETE FROM job_progress WHERE job_id NOT IN (SELECT id FROM river_job)")
	return err
}
