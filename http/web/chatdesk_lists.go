package web

import (
	"net/http"
	"slices"
	"strings"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/chat"
	"lucarne/chat/rule"
	"lucarne/http/web/ui"
	"lucarne/platform/constant"
	"lucarne/platform/fault"
)

const siteListsPath = adminChatsPath + "/lists"

func (p *Pages) chatListRoutes() []route {
	const one, right = myChannelsPath + "/{name}/chat/lists", account.ManageConfiguration
	return []route{
		{method: "GET", pattern: one, access: signedIn, do: p.listing((*request).showLists)},
		{method: "POST", pattern: one, access: signedIn, do: p.listing((*request).subscribe)},
		{method: "POST", pattern: one + "/change", access: signedIn, do: p.listing((*request).changeList)},
		{method: "POST", pattern: one + "/publish", access: signedIn, maxBody: maxWordsBody, do: p.listing((*request).publishList)},
		{method: "GET", pattern: siteListsPath, access: privileged, right: right, do: p.listing((*request).showLists)},
		{method: "POST", pattern: siteListsPath, access: privileged, right: right, do: p.listing((*request).subscribe)},
		{method: "POST", pattern: siteListsPath + "/change", access: privileged, right: right, do: p.listing((*request).changeList)},
		{method: "POST", pattern: siteListsPath + "/publish", access: privileged, right: right, maxBody: maxWordsBody, do: p.listing((*request).publishList)},
	}
}

// The bounds of shared lists, as the subject has them, and how many languages the form has room for.
const (
	maxListURL       = 1000
	maxListText      = 1000
	maxListLanguages = 50
)

// lists are those a channel, or the site, shares with others.
type lists struct {
	channel   *channel.Channel // nil: of the site
	own       []rule.WordList  // of the channel
	form      *form            // what is published
	subscribe *form
	taken     []chat.Subscription
	isShared  bool
}

func (l lists) scope() channel.ID {
	if l.channel == nil {
		return chat.SiteWide
	}
	return l.channel.ID
}

func (l lists) path() string {
	if l.channel == nil {
		return siteListsPath
	}
	return channelChatPath(*l.channel) + "/lists"
}

// address is where others fetch the list.
func (l lists) address(r *request) string {
	if l.channel == nil {
		return r.absolute("/api/v1/chat/site/list")
	}
	return r.absolute("/api/v1/chat/channels/" + itoa(l.channel.ID) + "/list")
}

// listing finds whose lists the address is about, for who may change them.
func (p *Pages) listing(do func(r *request, w http.ResponseWriter, l lists) error) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		l := lists{subscribe: r.newForm()}
		if r.PathValue("name") != "" {
			c, s, err := r.ownChat()
			if err != nil {
				return err
			}
			l.channel, l.own = &c, s.Rules.Words
		}
		return do(r, w, l)
	}
}

func (r *request) showLists(w http.ResponseWriter, l lists) (err error) {
	if l.taken, err = r.pages.Rooms.Subscriptions(r.Context(), r.viewer, l.scope()); err != nil {
		return err
	}
	shared, err := r.pages.Rooms.PublishedList(r.Context(), l.scope())
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	l.isShared = err == nil
	if l.form == nil {
		if !l.isShared {
			shared.Words = offered(l.own)
		}
		l.form = r.newForm().setShared(shared)
	}
	status := max(l.form.status(), l.subscribe.status())
	if l.channel == nil {
		return r.show(w, status, r.adminPage(r.t.T("chatlists.title")), siteListsContent(r, l))
	}
	return r.show(w, status, r.myPage(r.chatTitle(*l.channel)), channelListsContent(r, l))
}

// offered are the lists of a channel as others could have them. Patterns stay here: a slip in one would be everybody's.
func offered(own []rule.WordList) (words []chat.SharedWords) {
	for _, list := range own {
		if list.Mode != rule.Pattern {
			words = append(words, chat.SharedWords{Language: list.Language, Inside: list.Mode == rule.Plain, Entries: list.Entries})
		}
	}
	return words
}

func sharedField(i int, name string) string { return "words" + itoa(i) + "." + name }

func (f *form) setShared(l chat.SharedList) *form {
	f.set("name", l.Name).set("description", l.Description).set("domains", strings.Join(l.Domains, "\n"))
	for i, words := range l.Words {
		f.set(sharedField(i, "language"), words.Language).setIf(sharedField(i, "inside"), words.Inside)
		f.set(sharedField(i, "entries"), strings.Join(words.Entries, "\n"))
	}
	return f
}

func (f *form) shared(publisher string) chat.SharedList {
	l := chat.SharedList{Name: strings.TrimSpace(f.get("name")), Description: strings.TrimSpace(f.get("description")), Publisher: publisher, Domains: f.lines("domains")}
	for i := range maxListLanguages {
		entries, language := f.lines(sharedField(i, "entries")), f.get(sharedField(i, "language"))
		if len(entries) == 0 {
			continue
		}
		if language != "" && !constant.Languages().Has(language) {
			f.refuse(sharedField(i, "language"), f.r.t.T("problem.language"))
		}
		l.Words = append(l.Words, chat.SharedWords{Language: language, Inside: f.has(sharedField(i, "inside")), Entries: entries})
	}
	return l
}

func (f *form) shownWords() int {
	return f.shownFields(maxListLanguages, 1, func(i int) string { return sharedField(i, "entries") })
}

// publishList offers a list to others, or does so no longer.
func (r *request) publishList(w http.ResponseWriter, l lists) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	if f.get("do") == "withdraw" {
		if err := r.pages.Rooms.WithdrawList(r.Context(), r.viewer, l.scope()); err != nil {
			return err
		}
		r.flash(w, ui.Good, r.t.T("chatlists.withdrawn"))
		return r.redirect(w, l.path())
	}
	l.form = f
	shared := f.shared(r.pages.Site.Origin)
	if !f.isRefused() {
		err = r.pages.Rooms.PublishList(r.Context(), r.viewer, l.scope(), shared)
	}
	if err != nil {
		if !f.take(err, nil) {
			return err
		}
		clear(f.problems)
		f.problem = r.t.T("chatlists.refused")
	}
	if f.isRefused() {
		return r.showLists(w, l)
	}
	r.flash(w, ui.Good, r.t.T("chatlists.published"))
	return r.redirect(w, l.path())
}

// subscribe takes a list of somebody else's.
func (r *request) subscribe(w http.ResponseWriter, l lists) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	l.subscribe = f
	if _, err := r.pages.Rooms.Subscribe(r.Context(), r.viewer, l.scope(), strings.TrimSpace(f.get("address"))); err != nil {
		words := told{
			fault.Conflict: r.t.T("chatlists.twice"), fault.TooMany: r.t.T("chatlists.too-many"), fault.Invalid: r.t.T("chatlists.no-list"),
			fault.Unavailable: r.t.T("chatlists.no-list"), fault.TooLarge: r.t.T("chatlists.no-list"), fault.NotFound: r.t.T("chatlists.no-list"),
		}
		if !f.take(err, words) {
			return err
		}
		f.rename("url", "address", r.t.T("chatlists.no-list"))
		return r.showLists(w, l)
	}
	r.flash(w, ui.Good, r.t.T("chatlists.subscribed"))
	return r.redirect(w, l.path())
}

// changeList applies a list that is subscribed to, or forgets it.
func (r *request) changeList(w http.ResponseWriter, l lists) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	list, err := r.pages.Rooms.Subscriptions(r.Context(), r.viewer, l.scope())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(s chat.Subscription) bool { return itoa(s.ID) == f.get("id") })
	if i < 0 {
		return fault.New(fault.NotFound, "There is no such list")
	}
	word := r.t.T("chatlists.changed")
	switch do := f.get("do"); do {
	case "off", string(rule.Hold), string(rule.Refuse):
		action := rule.Action(do)
		if do == "off" {
			action = list[i].Action
		}
		err = r.pages.Rooms.SwitchList(r.Context(), r.viewer, list[i].ID, do != "off", action)
	case "forget":
		word, err = r.t.T("chatlists.forgotten"), r.pages.Rooms.Unsubscribe(r.Context(), r.viewer, list[i].ID)
	default:
		err = fault.New(fault.Invalid, "Choose what to do with the list")
	}
	if err != nil {
		return err
	}
	r.flash(w, ui.Good, word)
	return r.redirect(w, l.path())
}

// countOf is how many words a list has.
func countOf(l chat.SharedList) int {
	n := 0
	for _, words := range l.Words {
		n += len(words.Entries)
	}
	return n
}
