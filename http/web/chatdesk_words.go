package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"lucarne/channel"
	"lucarne/chat"
	"lucarne/chat/rule"
	"lucarne/http/web/ui"
	"lucarne/platform/constant"
	"lucarne/platform/fault"
)

func (p *Pages) chatWordsRoutes() []route {
	const one = myChannelsPath + "/{name}/chat/words/{list}"
	return []route{
		{method: "GET", pattern: one, access: signedIn, do: p.wordList},
		{method: "POST", pattern: one, access: signedIn, maxBody: maxWordsBody, do: p.saveWordList},
		{method: "POST", pattern: one + "/delete", access: signedIn, do: p.deleteWordList},
	}
}

const (
	newWordList      = "new"
	maxListLabel     = 100
	maxListComments  = 1000
	maxWordsBody     = 2 << 20 // more than a list of longest entries takes
	listField        = "list"
	originalField    = "original"
	starterParameter = "starter"
)

// wordListView is one list of words of a channel; a negative index is that of a new one.
type wordListView struct {
	channel  channel.Channel
	settings chat.ChannelSettings
	index    int
	rooms    []ui.Option
	form     *form
	trial    *trialView
}

func (v wordListView) isNew() bool { return v.index < 0 }

func (v wordListView) path() string {
	if v.isNew() {
		return wordListPath(v.channel, newWordList)
	}
	return wordListPath(v.channel, itoa(v.index))
}

func wordListPath(c channel.Channel, list string) string {
	return channelChatPath(c) + "/words/" + list
}

func starterPath(c channel.Channel, language string) string {
	return wordListPath(c, newWordList) + "?" + starterParameter + "=" + language
}

// wordListOf is the list of the address, for who may change it.
func (r *request) wordListOf() (wordListView, error) {
	c, s, err := r.ownChat()
	if err != nil {
		return wordListView{}, err
	}
	view := wordListView{channel: c, settings: s, index: -1}
	if name := r.PathValue(listField); name != newWordList {
		view.index = int(numberOf(name))
		if view.index < 0 || view.index >= len(s.Rules.Words) || itoa(view.index) != name {
			return view, fault.New(fault.NotFound, "There is no such list of words")
		}
	}
	return view, nil
}

func (p *Pages) wordList(w http.ResponseWriter, r *request) error {
	view, err := r.wordListOf()
	if err != nil {
		return err
	}
	list := rule.WordList{Policy: rule.Policy{Enabled: true, Action: rule.Hold}}
	if view.isNew() {
		if starter, found := starterIn(r.URL.Query().Get(starterParameter)); found {
			list = starter
			list.Enabled, list.Label = true, r.starterLabel(starter.Language)
		}
	} else {
		list = view.settings.Rules.Words[view.index]
	}
	view.form = r.newForm().setWordList(list).set(originalField, list.Label)
	return r.showWordList(w, view)
}

// starterIn is the list to begin with in a language.
func starterIn(language string) (rule.WordList, bool) {
	lists := rule.Starters()
	i := slices.IndexFunc(lists, func(l rule.WordList) bool { return l.Language == language })
	if i < 0 {
		return rule.WordList{}, false
	}
	return lists[i], true
}

func (r *request) starterLabel(language string) string {
	return r.t.T("chatrules.starter", "language", r.languageName(language))
}

func (r *request) showWordList(w http.ResponseWriter, view wordListView) (err error) {
	if view.rooms, err = r.roomOptions(view.channel, view.form.get("room")); err != nil {
		return err
	}
	return r.show(w, view.form.status(), r.myPage(r.chatTitle(view.channel)), wordListContent(r, view))
}

func (f *form) setWordList(l rule.WordList) *form {
	f.setPolicy(listField, l.Policy).set("label", l.Label).set("language", l.Language).set("mode", string(l.Mode))
	return f.set("entries", strings.Join(l.Entries, "\n")).set("comments", l.Comments)
}

func (f *form) wordList() rule.WordList {
	l := rule.WordList{
		Policy: f.policy(listField), Label: strings.TrimSpace(f.get("label")), Language: f.get("language"), Mode: rule.Mode(f.get("mode")),
		Entries: f.lines("entries"), Comments: strings.TrimSpace(f.get("comments")),
	}
	if l.Label == "" || len([]rune(l.Label)) > maxListLabel {
		f.refuse("label", f.r.t.T("problem.name"))
	}
	if l.Language != "" && !constant.Languages().Has(l.Language) {
		f.refuse("language", f.r.t.T("problem.language"))
	}
	if len([]rune(l.Comments)) > maxListComments {
		f.refuse("comments", f.r.t.T("problem.too-long"))
	}
	if len(l.Entries) == 0 {
		f.refuse("entries", f.r.t.T("chatrules.no-entries"))
	}
	return l
}

