package whip

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"lucarne/live/ingest"
	"lucarne/platform/fault"
)

// session is one encoder, from its offer to its end.
type session struct {
	id, key     string
	endpoint    *Endpoint
	publication ingest.Publication
	offer       *offer

	connection *webrtc.PeerConnection
	feed       *feed
	clock      sessionClock
	lines      timelines
	keys       keyframes
	ssrc       atomic.Uint32 // of the pictures
	heard      atomic.Int64  // when the last packet came, on the clock of the session
	hasMedia   atomic.Bool

	mu      sync.Mutex // of what follows, and of negotiation
	agreed  credentials
	version int // of the ICE session

	once      sync.Once
	done      chan struct{}
	isRemoved bool // from the endpoint, whose lock it is under
}

// Why sessions end, in words for encoders and logs.
var (
	errNeverConnected = fault.New(fault.Unavailable, "The encoder did not connect: the port of the site for broadcasts may be closed on the way")
	errNoMedia        = fault.New(fault.Unavailable, "The encoder connected and sent nothing that can be shown")
	errLost           = fault.New(fault.Unavailable, "The line to the encoder broke")
	errIdle           = fault.New(fault.Unavailable, "The encoder stopped sending")
)

// open answers the offer. The session must be ended, whether it fails or not.
func (s *session) open(ctx context.Context) (string, error) {
	s.done = make(chan struct{})
	s.feed = newFeed(s.publication, s.offer.media())
	s.clock = sessionClock{began: time.Now()}
	s.lines.pictures.rate, s.lines.sound.rate = pictureRate, soundRate
	s.keys.interval = s.endpoint.options.KeyInterval
	var err error
	if s.agreed, err = s.offer.credentials(); err != nil {
		return "", err
	}
	if s.connection, err = s.endpoint.network.connect(s.offer); err != nil {
		return "", fmt.Errorf("whip: %w", err)
	}
	s.connection.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) { s.receive(t, r) })
	s.connection.OnConnectionStateChange(s.stateChanged)
	text, err := s.offer.text()
	if err != nil {
		return "", fault.New(fault.Invalid, "The offer is not a session description (SDP)").Because(err)
	}
	return s.negotiate(ctx, text)
}

// negotiate gives the answer to an offer, with all our candidates: they are known at once.
func (s *session) negotiate(ctx context.Context, text string) (string, error) {
	offered := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: text}
	if err := s.connection.SetRemoteDescription(offered); err != nil {
		return "", fault.New(fault.Invalid, "The offer cannot be answered: something is missing or contradicts itself").Because(err)
	}
	answer, err := s.connection.CreateAnswer(nil)
	if err != nil {
		return "", fault.New(fault.Invalid, "The offer cannot be answered: something is missing or contradicts itself").Because(err)
	}
	gathered := webrtc.GatheringCompletePromise(s.connection)
	if err := s.connection.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("whip: %w", err)
	}
	select {
	case <-gathered:
		return s.connection.LocalDescription().SDP, nil
	case <-ctx.Done():
		return "", ctx.Err()
	case <-time.After(gatherTimeout):
		return "", fault.New(fault.Unavailable, "The site did not find its own addresses in time")
	}
}

const gatherTimeout = 5 * time.Second

// tag names the ICE session: RFC 9725 §4.3.1.
func (s *session) tag() string { return fmt.Sprintf(`"%s-%d"`, s.id[:8], s.version) }

// patch takes what the encoder tells of its ICE session.
func (s *session) patch(ctx context.Context, told credentials, ifMatch string) (Restarted, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if told == s.agreed {
		if ifMatch != "*" && ifMatch != s.tag() {
			return Restarted{}, ErrStale
		}
		return Restarted{}, nil
	}
	if ifMatch != "*" { // RFC 9725 §4.3.3: a restart is of whatever session there is
		return Restarted{}, ErrStale
	}
	text, err := s.offer.withCredentials(told)
	if err != nil {
		return Restarted{}, err
	}
	answer, err := s.negotiate(ctx, text)
	if err != nil {
		return Restarted{}, err
	}
	s.agreed = told
	s.version++
	return Restarted{SDP: writeFragment(answer), ETag: s.tag()}, nil
}

// stateChanged is called by the connection, which waits for it.
func (s *session) stateChanged(state webrtc.PeerConnectionState) {
	switch state {
	case webrtc.PeerConnectionStateFailed:
		go s.end(errLost)
	case webrtc.PeerConnectionStateClosed: // DTLS close_notify: the encoder hung up; its goodbye may be on another way
		time.AfterFunc(goodbyePatience, func() { s.end(errLost) })
	}
}

const goodbyePatience = 500 * time.Millisecond

// watch asks for pictures to start at, and ends the session when its time has come.
func (s *session) watch() {
	ticks := time.NewTicker(100 * time.Millisecond)
	defer ticks.Stop()
	for {
		select {
		case <-s.done:
			return
		case <-s.publication.Done():
			s.endpoint.remember(s, s.publication.Reason())
			s.end(s.publication.Reason())
			return
		case <-ticks.C:
			if err := s.tick(s.clock.now()); err != nil {
				s.end(err)
				return
			}
		}
	}
}

func (s *session) tick(now time.Duration) error {
	limits := s.endpoint.options
	switch {
	case !s.hasMedia.Load() && now > limits.ConnectTimeout:
		if s.connection.ConnectionState() == webrtc.PeerConnectionStateConnected {
			return errNoMedia
		}
		return errNeverConnected
	case s.hasMedia.Load() && now-time.Duration(s.heard.Load()) > limits.IdleTimeout:
		return errIdle
	}
	if ssrc := s.ssrc.Load(); ssrc != 0 && s.keys.isDue(now) {
		_ = s.connection.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}}) // a broken line shows elsewhere
	}
	return nil
}

// isSilent tells a line that broke from one that works.
func (s *session) isSilent() bool {
	return s.clock.now()-time.Duration(s.heard.Load()) > silentAfter
}

const silentAfter = 2 * time.Second

// end closes everything, once. The reason is nil when the encoder said goodbye.
func (s *session) end(why error) {
	s.once.Do(func() {
		if s.done != nil {
			close(s.done)
		}
		s.endpoint.remove(s)
		if s.feed != nil {
			s.feed.close()
		}
		if s.connection != nil {
			_ = s.connection.Close()
		}
		s.publication.Close(why)
		if why != nil {
			s.endpoint.options.Logger.Info("a broadcast by WHIP ended", "session", s.id[:8], "reason", why)
		}
	})
}

// sessionClock measures from the offer on.
type sessionClock struct{ began time.Time }

func (c sessionClock) now() time.Duration { return time.Since(c.began) }
