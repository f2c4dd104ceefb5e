package job

import (
	"context"
	"fmt"

	"github.com/riverqueue/river/rivertype"
)

// Get finds one job, and fails with fault.NotFound.
func (q *Queue) Get(ctx context.Context, id ID) (Job, error) {
	row, err := q.client.JobGet(ctx, int64(id))
	if err != nil {
		return Job{}, fmt.Errorf("get job %d: %w", id, notFound(err))
	}
	found, err := q.describe(ctx, []*rivertype.JobRow{row})
	if err != nil {
		return Job{}, err
	}
	return found[0], nil
}
