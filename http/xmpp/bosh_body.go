package xmpp

import (
	"strconv"
	"time"

	"lucarne/chat/server"
	"lucarne/chat/xmpp"
)

const (
	nsBosh     = "http://jabber.org/protocol/httpbind"
	nsXBosh    = "urn:xmpp:xbosh" // XEP-0206
	boshStream = "<body xmlns='" + nsBosh + "' xmlns:stream='" + xmpp.NSStreams + "'"
)

// boshCondition is why a session ends (XEP-0124 §17.2).
type boshCondition string

const (
	boshBadRequest   boshCondition = "bad-request"
	boshNoSuch       boshCondition = "item-not-found"
	boshImproper     boshCondition = "improper-addressing"
	boshPolicy       boshCondition = "policy-violation"
	boshHostUnknown  boshCondition = "host-unknown"
	boshStreamFailed boshCondition = "remote-stream-error"
)

// boshRequest is what the body of a request says.
type boshRequest struct {
	sid         string
	rid         int64
	to          string
	hold        int
	wait        time.Duration
	isRestart   bool // the stream begins anew, after SASL (XEP-0206 §5)
	isTerminate bool
	payload     []*xmpp.Element
}

const (
	maxRID      = 1<<53 - 1 // XEP-0124 §7.1
	defaultWait = 60        // seconds
	defaultHold = 1
)

func parseBoshBody(e *xmpp.Element) (boshRequest, bool) {
	rid, err := strconv.ParseInt(e.Attr("rid"), 10, 64)
	if err != nil || rid < 1 || rid > maxRID {
		return boshRequest{}, false
	}
	wait, okWait := number(e.Attr("wait"), defaultWait)
	hold, okHold := number(e.Attr("hold"), defaultHold)
	restart, _ := e.FindAttr(nsXBosh, "restart")
	request := boshRequest{
		sid: e.Attr("sid"), rid: rid, to: e.Attr("to"), hold: hold, wait: time.Duration(wait) * time.Second,
		isRestart: restart == "true" || restart == "1", isTerminate: e.Attr("type") == "terminate",
	}
	for _, child := range e.Children() {
		request.payload = append(request.payload, inClient(child))
	}
	return request, okWait && okHold
}

func number(text string, fallback int) (int, bool) {
	if text == "" {
		return fallback, true
	}
	n, err := strconv.ParseUint(text, 10, 16)
	return int(n), err == nil
}

// inClient puts a stanza into the namespace of clients: some leave it in that of the body (XEP-0206 §4 has them declare it).
func inClient(e *xmpp.Element) *xmpp.Element {
	if e.Name.Space != nsBosh {
		return e
	}
	moved := e.Copy()
	moved.Name.Space = xmpp.NSClient
	for i := range moved.Nodes {
		if child := moved.Nodes[i].Element; child != nil {
			moved.Nodes[i].Element = inClient(child)
		}
	}
	return moved
}

// bodyOf wraps frames.
func bodyOf(attributes string, frames ...server.Frame) []byte {
	size := len(boshStream) + len(attributes) + len("></body>")
	for _, f := range frames {
		size += len(f)
	}
	body := append(make([]byte, 0, size), boshStream...)
	body = append(body, attributes...)
	if len(frames) == 0 {
		return append(body, "/>"...)
	}
	body = append(body, '>')
	for _, f := range frames {
		body = append(body, f...)
	}
	return append(body, "</body>"...)
}

func terminated(c boshCondition, frames ...server.Frame) []byte {
	attributes := " type='terminate'"
	if c != "" {
		attributes += " condition='" + string(c) + "'"
	}
	return bodyOf(attributes, frames...)
}

// terminatedBy ends a session with what was wrong with its stream (XEP-0206 §7), after what was still to be told.
func terminatedBy(reason *server.StreamError, frames ...server.Frame) []byte {
	if reason == nil {
		return terminated("", frames...)
	}
	if reason.Condition == server.HostUnknown {
		return terminated(boshHostUnknown)
	}
	return terminated(boshStreamFailed, append(frames[:len(frames):len(frames)], reason.Frame())...)
}

// greeting is how the first answer describes the session (XEP-0124 §7.2, XEP-0206 §3).
func (s *boshSession) greeting(header server.Header) string {
	var b []byte
	for _, a := range [][2]string{
		{"sid", s.sid},
		{"wait", seconds(s.wait)},
		{"hold", strconv.Itoa(s.hold)},
		{"requests", strconv.Itoa(s.requests())},
		{"inactivity", seconds(s.b.o.Inactivity)},
		{"polling", seconds(pollingTime)},
		{"ver", "1.6"},
		{"from", header.From},
		{"authid", header.ID},
		{"xmlns:xmpp", nsXBosh},
		{"xmpp:version", "1.0"},
		{"xmpp:restartlogic", "true"},
	} {
		b = append(b, " "+a[0]+"='"...)
		b = append(xmpp.AppendValue(b, a[1]), '\'')
	}
	return string(b)
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }
