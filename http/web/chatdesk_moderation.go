package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"lucarne/chat"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
	"lucarne/video"
)

const moderationRoot = "/chat/{room}/moderation"

func (p *Pages) moderationRoutes() []route {
	get := func(path string, do moderating) route {
		return route{method: "GET", pattern: moderationRoot + path, do: p.moderated(do)}
	}
	post := func(path string, do moderating) route {
		return route{method: "POST", pattern: moderationRoot + path, do: p.moderated(do)}
	}
	return []route{
		get("", p.moderation), post("", p.moderateMessage), get("/events", p.moderationEvents),
		post("/panic", p.switchPanic), post("/announce", p.announce), post("/poll", p.askPoll),
		get("/person", p.personCard), post("/person", p.measurePerson),
		get("/sanctions", p.chatSanctions), post("/sanctions", p.liftSanction), get("/log", p.chatLog),
		get("/tasks", p.moderatorsBoard), post("/tasks", p.changeBoard),
		get("/settings", p.roomSettings), post("/settings", p.saveRoomSettings),
	}
}

// moderation is a room and who moderates it.
type moderation struct {
	room    chat.Room
	title   string
	isOwner bool
	isDock  bool // the narrow view beside a program that broadcasts
}

func (m moderation) path(rest string) string {
	path := moderationPath(m.room) + rest
	if m.isDock {
		path += "?" + dockParameter
	}
	return path
}

const dockParameter = "dock"

// moderating answers somebody who moderates.
type moderating func(w http.ResponseWriter, r *request, m moderation) error

// moderated lets moderators of the room of the address in, and nobody else.
func (p *Pages) moderated(do moderating) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		if err := r.openDock(); err != nil {
			return err
		}
		if !r.viewer.IsSignedIn() {
			return fault.New(fault.Unauthenticated, "Not authenticated")
		}
		m, err := r.moderation()
		if err != nil {
			return err
		}
		return do(w, r, m)
	}
}

// moderation is the room of the address. It fails with fault.Forbidden for who does not moderate it.
func (r *request) moderation() (m moderation, err error) {
	rooms := r.pages.Rooms
	if m.room, err = rooms.Find(r.Context(), r.PathValue("room"), video.Access{Viewer: r.viewer}); err != nil {
		return m, err
	}
	affiliation, err := rooms.Affiliation(r.Context(), r.viewer, m.room.ID)
	if err != nil {
		return m, err
	}
	if !affiliation.CanModerate() {
		return m, fault.New(fault.Forbidden, "Only moderators of this chat may do this")
	}
	m.isOwner, m.isDock = affiliation == chat.OwnerAffiliate, r.URL.Query().Has(dockParameter)
	m.title, err = rooms.Title(r.Context(), m.room)
	return m, err
}

// showModeration answers with a page of the moderation.
func (r *request) showModeration(w http.ResponseWriter, status int, m moderation, view moderationPage) error {
	w.Header().Set("Cache-Control", "no-store") // what is read here is not for the next one at this screen
	page := r.myPage(r.t.T("moderation.title", "name", m.title))
	page.Scripts = append(page.Scripts, "chatdesk.js")
	if m.isDock {
		return r.document(w, status, ui.BareLayout(page, "chat-dock"), moderationContent(r, m, view))
	}
	return r.show(w, status, page, moderationContent(r, m, view))
}

// moderationTabs are the pages of a room's moderation.
func (r *request) moderationTabs(m moderation, current string) []ui.Tab {
	list := []ui.Tab{
		{URL: m.path(""), Label: r.t.T("moderation.messages"), Icon: "message-square", Current: current == ""},
		{URL: m.path("/sanctions"), Label: r.t.T("moderation.sanctions"), Icon: "ban", Current: current == "/sanctions"},
		{URL: m.path("/log"), Label: r.t.T("moderation.log"), Icon: "scroll-text", Current: current == "/log"},
		{URL: m.path("/search"), Label: r.t.T("moderation.search"), Icon: "search", Current: current == "/search"},
		{URL: m.path("/tasks"), Label: r.t.T("moderation.tasks"), Icon: "check", Current: current == "/tasks"},
		{URL: m.path("/links"), Label: r.t.T("moderation.links"), Icon: "link", Current: current == "/links"},
		{URL: m.path("/settings"), Label: r.t.T("moderation.settings"), Icon: "settings", Current: current == "/settings"},
	}
	return list
}

// maxModerated is how many messages the view begins with and, without a script, ends with.
const maxModerated = 100

// messagesView is what is said in a room, and what waits.
type messagesView struct {
	said    []chat.Message // oldest first
	waiting []chat.Message // oldest first
	panel   panelView
	poll    *form
	message *form
}

// panelView is how the room is.
type panelView struct {
	room      chat.Room
	occupants int
	pinned    *chat.Message
	poll      *chat.Poll
}

func (p *Pages) moderation(w http.ResponseWriter, r *request, m moderation) error {
	return r.showMessages(w, m, r.newForm(), r.newForm())
}

