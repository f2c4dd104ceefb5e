package relay

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"lucarne/live/rtmp"
	"lucarne/live/stream"
	"lucarne/live/streamtest"
	"lucarne/platform/fault"
)

const key = "s3cret"

// site is another site: what it was sent, connection by connection.
type site struct {
	address string
	tags    chan rtmp.Tag
	ended   chan error // of each connection
	refuse  func(connection int) (words string)
	after   func(connection, tags int) (isOver bool)
}

// open begins to listen. The channels have to be read.
func (s *site) open(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = "rtmp://" + listener.Addr().String() + "/app"
	s.tags, s.ended = make(chan rtmp.Tag, 10_000), make(chan error, 100)
	var serving sync.WaitGroup
	serving.Go(func() {
		for n := 0; ; n++ {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { s.ended <- s.serve(t.Context(), conn, n) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		serving.Wait()
	})
}

func (s *site) serve(ctx context.Context, conn net.Conn, n int) error {
	e, err := rtmp.Accept(ctx, conn, rtmp.AcceptOptions{App: "app", IdleTimeout: 5 * time.Second})
	if err != nil {
		return err
	}
	defer e.Close()
	if e.Key() != key {
		return errors.New("another key: " + e.Key())
	}
	if s.refuse != nil {
		if words := s.refuse(n); words != "" {
			e.Refuse(rtmp.BadName, words)
			return nil
		}
	}
	if err := e.Start(); err != nil {
		return err
	}
	for tags := 0; s.after == nil || !s.after(n, tags); tags++ {
		tag, err := e.Read()
		if err != nil {
			return err
		}
		s.tags <- tag
	}
	return nil
}

func plainDial(ctx context.Context, network, address string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

func relayTo(t *testing.T, o Options, targets ...Target) *Relay {
	t.Helper()
	if o.Dial == nil {
		o.Dial = plainDial
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Retry == 0 {
		o.Retry = 10 * time.Millisecond
	}
	o.Targets = targets
	r := New(o)
	t.Cleanup(r.Close)
	return r
}

// awaitState waits until a target does so.
func awaitState(t *testing.T, r *Relay, what string, is func(State) bool) State {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for time.Now().Before(deadline) {
		if s := r.States()[0]; is(s) {
			return s
		}
		time.Sleep(2 * time.Millisecond) // states are asked for, they do not report
	}
	t.Fatalf("waited in vain for %s: %+v", what, r.States())
	return State{}
}

func in(p Phase) func(State) bool { return func(s State) bool { return s.Phase == p } }

// begin sends the first samples until the target is live.
func begin(t *testing.T, r *Relay, clip streamtest.Clip) {
	t.Helper()
	if err := clip.Play(r); err != nil {
		t.Fatal(err)
	}
	awaitState(t, r, "it to be live", in(Live))
}

func TestRelay(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ recipe string }{
		"H.264 and AAC":      {streamtest.Standard},
		"B-frames":           {streamtest.Picture + " " + streamtest.Tone + " " + streamtest.BFrames + " " + streamtest.AAC},
		"sound alone":        {streamtest.Tone + " " + streamtest.AAC},
		"HEVC and Opus":      {streamtest.Picture + " " + streamtest.Tone + " -c:v libx265 -preset ultrafast -x265-params log-level=none -tag:v hvc1 " + streamtest.Opus},
		"pictures, no sound": {streamtest.Picture + " " + streamtest.H264},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clip := streamtest.Generate(t, c.recipe).At(time.Hour)
			var s site
			s.open(t)
			r := relayTo(t, Options{}, Target{ID: 7, Address: s.address, Key: key})
			begin(t, r, clip.Between(time.Hour, time.Hour+time.Millisecond))
			if err := clip.Between(time.Hour+time.Millisecond, time.Hour+clip.Length).Send(r); err != nil {
				t.Fatal(err)
			}
			r.Close()
			if err := <-s.ended; !errors.Is(err, io.EOF) {
				t.Errorf("the other site saw %v", err)
			}
			close(s.tags)
			compare(t, clip, s.tags)
			if lost := r.States()[0].Lost; lost != 0 {
				t.Errorf("%d pictures lost", lost)
			}
		})
	}
}

// compare wants the whole clip, to the millisecond.
func compare(t *testing.T, clip streamtest.Clip, got <-chan rtmp.Tag) {
	t.Helper()
	first := clip.Samples[0]
	for _, s := range clip.Samples {
		if s.IsKey && clip.Tracks[0].ID == s.Track {
			first = s
			break
		}
	}
	ms := func(d time.Duration) int64 { return int64(math.Round(float64(d) / 1e6)) }
	next := map[bool]int{} // of pictures or not: the next sample
	configs := 0
	for tag := range got {
		isPicture := tag.Kind == rtmp.VideoFrame
		switch tag.Kind {
		case rtmp.Metadata:
			continue
		case rtmp.VideoConfig, rtmp.AudioConfig:
			configs++
			continue
		}
		i := next[isPicture]
		for clip.Samples[i].DTS < first.DTS || isPicture != isPictureOf(clip, clip.Samples[i]) {
			i++
		}
		next[isPicture] = i + 1
		want := clip.Samples[i]
		offset := ms(want.DTS+want.Offset-first.DTS) - ms(want.DTS-first.DTS)
		if int64(tag.Timestamp) != ms(want.DTS-first.DTS) || string(tag.Data) != string(want.Data) || isPicture && (tag.IsKey != want.IsKey || int64(tag.Offset) != offset) {
			t.Fatalf("tag at %d + %d of %d bytes, want %s + %s of %d", tag.Timestamp, tag.Offset, len(tag.Data), want.DTS-first.DTS, want.Offset, len(want.Data))
		}
	}
	if last := max(next[true], next[false]); configs != len(clip.Tracks) || last != len(clip.Samples) {
		t.Errorf("%d configurations, the first %d samples of %d", configs, last, len(clip.Samples))
	}
}

func isPictureOf(clip streamtest.Clip, s stream.Sample) bool {
	for _, t := range clip.Tracks {
		if t.ID == s.Track {
			return t.Codec.IsVideo()
		}
	}
	return false
}

// logged collects what is logged.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func TestRelayRefusedThenTaken(t *testing.T) {
	t.Parallel()
	s := site{refuse: func(n int) string {
		if n < 2 {
			return "Already publishing " + key
		}
		return ""
	}}
	s.open(t)
	log := &logged{}
	r := relayTo(t, Options{Logger: slog.New(slog.NewTextHandler(log, nil)), Retry: 50 * time.Millisecond}, Target{ID: 1, Address: s.address + "/" + key})
	clip := streamtest.Generate(t, streamtest.Standard)
	_ = clip.Between(0, time.Second).Play(r)
	state := awaitState(t, r, "a refusal", in(Retrying))
	if state.Reason != "The server refused the stream: Already publishing …" {
		t.Errorf("reason %q", state.Reason)
	}
	for n := time.Duration(0); r.States()[0].Phase != Live && n < 1000; n++ {
		_ = clip.At(time.Minute+n*clip.Length).Between(time.Minute+n*clip.Length, time.Minute+n*clip.Length+100*time.Millisecond).Send(r)
		time.Sleep(5 * time.Millisecond) // as an encoder goes on sending
	}
	if state := awaitState(t, r, "it to be live", in(Live)); state.Reason != "" {
		t.Errorf("live, with a reason: %q", state.Reason)
	}
	r.Close()
	if log.text.Len() == 0 || strings.Contains(log.text.String(), key) {
		t.Errorf("logged: %s", &log.text)
	}
}

