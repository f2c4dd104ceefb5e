package web

import (
	"net/http"
	"strings"

	"lucarne/channel"
	"lucarne/chat"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
)

func (p *Pages) chatModeratorsRoutes() []route {
	const one = myChannelsPath + "/{name}/chat/moderators"
	return []route{
		{method: "GET", pattern: one, access: signedIn, do: p.chatModerators},
		{method: "POST", pattern: one, access: signedIn, do: p.inviteModerator},
		{method: "POST", pattern: one + "/remove", access: signedIn, do: p.removeModerator},
	}
}

// chatModeratorsView is who moderates the chats of a channel.
type chatModeratorsView struct {
	channel    channel.Channel
	moderators []chat.Moderator
	form       *form
}

func (p *Pages) chatModerators(w http.ResponseWriter, r *request) error {
	c, err := r.ownChannel()
	if err != nil {
		return err
	}
	return r.showModerators(w, c, r.newForm())
}

func (r *request) showModerators(w http.ResponseWriter, c channel.Channel, f *form) error {
	list, err := r.pages.Rooms.Moderators(r.Context(), r.viewer, c.ID)
	if err != nil {
		return err
	}
	return r.show(w, f.status(), r.myPage(r.chatTitle(c)), chatModeratorsContent(r, chatModeratorsView{channel: c, moderators: list, form: f}))
}

func (p *Pages) inviteModerator(w http.ResponseWriter, r *request) error {
	return r.changeModerator(w, true, "chatsettings.invited")
}

func (p *Pages) removeModerator(w http.ResponseWriter, r *request) error {
	return r.changeModerator(w, false, "chatsettings.removed")
}

func (r *request) changeModerator(w http.ResponseWriter, isInvited bool, word string) error {
	c, err := r.ownChannel()
	if err != nil {
		return err
	}
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	who, err := r.pages.Accounts.ByHandle(r.Context(), strings.TrimSpace(f.get("username")))
	if err == nil {
		err = r.pages.Rooms.Invite(r.Context(), r.viewer, c.ID, who, isInvited)
	}
	switch {
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Invalid):
		f.refuse("username", r.t.T("chatsettings.nobody"))
	case fault.Is(err, fault.TooMany):
		f.problem = r.t.T("chatsettings.too-many-moderators")
	case err != nil:
		return err
	}
	if f.isRefused() {
		return r.showModerators(w, c, f)
	}
	r.flash(w, ui.Good, r.t.T(word, "name", who.Actor.Username))
	return r.redirect(w, channelChatPath(c)+"/moderators")
}
