package rtmp

import (
	"context"
	"errors"
	"io"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"

	"lucarne/platform/fault"
)

// serve accepts one connection on the loopback and gives its outcome.
func serve(t *testing.T, o AcceptOptions, then func(*Encoder, error)) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		then(Accept(context.Background(), conn, o))
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-ended
	})
	return listener.Addr().String()
}

func TestPublish(t *testing.T) {
	t.Parallel()
	sent := []Tag{
		{Kind: Metadata, Metadata: Object{{"videocodecid", 7.0}}},
		{Kind: VideoConfig, Codec: H264, IsKey: true, Data: []byte("avcC")},
		{Kind: VideoFrame, Codec: H264, IsKey: true, Timestamp: 40, Offset: 80, Data: []byte(strings.Repeat("x", 3_000_000))},
		{Kind: AudioFrame, Codec: Opus, Timestamp: 41, Data: []byte("raw")},
	}
	var got []Tag
	ended := make(chan error, 1)
	address := serve(t, AcceptOptions{App: "live"}, func(e *Encoder, err error) {
		if err != nil {
			ended <- err
			return
		}
		defer e.Close()
		if e.Key() != "secret" || e.Agent() != "a test" {
			t.Errorf("key %q, agent %q", e.Key(), e.Agent())
		}
		if err := e.Start(); err != nil {
			t.Error(err)
		}
		for {
			tag, err := e.Read()
			if err != nil {
				ended <- err
				return
			}
			got = append(got, tag)
		}
	})
	p, err := Publish(t.Context(), PublishOptions{Address: "rtmp://" + address + "/live", Key: "secret", Agent: "a test"})
	if err != nil {
		t.Fatal(err)
	}
	if want := []Codec{H265, AV1, Opus}; !reflect.DeepEqual(p.Codecs(), want) {
		t.Errorf("codecs %v", p.Codecs())
	}
	for _, tag := range sent {
		if err := p.Write(tag); err != nil {
			t.Fatal(err)
		}
	}
	_ = p.Close()
	<-p.Done()
	if err := <-ended; !errors.Is(err, io.EOF) || p.Err() != nil {
		t.Fatalf("the server saw %v, the client %v", err, p.Err())
	}
	if !reflect.DeepEqual(got, sent) {
		t.Fatalf("got %d tags, not those %d", len(got), len(sent))
	}
}

func TestPublishRefused(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		path string
		want string
	}{
		"by the server":     {"/live/wrong", "The server refused the stream: No such key"},
		"other application": {"/other/key", "The server refused the stream: There is no such application"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := serve(t, AcceptOptions{App: "live"}, func(e *Encoder, err error) {
				if err == nil {
					e.Refuse(BadName, "No such key")
				}
			})
			_, err := Publish(t.Context(), PublishOptions{Address: "rtmp://" + address + c.path})
			if !fault.Is(err, fault.Forbidden) || !strings.HasPrefix(err.Error(), c.want) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestPublisherSeesTheEnd(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		end  func(*Encoder)
		kind fault.Kind
		want string
	}{
		"ended in words": {func(e *Encoder) { e.Refuse(Rejected, "Time is over") }, fault.Forbidden, "Time is over"},
		"lost":           {func(e *Encoder) { _ = e.Close() }, fault.Unavailable, "lost"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			consented := make(chan struct{})
			address := serve(t, AcceptOptions{App: "live"}, func(e *Encoder, err error) {
				if err == nil && e.Start() == nil {
					<-consented
					c.end(e)
				}
			})
			p, err := Publish(t.Context(), PublishOptions{Address: "rtmp://" + address + "/live/key"})
			close(consented)
			if err != nil {
				t.Fatal(err)
			}
			<-p.Done()
			if err := p.Err(); !fault.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v", err)
			}
			if err := p.Write(Tag{Kind: AudioFrame, Codec: AAC}); err == nil {
				t.Fatal("wrote after the end")
			}
		})
	}
}

func TestPublishToWhatIsNoServer(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	o := PublishOptions{Address: "rtmp://" + listener.Addr().String() + "/live/key", SetupTimeout: 50 * time.Millisecond}
	if _, err := Publish(t.Context(), o); !fault.Is(err, fault.Unavailable) || strings.Contains(err.Error(), "key") {
		t.Fatalf("got %v", err)
	}
}

func TestParseAddress(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		text, key string
		want      address // zero: refused
	}{
		"with a key":          {"rtmp://a.example/live2", "k-1", address{"rtmp", "a.example", "1935", "live2", "k-1"}},
		"in one":              {"rtmps://a.example:4443/app/inst/k-1", "", address{"rtmps", "a.example", "4443", "app/inst", "k-1"}},
		"secure":              {"rtmps://a.example/rtmp/", "k", address{"rtmps", "a.example", "443", "rtmp", "k"}},
		"key with parameters": {"rtmp://a.example/live/k?sign=1/2", "", address{"rtmp", "a.example", "1935", "live", "k?sign=1/2"}},
		"IPv6":                {"rtmp://[::1]:19/live", "k", address{"rtmp", "::1", "19", "live", "k"}},
		"no key":              {"rtmp://a.example/live", "", address{}},
		"no application":      {"rtmp://a.example", "k", address{}},
		"another scheme":      {"http://a.example/live", "k", address{}},
		"with a password":     {"rtmp://u:p@a.example/live", "k", address{}},
		"not an address":      {"rtmp://%zz", "k", address{}},
		"no server":           {"rtmp:///live", "k", address{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parseAddress(c.text, c.key)
			if got != c.want || (err == nil) == (c.want == address{}) || err != nil && !fault.Is(err, fault.Invalid) {
				t.Fatalf("got %+v, %v", got, err)
			}
		})
	}
}

