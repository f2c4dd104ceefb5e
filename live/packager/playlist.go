package packager

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
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

// Body is a playlist or a list of digests, made once and shared by all who ask. It is not to be changed.
type Body struct {
	Plain       []byte
	Gzip        []byte
	ContentType string
	ETag        string
}

// The names of playlists, and what they are.
const (
	masterName   = "master.m3u8"
	digestsName  = "segments-sha256.json"
	playlistType = "application/vnd.apple.mpegurl"
	digestsType  = "application/json; charset=utf-8"
)

// Playlist gives "master.m3u8", "<n>.m3u8" or "segments-sha256.json". It waits for what q asks for, at most three target durations:
// fault.Unavailable after that. fault.Invalid when q asks for what is too far ahead, fault.NotFound for another file. The master
// playlist waits for the first segments.
func (p *Packager) Playlist(ctx context.Context, file string, q Reload) (*Body, error) {
	switch file {
	case masterName:
		if err := p.wait(ctx, 0, Reload{}); err != nil {
			return nil, err
		}
		return p.master.get(p.about(masterName, playlistType), p.versionOf(&p.shape), p.masterText)
	case digestsName:
		return p.digests.get(p.about(digestsName, digestsType), p.versionOf(&p.closings), p.digestsText)
	}
	name, ok := strings.CutSuffix(file, ".m3u8")
	n, err := strconv.Atoi(name)
	if !ok || err != nil || strconv.Itoa(n) != name {
		return nil, notFound()
	}
	if err := p.wait(ctx, n, q); err != nil {
		return nil, err
	}
	p.mu.Lock()
	r := p.find(n)
	p.mu.Unlock()
	if r == nil {
		return nil, notFound()
	}
	bodies, version := &r.shown.bodies, p.versionOf(&r.shown.version)
	if q.Skip {
		return bodies.delta.get(p.about(file+"-delta", playlistType), version, func() []byte { return p.mediaText(r, true) })
	}
	return bodies.full.get(p.about(file, playlistType), version, func() []byte { return p.mediaText(r, false) })
}

func (p *Packager) versionOf(counter *uint64) uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return *counter
}

func notFound() error { return fault.New(fault.NotFound, "There is no such file") }

// wait returns once the playlist of a rendition holds what is asked for.
func (p *Packager) wait(ctx context.Context, name int, q Reload) error {
	var patience <-chan time.Time
	for {
		p.mu.Lock()
		r := p.find(name)
		if r == nil {
			p.mu.Unlock()
			return notFound()
		}
		isThere, err := r.shown.holds(q, p.pace)
		isThere = isThere || p.isFinished
		changed, longest := r.shown.changed, p.pace.patience()
		p.mu.Unlock()
		if err != nil || isThere {
			return err
		}
		if patience == nil {
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

// holds reports whether what is asked for is published. What lies further ahead than RFC 8216bis §6.2.5.2 has servers wait for is
// fault.Invalid.
func (s *published) holds(q Reload, pace pace) (bool, error) {
	number, index := s.lastPartAt()
	if number < 0 || !q.HasMSN {
		if q.HasPart && !q.HasMSN {
			return false, fault.New(fault.Invalid, "_HLS_part needs _HLS_msn")
		}
		return number >= 0, nil
	}
	if q.MSN < 0 || q.Part < 0 || q.MSN > s.lastClosed()+2 || q.MSN >= number && q.Part > index+s.advance(q, number)+pace.partLimit() {
		return false, fault.New(fault.Invalid, "The segment asked for is too far ahead")
	}
	if !q.HasPart || !pace.isLow {
		return q.MSN <= s.lastClosed(), nil
	}
	if closed := s.find(q.MSN); closed != nil && q.Part >= closed.partCount {
		q.MSN, q.Part = q.MSN+1, 0 // RFC 8216bis §6.2.5.2
	}
	return q.MSN < number || q.MSN == number && q.Part <= index, nil
}

// advance is how far the part of another segment may be ahead of ours: it begins to count anew.
func (s *published) advance(q Reload, number int64) int {
	if q.MSN > number {
		return 0
	}
	return 1
}

// lastClosed is the number of the last closed segment; -1 before the first.
func (s *published) lastClosed() int64 {
	if n := len(s.segments); n > 0 {
		return s.segments[n-1].number
	}
	if s.open != nil {
		return s.open.number - 1
	}
	return -1
}

// partLimit is the Advance Part Limit of RFC 8216bis §6.2.5.2.
func (p pace) partLimit() int {
	if p.part <= 0 || p.part >= time.Second {
		return 3
	}
	return int(math.Ceil(3 / p.part.Seconds()))
}

// bodies are the playlists of a rendition as they are sent.
type bodies struct{ full, delta cachedBody }

// about is what a body says of itself.
func (p *Packager) about(name, contentType string) Body {
	return Body{ETag: fmt.Sprintf("%x-%s", p.o.StartedAt.UnixMilli(), name), ContentType: contentType}
}

// cachedBody is a body made once for each version of what it tells.
type cachedBody struct {
	mu      sync.Mutex
	version uint64
	body    *Body
}

// get gives the body, made anew when what it tells changed meanwhile. A text of nothing is fault.NotFound.
func (c *cachedBody) get(about Body, version uint64, text func() []byte) (*Body, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.body != nil && c.version >= version {
		return c.body, nil
	}
	about.Plain = text()
	if len(about.Plain) == 0 {
		return nil, notFound()
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err == nil {
		_, err = w.Write(about.Plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, err
	}
	about.Gzip, about.ETag = packed.Bytes(), fmt.Sprintf("%q", fmt.Sprintf("%s-%d", about.ETag, version))
	c.version, c.body = version, &about
	return c.body, nil
}

// mediaText is the media playlist of a rendition.
func (p *Packager) mediaText(r *rendition, isDelta bool) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := playlistWriter{p: p, r: r, s: &r.shown}
	w.write(isDelta)
	return w.b.Bytes()
}

// masterText lists the renditions there is something of, best first.
func (p *Packager) masterText() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := hls.MasterPlaylist{IndependentSegments: true}
	for _, r := range p.renditions {
		s := &r.shown
		if !s.hasBegun() || len(s.generations) == 0 {
			continue
		}
		list.IndependentSegments = list.IndependentSegments && !s.hasForced
		list.Variants = append(list.Variants, s.variant(r.name))
	}
	text, err := list.MarshalText()
	if err != nil || len(list.Variants) == 0 {
		return nil
	}
	return text
}

// variant describes the rendition as it is now.
func (s *published) variant(name int) hls.Variant {
	g := s.generations[len(s.generations)-1]
	v := hls.Variant{URI: fmt.Sprintf("%d.m3u8", name), Codecs: codecs(g), Bandwidth: s.promised, FrameRate: frameRate(s.frames, s.framed)}
	if g.picture != nil {
		v.Width, v.Height = g.picture.Width, g.picture.Height
	}
	if s.time > 0 {
		v.AverageBandwidth = bitRate(s.bytes, s.time)
	}
	if v.Bandwidth == 0 && s.open != nil {
		size := int64(0)
		for _, made := range s.open.parts {
			size += made.at.size
		}
		v.Bandwidth = bitRate(size, s.open.duration)
	}
	v.Bandwidth = max(v.Bandwidth, v.AverageBandwidth, 1)
	return v
}

// digestsText is what players check segments from peers against: PeerTube's segments-sha256.json of a live.
func (p *Packager) digestsText() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
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
			fmt.Fprintf(&b, `"%s":"%x"`, segmentName(r.name, seg.number), seg.digest)
		}
	}
	b.WriteByte('}')
	return b.Bytes()
}
