package ingest

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"lucarne/live/rtmp"
	"lucarne/live/stream"
	"lucarne/live/streamtest"
	"lucarne/platform/fault"
)

// tape keeps a stream, in the order of its announcements and samples.
type tape struct {
	starts  [][]stream.Track
	at      []int // how many samples came before each of the starts
	samples []stream.Sample
}

func (p *tape) Start(tracks []stream.Track) error {
	p.starts, p.at = append(p.starts, slices.Clone(tracks)), append(p.at, len(p.samples))
	return nil
}

func (p *tape) Write(s stream.Sample) error {
	p.samples = append(p.samples, s)
	return nil
}

func (p *tape) of(track int) []stream.Sample {
	return slices.DeleteFunc(slices.Clone(p.samples), func(s stream.Sample) bool { return s.Track != track })
}

// end is when the last sample of a track is.
func (p *tape) end(track int) time.Duration {
	samples := p.of(track)
	return samples[len(samples)-1].DTS
}

// endOfStandard is the time of its last picture.
const endOfStandard = 5988 * time.Millisecond

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func defaults() Limits { return Options{}.withDefaults().Limits }

// convert takes tags that come at the time their timestamps say.
func convert(tags []rtmp.Tag) (*tape, error) {
	to := &tape{}
	c := newConverter(to, defaults())
	for _, tag := range tags {
		if err := c.take(tag, epoch.Add(milliseconds(int64(tag.Timestamp)))); err != nil {
			return to, err
		}
	}
	return to, c.finish(epoch)
}

func mustConvert(t *testing.T, tags []rtmp.Tag) *tape {
	t.Helper()
	to, err := convert(tags)
	if err != nil {
		t.Fatal(err)
	}
	if len(to.samples) == 0 {
		t.Fatal("no sample came")
	}
	checkSamples(t, to.samples)
	return to
}

func standard(t testing.TB) streamtest.Clip {
	t.Helper()
	return streamtest.Generate(t, streamtest.Standard)
}

const (
	hevc     = "-c:v libx265 -preset ultrafast -x265-params log-level=none:pools=1:frame-threads=1 -tag:v hvc1 -g 60"
	av1      = "-c:v libsvtav1 -preset 12 -g 15 -svtav1-params lp=1"
	high     = "-c:v libx264 -preset ultrafast -pix_fmt yuv422p10le -x264-params cqm=jvt:8x8dct=1:bframes=2 -g 60"
	small    = "-f lavfi -i testsrc2=s=160x90:r=30:d=1"
	large    = "-f lavfi -i testsrc2=s=320x180:r=30:d=1"
	shortly  = "-f lavfi -i sine=f=440:r=48000:d=1"
	reorders = streamtest.Picture + " " + streamtest.BFrames
)

func TestCodecs(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"H.264 and AAC":          streamtest.Standard,
		"B-frames":               reorders,
		"HEVC and AAC":           small + " " + shortly + " " + hevc + " " + streamtest.AAC,
		"AV1 and Opus":           small + " " + shortly + " " + av1 + " " + streamtest.Opus,
		"4:4:4, interlaced":      small + " -c:v libx264 -preset ultrafast -pix_fmt yuv444p -flags +ilme+ildct",
		"scaling, 4:2:2, 10 bit": small + " " + high,
		"HEVC, 4:2:2, 10 bit":    small + " -pix_fmt yuv422p10le " + hevc,
		"an odd size, baseline":  "-f lavfi -i testsrc2=s=162x94:r=30:d=1 -c:v libx264 -profile:v baseline -pix_fmt yuv420p",
	}
	for name, recipe := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clip := streamtest.Generate(t, recipe)
			to := mustConvert(t, tagsOf(clip))
			if len(to.starts) != 1 || len(to.starts[0]) != len(clip.Tracks) {
				t.Fatalf("announced %v", to.starts)
			}
			for i, want := range clip.Tracks {
				compareTrack(t, to.starts[0][i], want)
				compareSamples(t, to.of(want.ID), clip.Only(func(t stream.Track) bool { return t.ID == want.ID }).Samples)
			}
		})
	}
}

