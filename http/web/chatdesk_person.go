package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"lucarne/chat"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
)

// personView is what moderators know of somebody.
type personView struct {
	card chat.Card
	said []chat.Message // newest first
	form *form
}

const personParameter = "person"

func (m moderation) personPath(who chat.PersonKey) string {
	query := url.Values{personParameter: {string(who)}}
	if m.isDock {
		query.Set(dockParameter, "1")
	}
	return withQuery(moderationPath(m.room)+"/person", query)
}

func (p *Pages) personCard(w http.ResponseWriter, r *request, m moderation) error {
	return r.showPerson(w, m, chat.PersonKey(r.URL.Query().Get(personParameter)), r.newForm())
}

func (r *request) showPerson(w http.ResponseWriter, m moderation, who chat.PersonKey, f *form) error {
	view := personView{form: f.setDefault("duration", itoa(int64(time.Hour/time.Second)))}
	var err error
	if view.card, err = r.pages.Rooms.Card(r.Context(), r.viewer, m.room.ID, who); err != nil {
		return err
	}
	if view.card.Messages == 0 && view.card.Removed == 0 && len(view.card.Nicks) == 0 && len(view.card.Sanctions) == 0 && len(view.card.Entries) == 0 {
		return fault.New(fault.NotFound, "Nothing is known of this person")
	}
	if view.said, err = r.pages.Rooms.Said(r.Context(), r.viewer, m.room.ID, who); err != nil {
		return err
	}
	if r.isPart() {
		return r.part(w, personContent(r, m, view))
	}
	return r.showModeration(w, f.status(), m, moderationPage{tab: "/person", content: personContent(r, m, view)})
}

// measurePerson mutes, bans or kicks somebody as the form on their card says.
func (p *Pages) measurePerson(w http.ResponseWriter, r *request, m moderation) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(f.get("duration"), 10, 32)
	if err != nil {
		return fault.New(fault.Invalid, "Choose how long").Because(err)
	}
	one := chat.Measure{
		Room: m.room.ID, Person: chat.PersonKey(f.get(personParameter)), Reason: f.get("reason"), For: time.Duration(seconds) * time.Second,
		Retract: f.has("retract"),
	}
	word := ""
	switch f.get("do") {
	case "kick":
		word, err = r.t.T("moderation.kicked"), p.Rooms.Kick(r.Context(), r.viewer, one)
	case "mute":
		word, err = r.t.T("moderation.muted"), p.Rooms.Mute(r.Context(), r.viewer, one)
	case "ban":
		word, err = r.t.T("moderation.banned"), p.Rooms.Ban(r.Context(), r.viewer, one)
	default:
		return fault.New(fault.Invalid, "Choose what to do")
	}
	if err != nil {
		return err
	}
	return r.done(w, m.personPath(one.Person), word)
}

// durations are how long a measure lasts, in seconds; 0 is for good.
func (r *request) durations(chosen string) []ui.Option {
	return choices(
		chosen, "300", r.t.T("moderation.five-minutes"), "3600", r.t.T("moderation.an-hour"), "86400", r.t.T("moderation.a-day"), "604800", r.t.T("moderation.a-week"),
		"0", r.t.T("moderation.for-good"),
	)
}

// personName is what somebody is called: by the last nickname, or by what else is known.
func (r *request) personName(c chat.Card) string {
	if len(c.Nicks) > 0 {
		return c.Nicks[0]
	}
	return nameOr(c.Account, r.t.T("moderation.nameless"))
}
