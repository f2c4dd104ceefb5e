package packager

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"lucarne/live/stream"
	"lucarne/live/streamtest"
	"lucarne/platform/clock"
	"lucarne/platform/fault"
	"lucarne/video/hls"
)

func newPackager(t *testing.T, o Options) (*Packager, stream.Sink) {
	t.Helper()
	o.Folder, o.Clock, o.StartedAt = t.TempDir(), clock.System{}, time.Date(2026, 11, 24, 20, 0, 0, 0, time.UTC)
	o.Logger = slog.New(slog.DiscardHandler)
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	source, err := p.Rendition(0, Source)
	if err != nil {
		t.Fatal(err)
	}
	return p, source
}

var lowLatency = Options{PartTarget: 400 * time.Millisecond, SegmentTarget: 2 * time.Second, Window: WholeShow, KeepAll: true}

func send(t *testing.T, to stream.Sink, clip streamtest.Clip) {
	t.Helper()
	if err := clip.Play(to); err != nil {
		t.Fatal(err)
	}
}

func playlist(t *testing.T, p *Packager, file string) string {
	t.Helper()
	body, err := p.Playlist(t.Context(), file, Reload{})
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return string(body.Plain)
}

func content(t *testing.T, p *Packager, file string) []byte {
	t.Helper()
	s, err := p.Open(t.Context(), file)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	defer s.Close()
	b, err := io.ReadAll(io.NewSectionReader(s.Content, s.Offset, s.Size))
	if err != nil || int64(len(b)) != s.Size {
		t.Fatalf("%s: %d bytes of %d, %v", file, len(b), s.Size, err)
	}
	return b
}

var uriLine = regexp.MustCompile(`(?m)^\d+-\d+\.m4s$`)

// frames has ffmpeg decode what the playlist lists, and counts pictures. Anything it complains about fails the test.
func frames(t *testing.T, p *Packager, text string) int {
	t.Helper()
	return decodedOf(t, p, text, "v")
}

func decodedOf(t *testing.T, p *Packager, text, stream string) int {
	t.Helper()
	init := regexp.MustCompile(`#EXT-X-MAP:URI="([^"]+)"`).FindStringSubmatch(text)
	if init == nil {
		t.Fatalf("no initialisation in\n%s", text)
	}
	whole := content(t, p, init[1])
	for _, uri := range uriLine.FindAllString(text, -1) {
		whole = append(whole, content(t, p, uri)...)
	}
	path := filepath.Join(t.TempDir(), "whole.mp4")
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	return count(t, path, stream)
}

func decoded(t *testing.T, path string) int {
	t.Helper()
	return count(t, path, "v")
}

func count(t *testing.T, path, stream string) int {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-count_frames", "-select_streams", stream, "-show_entries",
		"stream=nb_read_frames", "-of", "csv=p=0", path).CombinedOutput()
	n, numberErr := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil || numberErr != nil {
		t.Fatalf("decode: %v\n%s", err, out)
	}
	return n
}

func TestWhatIsSentCanBeWatched(t *testing.T) {
	t.Parallel()
	for name, recipe := range map[string]string{
		"as encoders send it": streamtest.Standard,
		"frames out of order": streamtest.Picture + " " + streamtest.Tone + " " + streamtest.BFrames + " " + streamtest.AAC,
		"without sound":       streamtest.Picture + " " + streamtest.H264,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, source := newPackager(t, lowLatency)
			clip := streamtest.Generate(t, recipe)
			send(t, source, clip)
			recording, err := p.Finish()
			if err != nil {
				t.Fatal(err)
			}
			text := playlist(t, p, "0.m3u8")
			if n := frames(t, p, text); n != 180 {
				t.Errorf("%d pictures can be watched of 180:\n%s", n, text)
			}
			if len(uriLine.FindAllString(text, -1)) != 3 || !strings.HasSuffix(text, "#EXT-X-ENDLIST\n") {
				t.Errorf("six seconds with a keyframe each two are listed as\n%s", text)
			}
			if len(recording.Renditions) != 1 || !recording.Renditions[0].IsComplete {
				t.Fatalf("recorded %+v", recording)
			}
			checkRecording(t, recording.Renditions[0], 180)
		})
	}
}