// saveWordList keeps a list, or tells what it would have caught.
func (p *Pages) saveWordList(w http.ResponseWriter, r *request) error {
	view, err := r.wordListOf()
	if err != nil {
		return err
	}
	if view.form, err = r.sentForm(); err != nil {
		return err
	}
	list := view.form.wordList()
	isTrial := view.form.get("do") == "try"
	switch {
	case view.form.isRefused():
	case isTrial:
		list.Enabled = true
		view.trial, err = r.try(view.channel, view.form.get("room"), rule.Set{Words: []rule.WordList{list}})
	default:
		err = r.storeWordList(&view, list)
	}
	if err != nil && !view.form.takeWords(err) {
		return err
	}
	if isTrial || view.form.isRefused() {
		return r.showWordList(w, view)
	}
	r.flash(w, ui.Good, r.t.T("chatrules.list-saved", "label", list.Label))
	return r.redirect(w, channelChatPath(view.channel)+"/rules")
}

// storeWordList puts a list where it was. It fails with fault.Conflict when another one stands there meanwhile.
func (r *request) storeWordList(view *wordListView, list rule.WordList) error {
	words := slices.Clone(view.settings.Rules.Words)
	switch {
	case view.isNew():
		words = append(words, list)
	case words[view.index].Label != view.form.get(originalField):
		return fault.New(fault.Conflict, "The lists were changed meanwhile, load the page again")
	default:
		words[view.index] = list
	}
	view.settings.Rules.Words = words
	return r.pages.Rooms.ConfigureChannel(r.Context(), r.viewer, view.channel.ID, view.settings)
}

// takeWords notes what the rules say of the entries, in their own words: they name the one that is wrong.
func (f *form) takeWords(err error) bool {
	var refused *fault.Error
	if errors.As(err, &refused) && refused.Kind == fault.Invalid && len(refused.Params) > 0 {
		f.refuse("entries", f.r.t.T("chatrules.bad-entries", "why", clip(refused.Params[0].Message, maxRuleReason)))
		return true
	}
	return f.take(err, told{fault.Conflict: f.r.t.T("chatrules.changed-meanwhile")})
}

func (p *Pages) deleteWordList(w http.ResponseWriter, r *request) error {
	view, err := r.wordListOf()
	if err != nil {
		return err
	}
	if view.form, err = r.sentForm(); err != nil {
		return err
	}
	if view.isNew() || view.settings.Rules.Words[view.index].Label != view.form.get(originalField) {
		return fault.New(fault.Conflict, "The lists were changed meanwhile, load the page again")
	}
	view.settings.Rules.Words = slices.Delete(slices.Clone(view.settings.Rules.Words), view.index, view.index+1)
	if err := p.Rooms.ConfigureChannel(r.Context(), r.viewer, view.channel.ID, view.settings); err != nil {
		return err
	}
	r.flash(w, ui.Good, r.t.T("chatrules.list-deleted", "label", view.form.get(originalField)))
	return r.redirect(w, channelChatPath(view.channel)+"/rules")
}

func (r *request) matchOptions(chosen string) []ui.Option {
	list := choices(chosen, string(rule.Whole), r.t.T("chatrules.whole"), string(rule.Plain), r.t.T("chatrules.plain"), string(rule.Pattern), r.t.T("chatrules.pattern"))
	for i, hint := range []string{r.t.T("chatrules.whole-hint"), r.t.T("chatrules.plain-hint"), r.t.T("chatrules.pattern-hint")} {
		list[i].Hint = hint
	}
	return list
}

func (r *request) matchName(m rule.Mode) string {
	switch m {
	case rule.Plain:
		return r.t.T("chatrules.plain")
	case rule.Pattern:
		return r.t.T("chatrules.pattern")
	}
	return r.t.T("chatrules.whole")
}

func (r *request) actionName(p rule.Policy) string {
	if p.Action == rule.Hold {
		return r.t.T("chatrules.hold")
	}
	return r.t.T("chatrules.refuse")
}

func (r *request) languageName(code string) string { return label(r, constant.Languages(), code) }
