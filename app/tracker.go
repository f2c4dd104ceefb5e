package app

import (
	"lucarne/http/tracker"
	"lucarne/http/web"
	"lucarne/platform/config"
)

// newTracker is where those who share videos of this site meet.
func (s *Site) newTracker() *tracker.Tracker {
	return tracker.New(tracker.Options{
		Swarms: s.videos, Clock: s.clock, Logger: s.logger,
		Settings: func() tracker.Settings {
			c := s.config()
			return tracker.Settings{
				Enabled: c.Tracker.Enabled, Private: c.Tracker.Private, RejectsTooMany: c.Tracker.RejectTooManyAnnounces,
				LogsUnknown: c.Log.LogTrackerUnknownInfohash, AnonymizesAddressLogs: c.Log.AnonymizeIP,
			}
		},
	})
}

// sharingOf is how players pass segments to one another. Without a tracker they do not find each other.
func sharingOf(c *config.Config) web.Sharing {
	return web.Sharing{
		Enabled: c.Tracker.Enabled, StartsOnPages: c.Defaults.P2P.Webapp.Enabled, StartsInEmbeds: c.Defaults.P2P.Embed.Enabled,
		STUNServers: c.WebRTC.STUNServers,
	}
}
