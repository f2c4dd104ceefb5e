package s2s

import "strings"

// Site is where this server is: its host without a port, and the address of its web server.
type Site struct {
	Host   string // "video.example"
	Origin string // "https://video.example"
}

// Room is the host of the rooms.
func (s Site) Room() string { return "room." + s.Host }

func (s Site) anonymous() string { return "anon." + s.Host }
func (s Site) external() string  { return "external." + s.Host }

// Where the livechat plugin has things, on its sites and on ours.
const (
	pluginPath    = "/plugins/livechat"
	BOSHPath      = pluginPath + "/router/http-bind"
	WebSocketPath = pluginPath + "/ws/xmpp-websocket"
	ServerPath    = pluginPath + "/ws/xmpp-websocket-s2s"              // the WebSocket between servers
	InfosPath     = pluginPath + "/router/api/federation_server_infos" // ServerInfos as JSON
	pagePath      = pluginPath + "/router/webchat/room/"
)

// likely is where the site of another chat server should be: hosts of rooms are one label below.
func (s Site) likely(host string) string {
	scheme, _, _ := strings.Cut(s.Origin, "://")
	return scheme + "://" + asciiHost(strings.TrimPrefix(host, "room."))
}

func (s Site) socket(path string) string {
	return "ws" + strings.TrimPrefix(s.Origin, "http") + path // http: ws, https: wss
}

// Settings are the host's, and may change at any time.
type Settings struct {
	// DirectPort is the TCP port other servers reach this one at; 0 for none. Without it, hosts that have no WebSocket are not reached either:
	// they could not answer.
	DirectPort int
	// WebSocket lets servers connect through the web server, and this one with them.
	WebSocket bool
	// Publish tells other sites of the chats here. Without it there is no WebSocket between servers.
	Publish bool
	// Visitors says that people without an account may chat.
	Visitors bool
	// Blocked are hosts that are not spoken with, and all below them.
	Blocked []string
}

func (s Settings) hasWebSocket() bool { return s.WebSocket && s.Publish }

func (s Settings) isEnabled() bool { return s.DirectPort > 0 || s.hasWebSocket() }

func (s Settings) blocks(host string) bool {
	for _, blocked := range s.Blocked {
		blocked = strings.ToLower(blocked)
		if host == blocked || strings.HasSuffix(host, "."+blocked) {
			return true
		}
	}
	return false
}