func checkRecording(t *testing.T, r Recorded, pictures int) {
	t.Helper()
	f, err := os.Open(r.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	index, err := hls.Index(f, r.Size, hls.TargetDuration)
	if err != nil {
		t.Fatal(err)
	}
	if (index.Duration-r.Duration).Abs() > 100*time.Millisecond || index.Codecs() != r.Codecs {
		t.Errorf("indexed %v %s, recorded %v %s", index.Duration, index.Codecs(), r.Duration, r.Codecs)
	}
	if n := decoded(t, r.Path); n != pictures {
		t.Errorf("the recording holds %d pictures, want %d", n, pictures)
	}
}

func TestPartsMakeUpTheirSegment(t *testing.T) {
	t.Parallel()
	p, source := newPackager(t, lowLatency)
	send(t, source, streamtest.Generate(t, streamtest.Standard))
	text := playlist(t, p, "0.m3u8")
	for _, want := range []string{
		"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=9.00000,PART-HOLD-BACK=1.20000,CAN-SKIP-UNTIL=18.00000\n",
		"#EXT-X-PART-INF:PART-TARGET=0.40000\n", "#EXT-X-MEDIA-SEQUENCE:0\n", "#EXT-X-INDEPENDENT-SEGMENTS\n",
		"#EXT-X-PROGRAM-DATE-TIME:2026-11-24T20:00:00.000Z\n", "#EXT-X-MAP:URI=\"0-init-0.mp4\"\n", "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"0-00000",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the playlist lacks %q:\n%s", want, text)
		}
	}
	var joined []byte
	for i := range strings.Count(text, `URI="0-000001.`) {
		joined = append(joined, content(t, p, fmt.Sprintf("0-000001.%d.m4s", i))...)
	}
	if !bytes.Equal(joined, content(t, p, "0-000001.m4s")) {
		t.Error("the parts of a segment are not the segment")
	}
}

func TestAnAbsentEncoderIsCarriedOver(t *testing.T) {
	t.Parallel()
	p, source := newPackager(t, lowLatency)
	clip := streamtest.Generate(t, streamtest.Standard)
	send(t, source, clip)
	for until := clip.Length; until < clip.Length+10*time.Second; until += 300 * time.Millisecond {
		p.Hold(until)
	}
	held := playlist(t, p, "0.m3u8")
	send(t, source, clip.At(clip.Length+10*time.Second))
	if _, err := p.Finish(); err != nil {
		t.Fatal(err)
	}
	text := playlist(t, p, "0.m3u8")
	if strings.Contains(text, "DISCONTINUITY\n") || strings.Count(text, "#EXT-X-MAP") != 1 {
		t.Errorf("the encoder's absence is visible:\n%s", text)
	}
	if sounds := decodedOf(t, p, text, "a"); sounds < 22*46 { // 47 a second
		t.Errorf("%d frames of sound can be heard", sounds)
	}
	if before, after := length(t, held), length(t, text); before < 14 || after < 21.8 || after > 22.3 {
		t.Errorf("%v s were listed when the encoder came back, %v in the end", before, after)
	}
	if n := frames(t, p, text); n < 360+10 {
		t.Errorf("%d pictures can be watched", n)
	}
}

