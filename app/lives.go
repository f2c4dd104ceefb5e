package app

import (
	"net"
	"strconv"

	"lucarne/http/api"
	"lucarne/live"
	"lucarne/live/ingest"
)

// buildLives builds what is known of broadcasts; what runs them is built with the servers.
func (s *subjects) buildLives(p *platform) {
	o := live.Options{DB: p.db, Clock: p.clock, Outbox: p.outbox, Videos: s.videos, Thumbnails: s.thumbnails, Settings: p.liveSettings}
	s.lives, s.liveSessions, s.liveReplays, s.liveRelays = live.New(o), live.NewSessions(o), live.NewReplays(o), live.NewRelays(o)
}

func (p *platform) liveSettings() live.Settings {
	c := p.config().Live
	return live.Settings{
		IsEnabled: c.Enabled, MaxDuration: c.MaxDuration.Std(), MaxInstanceLives: c.MaxInstanceLives, MaxUserLives: c.MaxUserLives,
		AllowReplay: c.AllowReplay, SavesReplay: p.config().Defaults.Live.SaveReplay, MaxDVRWindow: c.DVR.MaxWindow.Std(), UsersChooseLatency: c.LatencySetting.Enabled,
	}
}

// ingestAddresses are where encoders are told to send to.
func (p *platform) ingestAddresses() api.IngestAddresses {
	c := p.config()
	at := func(scheme, host string, port int) string {
		if host == "" {
			host = c.Webserver.Hostname
		}
		return scheme + "://" + net.JoinHostPort(host, strconv.Itoa(port)) + "/" + ingest.App
	}
	var a api.IngestAddresses
	if c.Live.RTMP.Enabled {
		a.RTMP = at("rtmp", c.Live.RTMP.PublicHostname, c.Live.RTMP.Port)
	}
	if c.Live.RTMPS.Enabled {
		a.RTMPS = at("rtmps", c.Live.RTMPS.PublicHostname, c.Live.RTMPS.Port)
	}
	return a
}