func compareTrack(t *testing.T, got, want stream.Track) {
	t.Helper()
	switch got.Codec {
	case stream.H265: // ours is made anew: the profile and level are what is read of it
		got.Config, want.Config = got.Config[1:13], want.Config[1:13]
	case stream.AV1: // the sequence header of SVT-AV1's configuration differs from the one in its stream, which counts
		got.Config, want.Config = got.Config[:4], want.Config[:4]
	}
	if !isSame(got, want) || got.ID != want.ID {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// compareSamples compares all but the units that do not belong in samples, and to the precision of RTMP.
func compareSamples(t *testing.T, got, want []stream.Sample) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d samples of %d", len(got), len(want))
	}
	for i := range got {
		apart := want[i].DTS + want[i].Offset - got[i].DTS - got[i].Offset
		if got[i].IsKey != want[i].IsKey || apart.Abs() > 2*time.Millisecond || !bytes.HasSuffix(want[i].Data, got[i].Data[len(got[i].Data)/2:]) {
			t.Fatalf("sample %d is at %s+%s, key %v; want %s+%s, key %v", i, got[i].DTS, got[i].Offset, got[i].IsKey, want[i].DTS, want[i].Offset, want[i].IsKey)
		}
	}
}

func TestTimestamps(t *testing.T) {
	t.Parallel()
	clip := standard(t)
	whole := frames(clip, 0)
	half := len(whole) / 2
	from := whole[half].Timestamp
	moved := func(by int64) []rtmp.Tag {
		tags := slices.Clone(whole)
		for i := half; i < len(tags); i++ {
			tags[i].Timestamp += uint32(by)
		}
		return tags
	}
	cases := map[string]struct {
		frames []rtmp.Tag
		gap    time.Duration // that is left in the middle
	}{
		"from anywhere":             {frames(clip, 77_000_000), 0},
		"wrapping":                  {frames(clip, 1<<32-3000), 0},
		"wrapping its sign":         {frames(clip, 1<<31-3000), 0},
		"a jump forward":            {moved(3_600_000), 0},
		"a jump back to the start":  {moved(-int64(from)), 0},
		"a jump back, far":          {moved(-3_600_000), 0},
		"a jump past half the wrap": {moved(1<<31 + 5), 0},
		"a little back":             {moved(-100), -100 * time.Millisecond},
		"a little forward":          {moved(900), 900 * time.Millisecond},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := play(t, clip, c.frames, func(i int) time.Duration { return milliseconds(int64(whole[i].Timestamp)) })
			if len(to.samples) != len(whole) || len(to.starts) != 1 {
				t.Fatalf("%d samples of %d, announced %d times", len(to.samples), len(whole), len(to.starts))
			}
			if over := to.end(1) - endOfStandard - c.gap; over.Abs() > 50*time.Millisecond {
				t.Errorf("the last picture is at %s", to.end(1))
			}
			if apart := to.end(1) - to.end(2); apart.Abs() > 60*time.Millisecond {
				t.Errorf("picture and sound end %s apart", apart)
			}
		})
	}
}

// play takes the tracks of a clip and tags that come each at a time.
func play(t *testing.T, clip streamtest.Clip, tags []rtmp.Tag, at func(i int) time.Duration) *tape {
	t.Helper()
	to := &tape{}
	c := newConverter(to, defaults())
	for _, tag := range configs(clip) {
		if err := c.take(tag, epoch); err != nil {
			t.Fatal(err)
		}
	}
	for i, tag := range tags {
		if err := c.take(tag, epoch.Add(at(i))); err != nil {
			t.Fatal(err)
		}
	}
	checkSamples(t, to.samples)
	return to
}

