package ingest

import (
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lucarne/live/rtmp"
	"lucarne/platform/fault"
)

// dial opens a connection that speaks no RTMP of itself.
func dial(t *testing.T, s *Server) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// waitClosed waits until the server closed the connection.
func waitClosed(t *testing.T, conn net.Conn) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal("the connection is still open")
	}
}

// publishes tells that the server still takes an honest encoder.
func publishes(t *testing.T, s *Server, a *air) {
	t.Helper()
	p := connect(t, s, streamKey)
	clip := standard(t)
	send(t, p, tagsOf(clip))
	_ = p.Close()
	show := a.next(t)
	if why := show.ended(t); why != nil {
		t.Fatalf("an honest encoder ended with %v", why)
	}
	show.check(t)
}

func TestGarbage(t *testing.T) {
	t.Parallel()
	noise := make([]byte, 64<<10)
	_, _ = rand.Read(noise)
	cases := map[string][]byte{
		"HTTP":                  []byte("GET /live HTTP/1.1\r\nHost: a.example\r\n\r\n"),
		"TLS on the plain port": {22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3},
		"noise":                 append([]byte{0xff}, noise...),
		"noise after hello":     append(make([]byte, 0, len(noise)+1), append([]byte{3}, noise...)...),
		"zeros":                 make([]byte, 64<<10),
	}
	for name, data := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, a := listen(t, func(o *Options) { o.Limits.SetupTimeout = time.Second })
			conn := dial(t, s)
			_, _ = conn.Write(data) // may be cut off
			waitClosed(t, conn)
			if a.asked != 0 {
				t.Error("the site was asked")
			}
			publishes(t, s, a)
		})
	}
}

// Bytes that come one by one gain no time.
func TestSlowHandshake(t *testing.T) {
	t.Parallel()
	s, a := listen(t, func(o *Options) { o.Limits.SetupTimeout = 100 * time.Millisecond })
	conn := dial(t, s)
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		ticks := time.NewTicker(5 * time.Millisecond)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				_, _ = conn.Write([]byte{3})
			case <-stop:
				return
			}
		}
	}()
	waitClosed(t, conn)
	publishes(t, s, a)
}

// Who does not come to the point makes way for who does.
func TestHalfOpenConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	s, a := listen(t, func(o *Options) { o.Limits.Waiting, o.Limits.SetupTimeout = 8, time.Minute })
	conns := make([]net.Conn, 0, 40)
	for range cap(conns) {
		conns = append(conns, dial(t, s))
	}
	for _, conn := range conns[:len(conns)-8] {
		waitClosed(t, conn)
	}
	publishes(t, s, a)
	s.door.mu.Lock()
	defer s.door.mu.Unlock()
	if s.door.inside > 8 || len(s.door.waiting) > 8 {
		t.Fatalf("%d inside, %d waiting", s.door.inside, len(s.door.waiting))
	}
}

func TestConnectionsOfOneAddressAreBounded(t *testing.T) {
	t.Parallel()
	s, a := listen(t, func(o *Options) { o.Limits.PerAddress, o.Limits.SetupTimeout = 2, time.Minute })
	first, second := dial(t, s), dial(t, s)
	third := dial(t, s)
	waitClosed(t, third)
	_ = first.Close()
	_ = second.Close()
	for deadline := time.Now().Add(10 * time.Second); s.inside() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("those who left are still counted")
		}
	}
	publishes(t, s, a)
}

func (s *Server) inside() int {
	s.door.mu.Lock()
	defer s.door.mu.Unlock()
	return s.door.inside
}

// Those who are on air stay, however many come.
func TestFullHouse(t *testing.T) {
	t.Parallel()
	s, a := listen(t, func(o *Options) { o.Limits.Connections = 1 })
	p := connect(t, s, streamKey)
	clip := standard(t)
	send(t, p, tagsOf(clip))
	show := a.next(t)
	show.wait(t, 10)
	waitClosed(t, dial(t, s))
	select {
	case <-p.Done():
		t.Fatalf("the encoder on air was closed: %v", p.Err())
	default:
	}
	_ = p.Close()
	if why := show.ended(t); why != nil {
		t.Fatalf("ended with %v", why)
	}
}

func TestTooManyBits(t *testing.T) {
	t.Parallel()
	s, a := listen(t, func(o *Options) { o.Limits.Bitrate = 100_000 })
	p := connect(t, s, streamKey)
	large := rtmp.Tag{Kind: rtmp.VideoFrame, Codec: rtmp.H264, Data: make([]byte, 64<<10)}
	for i := 0; i < 1000 && p.Write(large) == nil; i++ {
		large.Timestamp += 33
	}
	if err := ended(t, p); err == nil || !strings.Contains(err.Error(), "sends more than") {
		t.Fatalf("the encoder was told %v", err)
	}
	if why := a.next(t).ended(t); !fault.Is(why, fault.TooLarge) {
		t.Fatalf("closed with %v", why)
	}
}

func TestWrongCodecIsToldToTheEncoder(t *testing.T) {
	t.Parallel()
	s, a := listen(t, nil)
	said, err := push(t, "rtmp://"+s.Addr().String()+"/live/"+streamKey, "-re "+picture+" -c:v flv1")
	if err == nil || !strings.Contains(said, "Sorenson H.263 are not taken: choose H.264") {
		t.Fatalf("ffmpeg ended with %v: %s", err, said)
	}
	if why := a.next(t).ended(t); !fault.Is(why, fault.Unsupported) {
		t.Fatalf("closed with %v", why)
	}
}

// Noise from an encoder that was let in ends its broadcast, in words, and nobody else's.
func TestGarbageOnAir(t *testing.T) {
	t.Parallel()
	s, a := listen(t, nil)
	lines := make(chan net.Conn, 1)
	p, err := rtmp.Publish(t.Context(), rtmp.PublishOptions{Address: "rtmp://" + s.Addr().String() + "/live", Key: streamKey, Dial: keepLine(lines)})
	if err != nil {
		t.Fatal(err)
	}
	send(t, p, tagsOf(standard(t)))
	_, _ = (<-lines).Write(slices.Repeat([]byte{0xc9}, 64)) // chunks that go on with a stream that never began
	if err := ended(t, p); err == nil || !strings.Contains(err.Error(), "does not keep to RTMP") {
		t.Fatalf("the encoder was told %v", err)
	}
	show := a.next(t)
	if why := show.ended(t); !fault.Is(why, fault.Invalid) {
		t.Fatalf("closed with %v", why)
	}
	show.check(t)
	publishes(t, s, a)
}

// A key of any content is asked for once, as it came.
func TestKeysOfAnyContent(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{"long": strings.Repeat("k", 50_000), "not text": "\x00\xff\n", "a path": "../../etc", "none": "?"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, a := listen(t, nil)
			_, err := rtmp.Publish(t.Context(), rtmp.PublishOptions{Address: "rtmp://" + s.Addr().String() + "/live", Key: key})
			if !fault.Is(err, fault.Forbidden) || a.asked != 1 {
				t.Fatalf("asked %d times, told %v", a.asked, err)
			}
		})
	}
}
