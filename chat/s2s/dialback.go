package s2s

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"lucarne/chat/xmpp"
)

// keys makes the keys of dialback out of a secret, so that none has to be remembered (XEP-0185 §3).
type keys struct{ secret string }

func newKeys(secret []byte) keys {
	sum := sha256.Sum256(secret)
	return keys{hex.EncodeToString(sum[:])}
}

// key proves to the receiving host that the originating one opened the stream of this id. It is worth nothing for any other pair or stream.
func (k keys) key(receiving, originating, streamID string) string {
	mac := hmac.New(sha256.New, []byte(k.secret))
	mac.Write([]byte(receiving + " " + originating + " " + streamID))
	return hex.EncodeToString(mac.Sum(nil))
}

func (k keys) verify(key, receiving, originating, streamID string) bool {
	return streamID != "" && hmac.Equal([]byte(key), []byte(k.key(receiving, originating, streamID)))
}

// What may be said of a key (XEP-0220 §2.1, §2.4).
const (
	isValid   = "valid"
	isInvalid = "invalid"
	isError   = "error"
)

// dialback is one of the elements of XEP-0220.
type dialback struct {
	name      string // "result" or "verify"
	from, to  string
	id        string // of the stream in question; with "verify" only
	kind      string // "" asks
	key       string
	condition string // with isError
}

// element writes it with the prefix "db", whose meaning is not in the prefix; Openfire looks for it nonetheless.
func (d dialback) element() *xmpp.Element {
	e := xmpp.NewElement(xmpp.NSServer, "db:"+d.name).Set("xmlns:db", nsDialback)
	e.Set("from", d.from).Set("to", d.to).Set("id", d.id).Set("type", d.kind).AddText(d.key)
	if d.condition != "" {
		e.Add(xmpp.NewElement(xmpp.NSServer, "error", xmpp.NewElement(nsStanzaErrors, d.condition)).Set("type", "cancel"))
	}
	return e
}

// maxKeyBytes is longer than any known server's key.
const maxKeyBytes = 512

// parseDialback reads one; false when it is none, or its hosts are missing.
func parseDialback(e *xmpp.Element) (dialback, bool) {
	d := dialback{
		name: e.Name.Local, from: parseHost(e.Attr("from")), to: parseHost(e.Attr("to")), id: e.Attr("id"), kind: e.Attr("type"), key: e.Text(),
	}
	ok := e.Name.Space == nsDialback && (d.name == "result" || d.name == "verify")
	return d, ok && d.from != "" && d.to != "" && len(d.key) <= maxKeyBytes && len(d.id) <= maxKeyBytes
}
