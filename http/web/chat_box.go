package web

import (
	"net/http"
	"net/url"
	"strings"

	"lucarne/chat"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
	"lucarne/video"
)

// Where the chat's script goes: docs/chat-protocol.md.
const (
	chatSocket = "/xmpp-websocket"
	chatAuth   = "/plugins/livechat/router/api/auth"
	chatEmoji  = "/plugins/livechat/router/emojis/channel/"
)

const chatPrefix = "/chat/"

func chatPath(room string) string { return chatPrefix + url.PathEscape(room) }

// chatDomain is the host of the chat's addresses: that of the site, without its port.
func (p *Pages) chatDomain() string {
	u, err := url.Parse(p.Site.Origin)
	if err != nil {
		return p.Site.Host
	}
	return strings.ToLower(u.Hostname())
}

// chatProps are those of a room on whatever page.
func (r *request) chatProps(room string, mode ui.ChatMode) ui.ChatProps {
	domain := r.pages.chatDomain()
	props := ui.ChatProps{
		Mode: mode, Room: room + "@room." + domain, Domain: domain, VisitorDomain: "anon." + domain, SocketURL: chatSocket,
		PopoutURL: chatPath(room) + "/popout", RoomURL: chatPath(room), EmbedURL: r.absolute(chatPath(room) + "/embed"),
	}
	if r.viewer.IsSignedIn() {
		props.AuthURL, props.ModerationURL = chatAuth, moderationPath(chat.Room{Name: room}) // shown to moderators
	} else {
		props.SignInURL = "/login?next=" + url.QueryEscape(chatPath(room))
	}
	return props
}

// watchChat is the chat beside a video; nil where there is none. It costs one or two queries, whatever is said.
func (r *request) watchChat(of video.Details) (*ui.ChatProps, error) {
	rooms := r.pages.Rooms
	if rooms == nil || !of.IsLocal() || rooms.IsHiddenFrom(r.viewer) {
		return nil, nil
	}
	if !of.IsLive {
		recording, found, err := rooms.RecordingOf(r.Context(), of.ID)
		if err != nil || found {
			return r.replayedChat(of.Video, recording), err
		}
	}
	isOn, err := rooms.IsOn(r.Context(), of.Video)
	if err != nil || !isOn {
		return nil, err
	}
	props := r.chatProps(of.UUID.String(), ui.ChatRoom)
	props.EmojiURL = chatEmoji + itoa(of.Channel.ID) + "/definition"
	if !r.viewer.IsSignedIn() {
		props.SignInURL = "/login?next=" + url.QueryEscape(watchPath(of.Video))
	}
	return r.closable(props), nil
}

func (r *request) closable(props ui.ChatProps) *ui.ChatProps {
	props.CanClose, props.CSRF, props.Next = true, r.csrf(), r.URL.RequestURI()
	return &props
}

const chatCookie = "lucarne_chat"

// isChatClosed tells whether the visitor closed the chat beside videos.
func (r *request) isChatClosed() bool { return r.cookieValue(chatCookie) == "closed" }

// placeChat remembers whether chats are shown beside videos.
func (p *Pages) placeChat(w http.ResponseWriter, r *request) error {
	switch chosen := r.PostFormValue("value"); chosen {
	case "open", "closed":
		http.SetCookie(w, r.cookie(chatCookie, chosen, choiceLifetime))
	default:
		return fault.New(fault.Invalid, "The chat is open or closed")
	}
	return r.redirect(w, r.next())
}
