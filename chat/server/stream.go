package server

import (
	"context"
	"errors"
	"sync/atomic"

	"lucarne/chat/sasl"
	"lucarne/chat/xmpp"
)

// Stream is what one connection carries, from its opening to its end. Its methods are called by one goroutine, the one that reads.
type Stream struct {
	s      *Server
	conn   Conn
	origin Origin
	id     string
	host   xmpp.JID // whom it was opened to
	login  *sasl.Server[*identity]
	tries  int
	who    *identity
	c      *session
	bound  atomic.Pointer[session] // c, for those who do not read
	heard  atomic.Int64            // when the client said something last, in ms
}

const maxTries = 5 // to sign in, on one stream

// Open begins what a connection carries. It fails with a *StreamError when there are too many.
func (s *Server) Open(conn Conn, from Origin) (*Stream, error) {
	st := &Stream{s: s, conn: conn, origin: from}
	st.Hear()
	return st, s.admit(st)
}

// Hear notes that the client is there, as every element it sends does: for transports that know by other signs. Any goroutine may call it.
func (st *Stream) Hear() { st.heard.Store(st.s.o.Clock.Now().UnixMilli()) }

func (st *Stream) take(c *session) {
	st.c = c
	st.bound.Store(c)
}

// Header is how the server opens its side of a stream.
type Header struct {
	From, ID string
	Features *xmpp.Element // to be sent after it
}

// Begin answers the client's opening of the stream, also the one after it signed in. to is the host the client named. It fails with a
// *StreamError.
func (st *Stream) Begin(to string) (Header, error) {
	st.id = token()
	host, err := xmpp.ParseJID(to)
	switch {
	case err != nil || host != st.s.host && host != st.s.anon:
		return Header{From: st.s.host.Domain(), ID: st.id}, &StreamError{Condition: HostUnknown}
	case host == st.s.anon && !st.s.o.Settings().AllowsVisitors:
		return Header{From: to, ID: st.id}, &StreamError{Condition: HostUnknown, Text: "This chat is for people with an account"}
	case st.who != nil && st.host != host:
		return Header{From: to, ID: st.id}, &StreamError{Condition: HostUnknown}
	}
	st.host = host
	return Header{From: host.Domain(), ID: st.id, Features: st.features()}, nil
}

func (st *Stream) features() *xmpp.Element {
	features := xmpp.NewElement(xmpp.NSStreams, "features")
	if st.who != nil {
		return features.Add(
			xmpp.NewElement(nsBind, "bind"),
			xmpp.NewElement(nsSession, "session", xmpp.NewElement(nsSession, "optional")),
			xmpp.NewElement(nsSM, "sm"),
		)
	}
	options := st.saslOptions()
	offered := xmpp.NewElement(nsSASL, "mechanisms")
	for _, name := range sasl.New(options).Mechanisms() {
		offered.Add(xmpp.NewText(nsSASL, "mechanism", name))
	}
	features.Add(offered)
	if binding := options.Binding.Name; binding != "" { // XEP-0440
		features.Add(xmpp.NewElement(nsBinding, "sasl-channel-binding", xmpp.NewElement(nsBinding, "channel-binding").Set("type", binding)))
	}
	return features
}

// IsBound tells whether the client said who it is and has an address.
func (st *Stream) IsBound() bool { return st.c != nil }

// Receive handles one element of the client. It fails with a *StreamError when the stream cannot go on; the connection is to be closed with
// it. What the client is refused otherwise it is told in the stream.
func (st *Stream) Receive(ctx context.Context, e *xmpp.Element) error {
	st.Hear()
	ctx, cancel := context.WithTimeout(ctx, handlingTime)
	defer cancel()
	return st.receive(ctx, e)
}

func (st *Stream) receive(ctx context.Context, e *xmpp.Element) (err error) {
	defer func() {
		if failure := recover(); failure != nil {
			st.s.o.Logger.Error("a stream failed", "error", st.s.mistake(failure))
			err = &StreamError{Condition: "internal-server-error"}
		}
	}()
	switch {
	case e.Name.Space == nsSASL:
		return st.authenticate(ctx, e)
	case e.Name.Space == nsSM && st.who != nil:
		return st.manage(e)
	case e.Name.Space != xmpp.NSClient:
		return &StreamError{Condition: InvalidNS}
	case st.who == nil:
		return &StreamError{Condition: NotAuthorized}
	case st.c == nil:
		return st.bind(e)
	}
	if err := st.c.check(e); err != nil {
		return err
	}
	st.c.handled()
	st.c.handle(ctx, e)
	return nil
}

// Lost ends what the connection carried: it is gone. A session with stream management is kept for a while.
func (st *Stream) Lost() {
	st.s.dismiss(st)
	if st.c != nil {
		st.c.detach(st.conn)
	}
}

// End ends the stream as the client wished: nothing of it is kept.
func (st *Stream) End() {
	st.s.dismiss(st)
	if st.c != nil {
		st.c.endBy(st.conn)
	}
}

func (st *Stream) reply(e *xmpp.Element) error {
	if err := st.conn.Send(encode(e)); err != nil {
		return &StreamError{Condition: TimedOut}
	}
	return nil
}

// bind gives the stream its address (RFC 6120 §7).
func (st *Stream) bind(e *xmpp.Element) error {
	request := e.Child(nsBind, "bind")
	if e.Name.Local != "iq" || e.Attr("type") != "set" || request == nil {
		return &StreamError{Condition: NotAuthorized, Text: "Bind a resource first"}
	}
	resource := request.ChildText(nsBind, "resource")
	if resource == "" || st.who.isVisitor() {
		resource = token() // people without an account may share one address: nobody takes the place of another
	}
	jid, err := st.who.bare.WithResource(resource)
	if err != nil {
		return st.reply(refuse(e, refusalOf(err)))
	}
	c := newSession(st.s, jid, st.who, st.origin, st.conn)
	if err := st.s.enlist(c); err != nil {
		return st.reply(refuse(e, refusalOf(err)))
	}
	st.take(c)
	return st.reply(result(e, xmpp.NewElement(nsBind, "bind", xmpp.NewText(nsBind, "jid", jid.String()))))
}

// result is the answer to an IQ.
func result(request *xmpp.Element, payload ...*xmpp.Element) *xmpp.Element {
	answer := xmpp.NewElement(xmpp.NSClient, "iq").Set("type", "result").Set("id", request.Attr("id"))
	return answer.Set("from", request.Attr("to")).Set("to", request.Attr("from")).Add(payload...)
}

// ConditionOf is the stream error for what the reader of XML refused.
func ConditionOf(err error) *StreamError {
	var told *StreamError
	switch {
	case errors.As(err, &told):
		return told
	case errors.Is(err, xmpp.ErrRestrictedXML):
		return &StreamError{Condition: RestrictedXML}
	case errors.Is(err, xmpp.ErrTooLarge):
		return &StreamError{Condition: PolicyViolation, Text: "The element is beyond the limits"}
	}
	return &StreamError{Condition: InvalidXML}
}