func TestRelayLost(t *testing.T) {
	t.Parallel()
	s := site{after: func(n, tags int) bool { return n == 0 && tags == 20 }}
	s.open(t)
	r := relayTo(t, Options{}, Target{ID: 1, Address: s.address, Key: key})
	clip := streamtest.Generate(t, streamtest.Standard)
	begin(t, r, clip.Between(0, time.Millisecond))
	_ = clip.Between(time.Millisecond, time.Second).Send(r)
	state := awaitState(t, r, "the loss", in(Retrying))
	if state.Reason != "The connection to the server was lost" {
		t.Errorf("reason %q", state.Reason)
	}
	<-s.ended
	for len(s.tags) > 0 {
		<-s.tags
	}
	_ = clip.Between(time.Second, 4*time.Second).Send(r)
	awaitState(t, r, "it to be live again", in(Live))
	if tag := <-s.tags; tag.Kind != rtmp.Metadata || tag.Timestamp != 0 {
		t.Errorf("it begins with %+v", tag)
	}
	for tag := range s.tags {
		if tag.Kind == rtmp.VideoFrame {
			if !tag.IsKey || tag.Timestamp != 0 {
				t.Errorf("the first picture is %v at %d", tag.IsKey, tag.Timestamp)
			}
			break
		}
	}
}