// showMessages shows the room, with forms that were refused if any.
func (r *request) showMessages(w http.ResponseWriter, m moderation, message, poll *form) error {
	view := messagesView{message: message, poll: poll.setDefault("minutes", "5")}
	view.panel = panelView{room: m.room, occupants: r.pages.Rooms.Occupants(m.room.ID)}
	var err error
	if view.said, err = r.pages.Rooms.History(r.Context(), m.room, 0, maxModerated); err != nil {
		return err
	}
	if view.waiting, err = r.pages.Rooms.Waiting(r.Context(), r.viewer, m.room.ID); err != nil {
		return err
	}
	view.panel.findPinned(view.said)
	status := max(message.status(), poll.status())
	return r.showModeration(w, status, m, moderationPage{tab: "", content: messagesContent(r, m, view)})
}

func (v *panelView) findPinned(said []chat.Message) {
	i := slices.IndexFunc(said, func(one chat.Message) bool { return one.ID == v.room.PinnedID })
	if i >= 0 {
		v.pinned = &said[i]
	}
}

// setDefault fills in what the form says nothing of.
func (f *form) setDefault(name, value string) *form {
	if !f.has(name) {
		f.set(name, value)
	}
	return f
}

// switchPanic protects a room at once, or gives it back what it had.
func (p *Pages) switchPanic(w http.ResponseWriter, r *request, m moderation) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	if f.get("do") == "calm" {
		if err := p.Rooms.Calm(r.Context(), r.viewer, m.room.ID); err != nil {
			return err
		}
		return r.done(w, m.path(""), r.t.T("moderation.calmed"))
	}
	if err := p.Rooms.Panic(r.Context(), r.viewer, m.room.ID); err != nil {
		return err
	}
	return r.done(w, m.path(""), r.t.T("moderation.panicked"))
}

// done says what was done: to the script that asked for it, or on the page that follows.
func (r *request) done(w http.ResponseWriter, to, word string) error {
	if r.isPart() {
		return r.part(w, doneNote(word))
	}
	r.flash(w, ui.Good, word)
	return r.redirect(w, to)
}

// announce says something in the room in a way that is seen.
func (p *Pages) announce(w http.ResponseWriter, r *request, m moderation) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	o, _, err := p.Rooms.Join(r.Context(), m.room, chat.Entrance{Viewer: r.viewer})
	if err != nil {
		return err
	}
	defer o.Leave()
	_, err = p.Rooms.Send(r.Context(), o, chat.Post{Body: f.get("body"), Kind: chat.MessageKind(f.get("kind"))})
	if err != nil {
		if f.take(err, told{fault.Forbidden: r.t.T("moderation.refused"), fault.Invalid: r.t.T("moderation.refused")}) {
			return r.showMessages(w, m, f, r.newForm())
		}
		return err
	}
	return r.done(w, m.path(""), r.t.T("moderation.said"))
}

// The bounds of polls, as the subject has them.
const (
	maxPollText    = 200
	maxPollMinutes = 24 * 60
	maxPollChoices = 5
)

// askPoll begins a poll.
func (p *Pages) askPoll(w http.ResponseWriter, r *request, m moderation) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	lasts, choices := time.Duration(f.whole("minutes", 1, maxPollMinutes))*time.Minute, f.lines("choices")
	if !f.isRefused() {
		_, err = p.Rooms.Ask(r.Context(), r.viewer, m.room.ID, f.get("question"), choices, lasts)
	}
	if err != nil && !f.take(err, told{fault.Invalid: r.t.T("moderation.poll-refused")}) {
		return err
	}
	if f.isRefused() {
		return r.showMessages(w, m, r.newForm(), f)
	}
	return r.done(w, m.path(""), r.t.T("moderation.poll-began"))
}

func (r *request) announcementKinds(chosen string) []ui.Option {
	return choices(
		chosen, string(chat.Announcement), r.t.T("moderation.kind-announcement"), string(chat.Highlight), r.t.T("moderation.kind-highlight"),
		string(chat.Warning), r.t.T("moderation.kind-warning"), "", r.t.T("moderation.kind-plain"),
	)
}

// modeName is who may speak, in a word.
func (r *request) modeName(m chat.Mode) string {
	for _, option := range r.modeOptions(string(m)) {
		if option.Selected {
			return option.Label
		}
	}
	return ""
}

// keyHelp is what one key of the moderator's view does.
type keyHelp struct{ key, does string }

func (r *request) moderationKeys() []keyHelp {
	return []keyHelp{
		{"J ↓", r.t.T("moderation.key-next")},
		{"K ↑", r.t.T("moderation.key-previous")},
		{"N", r.t.T("moderation.key-waiting")},
		{"A", r.t.T("moderation.key-approve")},
		{"R", r.t.T("moderation.key-remove")},
		{"M", r.t.T("moderation.key-mute")},
		{"B", r.t.T("moderation.key-ban")},
		{"P", r.t.T("moderation.key-pin")},
		{"U", r.t.T("moderation.key-undo")},
		{"C", r.t.T("moderation.key-card")},
		{"Space", r.t.T("moderation.key-pause")},
		{"?", r.t.T("moderation.key-help")},
	}
}

func isoMoment(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// namesOf are all nicknames of somebody.
func (r *request) namesOf(c chat.Card) string { return strings.Join(c.Nicks, ", ") }
