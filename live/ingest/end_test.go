package ingest

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"lucarne/live/rtmp"
	"lucarne/live/streamtest"
	"lucarne/platform/clock"
	"lucarne/platform/fault"
)

func TestRefusedInWords(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		key  string
		why  error
		want string
	}{
		"wrong key":       {"wrong", nil, "There is no live with this stream key"},
		"no more room":    {streamKey, fault.New(fault.Unavailable, "Too many lives are on air"), "Too many lives are on air"},
		"our own mistake": {streamKey, errors.New("SELECT failed"), "The site cannot take the stream now"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, a := listen(t, nil)
			a.refuse = c.why
			said, err := push(t, "rtmp://"+s.Addr().String()+"/live/"+c.key, tone+" "+streamtest.AAC)
			if err == nil || !strings.Contains(said, c.want) {
				t.Fatalf("ffmpeg ended with %v: %s", err, said)
			}
			if strings.Contains(said, "SELECT") || a.asked != 1 {
				t.Errorf("asked %d times, said %s", a.asked, said)
			}
		})
	}
}

func TestSecondEncoderIsRefused(t *testing.T) {
	t.Parallel()
	s, a := listen(t, nil)
	first := connect(t, s, streamKey)
	clip := streamtest.Generate(t, streamtest.Standard)
	send(t, first, tagsOf(clip))
	_, err := rtmp.Publish(t.Context(), rtmp.PublishOptions{Address: "rtmp://" + s.Addr().String() + "/live", Key: streamKey})
	if !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "Another encoder is already sending") {
		t.Fatalf("the second was told %v", err)
	}
	_ = first.Close()
	if why := a.next(t).ended(t); why != nil {
		t.Fatalf("the first ended with %v", why)
	}
}

// An encoder whose line broke without a word is back before anybody knows.
func TestEncoderComesBackOnAnotherConnection(t *testing.T) {
	t.Parallel()
	now := clock.NewFake(time.Now())
	s, a := listen(t, func(o *Options) { o.Clock = now })
	clip := streamtest.Generate(t, streamtest.Standard)
	send(t, connect(t, s, streamKey), tagsOf(clip))
	old := a.next(t)
	old.wait(t, len(clip.Samples)) // all of it, so that the line is silent from here on
	now.Advance(3 * time.Second)
	second := connect(t, s, streamKey)
	if why := old.ended(t); why == nil || !strings.Contains(why.Error(), "came back") {
		t.Fatalf("the old connection ended with %v", why)
	}
	send(t, second, tagsOf(clip))
	a.next(t).wait(t, len(clip.Samples)/2)
}

func TestForceEnd(t *testing.T) {
	t.Parallel()
	s, a := listen(t, nil)
	p := connect(t, s, streamKey)
	send(t, p, tagsOf(streamtest.Generate(t, streamtest.Standard)))
	show := a.next(t)
	show.wait(t, 10)
	show.end(fault.New(fault.Forbidden, "The live was ended by a moderator"))
	if err := ended(t, p); err == nil || !strings.Contains(err.Error(), "ended by a moderator") {
		t.Fatalf("the encoder was told %v", err)
	}
	if why := show.ended(t); !fault.Is(why, fault.Forbidden) {
		t.Fatalf("closed with %v", why)
	}
}

func TestBroadcastFails(t *testing.T) {
	t.Parallel()
	s, a := listen(t, nil)
	p := connect(t, s, streamKey)
	show := a.next(t)
	show.mu.Lock()
	show.fail = errors.New("write /var/lib/secret")
	show.mu.Unlock()
	for _, tag := range tagsOf(streamtest.Generate(t, streamtest.Standard)) {
		if p.Write(tag) != nil {
			break
		}
	}
	if err := ended(t, p); err == nil || strings.Contains(err.Error(), "secret") || !fault.Is(err, fault.Forbidden) {
		t.Fatalf("the encoder was told %v", err)
	}
	if why := show.ended(t); !errors.Is(why, show.fail) {
		t.Fatalf("closed with %v", why)
	}
}

func TestConnectionLost(t *testing.T) {
	t.Parallel()
	s, a := listen(t, nil)
	lines := make(chan net.Conn, 1)
	p, err := rtmp.Publish(t.Context(), rtmp.PublishOptions{
		Address: "rtmp://" + s.Addr().String() + "/live", Key: streamKey, Dial: keepLine(lines),
	})
	if err != nil {
		t.Fatal(err)
	}
	send(t, p, tagsOf(streamtest.Generate(t, streamtest.Standard)))
	_ = (<-lines).Close()
	if why := a.next(t).ended(t); !fault.Is(why, fault.Unavailable) {
		t.Fatalf("closed with %v", why)
	}
}

func TestSilentEncoderIsGivenUp(t *testing.T) {
	t.Parallel()
	s, a := listen(t, func(o *Options) { o.Limits.IdleTimeout = 50 * time.Millisecond })
	p := connect(t, s, streamKey)
	if err := ended(t, p); err == nil || !strings.Contains(err.Error(), "Nothing came from the encoder") {
		t.Fatalf("the encoder was told %v", err)
	}
	if why := a.next(t).ended(t); !fault.Is(why, fault.Unavailable) {
		t.Fatalf("closed with %v", why)
	}
}

func TestServerStops(t *testing.T) {
	t.Parallel()
	s, a := listen(t, nil)
	p := connect(t, s, streamKey)
	s.Close()
	if err := ended(t, p); err == nil || !strings.Contains(err.Error(), "stopping") {
		t.Fatalf("the encoder was told %v", err)
	}
	if why := a.next(t).ended(t); !fault.Is(why, fault.Unavailable) {
		t.Fatalf("closed with %v", why)
	}
	if _, err := net.Dial("tcp", s.Addr().String()); err == nil {
		t.Fatal("the port is still open")
	}
}
