package server

import (
	"bytes"

	"lucarne/chat/xmpp"
)

// nameReceiver writes the receiver into a frame that was encoded once for all.
func nameReceiver(f Frame, to xmpp.JID) Frame {
	tag := f
	if end := bytes.IndexByte(f, '>'); end >= 0 {
		tag = f[:end]
	}
	if bytes.Contains(tag, []byte(" to='")) { // in a value, quotes are escaped
		return f
	}
	at := bytes.IndexAny(f, " />")
	if at < 0 {
		return f
	}
	named := append(make(Frame, 0, len(f)+len(to.String())+8), f[:at]...)
	named = append(named, " to='"...)
	named = xmpp.AppendValue(named, to.String())
	named = append(named, '\'')
	return append(named, f[at:]...)
}
