package s2s

import "strconv"

// ServerInfos is how a site's chat server can be reached, as the livechat plugin tells it: beside its videos, and at InfosPath.
type ServerInfos struct {
	Host      string       `json:"host"`
	MUC       string       `json:"muc"`
	External  string       `json:"external,omitempty"`
	Direct    *Direct      `json:"directs2s,omitempty"`
	WebSocket *WebSocket   `json:"websockets2s,omitempty"`
	Anonymous *AnonymousIn `json:"anonymous,omitempty"`
}

// Direct is the TCP port of XMPP between servers; a text, as the plugin has it.
type Direct struct {
	Port string `json:"port"`
}

// WebSocket is where XMPP between servers is spoken over WebSocket.
type WebSocket struct {
	URL string `json:"url"`
}

// AnonymousIn is how people without an account come in.
type AnonymousIn struct {
	VirtualHost string `json:"virtualhost"`
	BOSH        string `json:"bosh,omitempty"`
	WebSocket   string `json:"websocket,omitempty"`
}

// Infos is what this site tells of its chat server.
func Infos(site Site, s Settings) ServerInfos {
	infos := ServerInfos{Host: site.Host, MUC: site.Room(), External: site.external()}
	if s.DirectPort > 0 {
		infos.Direct = &Direct{Port: strconv.Itoa(s.DirectPort)}
	}
	if s.hasWebSocket() {
		infos.WebSocket = &WebSocket{URL: site.socket(ServerPath)}
	}
	if s.Visitors {
		infos.Anonymous = &AnonymousIn{VirtualHost: site.anonymous(), BOSH: site.Origin + BOSHPath, WebSocket: site.socket(WebSocketPath)}
	}
	return infos
}

// Ways is how a host may be reached. The zero Ways is that of any XMPP server: what DNS says.
type Ways struct {
	Host      string // where TCP connects to; a host of rooms need not have an address of its own
	Port      int    // 0: no TCP but by DNS
	WebSocket string // URL; "" for none
}

// ways is what the infos say of each host of the site.
func (i ServerInfos) ways() map[string]Ways {
	ways := Ways{Host: i.Host}
	if i.Direct != nil {
		ways.Port, _ = strconv.Atoi(i.Direct.Port)
	}
	if i.WebSocket != nil {
		ways.WebSocket = i.WebSocket.URL
	}
	byHost := map[string]Ways{i.Host: ways, i.MUC: ways}
	if i.External != "" {
		byHost[i.External] = ways
	}
	return byHost
}