func TestKeyOf(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ connected, name, want string }{
		"apart":              {"live", "k", "k"},
		"in one address":     {"live/k", "", "k"},
		"with parameters":    {"live", "k?x=y", "k"},
		"name and more path": {"live/x", "k", "k"},
		"none":               {"live", "", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := keyOf("live", c.connected, c.name); got != c.want {
				t.Fatalf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	t.Parallel()
	if got := shown("a\nb\x00\xff" + strings.Repeat("é", 400)); strings.ContainsAny(got, "\n\x00") || len(got) > maxTextShown+len("…") {
		t.Fatalf("got %q", got)
	}
}

// talk sends messages by hand, as a client after its handshake, and gives what came back until the connection ended.
func talk(t *testing.T, messages ...message) (answers []call, accepted error) {
	t.Helper()
	outcome := make(chan error, 1)
	address := serve(t, AcceptOptions{App: "live"}, func(e *Encoder, err error) {
		if err == nil {
			_ = e.Close()
		}
		outcome <- err
	})
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := greet(conn); err != nil {
		t.Fatal(err)
	}
	w := newWire(conn, time.Second)
	if err := w.write(messages...); err != nil {
		t.Fatal(err)
	}
	for {
		m, err := w.read()
		if err != nil {
			return answers, <-outcome
		}
		if c, err := parseCall(m); err == nil {
			answers = append(answers, c)
		}
	}
}

func TestSetup(t *testing.T) {
	t.Parallel()
	connect := command("connect", 0, 1, Object{{"app", "live"}})
	var endless []message
	for range MaxCommands {
		endless = append(endless, command("releaseStream", 0, 2, nil, "k"))
	}
	cases := map[string]struct {
		messages []message
		last     string // name of the last answer, "" for none
		code     string // in it
		isTaken  bool
	}{
		"publish":               {[]message{connect, command("createStream", 0, 2, nil), command("publish", 1, 3, nil, "k", "live")}, "_result", "", true},
		"AMF3":                  {[]message{{kind: typeCommandAMF3, payload: append([]byte{0}, connect.payload...)}, command("publish", 1, 3, nil, "k")}, "_result", "NetConnection.Connect.Success", true},
		"play":                  {[]message{connect, command("play", 1, 0, nil, "k")}, "onStatus", "NetStream.Play.Failed", false},
		"another application":   {[]message{command("connect", 0, 1, Object{{"app", "vod"}})}, "_error", "NetConnection.Connect.Rejected", false},
		"unknown command":       {[]message{connect, command("dance", 0, 2, nil), command("publish", 1, 3, nil, "k")}, "_error", "NetConnection.Call.Failed", true},
		"before connect":        {[]message{command("publish", 1, 3, nil, "k")}, "", "", false},
		"connect twice":         {[]message{connect, connect}, "_result", "NetConnection.Connect.Success", false},
		"endless":               {append([]message{connect}, endless...), "_result", "", false},
		"a command of no value": {[]message{{kind: typeCommand, payload: []byte{markNull}}}, "", "", false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answers, err := talk(t, c.messages...)
			if (err == nil) != c.isTaken {
				t.Fatalf("accepted: %v", err)
			}
			var last call
			if len(answers) > 0 {
				last = answers[len(answers)-1]
			}
			if last.name != c.last || last.object(1).Text("code") != c.code {
				t.Fatalf("answered %v", answers)
			}
		})
	}
}

func TestAcceptEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ours, theirs := net.Pipe()
	defer theirs.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Accept(ctx, ours, AcceptOptions{App: "live"}); err == nil {
		t.Fatal("accepted")
	}
}

func TestSlowHandshake(t *testing.T) {
	t.Parallel()
	ours, theirs := net.Pipe()
	defer theirs.Close()
	go func() { _, _ = theirs.Write([]byte{3, 0, 0}) }()
	_, err := Accept(t.Context(), ours, AcceptOptions{App: "live", SetupTimeout: 30 * time.Millisecond})
	var late net.Error
	if !errors.As(err, &late) || !late.Timeout() {
		t.Fatalf("got %v", err)
	}
}

func TestPing(t *testing.T) {
	t.Parallel()
	ours, theirs := net.Pipe()
	defer theirs.Close()
	w, peer := newWire(ours, time.Second), newWire(theirs, time.Second)
	go func() { _, _ = w.read() }()
	if err := peer.write(message{kind: typeUserControl, payload: []byte{0, 6, 1, 2, 3, 4}}); err != nil {
		t.Fatal(err)
	}
	m, err := peer.in.next()
	if want := []byte{0, 7, 1, 2, 3, 4}; err != nil || m.kind != typeUserControl || !reflect.DeepEqual(m.payload, want) {
		t.Fatalf("got %v, %v", m, err)
	}
}

// A server that never reads our acknowledgements, or a client our answers, is left after the time allowed.
func TestWriteTimeout(t *testing.T) {
	t.Parallel()
	ours, theirs := net.Pipe()
	defer theirs.Close()
	err := newWire(ours, 20*time.Millisecond).write(windowAckSize(1))
	var late net.Error
	if !errors.As(err, &late) || !late.Timeout() {
		t.Fatalf("got %v", err)
	}
}
