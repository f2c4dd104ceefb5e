package web

import (
	"net/http"
	"net/url"
	"strings"

	"lucarne/chat"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
)

func (p *Pages) chatSanctions(w http.ResponseWriter, r *request, m moderation) error {
	list, err := p.Rooms.Sanctions(r.Context(), r.viewer, m.room.ID)
	if err != nil {
		return err
	}
	return r.showModeration(w, http.StatusOK, m, moderationPage{tab: "/sanctions", content: sanctionsContent(r, m, sanctionsView{list: list})})
}

// sanctionsView is who may not speak or come in.
type sanctionsView struct{ list []chat.Sanction }

// maxSanctionsShown is how many of them a page shows, the newest.
const maxSanctionsShown = 500

func (v sanctionsView) shown() []chat.Sanction { return v.list[:min(len(v.list), maxSanctionsShown)] }

func (v sanctionsView) more() int { return len(v.list) - len(v.shown()) }

// liftSanction ends one.
func (p *Pages) liftSanction(w http.ResponseWriter, r *request, m moderation) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	kind := chat.SanctionKind(oneOf(f.get("kind"), string(chat.Mute), string(chat.Ban)))
	if kind == "" {
		return fault.New(fault.Invalid, "There is no such sanction")
	}
	one := chat.Measure{Room: m.room.ID, Person: chat.PersonKey(f.get(personParameter)), Reason: f.get("reason")}
	if err := p.Rooms.Lift(r.Context(), r.viewer, kind, one); err != nil {
		return err
	}
	to := m.path("/sanctions")
	if f.get("from") == personParameter {
		to = m.personPath(one.Person)
	}
	return r.done(w, to, r.t.T("moderation.lifted"))
}

// targetName is whom a sanction is against, in words.
func (r *request) targetName(target chat.PersonKey, nick string) string {
	kind, name, _ := strings.Cut(string(target), ":")
	switch kind {
	case "domain":
		return r.t.T("moderation.everybody-of", "host", name)
	case "address":
		return r.t.T("moderation.address-of", "name", nameOr(nick, r.t.T("moderation.nameless")))
	case "jid":
		return nameOr(nick, name)
	}
	return nameOr(nick, r.t.T("moderation.nameless"))
}

// isPerson reports whether there is a card of the target.
func isPerson(target chat.PersonKey) bool {
	return !strings.HasPrefix(string(target), "domain:") && !strings.HasPrefix(string(target), "address:")
}

func (r *request) sanctionLabel(kind chat.SanctionKind) string {
	if kind == chat.Mute {
		return r.t.T("moderation.is-muted")
	}
	return r.t.T("moderation.is-banned")
}

// chatLogView is what moderators did.
type chatLogView struct {
	entries []chat.Entry
	older   string // where the next page is; "" there is none
}

// maxLogPage is how many entries the subject gives at a time.
const maxLogPage = 100

func (p *Pages) chatLog(w http.ResponseWriter, r *request, m moderation) error {
	view := chatLogView{}
	var err error
	if view.entries, err = p.Rooms.Log(r.Context(), r.viewer, m.room.ID, max(numberOf(r.URL.Query().Get("before")), 0)); err != nil {
		return err
	}
	if n := len(view.entries); n == maxLogPage {
		query := url.Values{"before": {itoa(view.entries[n-1].ID)}}
		if m.isDock {
			query.Set(dockParameter, "1")
		}
		view.older = withQuery(moderationPath(m.room)+"/log", query)
	}
	return r.showModeration(w, http.StatusOK, m, moderationPage{tab: "/log", content: logContent(r, m, view)})
}

// actionLabel tells what a moderator did.
func (r *request) actionLabel(action string) string {
	labels := map[string]string{
		"kick": r.t.T("moderation.log-kick"), "mute": r.t.T("moderation.log-mute"), "ban": r.t.T("moderation.log-ban"),
		"lift mute": r.t.T("moderation.log-lift-mute"), "lift ban": r.t.T("moderation.log-lift-ban"), "retract": r.t.T("moderation.log-retract"),
		"reject": r.t.T("moderation.log-reject"), "approve": r.t.T("moderation.log-approve"), "settings": r.t.T("moderation.log-settings"),
		"panic": r.t.T("moderation.log-panic"), "calm": r.t.T("moderation.log-calm"), "pin": r.t.T("moderation.log-pin"), "poll": r.t.T("moderation.log-poll"),
	}
	return nameOr(labels[action], action)
}

func (p *Pages) roomSettings(w http.ResponseWriter, r *request, m moderation) error {
	return r.showRoomSettings(w, m, r.newForm().setRoom(m.room.Settings))
}

func (r *request) showRoomSettings(w http.ResponseWriter, m moderation, f *form) error {
	return r.showModeration(w, f.status(), m, moderationPage{tab: "/settings", content: roomSettingsContent(r, m, f)})
}

func (p *Pages) saveRoomSettings(w http.ResponseWriter, r *request, m moderation) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	settings := f.room(m.room.Settings)
	if !f.isRefused() {
		err = p.Rooms.Configure(r.Context(), r.viewer, m.room.ID, settings)
	}
	if err != nil && !f.take(err, nil) {
		return err
	}
	if f.isRefused() {
		return r.showRoomSettings(w, m, f)
	}
	r.flash(w, ui.Good, r.t.T("chatsettings.saved"))
	return r.redirect(w, m.path("/settings"))
}
