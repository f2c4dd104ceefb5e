package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"

	"lucarne/http/router"
	"lucarne/http/web"
	whippage "lucarne/http/whip"
	"lucarne/live"
	"lucarne/live/broadcast"
	"lucarne/live/encode"
	"lucarne/live/ingest"
	"lucarne/live/relay"
	"lucarne/live/whip"
	"lucarne/platform/blob"
	"lucarne/platform/event"
	"lucarne/platform/fault"
	"lucarne/platform/outbound"
	"lucarne/video"
)

// onAir is what broadcasts go through while the site runs.
type onAir struct {
	broadcasts *broadcast.Broadcasts
	ingest     *ingest.Server
	whip       *whip.Endpoint // nil: browsers do not broadcast here
	hardware   string         // the encoder of renditions that works here
}

// close closes the ports, also of a site that never ran.
func (a onAir) close() {
	if a.ingest != nil {
		a.ingest.Close()
	}
	if a.whip != nil {
		a.whip.Close()
	}
}

// liveFolder is where sessions are recorded, among the files that outlast a restart.
const liveFolder = "live"

// openBroadcasts builds what runs broadcasts and opens its ports. A port that is taken is told and left closed: videos can be watched all
// the same.
func (s *Site) openBroadcasts(ctx context.Context) error {
	s.hardware = s.pipeline.Hardware(ctx, s.config().Lucarne.Transcoding.Hardware).Name
	s.broadcasts = broadcast.New(broadcast.Options{
		Folder: filepath.Join(s.blobs.Local(blob.TemporaryKept).Root(), liveFolder),
		Videos: s.videos, Lives: s.lives, Sessions: s.liveSessions, Replays: s.liveReplays, Pipeline: s.pipeline, Tools: s.ffmpeg,
		Relays: s.liveRelays,
		Relay: relay.Options{
			Agent: "Lucarne/" + version,
			Dial:  outbound.New(outbound.Options{AllowPrivate: !s.config().Federation.PreventSSRF}).Dial,
		},
		Sound:    encode.SoundOptions{FFmpeg: s.config().Lucarne.FFmpeg.Program},
		Settings: s.broadcastSettings, Clock: s.clock, Logger: s.logger,
	})
	s.endWithTheirVideos()
	if err := s.openIngest(); err != nil {
		return err
	}
	return s.openWHIP()
}

func (s *Site) openIngest() error {
	c := s.config().Live
	o := ingest.Options{Admitter: s.broadcasts, Clock: s.clock, Logger: s.logger}
	if c.RTMP.Enabled {
		o.Address = net.JoinHostPort(c.RTMP.Hostname, strconv.Itoa(c.RTMP.Port))
	}
	if c.RTMPS.Enabled {
		certificate, err := router.LoadTLS(c.RTMPS.CertFile, c.RTMPS.KeyFile)
		if err != nil {
			return fmt.Errorf("live.rtmps: %w", err)
		}
		o.TLSAddress, o.TLS = net.JoinHostPort(c.RTMPS.Hostname, strconv.Itoa(c.RTMPS.Port)), certificate
	}
	s.ingest = ingest.New(o)
	if err := s.ingest.Listen(); err != nil {
		s.logger.Error("broadcasts cannot be received by RTMP: free the port or change live.rtmp.port", "error", err)
		s.ingest.Close()
		s.ingest = ingest.New(ingest.Options{Admitter: s.broadcasts, Clock: s.clock, Logger: s.logger})
	}
	return nil
}

func (s *Site) openWHIP() error {
	c := s.config()
	if !c.Lucarne.Live.WHIP.Enabled {
		return nil
	}
	o := whipOptions(c)
	o.Admitter, o.Logger = s.broadcasts, s.logger
	endpoint, err := whip.New(o)
	if err != nil {
		s.logger.Error("broadcasts cannot be received from browsers: free the port or change lucarne.live.whip.port", "error", err)
		return nil
	}
	s.whip = endpoint
	return nil
}

func (s *Site) broadcastSettings() broadcast.Settings {
	c := s.config()
	t := c.Live.Transcoding
	return broadcast.Settings{
		Grace: c.Lucarne.Live.Grace.Std(), IsEncoded: t.Enabled, Rungs: encode.Settings{Resolutions: t.Resolutions.Heights(), MaxFPS: t.FPS.Max},
		Ladder: encode.Options{
			FFmpeg: c.Lucarne.FFmpeg.Program, Threads: t.Threads, Nice: encoderNiceness / 2, Hardware: s.hardware,
			Device: c.Lucarne.Transcoding.Device,
		},
	}
}

// endWithTheirVideos takes lives off air whose videos are deleted.
func (s *Site) endWithTheirVideos() {
	s.outbox.Subscribe(event.On("broadcasts: video deleted", func(_ context.Context, fact video.Deleted) error {
		s.broadcasts.End(fact.VideoID, live.Blocked, fault.New(fault.Forbidden, "This live was deleted"))
		return nil
	}))
}

// runBroadcasts receives encoders until ctx ends.
func (s *Site) runBroadcasts(ctx context.Context) error {
	failed := make(chan error, 1)
	go func() { failed <- s.broadcasts.Run(ctx) }()
	if s.whip != nil {
		go func() { _ = s.whip.Run(ctx) }() // it only ends with ctx
	}
	err := s.ingest.Run(ctx)
	return errors.Join(err, <-failed)
}

// airing is how a broadcast does, for the pages of its owner.
func (s *Site) airing(_ context.Context, id video.ID) (web.Airing, bool) {
	h, ok := s.broadcasts.Health(id)
	if !ok {
		return web.Airing{}, false
	}
	a := web.Airing{
		StartedAt: h.StartedAt, IsConnected: h.IsConnected, GoneAt: h.GoneAt, Protocol: h.Protocol, Encoder: h.Encoder, Bitrate: h.Bitrate,
		FrameRate: h.FrameRate, KeyInterval: h.KeyInterval, Dropped: h.Dropped, Incomplete: h.Incomplete != nil,
	}
	for _, r := range h.Renditions {
		a.Renditions = append(a.Renditions, web.AiringRendition{Height: min(r.Width, r.Height), FrameRate: r.FrameRate, Bitrate: r.Bitrate})
	}
	for _, r := range h.Relays {
		a.Relays = append(a.Relays, web.AiringRelay{ID: live.RelayID(r.ID), IsSending: r.Phase == relay.Live, Problem: r.Reason})
	}
	for _, left := range h.Left {
		a.GivenUp = append(a.GivenUp, left.Resolution)
	}
	return a, true
}

// endLive takes a live off air for its owner.
func (s *Site) endLive(_ context.Context, id video.ID) error {
	s.broadcasts.End(id, 0, fault.New(fault.Unavailable, "This live was ended by its owner"))
	return nil
}

func (s *Site) goLive() web.GoLive {
	g := web.GoLive{
		StreamKeys: s.lives, Lives: s.lives, LiveSessions: s.liveSessions, LiveRelays: s.liveRelays, LiveRules: s.liveSettings,
		Ingest:     func() web.Ingest { return web.Ingest(s.ingestAddresses()) },
		LiveHealth: s.airing, EndLive: s.endLive,
	}
	if s.whip != nil {
		g.Whip = func() web.Whip { return s.whipPage() }
	}
	return g
}

// whipPage is how browsers broadcast; without an endpoint while nobody may.
func (s *Site) whipPage() web.Whip {
	c := s.config()
	w := web.Whip{Grace: int(c.Lucarne.Live.Grace.Std().Seconds()), IceServers: iceServers(s.whip.Servers())}
	if c.Live.Enabled {
		w.Endpoint = whippage.Path
	}
	return w
}
