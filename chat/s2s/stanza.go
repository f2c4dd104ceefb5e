package s2s

import (
	"lucarne/chat/xmpp"
)

// pair is a host of ours and one of another server: what a stream is verified for, and for no more (XEP-0220 §2.1).
type pair struct{ ours, theirs string }

// The conditions under which a stanza comes back (RFC 6120 §8.3.3).
const (
	notFound = "remote-server-not-found"
	timedOut = "remote-server-timeout"
	tooMany  = "resource-constraint"
)

// item is a stanza on its way: as it is written, and what its return would need.
type item struct {
	data               []byte
	name, from, to, id string
	kind               string // the attribute "type"
	hasBeenResent      bool
	isOnOldLine        bool // which may have been dead without anybody knowing
}

func newItem(e *xmpp.Element) *item {
	return &item{
		data: encode(rename(e, xmpp.NSClient, xmpp.NSServer)),
		name: e.Name.Local, from: e.Attr("from"), to: e.Attr("to"), id: e.Attr("id"), kind: e.Attr("type"),
	}
}

// returned is the error that comes back in place of the receiver's answer; nil where none may (RFC 6120 §8.3.1, §8.2.3).
func (i *item) returned(condition string) *xmpp.Element {
	if i.kind == "error" || i.name == "iq" && i.kind == "result" {
		return nil
	}
	kind := "cancel"
	if condition != notFound {
		kind = "wait"
	}
	why := xmpp.NewElement(xmpp.NSClient, "error", xmpp.NewElement(nsStanzaErrors, condition)).Set("type", kind)
	return xmpp.NewElement(xmpp.NSClient, i.name, why).Set("type", "error").Set("id", i.id).Set("from", i.to).Set("to", i.from)
}

func isStanza(e *xmpp.Element) bool {
	switch e.Name.Local {
	case "message", "presence", "iq":
		return e.Name.Space == xmpp.NSServer
	}
	return false
}

// rename gives a stanza its other content namespace (RFC 6120 §4.8.2), down to where another one begins: a forwarded message in there
// keeps its own.
func rename(e *xmpp.Element, from, to string) *xmpp.Element {
	renamed := e.Copy()
	if renamed.Name.Space == from {
		renamed.Name.Space = to
	}
	for i, node := range renamed.Nodes {
		if node.Element != nil && node.Element.Name.Space == from {
			renamed.Nodes[i].Element = rename(node.Element, from, to)
		}
	}
	return renamed
}

// encode writes an element so that it means the same in a stream over TCP and in a frame of a WebSocket.
func encode(e *xmpp.Element) []byte { return xmpp.Append(nil, e, xmpp.Scope{}) }

// parseHost reads a host in an attribute; "" when it is none.
func parseHost(text string) string {
	jid, err := xmpp.ParseJID(text)
	if err != nil || jid.Local() != "" || !jid.IsBare() {
		return ""
	}
	return jid.Domain()
}

// parseHosts gives the hosts a stanza goes between; false when one is missing.
func parseHosts(e *xmpp.Element) (from, to string, ok bool) {
	sender, err := xmpp.ParseJID(e.Attr("from"))
	if err != nil {
		return "", "", false
	}
	receiver, err := xmpp.ParseJID(e.Attr("to"))
	return sender.Domain(), receiver.Domain(), err == nil
}
