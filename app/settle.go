package app

import (
	"context"
	"time"

	"lucarne/http/api"
	"lucarne/platform/job"
)

// settlePoll is how often Settle looks again.
const settlePoll = 10 * time.Millisecond

// Settle returns once every fact is delivered and no job waits or runs, as two looks in a row have found; or with the error of ctx.
// Jobs between two attempts and tasks of the schedule are not waited for. The site must run meanwhile.
func (s *Site) Settle(ctx context.Context) error {
	ticker := time.NewTicker(settlePoll)
	defer ticker.Stop()
	for quiet := 0; quiet < 2; {
		isQuiet, err := s.isQuiet(ctx)
		if err != nil {
			return err
		}
		quiet++
		if !isQuiet {
			quiet = 0
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
	return nil
}

func (s *Site) isQuiet(ctx context.Context) (bool, error) {
	backlog, err := s.outbox.Backlog(ctx)
	if err != nil || backlog.Fresh+backlog.Retrying > 0 {
		return false, err
	}
	jobs, err := s.jobs.CountByState(ctx)
	return jobs[job.Waiting]+jobs[job.Active] == 0, err
}

// Operations lists what the API answers, as "METHOD pattern operationId".
func (s *Site) Operations() []string { return api.New(s.apiServices()).Operations() }
