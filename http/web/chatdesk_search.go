package web

import (
	"net/http"
	"net/url"
	"strings"

	"lucarne/chat"
)

func (p *Pages) chatSearchRoutes() []route {
	return []route{
		{method: "GET", pattern: moderationRoot + "/search", do: p.moderated(p.searchChat)},
		{method: "POST", pattern: moderationRoot + "/notes", do: p.moderated(p.changeNotes)},
	}
}

// maxChatSearch is the longest text that is looked for, in bytes.
const maxChatSearch = 200

// chatSearchView is what was found in a room.
type chatSearchView struct {
	text  string
	found []chat.Message // newest first
	older string         // where the search goes on; "" it is at its end
	form  *form
}

func (p *Pages) searchChat(w http.ResponseWriter, r *request, m moderation) error {
	query := r.URL.Query()
	view := chatSearchView{text: strings.TrimSpace(query.Get("search")), form: r.newForm()}
	if len(view.text) > maxChatSearch {
		view.form.refuse("search", r.t.T("problem.too-long"))
	}
	if view.text != "" && !view.form.isRefused() {
		if err := r.search(m, &view, chat.MessageID(max(numberOf(query.Get("before")), 0))); err != nil {
			return err
		}
	}
	return r.showModeration(w, view.form.status(), m, moderationPage{tab: "/search", content: chatSearchContent(r, m, view)})
}

func (r *request) search(m moderation, view *chatSearchView, before chat.MessageID) error {
	found, err := r.pages.Rooms.Search(r.Context(), r.viewer, m.room.ID, chat.Search{Text: view.text, Before: before, Max: maxModerated})
	if err != nil {
		if view.form.take(err, nil) {
			return nil
		}
		return err
	}
	view.found = found.Messages
	if found.Next == 0 {
		return nil
	}
	query := url.Values{"search": {view.text}, "before": {itoa(found.Next)}}
	if m.isDock {
		query.Set(dockParameter, "1")
	}
	view.older = withQuery(moderationPath(m.room)+"/search", query)
	return nil
}

// maxNote is how much a note holds, in characters.
const maxNote = 5000

// changeNotes writes a note about somebody, or strikes one out.
func (p *Pages) changeNotes(w http.ResponseWriter, r *request, m moderation) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	who := chat.PersonKey(f.get(personParameter))
	if f.has("drop") {
		if err := p.Rooms.DropItem(r.Context(), r.viewer, m.room.ID, f.get("drop")); err != nil {
			return err
		}
		return r.done(w, m.personPath(who), r.t.T("moderation.note-dropped"))
	}
	note := chat.Item{Kind: chat.Note, Description: f.get("note"), Person: who, Nick: f.get("nick")}
	if _, err := p.Rooms.PutItem(r.Context(), r.viewer, m.room.ID, note); err != nil {
		if f.take(err, nil) {
			f.rename("description", "note", r.t.T("problem.too-long"))
			return r.showPerson(w, m, who, f)
		}
		return err
	}
	return r.done(w, m.personPath(who), r.t.T("moderation.noted"))
}
