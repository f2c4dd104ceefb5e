package job

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"lucarne/platform/fault"
)

// Task is small upkeep that recurs while the process runs: it keeps no row, and its next turn makes up for a missed one.
type Task struct {
	Name  string
	Every time.Duration // 0 or less: only when asked for
	Do    func(ctx context.Context) error
}

// Schedule runs tasks, each on its own interval and never twice at a time.
type Schedule struct {
	logger *slog.Logger
	tasks  map[string]*scheduled
	order  []string
}

type scheduled struct {
	Task
	busy sync.Mutex
}

// NewSchedule makes a schedule. Two tasks of one name are a programming error and panic.
func NewSchedule(logger *slog.Logger, tasks ...Task) *Schedule {
	s := &Schedule{logger: logger, tasks: make(map[string]*scheduled, len(tasks))}
	for _, task := range tasks {
		if s.tasks[task.Name] != nil {
			panic("job: task " + task.Name + " scheduled twice")
		}
		s.tasks[task.Name] = &scheduled{Task: task}
		s.order = append(s.order, task.Name)
	}
	return s
}

// Run keeps the schedule until ctx ends and all tasks have returned.
func (s *Schedule) Run(ctx context.Context) error {
	var running sync.WaitGroup
	for _, name := range s.order {
		if s.tasks[name].Every > 0 {
			running.Go(func() { s.repeat(ctx, s.tasks[name]) })
		}
	}
	running.Wait()
	return nil
}

func (s *Schedule) repeat(ctx context.Context, task *scheduled) {
	ticker := time.NewTicker(task.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := task.run(ctx); err != nil && ctx.Err() == nil {
				s.logger.Error("scheduled task failed", "task", task.Name, "error", err)
			}
		}
	}
}

func (t *scheduled) run(ctx context.Context) error {
	t.busy.Lock()
	defer t.busy.Unlock()
	return t.Do(ctx)
}

// RunNow runs one task at once and waits for it: for operators and tests.
func (s *Schedule) RunNow(ctx context.Context, name string) error {
	task := s.tasks[name]
	if task == nil {
		return fault.New(fault.NotFound, "There is no scheduled task named %s", name)
	}
	return task.run(ctx)
}

// Names lists the tasks in the order they were given.
func (s *Schedule) Names() []string { return s.order }
