package app

import (
	"context"
	"sync"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/http/api"
	"lucarne/http/feed"
	"lucarne/platform/clock"
	"lucarne/platform/config"
	"lucarne/platform/db"
	"lucarne/video"
)

// statistics are the public figures of the instance: composed of what each subject counts, and kept for a while, since counting reads
// whole tables.
type statistics struct {
	db     *db.DB
	clock  clock.Clock
	config func() *config.Config

	mu     sync.Mutex // held while counting, so that it is done once
	counts counts
	at     time.Time
}

// counts are the figures before the settings hide some.
type counts struct {
	people   account.Counts
	videos   video.Counts
	channels int
}

// Age is how long the figures are kept.
func (s *statistics) Age() time.Duration { return s.config().Lucarne.Cache.Stats.Std() }

// refresh counts again; it is what the schedule calls.
func (s *statistics) refresh(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count(ctx)
}

func (s *statistics) current(ctx context.Context) (counts, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.at.IsZero() && s.clock.Now().Sub(s.at) < s.Age() {
		return s.counts, nil
	}
	err := s.count(ctx)
	return s.counts, err
}

func (s *statistics) count(ctx context.Context) (err error) {
	var c counts
	now := s.clock.Now()
	if c.people, err = account.Count(ctx, s.db, now); err != nil {
		return err
	}
	if c.videos, err = video.Count(ctx, s.db, now); err != nil {
		return err
	}
	if c.channels, err = channel.CountLocal(ctx, s.db); err != nil {
		return err
	}
	s.counts, s.at = c, now
	return nil
}

// ServerStats are the figures as the API gives them.
func (s *statistics) ServerStats(ctx context.Context) (api.ServerStats, error) {
	c, err := s.current(ctx)
	if err != nil {
		return api.ServerStats{}, err
	}
	public := s.config().Stats
	view := api.ServerStats{Users: usersView(c.people, public), TotalLocal: localView(c), Redundancy: []api.RedundancyStats{{Strategy: "manual"}}}
	if public.RegistrationRequests.Enabled {
		view.Registrations.Total, view.Registrations.Processed = &c.people.Registrations, &c.people.ProcessedRegistrations
		view.Registrations.AverageResponseMillis = orNull(float64(c.people.RegistrationResponse.Milliseconds()))
	}
	if public.Abuses.Enabled {
		view.Abuses.Total, view.Abuses.Processed = new(0), new(0)
	}
	return view, nil
}

func usersView(p account.Counts, public config.Stats) api.UserStats {
	view := api.UserStats{Total: p.Users, DailyActive: p.ActiveDay, WeeklyActive: p.ActiveWeek, MonthlyActive: p.ActiveMonth}
	if public.TotalModerators.Enabled {
		view.Moderators = &p.Moderators
	}
	if public.TotalAdmins.Enabled {
		view.Admins = &p.Administrators
	}
	return view
}

func localView(c counts) api.LocalStats {
	v := c.videos
	return api.LocalStats{
		Videos: v.Local, VideoViews: v.Views, VideoDownloads: v.Downloads, VideoComments: v.LocalComments, VideoFilesSize: v.FilesSize,
		AllVideos: v.All, AllVideoComments: v.AllComments, Channels: c.channels,
		DailyActiveChannels: v.ChannelsOfDay, WeeklyActiveChannels: v.ChannelsOfWeek, MonthlyActiveChannels: v.ChannelsOfMonth,
		Followers: c.people.InstanceFollowers, Following: c.people.InstanceFollowing,
	}
}

// Usage are the figures NodeInfo tells.
func (s *statistics) Usage(ctx context.Context) (feed.Usage, error) {
	c, err := s.current(ctx)
	return feed.Usage{
		Users: c.people.Users, ActiveMonth: c.people.ActiveMonth, ActiveHalfyear: c.people.ActiveHalfyear, Videos: c.videos.Local, Comments: c.videos.LocalComments,
	}, err
}
