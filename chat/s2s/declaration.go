package s2s

// Declaration is the value of peertubeLiveChat of an ActivityPub Video.
type Declaration struct {
	Type            string       `json:"type"` // "xmpp"
	JID             string       `json:"jid"`
	Links           []Link       `json:"links"`
	Server          *ServerInfos `json:"xmppserver,omitempty"`
	CustomEmojisURL string       `json:"customEmojisUrl,omitempty"`
}

// Link is a way in for people without an account, as version 6.3 of the plugin and older ones look for it.
type Link struct {
	Type string `json:"type"`
	URL  string `json:"url"`
	JID  string `json:"jid"`
}

const (
	linkBOSH      = "xmpp-bosh-anonymous"
	linkWebSocket = "xmpp-websocket-anonymous"
	kindXMPP      = "xmpp"
)

// Attachment is a link beside a Video that leads to where it is talked about (FEP-1970).
type Attachment struct {
	Type string `json:"type"`
	Name string `json:"name"`
	Rel  string `json:"rel"`
	Href string `json:"href"`
}

// Chat is the chat of one of our videos, as it is told to other sites.
type Chat struct {
	Key             string // of its room: the part before "@"
	Name            string // for people
	CustomEmojisURL string // "" without any
}

// Declare gives the value of peertubeLiveChat; nil where nothing is published, as for a video without chat: the field is then left out,
// which deletes what was told before.
func Declare(site Site, s Settings, c Chat) *Declaration {
	if !s.Publish {
		return nil
	}
	infos := Infos(site, s)
	d := &Declaration{Type: kindXMPP, JID: c.Key + "@" + site.Room(), Links: []Link{}, Server: &infos, CustomEmojisURL: c.CustomEmojisURL}
	if in := infos.Anonymous; in != nil {
		d.Links = []Link{{linkBOSH, in.BOSH, in.VirtualHost}, {linkWebSocket, in.WebSocket, in.VirtualHost}}
	}
	return d
}

// Attachments gives what is added to the attachments of a Video with a chat; none where nothing is published.
func Attachments(site Site, s Settings, c Chat) []Attachment {
	if !s.Publish {
		return nil
	}
	list := []Attachment{{"Link", c.Name, "discussion", site.Origin + pagePath + c.Key}}
	if s.DirectPort > 0 {
		list = append(list, Attachment{"Link", c.Name, "discussion", "xmpp://" + c.Key + "@" + site.Room() + "?join"})
	}
	return list
}

// Context is the entry of the JSON-LD context that goes with a Declaration.
func Context() map[string]any {
	const prefix, urn = "ptlc", "urn:peertube-plugin-livechat"
	return map[string]any{prefix: urn, "peertubeLiveChat": map[string]string{"@id": prefix + ":peertubeLiveChat", "@type": "@json"}}
}
