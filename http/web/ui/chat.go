package ui

// ChatMode is what somebody may do in a chat on a page.
type ChatMode string

// The modes of chats.
const (
	ChatRoom    ChatMode = "room"    // reads and writes, as the room allows
	ChatRead    ChatMode = "read"    // reads
	ChatOverlay ChatMode = "overlay" // is laid over a picture: nothing but the messages
	ChatReplay  ChatMode = "replay"  // what was said, in step with the player of the page
)

// ChatProps are what a chat shows. Every URL may be relative; "" leaves out what it is for.
type ChatProps struct {
	Mode          ChatMode
	Room          string // JID
	Domain        string
	VisitorDomain string
	SocketURL     string
	AuthURL       string // gives who is signed in a password; "" for visitors
	EmojiURL      string // definition of the channel's own emoji
	SignInURL     string
	ModerationURL string // for moderators
	RoomURL       string // the room on a page of its own
	PopoutURL     string
	EmbedURL      string // absolute, for other sites
	VideoURL      string // the video the room belongs to, where the page does not show it
	ReplayURL     string // what was said, by moments
	HasNoHead     bool   // the page around has one
	CanClose      bool   // the page remembers whether it is shown
	CSRF, Next    string // of the form that closes it
}

// chatSettings is the JSON the script reads.
type chatSettings struct {
	Mode          ChatMode       `json:"mode"`
	Room          string         `json:"room"`
	Domain        string         `json:"domain"`
	VisitorDomain string         `json:"visitorDomain"`
	SocketURL     string         `json:"socket"`
	AuthURL       string         `json:"auth"`
	EmojiURL      string         `json:"emoji"`
	SignInURL     string         `json:"signIn"`
	ModerationURL string         `json:"moderation"`
	ReplayURL     string         `json:"replay"`
	Messages      map[string]any `json:"messages"`
}

func (p ChatProps) settings(t Translator) chatSettings {
	return chatSettings{
		Mode: p.Mode, Room: p.Room, Domain: p.Domain, VisitorDomain: p.VisitorDomain, SocketURL: p.SocketURL, AuthURL: p.AuthURL,
		EmojiURL: p.EmojiURL, SignInURL: p.SignInURL, ModerationURL: p.ModerationURL, ReplayURL: p.ReplayURL, Messages: t.Messages("chat"),
	}
}

// hasMenu tells whether there is anything to choose from.
func (p ChatProps) hasMenu() bool { return p.Mode == ChatRoom || p.Mode == ChatRead }