// A stream that stops and goes on, its timestamps either with the pause in them or as if nothing was.
func TestPause(t *testing.T) {
	t.Parallel()
	const pause = 29500 * time.Millisecond // as long as silence is borne with
	clip := standard(t)
	for name, stamped := range map[string]time.Duration{"in the timestamps": pause, "of the line alone": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tags := frames(clip, 0)
			times := make([]time.Duration, len(tags))
			for i := range tags {
				times[i] = milliseconds(int64(tags[i].Timestamp))
				if i >= len(tags)/2 {
					times[i] += pause
					tags[i].Timestamp += uint32(stamped.Milliseconds())
				}
			}
			to := play(t, clip, tags, func(i int) time.Duration { return times[i] })
			if want := endOfStandard + stamped; (to.end(1) - want).Abs() > 2*time.Millisecond {
				t.Fatalf("ends at %s, want %s", to.end(1), want)
			}
		})
	}
}

func TestNegativeCompositionTimes(t *testing.T) {
	t.Parallel()
	tags := tagsOf(streamtest.Generate(t, reorders))
	want := mustConvert(t, tags)
	for i := range tags {
		if tags[i].Kind == rtmp.VideoFrame {
			tags[i].Offset -= 67
			tags[i].Timestamp += 67
		}
	}
	got := mustConvert(t, tags)
	shown := func(s stream.Sample) time.Duration { return s.DTS + s.Offset }
	for i := 10; i < len(got.samples); i++ { // once it is known how far they go
		if apart := shown(got.samples[i]) - shown(want.samples[i]); apart != shown(got.samples[9])-shown(want.samples[9]) {
			t.Fatalf("picture %d is shown %s off", i, apart)
		}
	}
}

// later are the tags of a clip of which one track comes later than the other.
func later(clip streamtest.Clip, track int, by time.Duration) []rtmp.Tag {
	late := clip.Only(func(t stream.Track) bool { return t.ID == track })
	tags := configs(clip.Only(func(t stream.Track) bool { return t.ID != track }))
	isConfigured := false
	for _, s := range clip.Samples {
		if s.Track == track && s.DTS < by {
			continue
		}
		frame := frames(streamtest.Clip{Tracks: clip.Tracks, Samples: []stream.Sample{s}}, 0)
		if s.Track == track && !isConfigured {
			isConfigured = true
			config := configs(late)
			config[0].Timestamp = frame[0].Timestamp
			tags = append(tags, config...)
		}
		tags = append(tags, frame...)
	}
	return tags
}

func TestLateTracks(t *testing.T) {
	t.Parallel()
	clip := standard(t)
	cases := map[string]struct {
		track  int
		by     time.Duration
		starts []int // how many tracks each announcement has
	}{
		"sound after a second":    {2, time.Second, []int{2}},
		"sound not waited for":    {2, 3 * time.Second, []int{1, 2}},
		"pictures after a second": {1, time.Second, []int{2}},
		"pictures not waited for": {1, 3 * time.Second, []int{1, 2}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := mustConvert(t, later(clip, c.track, c.by))
			var starts []int
			for _, tracks := range to.starts {
				starts = append(starts, len(tracks))
			}
			if !slices.Equal(starts, c.starts) {
				t.Fatalf("announced %v tracks, want %v", starts, c.starts)
			}
			if apart := to.end(1) - to.end(2); apart.Abs() > 60*time.Millisecond {
				t.Errorf("picture and sound end %s apart", apart)
			}
		})
	}
}

func TestMetadataTellOfOneTrack(t *testing.T) {
	t.Parallel()
	clip := standard(t).Pictures()
	metadata := rtmp.Tag{Kind: rtmp.Metadata, Metadata: rtmp.Object{{Name: "videocodecid", Value: 7.0}}}
	to := &tape{}
	c := newConverter(to, defaults())
	for _, tag := range slices.Concat([]rtmp.Tag{metadata}, configs(clip), frames(clip, 0)[:1]) {
		if err := c.take(tag, epoch); err != nil {
			t.Fatal(err)
		}
	}
	if len(to.samples) != 1 {
		t.Fatal("waited for sound that was not promised")
	}
}

