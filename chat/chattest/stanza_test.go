package chattest

import (
	"reflect"
	"testing"
)

const said = `<message from='film@room.localhost/Ada &amp; &quot;co&quot;' type='groupchat' xml:id="no" id='c1'><body>a &lt; b &amp;&amp; c</body>` +
	`<stanza-id xmlns='urn:xmpp:sid:0' by='film@room.localhost' id='42'/><event xmlns='urn:lucarne:chat:0' seq='78'/></message>`

func TestStanza(t *testing.T) {
	s := Stanza(said)
	got := []any{s.Is("message"), s.Is("mess"), s.Attr("from"), s.Attr("id"), s.Attr("type"), s.Attr("by"), string(s.Body()), s.Child("body", "").Text(), s.ID(), s.Seq(), s.Refusal()}
	want := []any{true, false, `film@room.localhost/Ada & "co"`, "c1", "groupchat", "", "a &lt; b &amp;&amp; c", "a < b && c", int64(42), int64(78), (*Refusal)(nil)}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %#v\nwant %#v", got, want)
	}
}

func TestRefusal(t *testing.T) {
	tests := map[string]struct {
		stanza string
		want   *Refusal
	}{
		"with text": {
			`<message type='error' id='c3'><error type='wait'><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Wait 5 s</text></error></message>`,
			&Refusal{"wait", "policy-violation", "Wait 5 s"},
		},
		"text first, own payload": {
			`<presence type='error'><x xmlns='http://jabber.org/protocol/muc'/><error by='r' type='cancel'><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>`,
			&Refusal{"cancel", "conflict", ""},
		},
		"without a reason": {`<message type='error'/>`, &Refusal{}},
		"no error":         {`<message type='groupchat'><body>error</body></message>`, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Stanza(test.stanza).Refusal(); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestOwnPresence(t *testing.T) {
	tests := map[string]struct {
		stanza string
		want   bool
	}{
		"alone":     {`<presence><x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/></x></presence>`, true},
		"second":    {`<presence><x><item role='participant'/><status code="100"/><status code="110"/></x></presence>`, true},
		"of others": {`<presence><x><status code='210'/></x></presence>`, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Stanza(test.stanza).isOwn(); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestEscape(t *testing.T) {
	const text = `<a href="x" title='y'>&amp;</a>`
	if got := unescape([]byte(Escape(text))); got != text {
		t.Errorf("got %q, want %q", got, text)
	}
}

func FuzzStanza(f *testing.F) {
	f.Add([]byte(said))
	f.Add([]byte(`<message type='error'><error type="wait"><x xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'`))
	f.Add([]byte(`<a b=`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := Stanza(b)
		s.Is("message")
		s.Attr("id")
		s.Body()
		s.ID()
		s.Seq()
		s.isOwn()
		if r := s.Refusal(); r != nil {
			_ = r.Error()
		}
	})
}
