package packager

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"lucarne/platform/fault"
	"lucarne/video/hls"
)

// Reload is what a client asks of a media playlist (RFC 8216bis §6.2.5): the zero value is the playlist as it is now.
type Reload struct {
	HasMSN  bool
	MSN     int64 // _HLS_msn: answer when this segment is there
	HasPart bool
	Part    int  // _HLS_part: answer when this part of it is there
	Skip    bool // _HLS_skip: leave out old segments
}

// The names of playlists, and what they are.
const (
	masterName   = "master.m3u8"
	digestsName  = "segments-sha256.json"
	playlistType = "application/vnd.apple.mpegurl"
	digestsType  = "application/json"
)

// Playlist gives "master.m3u8", "<n>.m3u8" or "segments-sha256.json". It waits for what q asks for, at most three target durations:
// fault.Unavailable after that. fault.Invalid when q asks for what is too far ahead, fault.NotFound for another file. The master
// playlist waits for the first segments.
func (p *Packager) Playlist(ctx context.Context, file string, q Reload) (*Body, error) {
	switch file {
	case masterName:
		return p.masterBody(ctx)
	case digestsName:
		p.mu.Lock()
		made := p.digests.at(p.closings, digestsType, p.digestsText)
		p.mu.Unlock()
		return made.pack()
	}
	name, ok := strings.CutSuffix(file, ".m3u8")
	n, ok := number(name, ok)
	if !ok || strconv.Itoa(n) != name {
		return nil, errNotFound()
	}
	return p.mediaBody(ctx, n, q)
}

func errNotFound() error { return fault.New(fault.NotFound, "There is no such file on air") }

// await looks until what is looked for is there, at most for the patience of players. look is called under the lock: it gives what to
// wait for, nil when it is done.
func (p *Packager) await(ctx context.Context, look func() (<-chan struct{}, error)) error {
	var patience <-chan time.Time
	for {
		p.mu.Lock()
		changed, err := look()
		isClosed, longest := p.isClosed, p.pace.patience()
		p.mu.Unlock()
		switch {
		case isClosed:
			return errNotFound()
		case err != nil || changed == nil:
			return err
		case patience == nil:
			timer := time.NewTimer(longest)
			defer timer.Stop()
			patience = timer.C
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-patience:
			return fault.New(fault.Unavailable, "The live did not go on in time")
		}
	}
}

// mediaBody waits for what is asked of a media playlist.
func (p *Packager) mediaBody(ctx context.Context, name int, q Reload) (*Body, error) {
	var made *pendingBody
	err := p.await(ctx, func() (<-chan struct{}, error) {
		r := p.find(name)
		if r == nil {
			return nil, errNotFound()
		}
		if !p.isFinished {
			if isThere, err := r.shown.holds(q, p.pace); err != nil || !isThere {
				return r.shown.changed, err
			}
		}
		cache, isDelta := &r.shown.full, q.Skip && p.skippable(r) > 0
		if isDelta {
			cache = &r.shown.delta
		}
		made = cache.at(r.shown.version, playlistType, func() []byte { return p.mediaText(r, isDelta) })
		return nil, nil
	})
	if err != nil {
		return nil, err
	}
	return made.pack()
}

// patientFor is for how many segments of the source the other renditions are waited for: players read the master playlist once.
const patientFor = 4

// masterBody waits until each rendition has a segment. Those that take too long are left out.
func (p *Packager) masterBody(ctx context.Context) (*Body, error) {
	var made *pendingBody
	hasNone := func(r *rendition) bool { return len(r.shown.segments) == 0 }
	err := p.await(ctx, func() (<-chan struct{}, error) {
		if !p.isFinished && (p.source == nil || hasNone(p.source)) {
			return p.changed, nil
		}
		made = p.master.at(p.shape, playlistType, p.masterText)
		if !p.isFinished && len(p.source.shown.segments) < patientFor && slices.ContainsFunc(p.renditions, hasNone) {
			return p.changed, nil
		}
		return nil, nil
	})
	if made == nil || err != nil && !fault.Is(err, fault.Unavailable) {
		return nil, err
	}
	return made.pack()
}

// holds reports whether what is asked for is published. What lies further ahead than RFC 8216bis §6.2.5.2 has servers wait for is
// fault.Invalid.
func (s *published) holds(q Reload, pace pace) (bool, error) {
	if q.MSN < 0 || q.Part < 0 || q.HasPart && !q.HasMSN {
		return false, fault.New(fault.Invalid, "_HLS_msn and _HLS_part do not make sense")
	}
	if len(s.segments) == 0 || !q.HasMSN {
		return len(s.segments) > 0, nil
	}
	parts := 0 // of the open segment
	if s.open != nil {
		parts = len(s.open.parts)
	}
	isFar := q.MSN > s.next+1 || q.MSN == s.next && q.Part > parts+pace.partLimit() || q.MSN > s.next && q.Part > pace.partLimit()
	if isFar {
		return false, fault.New(fault.Invalid, "The segment asked for is too far ahead")
	}
	if !q.HasPart || !pace.isLow {
		return q.MSN < s.next, nil
	}
	if closed := s.find(q.MSN); closed != nil && q.Part >= closed.partCount {
		q.MSN, q.Part = q.MSN+1, 0 // RFC 8216bis §6.2.5.2: a part past the last is the first of the next segment
	}
	return q.MSN < s.next || q.MSN == s.next && q.Part < parts, nil
}

// masterText lists the renditions there is something of.
func (p *Packager) masterText() []byte {
	var list hls.MasterPlaylist
	for _, r := range p.renditions {
		if len(r.shown.segments) > 0 {
			list.Variants = append(list.Variants, r.shown.variant(r.name))
		}
	}
	text, err := list.MarshalText()
	if err != nil {
		p.o.Logger.Error("write the master playlist of a live", "error", err)
	}
	return text
}

// variant describes the rendition as it is now.
func (s *published) variant(name int) hls.Variant {
	g := s.generation()
	average := bitRate(s.bytes, s.time)
	v := hls.Variant{
		URI: fmt.Sprintf("%d.m3u8", name), Codecs: g.codecs(), Bandwidth: max(s.promised, average, 1), AverageBandwidth: average,
	}
	if g.picture != nil {
		v.Width, v.Height, v.FrameRate = g.picture.Width, g.picture.Height, frameRate(s.frames, s.framed)
	}
	return v
}

// digestsText is what players check segments from peers against: PeerTube's segments-sha256.json of a live.
func (p *Packager) digestsText() []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for _, r := range p.renditions {
		for _, seg := range r.shown.segments {
			if seg.isGap {
				continue
			}
			if b.Len() > 1 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%q:\"%x\"", segmentName(r.name, seg.number), seg.digest)
		}
	}
	b.WriteByte('}')
	return b.Bytes()
}
