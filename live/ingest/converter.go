package ingest

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"lucarne/live/ingest/codec"
	"lucarne/live/rtmp"
	"lucarne/live/stream"
	"lucarne/platform/fault"
)

// Bounds of the beginning, of what is kept meanwhile, and of composition times.
const (
	otherTrackPatience = 2 * time.Second  // how long the first track waits for the other
	startPatience      = 15 * time.Second // how long until there must be something to show
	maxPending         = 2048             // samples
	maxPendingBytes    = 32 << 20
	maxComposition     = 10 * time.Second
	maxKeyless         = 10_000 // pictures in a row, for timestamps that stand still

	leadAtOnce = 60 * time.Second // how far the time of a stream may run ahead of ours
	leadRate   = 1.01             // and go on doing so: clocks differ

	changesAtOnce = 20
	changeRate    = 0.2 // a second
)

// converter makes the stream of the tags of one connection. It is for one goroutine.
type converter struct {
	limits Limits
	lineup lineup
	times  timeline
	lead   allowance

	pictures codec.Video   // nil before their configuration
	config   []byte        // which that was
	sound    *stream.Track // nil before its configuration
	needsKey bool          // pictures cannot be decoded before the next key picture
	lastAt   time.Duration // of the pictures
	keyless  time.Duration // since the last key picture, without the pauses
	others   int           // pictures since
	delay    time.Duration // by which pictures are decoded earlier than said, for composition times below zero

	isAlone  bool // the metadata promise one track only
	hasBegun bool
	first    *moment         // of the first frame; nil before
	pending  []stream.Sample // before the beginning
	size     int             // of them, in bytes
	ahead    time.Duration   // the latest time taken from lead
}

func newConverter(sink stream.Sink, limits Limits) *converter {
	return &converter{
		limits: limits,
		lineup: lineup{sink: sink, last: make(map[int]time.Duration), changes: allowance{most: changesAtOnce, perSecond: changeRate}},
		lead:   allowance{most: leadAtOnce.Seconds(), perSecond: leadRate},
	}
}

// moment is a time of the stream and that of the clock with it. What a stream owes us after a time, it owes after either.
type moment struct {
	at   time.Duration
	came time.Time
}

func (m moment) since(earlier moment) time.Duration {
	return max(m.at-earlier.at, m.came.Sub(earlier.came))
}

// take converts a tag that came at a time. An error ends the stream, in words for the encoder.
func (c *converter) take(tag rtmp.Tag, now time.Time) error {
	switch tag.Kind {
	case rtmp.Metadata:
		c.isAlone = isOneTrack(tag.Metadata)
	case rtmp.VideoConfig:
		return c.configurePictures(tag)
	case rtmp.AudioConfig:
		return c.configureSound(tag)
	case rtmp.VideoFrame:
		return c.picture(tag, now)
	case rtmp.AudioFrame:
		return c.frameOfSound(tag, now)
	}
	return nil
}

// wait is how long to read nothing more: as long as the stream runs ahead of time, as a file does that is sent as fast as it can be read.
func (c *converter) wait(now time.Time) time.Duration {
	grown := max(c.times.head-c.ahead, 0)
	c.ahead += grown
	return c.lead.owe(grown.Seconds(), now)
}

// isOneTrack tells whether onMetaData names the codec of pictures or that of sound, and not both: encoders do so for the tracks they send.
func isOneTrack(metadata rtmp.Object) bool {
	hasPictures, hasSound := metadata.Get("videocodecid") != nil, metadata.Get("audiocodecid") != nil
	return hasPictures != hasSound
}

// codecs are those of live/stream by their names in tags.
var codecs = map[rtmp.Codec]stream.Codec{
	rtmp.H264: stream.H264, rtmp.H265: stream.H265, rtmp.AV1: stream.AV1, rtmp.AAC: stream.AAC, rtmp.Opus: stream.Opus,
}

func checkPictures(tag rtmp.Tag) error {
	if codecs[tag.Codec].IsVideo() {
		return nil
	}
	return fault.New(fault.Unsupported, "Pictures coded as %s are not taken: choose H.264, HEVC or AV1 in the encoder", tag.Codec)
}

func checkSound(tag rtmp.Tag) error {
	if tag.Codec.IsKnown() {
		return nil
	}
	return fault.New(fault.Unsupported, "Sound coded as %s is not taken: choose AAC or Opus in the encoder", tag.Codec)
}

func (c *converter) configurePictures(tag rtmp.Tag) error {
	if err := checkPictures(tag); err != nil {
		return err
	}
	if c.pictures != nil && c.pictures.Track().Codec == codecs[tag.Codec] && bytes.Equal(c.config, tag.Data) { // encoders repeat it
		return nil
	}
	v, err := codec.NewVideo(codecs[tag.Codec], tag.Data)
	if err != nil {
		return err
	}
	c.pictures, c.config, c.needsKey = v, tag.Data, true
	c.keyless, c.others = 0, 0
	return nil
}

func (c *converter) configureSound(tag rtmp.Tag) error {
	if err := checkSound(tag); err != nil {
		return err
	}
	t, err := codec.NewSound(codecs[tag.Codec], tag.Data)
	if err != nil {
		return err
	}
	t.ID = soundTrack
	c.sound = &t
	return nil
}