// stuck is a connection that takes nothing any more once it is told so.
type stuck struct {
	net.Conn
	is     chan struct{}
	closed chan struct{}
	once   sync.Once
}

func (s *stuck) Write(b []byte) (int, error) {
	select {
	case <-s.is:
		<-s.closed
		return 0, net.ErrClosed
	default:
		return s.Conn.Write(b)
	}
}

func (s *stuck) Close() error {
	s.once.Do(func() { close(s.closed) })
	return s.Conn.Close()
}

func TestRelayThatTakesNothing(t *testing.T) {
	t.Parallel()
	var s site
	s.open(t)
	is := make(chan struct{})
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := plainDial(ctx, network, address)
		return &stuck{Conn: conn, is: is, closed: make(chan struct{})}, err
	}
	r := relayTo(t, Options{Dial: dial, MaxLag: 20 * time.Millisecond}, Target{ID: 1, Address: s.address, Key: key})
	clip := streamtest.Generate(t, streamtest.Standard)
	begin(t, r, clip.Between(0, time.Second))
	close(is)
	began := time.Now()
	for n := time.Duration(1); r.States()[0].Lost == 0; n++ {
		if err := clip.At(n * clip.Length).Send(r); err != nil {
			t.Fatal(err)
		}
	}
	if bytes := r.senders[0].queue.bytes; bytes > maxQueued {
		t.Errorf("%d bytes wait", bytes)
	}
	r.Close()
	if took := time.Since(began); took > farewell+3*time.Second {
		t.Errorf("it took %s to leave it", took)
	}
}

func TestQueueGoesOnWithAKeyframe(t *testing.T) {
	t.Parallel()
	q := newQueue(1000, time.Second)
	now := time.Now()
	push := func(dts int, begins bool, size int, at time.Duration) {
		s := stream.Sample{DTS: time.Duration(dts), IsKey: begins, Data: make([]byte, size)}
		q.push(item{kind: picture, begins: begins, sample: s, at: now.Add(at)})
	}
	push(0, false, 1, 0) // nothing begins with it
	push(1, true, 1, 0)
	q.feed(true)
	push(2, false, 990, 0)
	push(3, false, 100, 0) // too much: 1 to 3 are left out
	push(4, false, 1, 0)
	push(5, true, 1, 0)
	push(6, false, 1, 2*time.Second) // too old: 5 and 6 are left out
	push(7, true, 1, 3*time.Second)
	var got []time.Duration
	for i, ok := q.pop(); ok; i, ok = q.pop() {
		got = append(got, i.sample.DTS)
	}
	if len(got) != 1 || got[0] != 7 || q.left() != 6 || q.bytes != 0 {
		t.Errorf("got %v, left out %d, %d bytes", got, q.left(), q.bytes)
	}
}