func TestConfigurationChanges(t *testing.T) {
	t.Parallel()
	first := standard(t)
	second := streamtest.Generate(t, large+" -f lavfi -i sine=f=440:r=44100:d=1 "+streamtest.H264+" "+streamtest.AAC)
	to := mustConvert(t, slices.Concat(tagsOf(first), configs(first), configs(second), frames(second, 6000)))
	last := to.starts[len(to.starts)-1]
	if len(to.starts) > 3 || last[0].Width != 320 || last[0].Height != 180 || last[1].SampleRate != 44100 {
		t.Fatalf("announced %+v", to.starts)
	}
	for i, before := range to.at {
		if next := to.samples[before]; !next.IsKey {
			t.Errorf("announcement %d is before a picture that needs others", i)
		}
	}
}

// Encoders that change the size of their pictures without a new configuration put the parameters before the key picture.
func TestParametersInTheStream(t *testing.T) {
	t.Parallel()
	for name, recipe := range map[string]string{"H.264": streamtest.H264, "H.264 High": high, "HEVC": hevc, "AV1": av1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, after := streamtest.Generate(t, small+" "+recipe), streamtest.Generate(t, large+" "+recipe)
			tags := frames(after, 1000)
			tags[0].Data = append(parameters(after.Tracks[0]), tags[0].Data...)
			to := mustConvert(t, append(tagsOf(before), tags...))
			if len(to.starts) != 2 {
				t.Fatalf("announced %v", to.starts)
			}
			compareTrack(t, to.starts[1][0], after.Tracks[0])
			if next := to.samples[to.at[1]]; !next.IsKey || next.DTS != time.Second {
				t.Errorf("the new pictures begin at %s, key %v", next.DTS, next.IsKey)
			}
		})
	}
}

// parameters are the parameter sets of a configuration as they are put into a picture.
func parameters(track stream.Track) []byte {
	config := track.Config
	var found []byte
	take := func(at int) int {
		size := int(config[at])<<8 | int(config[at+1])
		found = append(append(found, 0, 0), config[at:at+2+size]...)
		return at + 2 + size
	}
	switch track.Codec {
	case stream.AV1:
		return slices.Clone(config[4:])
	case stream.H264:
		take(take(6) + 1)
	case stream.H265:
		at := 23
		for range 3 { // VPS, SPS, PPS
			at = take(at + 3)
		}
	}
	return found
}

