package rtmp

import (
	"cmp"
	"strings"
	"time"

	"lucarne/platform/fault"
)

// setup is the conversation before publishing.
type setup struct {
	encoder      *Encoder
	app          string // the only one there is
	isConnected  bool
	isPublishing bool
}

// serve answers one command; an error ends the connection.
func (s *setup) serve(m message) error {
	c, err := parseCall(m)
	if err != nil {
		return err
	}
	if !s.isConnected && c.name != "connect" {
		return violation("%s before connect", shown(c.name))
	}
	switch c.name {
	case "connect":
		return s.connect(c)
	case "createStream":
		return s.answer(c, float64(1)) // RTMP §7.2.1.3; always the same, since one stream is all there is
	case "publish":
		return s.publish(m.stream, c)
	case "play", "play2":
		return s.reject(onStatus(m.stream, "error", "NetStream.Play.Failed", "Nothing can be played from here: this is for publishing only"))
	case "deleteStream", "closeStream", "FCUnpublish":
		return nil
	case "releaseStream", "FCPublish", "_checkbw":
		return s.answer(c, nil)
	}
	return s.unknown(c)
}

func (s *setup) answer(c call, result any) error {
	if c.transaction == 0 { // RTMP §7.2.1: no answer expected
		return nil
	}
	return s.encoder.wire.write(command("_result", 0, c.transaction, nil, result))
}

func (s *setup) unknown(c call) error {
	if c.transaction == 0 || strings.HasPrefix(c.name, "_") || strings.HasPrefix(c.name, "on") {
		return nil
	}
	refused := status("error", "NetConnection.Call.Failed", "There is no such command")
	return s.encoder.wire.write(command("_error", 0, c.transaction, nil, refused))
}

// reject says the last words before publishing and gives the error that ends the connection.
func (s *setup) reject(last message) error {
	s.encoder.end(last)
	c, _ := parseCall(last)
	return fault.New(fault.Invalid, "%s", c.object(1).Text("description"))
}

// connect answers RTMP §7.2.1.1.
func (s *setup) connect(c call) error {
	if s.isConnected {
		return violation("a second connect")
	}
	asked := c.object(0)
	s.encoder.app = strings.Trim(asked.Text("app"), "/")
	s.encoder.agent = shown(cmp.Or(asked.Text("flashVer"), asked.Text("type")))
	if app, _, _ := strings.Cut(s.encoder.app, "/"); app != s.app && !strings.HasPrefix(app, s.app+"?") {
		words := "There is no such application: the server's address ends in /" + s.app
		return s.reject(command("_error", 0, c.transaction, nil, status("error", "NetConnection.Connect.Rejected", words)))
	}
	s.isConnected = true
	said := status("status", "NetConnection.Connect.Success", "Connection succeeded.")
	encoding, _ := asked.Get("objectEncoding").(float64)
	said = append(said, Property{"objectEncoding", encoding})
	return s.encoder.wire.write(
		windowAckSize(windowSize), peerBandwidth(windowSize), setChunkSize(writeChunkSize),
		command("_result", 0, c.transaction, serverProperties(asked), said),
	)
}

// serverProperties tell who we are and, to clients of Enhanced RTMP, what may be sent.
func serverProperties(asked Object) Object {
	// Clients look for a Flash Media Server that knows H.264: 3.5 does.
	properties := Object{{"fmsVer", "FMS/3,5,7,7009"}, {"capabilities", float64(31)}}
	if asked.Get("fourCcList") == nil && asked.Get("capsEx") == nil {
		return properties
	}
	return append(properties, Property{"fourCcList", []any{"avc1", "hvc1", "av01", "mp4a", "Opus"}})
}

// publish takes RTMP §7.2.2.6 of whatever kind: what is kept is not for the encoder to say.
func (s *setup) publish(stream uint32, c call) error {
	s.encoder.stream = stream
	s.encoder.key = keyOf(s.app, s.encoder.app, c.text(1))
	s.isPublishing = true
	return s.encoder.wire.conn.SetDeadline(time.Time{})
}