func (c *converter) picture(tag rtmp.Tag, now time.Time) error {
	if err := checkPictures(tag); err != nil {
		return err
	}
	at := c.times.place(pictureTrack-1, tag.Timestamp, now)
	if err := c.checkStart(moment{at, now}); err != nil || c.pictures == nil || c.pictures.Track().Codec != codecs[tag.Codec] {
		return err
	}
	p, err := c.pictures.Read(tag.Data, tag.IsKey)
	if err != nil {
		return err
	}
	track := c.pictures.Track()
	if err := c.checkKeys(p, at); err != nil || len(p.Data) == 0 || c.needsKey || track.Width == 0 {
		return err
	}
	if err := c.checkSize(track); err != nil {
		return err
	}
	offset := milliseconds(int64(tag.Offset))
	if offset.Abs() > maxComposition {
		return fault.New(fault.Invalid, "The encoder shows a picture %s apart from its place", offset.Abs())
	}
	c.delay = max(c.delay, -offset)
	track.ID = pictureTrack
	return c.push(track, stream.Sample{Track: pictureTrack, DTS: at - c.delay, Offset: offset + c.delay, IsKey: p.IsKey, Data: p.Data}, now)
}

// checkKeys refuses streams that nobody could begin to watch.
func (c *converter) checkKeys(p codec.Picture, at time.Duration) error {
	if p.IsKey {
		c.needsKey, c.lastAt, c.keyless, c.others = false, at, 0, 0
		return nil
	}
	c.keyless += min(max(at-c.lastAt, 0), time.Second)
	c.lastAt = at
	c.others++
	if c.hasBegun && (c.keyless > c.limits.KeyInterval || c.others > maxKeyless) {
		return errNoKeys
	}
	return nil
}

var errNoKeys = fault.New(fault.Invalid, "The encoder sends too few key frames: set the keyframe interval to 2 seconds")

// checkStart refuses streams of which nothing can be shown.
func (c *converter) checkStart(now moment) error {
	if c.first == nil {
		c.first = &now
	}
	if c.hasBegun || now.since(*c.first) < startPatience {
		return nil
	}
	if c.pictures != nil && c.needsKey {
		return errNoKeys
	}
	return fault.New(fault.Invalid, "The encoder sends pictures or sound without saying how they are coded")
}

func (c *converter) checkSize(t stream.Track) error {
	if t.Width*t.Height > c.limits.Pixels {
		return fault.New(fault.Unsupported, "Pictures of %d × %d are too large: send at most 3840 × 2160", t.Width, t.Height)
	}
	return nil
}

func (c *converter) frameOfSound(tag rtmp.Tag, now time.Time) error {
	if err := checkSound(tag); err != nil {
		return err
	}
	at := c.times.place(soundTrack-1, tag.Timestamp, now)
	if err := c.checkStart(moment{at, now}); err != nil || len(tag.Data) == 0 || c.sound == nil || c.sound.Codec != codecs[tag.Codec] {
		return err
	}
	return c.push(*c.sound, stream.Sample{Track: soundTrack, DTS: at, IsKey: true, Data: tag.Data}, now)
}

// push takes a sample, of a track that may be new or changed with it.
func (c *converter) push(t stream.Track, s stream.Sample, now time.Time) error {
	isNews := c.lineup.isNews(t)
	if isNews && c.lineup.has(t.ID) && !c.hasBegun { // what is kept is of the track as it was
		if err := c.begin(now); err != nil {
			return err
		}
	}
	if isNews {
		c.lineup.set(t)
	}
	if !c.hasBegun {
		return c.hold(s, now)
	}
	if isNews {
		if err := c.lineup.announce(now); err != nil {
			return err
		}
	}
	return c.lineup.pass(s)
}

// hold keeps a sample until the stream begins.
func (c *converter) hold(s stream.Sample, now time.Time) error {
	c.keep(s)
	if !c.isReady(s.DTS) {
		return nil
	}
	return c.begin(now)
}

func (c *converter) keep(s stream.Sample) {
	c.pending = append(c.pending, s)
	c.size += len(s.Data)
}

// isReady tells whether to begin: with both tracks, or with one when the other was waited for. Pictures that were configured are waited
// for until their key comes, or startPatience ends.
func (c *converter) isReady(now time.Duration) bool {
	hasPictures, hasSound := c.lineup.has(pictureTrack), c.lineup.has(soundTrack)
	if hasPictures && hasSound || c.isAlone && (c.pictures == nil || hasPictures) {
		return true
	}
	isFull := len(c.pending) >= maxPending || c.size >= maxPendingBytes
	if !hasPictures && c.pictures != nil {
		if isFull {
			c.forget()
		}
		return false
	}
	return isFull || now-c.pending[0].DTS >= otherTrackPatience
}

// forget lets go of the older half of the sound that came before any picture: it would not be used.
func (c *converter) forget() {
	c.pending = slices.Delete(c.pending, 0, (len(c.pending)+1)/2)
	c.size = 0
	for _, s := range c.pending {
		c.size += len(s.Data)
	}
}

// finish begins a stream that ended before it could begin, so that nothing is lost of it.
func (c *converter) finish(now time.Time) error {
	if c.hasBegun || len(c.pending) == 0 {
		return nil
	}
	return c.begin(now)
}

// begin starts the stream with what was kept, from the first picture on.
func (c *converter) begin(now time.Time) error {
	kept := c.pending
	c.pending, c.size, c.hasBegun = nil, 0, true
	slices.SortStableFunc(kept, func(a, b stream.Sample) int { return cmp.Compare(a.DTS, b.DTS) })
	start := max(slices.IndexFunc(kept, func(s stream.Sample) bool { return s.Track == pictureTrack }), 0)
	c.lineup.zero = kept[start].DTS
	if err := c.lineup.announce(now); err != nil {
		return err
	}
	for _, s := range kept[start:] {
		if err := c.lineup.pass(s); err != nil {
			return err
		}
	}
	return nil
}
