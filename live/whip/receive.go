package whip

import (
	"errors"
	"io"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"lucarne/live/stream"
)

const pictureRate = 90000 // RFC 6184 §8.2.1

// How long a missing packet is waited for. Pictures are of no use without it; sound goes on.
const (
	picturePatience = 300 * time.Millisecond
	soundPatience   = 80 * time.Millisecond
)

// timelines are those of the two tracks of a session: the pictures follow the sound, since a correction is heard but not seen.
type timelines struct {
	mu              sync.Mutex
	pictures, sound timeline
}

func (t *timelines) at(kind webrtc.RTPCodecType, timestamp uint32, arrival time.Duration) (at time.Duration, isBackward bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	line := t.of(kind)
	return line.at(timestamp, arrival), line.isBackward
}

func (t *timelines) report(kind webrtc.RTPCodecType, r *rtcp.SenderReport) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of(kind).report(r)
	t.pictures.follow(&t.sound)
}

func (t *timelines) of(kind webrtc.RTPCodecType) *timeline {
	if kind == webrtc.RTPCodecTypeVideo {
		return &t.pictures
	}
	return &t.sound
}

// receive takes a track to its end. It returns when the connection is closed.
func (s *session) receive(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
	go s.readReports(t.Kind(), r)
	take := s.takeSound
	patience := soundPatience
	if t.Kind() == webrtc.RTPCodecTypeVideo {
		take, patience = s.takePictures(), picturePatience
		s.ssrc.Store(uint32(t.SSRC()))
	}
	if err := s.readPackets(t, newReorder(patience), take); err != nil && !errors.Is(err, io.EOF) {
		s.end(err)
	}
}

type taker = func(p *rtp.Packet, isAfterLoss bool) error

func (s *session) readPackets(t *webrtc.TrackRemote, order *reorder, take taker) error {
	for {
		packet, _, err := t.ReadRTP()
		if err != nil {
			return io.EOF // the connection is closed; why is known where it was
		}
		s.heard.Store(int64(s.clock.now()))
		order.push(packet)
		for {
			next, isAfterLoss := order.pop(time.Now())
			if next == nil {
				break
			}
			if err := take(next, isAfterLoss); err != nil {
				return err
			}
		}
	}
}

func (s *session) readReports(kind webrtc.RTPCodecType, r *webrtc.RTPReceiver) {
	for {
		packets, _, err := r.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			if report, is := p.(*rtcp.SenderReport); is {
				s.lines.report(kind, report)
			}
		}
	}
}

func (s *session) takePictures() taker {
	var track stream.Track
	var pictures *assembler
	pictures = newAssembler(func(p picture) error {
		if p.isKey {
			described, isKnown := pictures.track()
			if !isKnown { // pictures without parameter sets cannot be decoded
				pictures.needsKey = true
				return nil
			}
			track = described
			s.keys.came(s.clock.now())
		}
		at, isBackward := s.lines.at(webrtc.RTPCodecTypeVideo, p.timestamp, s.clock.now())
		if isBackward {
			return errReordered
		}
		s.hasMedia.Store(true)
		return s.feed.write(track, stream.Sample{Track: pictureTrack, DTS: at, IsKey: p.isKey, Data: p.data})
	})
	return func(p *rtp.Packet, isAfterLoss bool) error {
		err := pictures.push(p, isAfterLoss)
		s.keys.need(pictures.needsKey)
		return err
	}
}

func (s *session) takeSound(p *rtp.Packet, _ bool) error {
	if len(p.Payload) == 0 {
		return nil
	}
	at, isBackward := s.lines.at(webrtc.RTPCodecTypeAudio, p.Timestamp, s.clock.now())
	if isBackward {
		return nil
	}
	if !s.offer.hasPictures {
		s.hasMedia.Store(true)
	}
	return s.feed.write(opusTrack(), sound(p.Payload, at))
}