// length sums up a playlist.
func length(t *testing.T, text string) (sum float64) {
	t.Helper()
	for _, found := range regexp.MustCompile(`#EXTINF:([\d.]+),`).FindAllStringSubmatch(text, -1) {
		seconds, err := strconv.ParseFloat(found[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += seconds
	}
	return sum
}

func TestOtherTracksBeginAnotherFile(t *testing.T) {
	t.Parallel()
	p, source := newPackager(t, lowLatency)
	first := streamtest.Generate(t, streamtest.Standard)
	second := streamtest.Generate(t, strings.Replace(streamtest.Standard, "160x90", "192x108", 1))
	send(t, source, first)
	send(t, source, second.At(first.Length))
	recording, err := p.Finish()
	if err != nil {
		t.Fatal(err)
	}
	text := playlist(t, p, "0.m3u8")
	if strings.Count(text, "#EXT-X-DISCONTINUITY\n") != 1 || strings.Count(text, "#EXT-X-MAP") != 2 {
		t.Errorf("a change of the picture's size is told as\n%s", text)
	}
	if len(recording.Renditions) != 2 {
		t.Fatalf("recorded %+v", recording)
	}
	for _, r := range recording.Renditions {
		checkRecording(t, r, 180)
	}
}

func TestAnEncodedRenditionFollowsTheSource(t *testing.T) {
	t.Parallel()
	p, source := newPackager(t, lowLatency)
	small, err := p.Rendition(1, Encoded)
	if err != nil {
		t.Fatal(err)
	}
	clip := streamtest.Generate(t, streamtest.Standard)
	send(t, source, clip)
	send(t, small, clip.Pictures())
	of := func(file string) (lengths []string) {
		return regexp.MustCompile(`#EXTINF:.*`).FindAllString(playlist(t, p, file), -1)
	}
	if a, b := of("0.m3u8"), of("1.m3u8"); strings.Join(a, " ") != strings.Join(b, " ") {
		t.Errorf("segments of the source: %v, of the rendition: %v", a, b)
	}
	master := playlist(t, p, "master.m3u8")
	if strings.Count(master, "#EXT-X-STREAM-INF") != 2 || strings.Count(master, "mp4a.40.2") != 2 {
		t.Errorf("master playlist:\n%s", master)
	}
	p.Remove(1)
	if _, err := p.Playlist(t.Context(), "1.m3u8", Reload{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a removed rendition: %v", err)
	}
	recording, err := p.Finish()
	if err != nil || len(recording.Renditions) != 2 || !recording.Renditions[0].IsComplete || recording.Renditions[1].IsComplete {
		t.Errorf("recorded %+v, %v", recording, err)
	}
}

func TestTheMasterPlaylistWaitsForRenditionsOnlyAtFirst(t *testing.T) {
	t.Parallel()
	p, source := newPackager(t, lowLatency)
	if _, err := p.Rendition(1, Encoded); err != nil {
		t.Fatal(err)
	}
	answered := make(chan string, 1)
	go func() {
		body, err := p.Playlist(context.Background(), "master.m3u8", Reload{})
		if err != nil {
			answered <- err.Error()
			return
		}
		answered <- string(body.Plain)
	}()
	send(t, source, streamtest.Generate(t, streamtest.Standard).Loop(12*time.Second))
	if text := <-answered; !strings.Contains(text, "0.m3u8") || strings.Contains(text, "1.m3u8") {
		t.Errorf("a rendition that does not come is listed, or the source is not:\n%s", text)
	}
}

func TestNumbersAreNeverUsedTwice(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 20, 0, 0, 0, time.UTC)
	o := lowLatency
	o.FirstNumber = NumberAt(now)
	p, source := newPackager(t, o)
	send(t, source, streamtest.Generate(t, streamtest.Standard).Loop(30*time.Second))
	if _, err := p.Finish(); err != nil {
		t.Fatal(err)
	}
	text := playlist(t, p, "0.m3u8")
	names := uriLine.FindAllString(text, -1)
	last, ok := parseName(names[len(names)-1])
	if !ok || len(names) < 14 || last.number >= NumberAt(now.Add(30*time.Second)) {
		t.Errorf("a session that begins now would use the numbers of\n%s", text)
	}
	if n := frames(t, p, text); n < 890 {
		t.Errorf("%d pictures can be watched", n)
	}
	if early := NumberAt(time.Time{}); early != 0 {
		t.Errorf("before all numbers: %d", early)
	}
}

func TestPlaylistsAreWaitedFor(t *testing.T) {
	t.Parallel()
	p, source := newPackager(t, lowLatency)
	clip := streamtest.Generate(t, streamtest.Standard)
	send(t, source, clip.Between(0, 5*time.Second))
	answered := make(chan string, 1)
	go func() {
		body, err := p.Playlist(context.Background(), "0.m3u8", Reload{HasMSN: true, MSN: 3, HasPart: true})
		if err != nil {
			answered <- err.Error()
			return
		}
		answered <- string(body.Plain)
	}()
	next := streamtest.Generate(t, streamtest.Standard).At(clip.Length)
	send(t, source, streamtest.Clip{Tracks: clip.Tracks, Samples: append(clip.Between(5*time.Second, clip.Length).Samples, next.Samples...)})
	if text := <-answered; !strings.Contains(text, `URI="0-000003.0.m4s"`) {
		t.Errorf("the answer lacks what was waited for:\n%s", text)
	}
	for _, q := range []Reload{{HasMSN: true, MSN: 99}, {HasPart: true}, {HasMSN: true, MSN: -1}, {HasMSN: true, MSN: 5, HasPart: true, Part: 40}} {
		if _, err := p.Playlist(t.Context(), "0.m3u8", q); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", q, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Playlist(ctx, "0.m3u8", Reload{HasMSN: true, MSN: 7}); err == nil {
		t.Error("who left is still waited for")
	}
}

func TestOldFilesAreDeletedWithoutRecording(t *testing.T) {
	t.Parallel()
	o := lowLatency
	o.KeepAll, o.Window = false, 0
	p, source := newPackager(t, o)
	clip := streamtest.Generate(t, streamtest.Standard)
	send(t, source, clip.Loop(4*time.Minute))
	left, err := os.ReadDir(p.o.Folder)
	if err != nil || len(left) == 0 || len(left) > 6 {
		t.Errorf("%d files are left of four minutes, %v", len(left), err)
	}
	text := playlist(t, p, "0.m3u8")
	if n := frames(t, p, text); float64(n) < length(t, text)*29 {
		t.Errorf("%d pictures in %v s", n, length(t, text))
	}
	if _, err := p.Open(t.Context(), "0-000000.m4s"); !fault.Is(err, fault.NotFound) {
		t.Errorf("the first segment: %v", err)
	}
}

func TestSoundAlone(t *testing.T) {
	t.Parallel()
	p, source := newPackager(t, lowLatency)
	send(t, source, streamtest.Generate(t, streamtest.Standard).Sound())
	recording, err := p.Finish()
	if err != nil || len(recording.Renditions) != 1 || recording.Renditions[0].HasVideo {
		t.Fatalf("recorded %+v, %v", recording, err)
	}
	if text := playlist(t, p, "0.m3u8"); length(t, text) < 5.8 {
		t.Errorf("listed\n%s", text)
	}
}

func TestHostileSamplesAreRefusedOrPassedOver(t *testing.T) {
	t.Parallel()
	p, source := newPackager(t, lowLatency)
	clip := streamtest.Generate(t, streamtest.Standard)
	send(t, source, clip)
	for _, s := range []stream.Sample{{Track: 9, DTS: 7 * time.Second, Data: []byte{1}}, {Track: 1, DTS: -1, Data: []byte{1}}, {Track: 1, DTS: 0, Data: []byte{1}}} {
		if err := source.Write(s); err != nil {
			t.Errorf("%+v: %v", s, err)
		}
	}
	if err := source.Write(stream.Sample{Track: clip.Tracks[0].ID, DTS: time.Hour, IsKey: true, Data: []byte{1}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a jump by an hour: %v", err)
	}
	if err := source.Start([]stream.Track{{ID: 1, Codec: stream.H264, Config: []byte{1}, Width: 1 << 20, Height: 1}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a huge picture: %v", err)
	}
	if err := source.Start(nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("no tracks: %v", err)
	}
	if _, err := p.Finish(); err != nil {
		t.Error(err)
	}
}
