// Package streamtest makes what an encoder would send, for tests: clips of ffmpeg's test pictures and tones as tracks and samples.
package streamtest

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lucarne/live/stream"
)

// Recipes for Generate. Add to them what a test needs otherwise.
const (
	Picture  = "-f lavfi -i testsrc2=s=160x90:r=30:d=6"
	Tone     = "-f lavfi -i sine=f=440:r=48000:d=6"
	H264     = "-c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -g 60 -keyint_min 60 -sc_threshold 0"
	BFrames  = "-c:v libx264 -preset superfast -bf 2 -pix_fmt yuv420p -g 60 -keyint_min 60 -sc_threshold 0"
	AAC      = "-c:a aac -b:a 64k -ac 2"
	Opus     = "-c:a libopus -b:a 64k -ac 2"
	Standard = Picture + " " + Tone + " " + H264 + " " + AAC // six seconds, a keyframe each two
)

// Clip is a piece of a stream.
type Clip struct {
	Tracks  []stream.Track
	Samples []stream.Sample // of all tracks, by DTS
	Length  time.Duration
}

var cache struct {
	sync.Mutex
	clips map[string]Clip
}

// Generate has ffmpeg encode by a recipe. The same recipe is encoded once per test binary; its samples are shared and not to be changed.
func Generate(t testing.TB, recipe string) Clip {
	t.Helper()
	cache.Lock()
	defer cache.Unlock()
	if clip, ok := cache.clips[recipe]; ok {
		return clip
	}
	path := filepath.Join(t.TempDir(), fmt.Sprintf("%x.mp4", sha256.Sum256([]byte(recipe))))
	args := append([]string{"-v", "error", "-y", "-threads", "1"}, strings.Fields(recipe)...)
	args = append(args, "-use_editlist", "0", "-movflags", "+empty_moov+default_base_moof+frag_keyframe", path)
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("make a clip: %v\n%s", err, out)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clip, err := Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if cache.clips == nil {
		cache.clips = map[string]Clip{}
	}
	cache.clips[recipe] = clip
	return clip
}

// Only is the clip without its other tracks.
func (c Clip) Only(keep func(stream.Track) bool) Clip {
	only := Clip{Length: c.Length}
	kept := map[int]bool{}
	for _, track := range c.Tracks {
		if keep(track) {
			only.Tracks = append(only.Tracks, track)
			kept[track.ID] = true
		}
	}
	for _, s := range c.Samples {
		if kept[s.Track] {
			only.Samples = append(only.Samples, s)
		}
	}
	return only
}

// Pictures is the clip without sound.
func (c Clip) Pictures() Clip {
	return c.Only(func(t stream.Track) bool { return t.Codec.IsVideo() })
}

// Sound is the clip without pictures.
func (c Clip) Sound() Clip { return c.Only(func(t stream.Track) bool { return !t.Codec.IsVideo() }) }

// At is the clip later by so much.
func (c Clip) At(start time.Duration) Clip {
	later := c
	later.Samples = slices.Clone(c.Samples)
	for i := range later.Samples {
		later.Samples[i].DTS += start
	}
	return later
}

// Loop repeats the clip until it is as long as wanted.
func (c Clip) Loop(length time.Duration) Clip {
	looped := Clip{Tracks: c.Tracks, Length: length}
	for start := time.Duration(0); start < length; start += c.Length {
		for _, s := range c.At(start).Samples {
			if s.DTS < length {
				looped.Samples = append(looped.Samples, s)
			}
		}
	}
	looped.sort()
	return looped
}

// Between is what begins from one time on, until before another.
func (c Clip) Between(from, to time.Duration) Clip {
	part := Clip{Tracks: c.Tracks, Length: to - from}
	for _, s := range c.Samples {
		if s.DTS >= from && s.DTS < to {
			part.Samples = append(part.Samples, s)
		}
	}
	return part
}

// Send writes the samples, without announcing the tracks.
func (c Clip) Send(to stream.Sink) error {
	for _, s := range c.Samples {
		if err := to.Write(s); err != nil {
			return fmt.Errorf("sample of track %d at %s: %w", s.Track, s.DTS, err)
		}
	}
	return nil
}

// Play announces the tracks and writes the samples.
func (c Clip) Play(to stream.Sink) error {
	if err := to.Start(c.Tracks); err != nil {
		return err
	}
	return c.Send(to)
}

func (c *Clip) sort() {
	slices.SortStableFunc(c.Samples, func(a, b stream.Sample) int { return cmp.Compare(a.DTS, b.DTS) })
}
