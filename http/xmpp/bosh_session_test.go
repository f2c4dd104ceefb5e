package xmpp

import (
	"bytes"
	"errors"
	"net/netip"
	"testing"
	"time"

	"lucarne/chat/server"
	"lucarne/chat/xmpp"
)

// aSession has no stream, and one request that was handled and waits.
func aSession() (s *boshSession, waiter chan []byte) {
	s = NewBOSH(nil, BOSHOptions{}).newSession(netip.Addr{}, boshRequest{rid: 8, hold: 1, wait: time.Minute})
	waiter = make(chan []byte, 1)
	s.rounds[8], s.last = &round{isHandled: true, waiter: waiter}, 8
	return s, waiter
}

func TestWhatWaitsForAClientIsBounded(t *testing.T) {
	s, waiter := aSession()
	frame := server.Frame(bytes.Repeat([]byte("x"), 1000))
	sent := 0
	var err error
	for ; err == nil && sent < 10_000; sent++ {
		err = s.Send(frame)
	}
	// The first went out with the request that waited.
	if !errors.Is(err, errSlow) || sent != maxBuffered/1000+2 {
		t.Errorf("got %v after %d", err, sent)
	}
	if body := <-waiter; !bytes.Contains(body, frame) {
		t.Errorf("the request that waited hears %.100q", body)
	}
}

func TestAnswersAreNotTooLong(t *testing.T) {
	s, waiter := aSession()
	frames := make([]server.Frame, 300)
	for i := range frames {
		frames[i] = bytes.Repeat([]byte("x"), 1000)
	}
	if err := s.Send(frames...); err != nil {
		t.Fatal(err)
	}
	if body := <-waiter; len(body) > maxBodyBytes+200 || len(body) < maxBodyBytes-1000 {
		t.Errorf("got %d bytes", len(body))
	}
	if left := len(s.out); left != 300-maxBodyBytes/1000 || s.outBytes != left*1000 {
		t.Errorf("%d frames are left, of %d bytes", left, s.outBytes)
	}
	// One stanza that is longer goes alone.
	s, waiter = aSession()
	if err := s.Send(bytes.Repeat([]byte("x"), 2*maxBodyBytes), frames[0]); err != nil {
		t.Fatal(err)
	}
	if body := <-waiter; len(s.out) != 1 || len(body) < 2*maxBodyBytes {
		t.Errorf("%d frames are left after %d bytes", len(s.out), len(body))
	}
}

func FuzzBoshBody(f *testing.F) {
	for _, text := range []string{
		"<body xmlns='http://jabber.org/protocol/httpbind' rid='1' to='a.test' hold='1' wait='60'/>",
		"<body xmlns='http://jabber.org/protocol/httpbind' xmlns:x='urn:xmpp:xbosh' sid='a' rid='9007199254740991' x:restart='true' type='terminate'><iq><a/></iq></body>",
		"<b:body xmlns:b='http://jabber.org/protocol/httpbind' rid='01' wait='65536'/>",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := xmpp.ParseElement([]byte(text), xmpp.Limits{Bytes: maxBoshBytes})
		if err != nil {
			return
		}
		request, ok := parseBoshBody(e)
		if !ok {
			return
		}
		if request.rid < 1 || request.rid > maxRID || request.hold < 0 || request.wait < 0 {
			t.Fatalf("%q gives %+v", text, request)
		}
		frames := make([]server.Frame, 0, len(request.payload))
		for _, child := range request.payload {
			if child.Name.Space == nsBosh {
				t.Fatalf("%q leaves %s where it was", text, child)
			}
			frames = append(frames, xmpp.Marshal(child))
		}
		told, err := xmpp.ParseElement(bodyOf(" sid='x'", frames...), xmpp.Limits{Bytes: 1 << 20, Nodes: 1 << 20, Depth: 100, Attributes: 100, Namespaces: 1000})
		if err != nil || len(told.Children()) != len(frames) {
			t.Fatalf("%q gives %v, %v", text, told, err)
		}
	})
}