func TestRelayStops(t *testing.T) {
	t.Parallel()
	forbidden := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: fault.New(fault.Invalid, "This address is not on the public internet")}
	}
	cases := map[string]struct {
		address string
		dial    func(context.Context, string, string) (net.Conn, error)
		want    string
	}{
		"forbidden address": {"rtmp://internal.example/app", forbidden, "This address is not on the public internet"},
		"no address":        {"http://a.example/app", plainDial, "An address to stream to begins with rtmp:// or rtmps://"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := relayTo(t, Options{Dial: c.dial}, Target{ID: 3, Address: c.address, Key: key})
			_ = streamtest.Generate(t, streamtest.Standard).Play(r)
			state := awaitState(t, r, "it to stop", in(Stopped))
			if state.Reason != c.want || state.ID != 3 || state.Since.IsZero() {
				t.Errorf("got %+v", state)
			}
		})
	}
}

func TestServerWithoutTheCodec(t *testing.T) {
	t.Parallel()
	a := &announcement{video: &stream.Track{Codec: stream.H265}, audio: &stream.Track{Codec: stream.AAC}}
	cases := map[string]struct {
		takes []rtmp.Codec
		is    bool
	}{
		"does not say": {nil, true},
		"others":       {[]rtmp.Codec{rtmp.AV1}, false},
		"this one":     {[]rtmp.Codec{rtmp.AV1, rtmp.H265}, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tags, err := wire{}.announce(a, c.takes, 0)
			if (err == nil) != c.is || err != nil && hopeless(err) == nil || c.is && len(tags) != 3 {
				t.Errorf("got %v, %v", tags, err)
			}
		})
	}
}

func TestSet(t *testing.T) {
	t.Parallel()
	var one, two site
	one.open(t)
	two.open(t)
	first, second := Target{ID: 1, Address: one.address, Key: key}, Target{ID: 2, Address: two.address, Key: key}
	r := relayTo(t, Options{}, first)
	clip := streamtest.Generate(t, streamtest.Standard)
	begin(t, r, clip.Between(0, time.Second))
	r.Set([]Target{second, first})
	_ = clip.Between(time.Second, 3*time.Second).Send(r)
	awaitState(t, r, "the second to be live", in(Live))
	if states := r.States(); len(states) != 2 || states[0].ID != 2 || states[1].ID != 1 || states[1].Phase != Live {
		t.Errorf("got %+v", states)
	}
	r.Set([]Target{second})
	if err := <-one.ended; !errors.Is(err, io.EOF) {
		t.Errorf("the first saw %v", err)
	}
	if len(r.States()) != 1 || len(two.ended) > 0 {
		t.Errorf("got %+v", r.States())
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	r := relayTo(t, Options{}, Target{ID: 1, Address: "rtmp://a.example/app", Key: key})
	if s := r.States(); len(s) != 1 || s[0].Phase != Connecting || s[0].Reason != "" {
		t.Errorf("got %+v", s)
	}
	r.Close()
	r.Set([]Target{{ID: 2}})
	if s := r.States(); len(s) != 1 || s[0].ID != 1 {
		t.Errorf("set after the end: %+v", s)
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		target Target
		want   string
	}{
		{"apart", Target{Address: "rtmp://a/live", Key: "k-1"}, "stream … of live"},
		{"in the address", Target{Address: "rtmp://a/live/k-1"}, "stream … of live"},
		{"with parameters", Target{Address: "rtmp://a/live/k-1 of?x=1/2"}, "stream k-1 of live"},
		{"none", Target{Address: "rtmp://a/live/"}, "stream k-1 of live"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := redact("stream k-1 of live", c.target); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Nothing is left of a relay, whatever its targets did.
func TestRelayLeavesNothing(t *testing.T) {
	var s site
	s.open(t)
	clip := streamtest.Generate(t, streamtest.Standard)
	before := runtime.NumGoroutine()
	for range 3 {
		r := relayTo(t, Options{}, Target{ID: 1, Address: s.address, Key: key}, Target{ID: 2, Address: "rtmp://127.0.0.1:1/app", Key: key})
		begin(t, r, clip)
		r.Close()
		<-s.ended
		for len(s.tags) > 0 {
			<-s.tags
		}
	}
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if now := runtime.NumGoroutine(); now > before {
		t.Errorf("%d goroutines, before %d", now, before)
	}
}
