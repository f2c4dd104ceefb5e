package app

import (
	"context"
	"errors"

	"lucarne/platform/job"
)

// The names of the recurring tasks.
const (
	taskPublishDue   = "scheduled publication"
	taskSweepViewers = "viewers"
	taskFlushViews   = "views"
	taskStaleUploads = "stale uploads"
	taskOldHistory   = "old history"
	taskRanking      = "ranking"
	taskSweepWork    = "work folders"
	taskOldSignIns   = "expired sign-ins"
)

// newSchedule lists what recurs while the site runs.
func newSchedule(p *platform, s *subjects) *job.Schedule {
	every := p.config().Lucarne.Schedule
	return job.NewSchedule(p.logger,
		job.Task{Name: taskPublishDue, Every: every.ScheduledPublication.Std(), Do: s.videos.PublishDue},
		job.Task{Name: taskSweepViewers, Every: every.ViewersSweep.Std(), Do: s.viewers.SweepViewers},
		job.Task{Name: taskFlushViews, Every: p.config().Views.Videos.LocalBufferUpdateInterval.Std(), Do: s.viewers.FlushViews},
		job.Task{Name: taskStaleUploads, Every: every.UploadExpiry.Std(), Do: s.uploads.RemoveStale},
		job.Task{Name: taskOldHistory, Every: every.HistoryCleanup.Std(), Do: func(ctx context.Context) error {
			return errors.Join(s.history.DropOld(ctx), s.viewers.DropOldViews(ctx))
		}},
		job.Task{Name: taskRanking, Every: every.RankingRefresh.Std(), Do: s.videos.RefreshRanking},
		job.Task{Name: taskSweepWork, Every: every.OrphanCleanup.Std(), Do: s.pipeline.Sweep},
		job.Task{Name: taskOldSignIns, Every: every.OrphanCleanup.Std(), Do: func(ctx context.Context) error {
			return errors.Join(s.sessions.Clean(ctx), s.users.Clean(ctx))
		}},
	)
}

// debugCommands are the administrator's words for tasks, as PeerTube names them.
var debugCommands = map[string]string{
	"process-video-views-buffer":        taskFlushViews,
	"process-video-viewers":             taskSweepViewers,
	"process-update-videos-scheduler":   taskPublishDue,
	"remove-dandling-resumable-uploads": taskStaleUploads,
}
