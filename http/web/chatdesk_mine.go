package web

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"lucarne/chat"
	"lucarne/chat/token"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
)

const (
	myChatPath    = mySettingsPath + "/chat"
	maxTokenLabel = 100
)

func (p *Pages) myChatRoutes() []route {
	return []route{
		{method: "GET", pattern: myChatPath, access: signedIn, do: p.myChat},
		{method: "POST", pattern: myChatPath + "/tokens", access: signedIn, do: p.createChatToken},
		{method: "POST", pattern: myChatPath + "/tokens/revoke", access: signedIn, do: p.revokeChatToken},
		{method: "GET", pattern: myChatPath + "/messages.json", access: signedIn, do: p.exportMyMessages},
		{method: "POST", pattern: myChatPath + "/erase", access: signedIn, do: p.eraseMyMessages},
	}
}

// myChatView is what somebody has of the chats.
type myChatView struct {
	tokens    []token.Token
	hasTokens bool           // the site allows them
	made      *token.Created // just now: its secret is shown once
	hasSaid   bool
	form      *form
}

func (p *Pages) myChat(w http.ResponseWriter, r *request) error {
	return r.showMyChat(w, myChatView{form: r.newForm()})
}

func (r *request) showMyChat(w http.ResponseWriter, view myChatView) error {
	tokens, err := r.pages.Tokens.List(r.Context(), r.viewer)
	if err != nil && !fault.Is(err, fault.Forbidden) {
		return err
	}
	view.tokens, view.hasTokens = tokens, err == nil
	said, err := r.pages.Rooms.Mine(r.Context(), chat.Self{Viewer: r.viewer}, 0, 1)
	if err != nil {
		return err
	}
	view.hasSaid = len(said) > 0
	if view.made != nil {
		w.Header().Set("Cache-Control", "no-store")
	}
	return r.show(w, view.form.status(), r.myPage(r.t.T("mychat.title")), myChatContent(r, view))
}

// createChatToken makes a token and shows its secret, here and never again.
func (p *Pages) createChatToken(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	view := myChatView{form: f}
	made, err := p.Tokens.Create(r.Context(), r.viewer, f.get("label"))
	switch {
	case err == nil:
		view.made, view.form = &made, r.newForm()
	case !f.take(err, told{fault.Conflict: r.t.T("mychat.too-many")}):
		return err
	}
	return r.showMyChat(w, view)
}

func (p *Pages) revokeChatToken(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	if err := p.Tokens.Revoke(r.Context(), r.viewer, token.ID(numberOf(f.get("id")))); err != nil {
		return err
	}
	r.flash(w, ui.Good, r.t.T("mychat.revoked"))
	return r.redirect(w, myChatPath)
}

// ownMessage is a message in the file of one's own.
type ownMessage struct {
	ID       chat.MessageID `json:"id"`
	Room     string         `json:"room"`
	Nickname string         `json:"nickname"`
	Body     string         `json:"body"`
	SentAt   time.Time      `json:"sentAt"`
	EditedAt *time.Time     `json:"editedAt"`
	State    string         `json:"state"`
}

// exportMyMessages gives all one said as a file, written as it is read.
func (p *Pages) exportMyMessages(w http.ResponseWriter, r *request) error {
	header := w.Header()
	header.Set("Content-Type", "application/json; charset=utf-8")
	header.Set("Content-Disposition", `attachment; filename="chat-messages.json"`)
	header.Set("Cache-Control", "no-store")
	list := &jsonList{w: w}
	err := p.Rooms.EachOfMine(r.Context(), chat.Self{Viewer: r.viewer}, func(own chat.Own) error {
		one := ownMessage{ID: own.ID, Room: own.Room, Nickname: own.Nick, Body: own.Body, SentAt: own.SentAt.UTC(), State: string(own.State)}
		if !own.EditedAt.IsZero() {
			at := own.EditedAt.UTC()
			one.EditedAt = &at
		}
		return list.add(one)
	})
	switch {
	case err == nil:
		return list.end()
	case !list.begun:
		header.Del("Content-Disposition")
		return err
	}
	panic(http.ErrAbortHandler) // a file that only looks whole is worse than none
}

// jsonList writes a list whose length nobody knows before.
type jsonList struct {
	w     io.Writer
	begun bool
}

func (l *jsonList) add(one any) error {
	body, err := json.Marshal(one)
	if err != nil {
		return err
	}
	before := ",\n"
	if !l.begun {
		before = "[\n"
	}
	l.begun = true
	_, err = l.w.Write(append([]byte(before), body...))
	return err
}

func (l *jsonList) end() error {
	after := "\n]\n"
	if !l.begun {
		after = "[]\n"
	}
	_, err := l.w.Write([]byte(after))
	return err
}

// eraseMyMessages takes a checked box as a yes: nothing brings them back.
func (p *Pages) eraseMyMessages(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	if !f.has("confirmed") {
		f.refuse("confirmed", r.t.T("mychat.confirm-first"))
		return r.showMyChat(w, myChatView{form: f})
	}
	if err := p.Rooms.EraseMine(r.Context(), chat.Self{Viewer: r.viewer}); err != nil {
		return err
	}
	r.flash(w, ui.Good, r.t.T("mychat.erased"))
	return r.redirect(w, myChatPath)
}

// chatAddress is the XMPP address of the viewer.
func (r *request) chatAddress() string {
	return strings.ToLower(r.viewer.User.Username) + "@" + r.pages.Site.Host
}