func TestRefused(t *testing.T) {
	t.Parallel()
	clip := standard(t)
	first := frames(clip.Pictures(), 0)[0]
	config := configs(clip)[0]
	long := frames(clip.Loop(40*time.Second), 0)
	keyless := slices.DeleteFunc(slices.Clone(long), func(tag rtmp.Tag) bool { return tag.Kind == rtmp.VideoFrame && tag.IsKey })
	changed := func(to rtmp.Tag, change func(*rtmp.Tag)) []rtmp.Tag {
		change(&to)
		return []rtmp.Tag{config, to}
	}
	cases := map[string]struct {
		tags []rtmp.Tag
		want string
	}{
		"VP6":                         {[]rtmp.Tag{{Kind: rtmp.VideoFrame, Codec: "VP6"}}, "VP6 are not taken: choose H.264"},
		"MP3":                         {[]rtmp.Tag{{Kind: rtmp.AudioFrame, Codec: "MP3"}}, "MP3 is not taken"},
		"VP9":                         {[]rtmp.Tag{{Kind: rtmp.VideoConfig, Codec: "VP9"}}, "VP9 are not taken"},
		"AC-3":                        {[]rtmp.Tag{{Kind: rtmp.AudioConfig, Codec: "AC-3"}}, "AC-3 is not taken"},
		"a broken configuration":      {[]rtmp.Tag{{Kind: rtmp.VideoConfig, Codec: rtmp.H264, Data: []byte{1, 2}}}, "malformed"},
		"AAC Main":                    {[]rtmp.Tag{{Kind: rtmp.AudioConfig, Codec: rtmp.AAC, Data: []byte{0x0a, 0x10}}}, "choose AAC-LC"},
		"8K":                          {tagsOf(streamtest.Generate(t, "-f lavfi -i color=s=7680x4320:r=1 -frames:v 1 "+streamtest.H264)), "7680 × 4320 are too large"},
		"no key pictures":             {append(configs(clip), keyless...), "too few key frames"},
		"one key picture":             {append(tagsOf(clip.Between(0, time.Second)), keyless...), "too few key frames"},
		"no configuration":            {long, "without saying how"},
		"pictures shown much later":   {changed(first, func(tag *rtmp.Tag) { tag.Offset = 1 << 22 }), "apart from its place"},
		"pictures shown much earlier": {changed(first, func(tag *rtmp.Tag) { tag.Offset = -1 << 22 }), "apart from its place"},
		"units longer than all":       {changed(first, func(tag *rtmp.Tag) { tag.Data = []byte{255, 0, 0, 0, 1} }), "malformed"},
		"half a length":               {changed(first, func(tag *rtmp.Tag) { tag.Data = []byte{0, 0} }), "malformed"},
		"other pictures all the time": {flickering(t), "all the time"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := convert(c.tags)
			if err == nil || !strings.Contains(words(err), c.want) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

// flickering is a stream whose pictures change their size each time.
func flickering(t *testing.T) []rtmp.Tag {
	sizes := []streamtest.Clip{streamtest.Generate(t, small+" "+streamtest.H264), streamtest.Generate(t, large+" "+streamtest.H264)}
	var tags []rtmp.Tag
	for i := range 200 {
		now := uint32(i * 33)
		config := configs(sizes[i%2])[0]
		config.Timestamp = now
		tags = append(tags, config, frames(sizes[i%2], now)[0])
	}
	return tags
}

// Timestamps that stand still do not keep a stream from being refused.
func TestPatienceIsAlsoOfTheClock(t *testing.T) {
	t.Parallel()
	c := newConverter(&tape{}, defaults())
	frame := rtmp.Tag{Kind: rtmp.AudioFrame, Codec: rtmp.AAC, Data: []byte{1}}
	if err := c.take(frame, epoch); err != nil {
		t.Fatal(err)
	}
	if err := c.take(frame, epoch.Add(startPatience)); !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v", err)
	}
}

func TestKeysAreAlsoCounted(t *testing.T) {
	t.Parallel()
	clip := standard(t).Pictures()
	tags := append(configs(clip), frames(clip, 0)[0])
	inter := frames(clip, 0)[1]
	inter.Timestamp = 0
	_, err := convert(append(tags, slices.Repeat([]rtmp.Tag{inter}, maxKeyless+maxPending)...))
	if err == nil || !strings.Contains(words(err), "too few key frames") {
		t.Fatalf("got %v", err)
	}
}

// What is kept before the beginning is bounded, whatever the timestamps say.
func TestPendingIsBounded(t *testing.T) {
	t.Parallel()
	c := newConverter(&tape{}, defaults())
	for _, tag := range configs(standard(t)) { // pictures are promised, and none comes
		if err := c.take(tag, epoch); err != nil {
			t.Fatal(err)
		}
	}
	sound := rtmp.Tag{Kind: rtmp.AudioFrame, Codec: rtmp.AAC, Data: make([]byte, rtmp.MaxAudioBytes)}
	for range 1000 {
		if err := c.take(sound, epoch); err != nil {
			t.Fatal(err)
		}
		if c.size > maxPendingBytes || len(c.pending) > maxPending {
			t.Fatalf("keeps %d samples, %d bytes", len(c.pending), c.size)
		}
	}
}

// A file that is sent as fast as it can be read is slowed to its own time.
func TestFasterThanTime(t *testing.T) {
	t.Parallel()
	c := newConverter(&tape{}, defaults())
	clip := standard(t)
	var waited time.Duration
	for _, tag := range append(configs(clip), frames(clip.Loop(2*time.Minute), 0)...) {
		now := epoch.Add(waited)
		if err := c.take(tag, now); err != nil {
			t.Fatal(err)
		}
		waited += c.wait(now)
	}
	if waited < 58*time.Second || waited > time.Minute {
		t.Fatalf("two minutes took %s", waited)
	}
}
