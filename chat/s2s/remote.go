package s2s

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"lucarne/chat/xmpp"
)

// Bounds of what other sites declare.
const (
	maxDeclarationBytes = 16 << 10
	maxURLBytes         = 2000
)

// ParseDeclaration reads what a video of another site declares as its chat; host is the one the video's own address has. What is not
// strictly of that host is dropped; where the chat server itself is not, or nothing is declared, ok is false. What old versions of the
// plugin declare is given in today's form.
func ParseDeclaration(data []byte, host string) (d Declaration, ok bool) {
	var fields object
	if len(data) > maxDeclarationBytes || json.Unmarshal(data, &fields) != nil || fields.text("type") != kindXMPP {
		return Declaration{}, false
	}
	of := origin(strings.ToLower(host))
	room, err := xmpp.ParseJID(fields.text("jid"))
	if err != nil || room.Local() == "" || !room.IsBare() {
		return Declaration{}, false
	}
	server, has := fields.object("xmppserver")
	if !has {
		if server, has = upgrade(fields, room.Domain()); !has {
			return Declaration{}, false
		}
	}
	infos, ok := of.infos(server)
	// Not asked for by the plugin: a room elsewhere would be joined in the name of this site.
	if !ok || room.Domain() != infos.MUC {
		return Declaration{}, false
	}
	d = Declaration{Type: kindXMPP, JID: room.String(), Links: []Link{}, Server: &infos}
	if emojis := fields.text("customEmojisUrl"); of.owns(emojis, "https", "http") {
		d.CustomEmojisURL = emojis
	}
	return d, true
}

// parseInfos reads the answer of InfosPath of a host, with the same checks.
func parseInfos(data []byte, host string) (ServerInfos, bool) {
	var fields object
	if json.Unmarshal(data, &fields) != nil {
		return ServerInfos{}, false
	}
	return origin(strings.ToLower(host)).infos(fields)
}

// upgrade gives the form before 6.3 of the plugin, which has links only, the form of today.
func upgrade(fields object, muc string) (object, bool) {
	host, ok := strings.CutPrefix(muc, "room.")
	if !ok {
		return nil, false
	}
	anonymous := object{}
	links, _ := fields["links"].([]any)
	for _, value := range links {
		link, _ := value.(map[string]any)
		switch object(link).text("type") {
		case linkBOSH:
			anonymous["bosh"], anonymous["virtualhost"] = link["url"], link["jid"]
		case linkWebSocket:
			anonymous["websocket"], anonymous["virtualhost"] = link["url"], link["jid"]
		}
	}
	return object{"host": host, "muc": muc, "anonymous": map[string]any(anonymous)}, true
}

// object is JSON nobody vouches for: what is missing or of another type reads as empty.
type object map[string]any

func (o object) text(key string) string {
	text, _ := o[key].(string)
	return text
}

func (o object) object(key string) (object, bool) {
	inner, ok := o[key].(map[string]any)
	return inner, ok
}

// origin is the host that declared something, to which all of it must belong.
type origin string

func (of origin) infos(fields object) (ServerInfos, bool) {
	host, isHost := of.host(fields.text("host"))
	muc, isMUC := of.host(fields.text("muc"))
	if !isHost || !isMUC {
		return ServerInfos{}, false
	}
	infos := ServerInfos{Host: host, MUC: muc}
	infos.External, _ = of.host(fields.text("external"))
	if direct, ok := fields.object("directs2s"); ok && isPort(direct.text("port")) {
		infos.Direct = &Direct{Port: direct.text("port")}
	}
	if socket, ok := fields.object("websockets2s"); ok && of.owns(socket.text("url"), "wss", "ws") {
		infos.WebSocket = &WebSocket{URL: socket.text("url")}
	}
	if anonymous, ok := fields.object("anonymous"); ok {
		infos.Anonymous = of.anonymous(anonymous)
	}
	return infos, true
}

func (of origin) anonymous(fields object) *AnonymousIn {
	host, ok := of.host(fields.text("virtualhost"))
	if !ok {
		return nil
	}
	in := &AnonymousIn{VirtualHost: host}
	if address := fields.text("bosh"); of.owns(address, "https", "http") {
		in.BOSH = address
	}
	if address := fields.text("websocket"); of.owns(address, "wss", "ws") {
		in.WebSocket = address
	}
	if in.BOSH == "" && in.WebSocket == "" {
		return nil
	}
	return in
}

// host gives a host in its normal form, if it is the origin itself or one label below.
func (of origin) host(text string) (string, bool) {
	jid, err := xmpp.ParseJID(text)
	if err != nil || jid.Local() != "" || !jid.IsBare() || !strings.Contains(string(of), ".") {
		return "", false
	}
	host := jid.Domain()
	if host == string(of) {
		return host, true
	}
	label, isBelow := strings.CutSuffix(host, "."+string(of))
	if !isBelow || strings.Contains(label, ".") {
		return "", false
	}
	return host, true
}

// owns says whether an address is one of exactly the origin's host, whatever its port.
func (of origin) owns(address string, schemes ...string) bool {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxURLBytes || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Opaque != "" {
		return false
	}
	for _, scheme := range schemes {
		if u.Scheme == scheme {
			return u.Host != "" && strings.ToLower(u.Hostname()) == string(of)
		}
	}
	return false
}

func isPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return err == nil && port > 0 && text[0] != '+'
}
