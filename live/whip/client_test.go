package whip_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
	"github.com/pion/webrtc/v4/pkg/media/h264reader"
	"github.com/pion/webrtc/v4/pkg/media/oggreader"

	"lucarne/live/ingest"
	"lucarne/live/stream"
	"lucarne/live/whip"
	"lucarne/platform/fault"
)

const streamKey = "6f0b7a44-4be5-4a4e-8f0c-6f5c0a1a7f11"

// desk admits one encoder at a time with the right key, and keeps what it sends.
type desk struct {
	mu    sync.Mutex
	shows []*show
}

func (d *desk) Admit(_ context.Context, r ingest.Request) (ingest.Publication, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r.Key != streamKey {
		return nil, fault.New(fault.Forbidden, "This stream key is not known")
	}
	if n := len(d.shows); n > 0 && !d.shows[n-1].isOver() {
		return nil, fault.New(fault.Conflict, "Another encoder is sending")
	}
	s := &show{request: r, done: make(chan struct{}), closed: make(chan struct{}), news: make(chan struct{}, 1)}
	d.shows = append(d.shows, s)
	return s, nil
}

func (d *desk) last(t *testing.T) *show {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.shows) == 0 {
		t.Fatal("nobody was admitted")
	}
	return d.shows[len(d.shows)-1]
}

// show is a publication that remembers.
type show struct {
	request ingest.Request
	done    chan struct{} // ended by us
	closed  chan struct{} // the encoder is gone
	news    chan struct{}

	mu      sync.Mutex
	starts  [][]stream.Track
	samples []stream.Sample
	reason  error
	why     error
}

func (s *show) Start(tracks []stream.Track) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.starts = append(s.starts, tracks)
	return nil
}

func (s *show) Write(sample stream.Sample) error {
	s.mu.Lock()
	s.samples = append(s.samples, sample)
	s.mu.Unlock()
	select {
	case s.news <- struct{}{}:
	default:
	}
	return nil
}

func (s *show) Done() <-chan struct{} { return s.done }

func (s *show) Reason() error { return s.reason }

func (s *show) Close(err error) {
	s.why = err
	close(s.closed)
}

func (s *show) isOver() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

// wait is until what was sent is enough.
func (s *show) wait(t *testing.T, what string, isEnough func(starts [][]stream.Track, samples []stream.Sample) bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		s.mu.Lock()
		enough := isEnough(s.starts, s.samples)
		s.mu.Unlock()
		if enough {
			return
		}
		select {
		case <-s.news:
		case <-s.closed:
			t.Fatalf("closed before %s: %v", what, s.why)
		case <-deadline:
			t.Fatalf("no %s in time", what)
		}
	}
}

// ended waits for the end, and gives its reason.
func (s *show) ended(t *testing.T) error {
	t.Helper()
	select {
	case <-s.closed:
		return s.why
	case <-time.After(20 * time.Second):
		t.Fatal("the publication was not closed")
		return nil
	}
}

func atLeast(track, count int) func([][]stream.Track, []stream.Sample) bool {
	return func(_ [][]stream.Track, samples []stream.Sample) bool { return countOf(samples, track) >= count }
}

func countOf(samples []stream.Sample, track int) (count int) {
	for _, s := range samples {
		if s.Track == track {
			count++
		}
	}
	return count
}

// newEndpoint listens on the loopback address alone.
func newEndpoint(t *testing.T, change func(*whip.Options)) (*whip.Endpoint, *desk) {
	t.Helper()
	d := &desk{}
	o := whip.Options{Admitter: d, Hostname: "127.0.0.1", IncludeLoopback: true, KeyInterval: 500 * time.Millisecond}
	if change != nil {
		change(&o)
	}
	e, err := whip.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e, d
}

// encoder is a WebRTC client such as a browser.
type encoder struct {
	connection *webrtc.PeerConnection
	connected  chan struct{}
	closed     chan struct{}
	tracks     map[string]*webrtc.TrackLocalStaticSample
	stop       func() // sending
}

func newEncoder(t *testing.T, network webrtc.NetworkType, kinds ...string) *encoder {
	t.Helper()
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{network})
	connection, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	c := &encoder{connection: connection, connected: make(chan struct{}, 9), closed: make(chan struct{}, 9), tracks: map[string]*webrtc.TrackLocalStaticSample{}}
	t.Cleanup(func() { _ = connection.Close() })
	connection.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		switch state {
		case webrtc.PeerConnectionStateConnected:
			c.connected <- struct{}{}
		case webrtc.PeerConnectionStateClosed, webrtc.PeerConnectionStateDisconnected, webrtc.PeerConnectionStateFailed:
			c.closed <- struct{}{}
		}
	})
	for _, kind := range kinds {
		c.add(t, kind)
	}
	return c
}

func (c *encoder) add(t *testing.T, kind string) {
	t.Helper()
	capability := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
	if kind == "video" {
		capability = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264, ClockRate: 90000, SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"}
	}
	track, err := webrtc.NewTrackLocalStaticSample(capability, kind, "show")
	if err != nil {
		t.Fatal(err)
	}
	transceiver, err := c.connection.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for buffer := make([]byte, 1500); ; {
			if _, _, err := transceiver.Sender().Read(buffer); err != nil {
				return
			}
		}
	}()
	c.tracks[kind] = track
}

// offer is complete, with all candidates.
func (c *encoder) offer(t *testing.T, options *webrtc.OfferOptions) string {
	t.Helper()
	description, err := c.connection.CreateOffer(options)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(c.connection)
	if err := c.connection.SetLocalDescription(description); err != nil {
		t.Fatal(err)
	}
	<-gathered
	return c.connection.LocalDescription().SDP
}

func (c *encoder) accept(t *testing.T, answer string) {
	t.Helper()
	if err := c.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatalf("%v in\n%s", err, answer)
	}
}

// publish goes on air.
func (c *encoder) publish(t *testing.T, e *whip.Endpoint) whip.Answer {
	t.Helper()
	answer, err := e.Publish(t.Context(), whip.Offer{Key: streamKey, SDP: c.offer(t, nil), Encoder: "test"})
	if err != nil {
		t.Fatal(err)
	}
	c.accept(t, answer.SDP)
	wait(t, c.connected, "connection")
	return answer
}

func wait(t *testing.T, c <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(20 * time.Second):
		t.Fatalf("no %s in time", what)
	}
}

// send plays the recording in a loop, at its pace, until the test ends.
func (c *encoder) send(t *testing.T, r recording) {
	ctx, cancel := context.WithCancel(context.Background())
	var sending sync.WaitGroup
	c.stop = func() { cancel(); sending.Wait() }
	t.Cleanup(func() { c.stop() })
	for kind, samples := range map[string][]media.Sample{"video": r.pictures, "audio": r.sound} {
		if track := c.tracks[kind]; track != nil {
			sending.Go(func() { play(ctx, track, samples) })
		}
	}
}

func play(ctx context.Context, track *webrtc.TrackLocalStaticSample, samples []media.Sample) {
	ticks := time.NewTicker(samples[0].Duration)
	defer ticks.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			if err := track.WriteSample(samples[i%len(samples)]); err != nil && !errors.Is(err, io.ErrClosedPipe) {
				return
			}
		}
	}
}

// recording is a second of a test picture and a tone.
type recording struct{ pictures, sound []media.Sample }

var record = sync.OnceValues(func() (recording, error) { return makeRecording("320x180") })

func recorded(t *testing.T) recording {
	t.Helper()
	r, err := record()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func makeRecording(size string) (recording, error) {
	folder, err := os.MkdirTemp("", "whip")
	if err != nil {
		return recording{}, err
	}
	defer os.RemoveAll(folder)
	pictures, sound := filepath.Join(folder, "p.h264"), filepath.Join(folder, "s.ogg")
	for _, arguments := range []string{
		"-f lavfi -i testsrc2=size=" + size + ":rate=25:duration=1 -c:v libx264 -profile:v baseline -preset ultrafast -tune zerolatency -g 10 -bsf:v h264_mp4toannexb,h264_metadata=aud=insert " + pictures,
		"-f lavfi -i sine=duration=1:sample_rate=48000 -ac 2 -c:a libopus -frame_duration 20 -page_duration 20000 " + sound,
	} {
		command := exec.Command("ffmpeg", append([]string{"-v", "error", "-y"}, strings.Fields(arguments)...)...)
		if output, err := command.CombinedOutput(); err != nil {
			return recording{}, errors.New(string(output))
		}
	}
	var r recording
	if r.pictures, err = readPictures(pictures); err != nil {
		return recording{}, err
	}
	r.sound, err = readSound(sound)
	return r, err
}

// readPictures gathers the units between two access unit delimiters.
func readPictures(file string) ([]media.Sample, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	reader, err := h264reader.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	var all []media.Sample
	for {
		unit, err := reader.NextNAL()
		if err != nil {
			return all, nil
		}
		if unit.UnitType == h264reader.NalUnitTypeAUD {
			all = append(all, media.Sample{Duration: 40 * time.Millisecond})
			continue
		}
		current := &all[len(all)-1]
		current.Data = append(append(current.Data, 0, 0, 0, 1), unit.Data...)
	}
}

func readSound(file string) ([]media.Sample, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	reader, _, err := oggreader.NewWith(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	var all []media.Sample
	for {
		page, _, err := reader.ParseNextPage()
		if err != nil {
			return all, nil
		}
		if !bytes.HasPrefix(page, []byte("OpusTags")) {
			all = append(all, media.Sample{Data: page, Duration: 20 * time.Millisecond})
		}
	}
}

func addresses(texts ...string) []netip.Addr {
	list := make([]netip.Addr, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParseAddr(text)
	}
	return list
}
