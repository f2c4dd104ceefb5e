package encode

import (
	"cmp"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"lucarne/live/stream"
)

// SoundOptions set up a Sound.
type SoundOptions struct {
	FFmpeg  string // name or path; "" means ffmpeg on PATH
	Bitrate int    // bits per second; 0 means 128,000
	Nice    int    // added to the niceness of ffmpeg, 0 to 19
	Logger  *slog.Logger
	// OnRestart, when set, hears that ffmpeg ended unexpectedly and is started again.
	OnRestart func(err error)
}

const (
	soundRate      = 48_000
	soundChannels  = 2
	defaultBitrate = 128_000
	soundLag       = 3 * time.Second
	maxSoundQueued = 2 << 20
)

// soundConfig is the AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1) of AAC-LC at 48 kHz in stereo. It is the same whatever comes in, so
// that a mono packet among stereo ones, or a new ffmpeg, is no new track.
var soundConfig = []byte{0x11, 0x90}

// Sound turns sound that is not AAC into AAC, which every player knows, and lets all else through. The sound that comes back has the
// timestamps of what was heard; it comes a little later. It is a stream.Sink whose Write does not wait for ffmpeg.
type Sound struct {
	o      SoundOptions
	engine *engine
	coded  *stream.Track // to be encoded; nil for none. Used by Start and Write alone

	mu      sync.Mutex // guards what follows, and held while out is called
	out     stream.Sink
	track   int   // of what is encoded; 0 for none
	refusal error // of out, for what came back
	heard   bool  // something came back
	last    time.Duration
}

// NewSound makes a stage before out. Nothing runs before the first sound that needs it. Close has to be called; out is called by one
// goroutine at a time.
func NewSound(o SoundOptions, out stream.Sink) *Sound {
	o.FFmpeg, o.Bitrate = cmp.Or(o.FFmpeg, "ffmpeg"), cmp.Or(o.Bitrate, defaultBitrate)
	s := &Sound{o: o, out: out}
	s.engine = newEngine(newQueue(maxSoundQueued, soundLag), s)
	return s
}

// Start announces the tracks, with AAC in the place of other sound.
func (s *Sound) Start(tracks []stream.Track) error {
	announced := make([]stream.Track, len(tracks))
	before := s.coded
	s.coded = nil
	for i, t := range tracks {
		announced[i] = t
		if t.Codec.IsVideo() || t.Codec == stream.AAC {
			continue
		}
		s.coded = same(before, t)
		announced[i] = stream.Track{ID: t.ID, Codec: stream.AAC, Config: soundConfig, SampleRate: soundRate, Channels: soundChannels}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.track = 0
	if s.coded != nil {
		s.track = s.coded.ID
	}
	return s.out.Start(announced)
}

// Write takes the next sample. Its error is that of out, for this sample or for sound that came back before.
func (s *Sound) Write(sample stream.Sample) error {
	if s.coded != nil && sample.Track == s.coded.ID {
		s.engine.queue.push(item{track: s.coded, sample: sample, at: time.Now()})
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.refusal
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refusal != nil {
		return s.refusal
	}
	return s.out.Write(sample)
}

// Close has the sound that was written encoded to the end, within a few seconds, and ends ffmpeg. After it out is not called any more. It
// must not be called with a lock held that out takes.
func (s *Sound) Close() { s.engine.close() }

func (s *Sound) plan(item) (task, bool) {
	// Without nobuffer, what ffmpeg reads before it begins delays all that follows (seen with 5.1); with it, that is lost, which is less.
	args := append(quiet(1), "-fflags", "nobuffer", "-i", "pipe:0", "-map", "0:a:0",
		// Holes are filled with silence, so that times stay true: the encoder only counts.
		"-af", "aresample=async=1:min_hard_comp=0.1",
		"-c:a", "aac", "-b:a", strconv.Itoa(s.o.Bitrate), "-ar", strconv.Itoa(soundRate), "-ac", strconv.Itoa(soundChannels),
		"-map_metadata", "-1", "-f", "mp4", "-movflags", fragmented, "-use_editlist", "0", "-avoid_negative_ts", "disabled", "-flush_packets", "1",
		"pipe:"+strconv.Itoa(firstOutput))
	return task{program: s.o.FFmpeg, args: args, nice: s.o.Nice, outputs: []func(io.Reader) error{s.read}}, true
}

func (s *Sound) read(r io.Reader) error {
	return readFragments(r, func(stream.Track) error { return nil }, s.deliver)
}

// deliver passes on what came back, unless its time is over: a new ffmpeg begins with what the last one had.
func (s *Sound) deliver(p piece) error {
	s.engine.returned()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.track == 0 || s.refusal != nil || p.at < 0 || s.heard && p.at <= s.last {
		return nil
	}
	s.heard, s.last = true, p.at
	s.refusal = s.out.Write(stream.Sample{Track: s.track, DTS: p.at, IsKey: true, Data: p.data})
	return nil
}

// slow is as bad as dead here: there is nothing to give up but what waited.
func (s *Sound) slow() { s.restarted(errLate) }

func (s *Sound) restarted(err error) {
	s.o.Logger.Warn("ffmpeg of a live's sound ended and is started again", "error", err)
	if s.o.OnRestart != nil {
		s.o.OnRestart(err)
	}
}
