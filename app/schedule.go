package app

import (
	"context"
	"errors"

	"lucarne/platform/blob"
	"lucarne/platform/job"
)

// The names of the recurring tasks.
const (
	taskPublishDue   = "scheduled publication"
	taskSweepViewers = "viewers"
	taskFlushViews   = "views and downloads"
	taskStaleUploads = "stale uploads"
	taskOldHistory   = "old history"
	taskRanking      = "ranking"
	taskStatistics   = "statistics"
	taskSweepWork    = "work folders"
	taskOldSignIns   = "expired sign-ins"
	taskOldJobs      = "old jobs"
	taskDisk         = "disk"
	taskDatabase     = "database"
	taskChats        = "chats"
)

// newSchedule lists what recurs while the site runs.
func newSchedule(p *platform, s *subjects) *job.Schedule {
	every := p.config().Lucarne.Schedule
	return job.NewSchedule(p.logger,
		job.Task{Name: taskChats, Every: every.ChatCleanup.Std(), Do: s.sweepChats},
		job.Task{Name: taskPublishDue, Every: every.ScheduledPublication.Std(), Do: s.videos.PublishDue},
		job.Task{Name: taskSweepViewers, Every: every.ViewersSweep.Std(), Do: s.viewers.SweepViewers},
		job.Task{Name: taskFlushViews, Every: p.config().Views.Videos.LocalBufferUpdateInterval.Std(), Do: func(ctx context.Context) error {
			return errors.Join(s.viewers.FlushViews(ctx), s.downloads.FlushDownloads(ctx))
		}},
		job.Task{Name: taskStaleUploads, Every: every.UploadExpiry.Std(), Do: s.uploads.RemoveStale},
		job.Task{Name: taskOldHistory, Every: every.HistoryCleanup.Std(), Do: func(ctx context.Context) error {
			return errors.Join(s.history.DropOld(ctx), s.viewers.DropOldViews(ctx), s.downloads.DropOldDownloads(ctx))
		}},
		job.Task{Name: taskRanking, Every: every.RankingRefresh.Std(), Do: s.videos.RefreshRanking},
		job.Task{Name: taskStatistics, Every: every.StatsRefresh.Std(), Do: s.statistics.refresh},
		job.Task{Name: taskSweepWork, Every: every.OrphanCleanup.Std(), Do: s.pipeline.Sweep},
		job.Task{Name: taskOldJobs, Every: every.JobCleanup.Std(), Do: p.jobs.Clean},
		job.Task{Name: taskDisk, Every: every.DiskCheck.Std(), Do: p.checkDisk},
		job.Task{Name: taskDatabase, Every: every.DatabaseMaintenance.Std(), Do: p.db.Optimize},
		job.Task{Name: taskOldSignIns, Every: every.SessionCleanup.Std(), Do: func(ctx context.Context) error {
			return errors.Join(s.sessions.Clean(ctx), s.users.Clean(ctx))
		}},
	)
}

// debugCommands are the administrator's words for tasks, as PeerTube names them.
var debugCommands = map[string]string{
	"process-video-views-buffer":        taskFlushViews,
	"process-video-stats-buffer":        taskFlushViews, // its name since downloads are counted
	"process-video-viewers":             taskSweepViewers,
	"process-update-videos-scheduler":   taskPublishDue,
	"process-remove-old-stats":          taskOldHistory,
	"remove-dandling-resumable-uploads": taskStaleUploads,
	"remove-expired-user-exports":       "", // none expires: there are no archives of users
}

// checkDisk tells the administrator when the disk of the videos is nearly full; uploads are refused below the same bound.
func (p *platform) checkDisk(context.Context) error {
	folder := p.blobs.Local(blob.OriginalVideoFiles).Root()
	free, total, err := blob.FreeSpace(folder)
	if err != nil {
		return err
	}
	if least := int64(p.config().Lucarne.Upload.MinFreeDiskBytes); free < least {
		p.logger.Warn("the disk is nearly full: uploads are refused", "folder", folder, "free", free, "of", total, "least", least)
	}
	return nil
}
