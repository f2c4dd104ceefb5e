package web

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/a-h/templ"

	"lucarne/chat"
	"lucarne/http/router"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

const chatOverlay = "/chat-overlay/{token}"

func (p *Pages) chatRoutes() []route {
	if p.Rooms == nil {
		return nil
	}
	const room = "/chat/{room}"
	return []route{
		{method: "GET", pattern: room, do: p.chatPage},
		{method: "GET", pattern: room + "/popout", do: p.chatPopout},
		{method: "GET", pattern: room + "/embed", do: p.chatEmbed},
		{method: "GET", pattern: room + "/replay", do: p.chatReplay},
		{method: "POST", pattern: room + "/messages", access: signedIn, group: "api", do: p.chatSend},
		{method: "POST", pattern: room + "/vote", access: signedIn, group: "api", do: p.chatVote},
		{method: "GET", pattern: chatOverlay, do: p.chatOverlay},
		{method: "POST", pattern: "/preferences/chat", do: p.placeChat},
	}
}

// chatView is a room on a page of its own.
type chatView struct {
	room     chat.Room
	title    string
	props    ui.ChatProps
	plain    plainChat
	isBare   bool
	framedBy string // of a bare one
}

// plainChat is what is read and written without JavaScript.
type plainChat struct {
	path     string // of the page, to look again
	messages []chat.Message
	pinned   *chat.Message
	poll     *chat.Poll
	terms    []string
	canWrite bool
	form     *form
}

// chatRoom is the room the path names, for somebody who may see it.
func (r *request) chatRoom() (chat.Room, error) {
	name := r.PathValue("room")
	access := video.Access{Viewer: r.viewer}
	if !strings.HasPrefix(name, "channel.") {
		if ref, err := shortid.Parse(name); err == nil {
			access = r.accessTo(ref)
		}
	}
	return r.pages.Rooms.Find(r.Context(), name, access)
}

func (p *Pages) chatPage(w http.ResponseWriter, r *request) error {
	room, err := r.chatRoom()
	if err != nil {
		return err
	}
	if path := chatPath(room.Name); r.URL.Path != path {
		return r.toShortForm(w, path)
	}
	view, err := r.chatView(room, ui.ChatRoom, r.newForm())
	if err != nil {
		return err
	}
	return r.showChat(w, http.StatusOK, view)
}

func (r *request) showChat(w http.ResponseWriter, status int, view chatView) error {
	page := r.page(r.t.T("chat.title-of", "name", view.title))
	page.Scripts, page.Robots = []string{"chat.js"}, noIndex
	if view.isBare {
		return r.bareChat(w, status, page, chatContent(r, view), view.framedBy)
	}
	return r.show(w, status, page, chatPageContent(r, view))
}

// chatView reads what stands on the page of a room before the script takes over.
func (r *request) chatView(room chat.Room, mode ui.ChatMode, f *form) (chatView, error) {
	view := chatView{room: room, props: r.chatProps(room.Name, mode), plain: plainChat{path: r.URL.RequestURI(), form: f}}
	view.props.EmojiURL = chatEmoji + itoa(room.ChannelID) + "/definition"
	var err error
	if view.title, err = r.pages.Rooms.Title(r.Context(), room); err != nil {
		return view, err
	}
	if room.VideoID != 0 {
		view.props.VideoURL = "/w/" + room.Name
	}
	board, err := r.pages.Rooms.Board(r.Context(), room)
	view.plain.messages, view.plain.pinned, view.plain.poll, view.plain.terms = board.Messages, board.Pinned, board.Poll, board.Terms
	view.plain.canWrite = mode == ui.ChatRoom && r.viewer.IsSignedIn()
	return view, err
}

// chatPopout is the room in a window of its own.
func (p *Pages) chatPopout(w http.ResponseWriter, r *request) error {
	room, err := r.chatRoom()
	if err != nil {
		return err
	}
	view, err := r.chatView(room, ui.ChatRoom, r.newForm())
	if err != nil {
		return err
	}
	view.isBare, view.framedBy, view.props.PopoutURL = true, closedToFrames, ""
	return r.showChat(w, http.StatusOK, view)
}

// chatEmbed is the room in a page of another site, which may frame it. readonly=1 takes the means to write away, transparent=1 leaves only
// the messages, over whatever lies behind.
func (p *Pages) chatEmbed(w http.ResponseWriter, r *request) error {
	w.Header().Del("X-Frame-Options")
	room, err := r.chatRoom()
	if err != nil {
		return r.chatTrouble(w, err)
	}
	if isOn(r.URL.Query(), "transparent", false) {
		return r.showOverlay(w, room, openToFrames)
	}
	mode := ui.ChatRoom
	if isOn(r.URL.Query(), "readonly", false) {
		mode = ui.ChatRead
	}
	view, err := r.chatView(room, mode, r.newForm())
	if err != nil {
		return r.chatTrouble(w, err)
	}
	view.isBare, view.framedBy, view.props.HasNoHead = true, openToFrames, !isOn(r.URL.Query(), "head", true)
	return r.showChat(w, http.StatusOK, view)
}

