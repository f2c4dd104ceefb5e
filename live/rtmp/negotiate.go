package rtmp

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"lucarne/platform/fault"
)

// address is where and as what to publish.
type address struct {
	scheme, host, port string
	app, key           string
}

func parseAddress(text, key string) (address, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return address{}, fault.New(fault.Invalid, "This is not an address to stream to: it looks like rtmp://server/app")
	}
	ports := map[string]string{"rtmp": "1935", "rtmps": "443"}
	port, isKnown := ports[u.Scheme]
	if !isKnown {
		return address{}, fault.New(fault.Invalid, "An address to stream to begins with rtmp:// or rtmps://")
	}
	app := strings.Trim(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		app += "?" + u.RawQuery
	}
	if key == "" {
		path, _, _ := strings.Cut(app, "?")
		cut := strings.LastIndexByte(path, '/')
		app, key = app[:max(cut, 0)], app[cut+1:]
	}
	if app == "" || key == "" {
		return address{}, fault.New(fault.Invalid, "The address to stream to lacks the application or the stream key")
	}
	return address{u.Scheme, u.Hostname(), cmp.Or(u.Port(), port), app, key}, nil
}

func (a address) url() string {
	return a.scheme + "://" + net.JoinHostPort(a.host, a.port) + "/" + a.app
}

// failure puts an error of the negotiation in words.
func (a address) failure(err error) error {
	var marked *fault.Error
	if errors.As(err, &marked) {
		return err
	}
	return fault.New(fault.Unavailable, "The server %s did not answer as an RTMP server does", a.host).Because(err)
}

func dial(ctx context.Context, to address, o PublishOptions) (net.Conn, error) {
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	conn, err := o.Dial(ctx, "tcp", net.JoinHostPort(to.host, to.port))
	if err != nil || to.scheme == "rtmp" {
		return conn, err
	}
	config := &tls.Config{}
	if o.TLS != nil {
		config = o.TLS.Clone()
	}
	config.ServerName = cmp.Or(config.ServerName, to.host)
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}

// enhanced lists the codecs that only Enhanced RTMP carries, by their FourCC.
var enhanced = []struct {
	fourCC string
	codec  Codec
}{{"hvc1", H265}, {"av01", AV1}, {"Opus", Opus}}

// negotiate shakes hands and asks to publish, in the order of FMLE and OBS.
func negotiate(conn net.Conn, to address, o PublishOptions) (*Publisher, error) {
	if err := conn.SetDeadline(time.Now().Add(o.SetupTimeout)); err != nil {
		return nil, err
	}
	if err := greet(conn); err != nil {
		return nil, err
	}
	p := &Publisher{wire: newWire(conn, o.WriteTimeout), name: to.key, done: make(chan struct{})}
	if err := p.connect(to, cmp.Or(o.Agent, "FMLE/3.0 (compatible; Lucarne)")); err != nil {
		return nil, err
	}
	if err := p.createStream(); err != nil {
		return nil, err
	}
	if err := p.publish(); err != nil {
		return nil, err
	}
	return p, conn.SetReadDeadline(time.Time{})
}

func (p *Publisher) connect(to address, agent string) error {
	var fourCCs []any
	for _, e := range enhanced {
		fourCCs = append(fourCCs, e.fourCC)
	}
	properties := Object{
		{"app", to.app}, {"type", "nonprivate"}, {"flashVer", agent}, {"swfUrl", to.url()}, {"tcUrl", to.url()}, {"fourCcList", fourCCs},
	}
	if err := p.wire.write(setChunkSize(writeChunkSize), command("connect", 0, 1, properties)); err != nil {
		return err
	}
	answer, err := p.answer(1)
	p.codecs = listedCodecs(answer.object(0))
	return err
}

// listedCodecs are the codecs of a fourCcList. "*" is any (Enhanced RTMP v2).
func listedCodecs(properties Object) []Codec {
	list, _ := properties.Get("fourCcList").([]any)
	var codecs []Codec
	for _, e := range enhanced {
		for _, fourCC := range list {
			if fourCC == e.fourCC || fourCC == "*" {
				codecs = append(codecs, e.codec)
				break
			}
		}
	}
	return codecs
}

func (p *Publisher) createStream() error {
	err := p.wire.write(
		windowAckSize(windowSize),
		command("releaseStream", 0, 2, nil, p.name), command("FCPublish", 0, 3, nil, p.name), command("createStream", 0, 4, nil),
	)
	if err != nil {
		return err
	}
	answer, err := p.answer(4)
	if err != nil {
		return err
	}
	number, isNumber := answer.argument(1).(float64)
	if !isNumber || number < 0 || number > 1<<31 {
		return violation("createStream answered without a stream")
	}
	p.stream = uint32(number)
	return nil
}

func (p *Publisher) publish() error {
	if err := p.wire.write(command("publish", p.stream, 5, nil, p.name, "live")); err != nil {
		return err
	}
	for range MaxCommands {
		m, err := p.wire.read()
		if err != nil {
			return err
		}
		if err := refusal(m); err != nil {
			return err
		}
		if c, err := parseCall(m); m.isCommand() && err == nil && c.object(1).Text("code") == "NetStream.Publish.Start" {
			return nil
		}
	}
	return violation("no answer to publish among %d", MaxCommands)
}

// answer waits for the answer to one of our commands, passing over what else servers send.
func (p *Publisher) answer(transaction float64) (call, error) {
	for range MaxCommands {
		m, err := p.wire.read()
		if err != nil {
			return call{}, err
		}
		if !m.isCommand() {
			continue
		}
		c, err := parseCall(m)
		if err != nil {
			continue // no answer to us: ffmpeg 5.1 sends onFCPublish without a transaction
		}
		if c.name == "_result" && c.transaction == transaction {
			return c, nil
		}
		// Servers answer FCPublish and releaseStream, which are courtesies, with errors as they please.
		if c.name == "onStatus" || c.name == "_error" && c.transaction == transaction {
			if err := refusal(m); err != nil {
				return call{}, err
			}
		}
	}
	return call{}, violation("no answer among %d", MaxCommands)
}

// refusal is the error in a status or an answer, nil when it is none.
func refusal(m message) error {
	if !m.isCommand() {
		return nil
	}
	c, err := parseCall(m)
	if err != nil {
		return nil // not a command to us
	}
	said := c.object(1)
	isBad := c.name == "onStatus" && said.Text("level") == "error" || c.name == "_error" && (c.transaction == 1 || c.transaction >= 4)
	if !isBad {
		return nil
	}
	words := shown(cmp.Or(said.Text("description"), said.Text("code"), "no reason given"))
	return fault.New(fault.Forbidden, "The server refused the stream: %s", words)
}