// chatTrouble tells inside a frame why there is no chat.
func (r *request) chatTrouble(w http.ResponseWriter, err error) error {
	if fault.Is(err, fault.Internal) {
		r.pages.Logger.ErrorContext(r.Context(), "chat failed", "path", r.URL.Path, "error", err)
	}
	told := r.chatTold(err)
	page := r.page(told.title)
	page.Robots = noIndex
	return r.bareChat(w, router.StatusOf(err), page, chatMessage(told), openToFrames)
}

// chatTold says what is the matter with a room.
func (r *request) chatTold(err error) trouble {
	switch fault.KindOf(err) {
	case fault.NotFound:
		return trouble{r.t.T("chat.error-no-room"), r.t.T("chat.error-no-room-advice")}
	case fault.Forbidden, fault.Unauthenticated:
		return trouble{r.t.T("chat.error-closed-to-you"), r.t.T("chat.error-closed-advice")}
	}
	return r.troubleOf(fault.KindOf(err))
}

// chatOverlay shows the messages of a room over whatever lies behind, to programs that broadcast, for who has its link.
func (p *Pages) chatOverlay(w http.ResponseWriter, r *request) error {
	w.Header().Set("Referrer-Policy", "no-referrer") // the address is a secret
	w.Header().Set("Cache-Control", "no-store")
	if p.Tokens == nil {
		return fault.New(fault.NotFound, "There are no overlays here")
	}
	id, err := p.Tokens.Room(r.Context(), r.PathValue("token"))
	if err != nil {
		return r.chatTrouble(w, err)
	}
	room, err := p.Rooms.Get(r.Context(), id)
	if err != nil {
		return r.chatTrouble(w, err)
	}
	return r.showOverlay(w, room, closedToFrames)
}

func (r *request) showOverlay(w http.ResponseWriter, room chat.Room, framedBy string) error {
	props := r.chatProps(room.Name, ui.ChatOverlay)
	props.EmojiURL, props.AuthURL, props.EmbedURL, props.ModerationURL = chatEmoji+itoa(room.ChannelID)+"/definition", "", "", ""
	page := r.page(r.t.T("chat.title"))
	page.Scripts, page.Robots, page.Theme = []string{"chat.js"}, noIndex, dark
	w.Header().Set("Content-Security-Policy", r.policy(framedBy))
	return r.document(w, http.StatusOK, ui.BareLayout(page, "chat-overlay"), ui.Chat(r.t, props))
}

func (r *request) bareChat(w http.ResponseWriter, status int, page ui.Page, content templ.Component, framedBy string) error {
	w.Header().Set("Content-Security-Policy", r.policy(framedBy))
	return r.document(w, status, ui.BareLayout(page, "chat-bare"), content)
}

// chatSend says what was written without a script.
func (p *Pages) chatSend(w http.ResponseWriter, r *request) error {
	return r.inChat(w, func(o *chat.Occupant, f *form) error {
		_, err := p.Rooms.Send(r.Context(), o, chat.Post{Body: f.get("body")})
		return err
	})
}

func (p *Pages) chatVote(w http.ResponseWriter, r *request) error {
	return r.inChat(w, func(o *chat.Occupant, f *form) error {
		return p.Rooms.Vote(r.Context(), o, chat.PollID(numberOf(f.get("poll"))), int(numberOf(f.get("choice"))))
	})
}

// inChat enters the room, does something there and leaves. Why it could not be done stands on the page that is shown again.
func (r *request) inChat(w http.ResponseWriter, do func(*chat.Occupant, *form) error) error {
	room, err := r.chatRoom()
	if err != nil {
		return err
	}
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	address, _ := netip.ParseAddr(router.ClientIP(r.Request)) // zero: unknown
	o, _, err := r.pages.Rooms.Join(r.Context(), room, chat.Entrance{Viewer: r.viewer, Address: address})
	if err == nil {
		err = do(o, f)
		o.Leave()
	}
	path, isFramed := chatPath(room.Name), f.has("framed")
	if isFramed {
		path += "/embed"
	}
	if err == nil {
		return r.redirect(w, path+"#end")
	}
	if !f.takeChat(err) {
		return err
	}
	view, err := r.chatView(room, ui.ChatRoom, f)
	if err != nil {
		return err
	}
	view.plain.path, view.isBare, view.framedBy = path, isFramed, openToFrames
	return r.showChat(w, f.status(), view)
}

// takeChat notes why the chat refused something.
func (f *form) takeChat(err error) bool {
	t := f.r.t
	codes := map[string]string{
		"rule": t.T("chat.error-rule"), "emoji_only": t.T("chat.error-emoji-only"), "signed_in_only": t.T("chat.error-account"), "ban": t.T("chat.error-banned"),
		"mute": t.T("chat.error-muted"), "slow_mode": t.T("chat.error-too-much"), string(chat.ReadOnly): t.T("chat.error-read-only"),
		string(chat.FollowersOnly): t.T("chat.error-followers"),
	}
	if f.problem = codes[codeOf(err)]; f.problem != "" {
		return true
	}
	return f.take(err, told{
		fault.Forbidden: t.T("chat.error-forbidden"), fault.TooMany: t.T("chat.error-too-much"), fault.TooLarge: t.T("chat.error-too-long"),
		fault.Conflict: t.T("chat.error-poll-over"), fault.Unavailable: t.T("chat.error-full"),
	})
}
