package web

import (
	"cmp"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"lucarne/channel"
	"lucarne/chat/rule"
	"lucarne/http/web/ui"
)

func (p *Pages) chatRulesRoutes() []route {
	const one = myChannelsPath + "/{name}/chat/rules"
	return []route{
		{method: "GET", pattern: one, access: signedIn, do: p.chatRules},
		{method: "POST", pattern: one, access: signedIn, do: p.saveChatRules},
	}
}

// The bounds of rules, as the subject has them.
const (
	maxRuleSeconds   = 24 * 60 * 60
	maxFloodMessages = 30
	maxTolerance     = 10
	maxRuleReason    = 300
)

// chatRulesView is what a channel does not want to read.
type chatRulesView struct {
	channel channel.Channel
	words   []rule.WordList
	rooms   []ui.Option
	form    *form
	trial   *trialView
}

// policies are the rules every channel has one of, by the names of their fields.
var policies = []struct {
	name string
	of   func(*rule.Set) *rule.Policy
}{
	{"repetition", func(s *rule.Set) *rule.Policy { return &s.Repetition.Policy }},
	{"flood", func(s *rule.Set) *rule.Policy { return &s.Flood.Policy }},
	{"links", func(s *rule.Set) *rule.Policy { return &s.Links.Policy }},
	{"capitals", func(s *rule.Set) *rule.Policy { return &s.Capitals.Policy }},
	{"special", func(s *rule.Set) *rule.Policy { return &s.SpecialChars.Policy }},
}

func (r *request) policyLabel(name string) (label, hint string) {
	switch name {
	case "repetition":
		return r.t.T("chatrules.repetition"), r.t.T("chatrules.repetition-hint")
	case "flood":
		return r.t.T("chatrules.flood"), r.t.T("chatrules.flood-hint")
	case "links":
		return r.t.T("chatrules.links"), r.t.T("chatrules.links-hint")
	case "capitals":
		return r.t.T("chatrules.capitals"), r.t.T("chatrules.capitals-hint")
	}
	return r.t.T("chatrules.special"), r.t.T("chatrules.special-hint")
}

func (p *Pages) chatRules(w http.ResponseWriter, r *request) error {
	c, s, err := r.ownChat()
	if err != nil {
		return err
	}
	f := r.newForm().setRules(s.Rules).setIf("hasRules", s.HasRules)
	return r.showRules(w, chatRulesView{channel: c, words: s.Rules.Words, form: f})
}

func (r *request) showRules(w http.ResponseWriter, view chatRulesView) (err error) {
	if view.rooms, err = r.roomOptions(view.channel, view.form.get("room")); err != nil {
		return err
	}
	return r.show(w, view.form.status(), r.myPage(r.chatTitle(view.channel)), chatRulesContent(r, view))
}

// saveChatRules keeps the rules, or tells what they would have caught.
func (p *Pages) saveChatRules(w http.ResponseWriter, r *request) error {
	c, s, err := r.ownChat()
	if err != nil {
		return err
	}
	view := chatRulesView{channel: c, words: s.Rules.Words}
	if view.form, err = r.sentForm(); err != nil {
		return err
	}
	s.HasRules, s.Rules = view.form.has("hasRules"), view.form.rules(s.Rules)
	isTrial := view.form.get("do") == "try"
	if !view.form.isRefused() {
		if isTrial {
			view.trial, err = r.try(c, view.form.get("room"), s.Rules)
		} else {
			err = p.Rooms.ConfigureChannel(r.Context(), r.viewer, c.ID, s)
		}
	}
	if err != nil && !view.form.take(err, nil) {
		return err
	}
	if isTrial || view.form.isRefused() {
		return r.showRules(w, view)
	}
	r.flash(w, ui.Good, r.t.T("chatrules.saved"))
	return r.redirect(w, channelChatPath(c)+"/rules")
}

// setRules fills in all rules but the lists of words, which have their own pages.
func (f *form) setRules(s rule.Set) *form {
	for _, one := range policies {
		f.setPolicy(one.name, *one.of(&s))
	}
	seconds := func(d, otherwise time.Duration) string { return itoa(int64(cmp.Or(d, otherwise) / time.Second)) }
	f.set("repetition.within", seconds(s.Repetition.Within, time.Minute)).set("flood.within", seconds(s.Flood.Within, 10*time.Second))
	f.set("flood.messages", itoa(cmp.Or(s.Flood.Messages, 5))).set("capitals.percent", itoa(cmp.Or(s.Capitals.Percent, 70)))
	f.set("special.tolerance", itoa(s.SpecialChars.Tolerance))
	return f.set("links.allowed", strings.Join(s.Links.Allowed, "\n"))
}

func (f *form) rules(s rule.Set) rule.Set {
	for _, one := range policies {
		*one.of(&s) = f.policy(one.name)
	}
	s.Repetition.Within = time.Duration(f.whole("repetition.within", 1, maxRuleSeconds)) * time.Second
	s.Flood.Within = time.Duration(f.whole("flood.within", 1, maxRuleSeconds)) * time.Second
	s.Flood.Messages = f.whole("flood.messages", 1, maxFloodMessages)
	s.Capitals.Percent = f.whole("capitals.percent", 1, 100)
	s.SpecialChars.Tolerance = f.whole("special.tolerance", 0, maxTolerance)
	s.Links.Allowed = f.lines("links.allowed")
	return s
}

// setPolicy fills in what every rule has.
func (f *form) setPolicy(name string, p rule.Policy) *form {
	if p.Action == rule.Pass && p.Enabled {
		p.Action = rule.Refuse // as the rules take it
	}
	f.set(name+".action", string(p.Action)).set(name+".reason", p.Reason)
	return f.setIf(name+".enabled", p.Enabled).setIf(name+".moderators", p.AppliesModerators)
}

func (f *form) policy(name string) rule.Policy {
	p := rule.Policy{
		Enabled: f.has(name + ".enabled"), Action: rule.Hold, Reason: strings.TrimSpace(f.get(name + ".reason")),
		AppliesModerators: f.has(name + ".moderators"),
	}
	if f.get(name+".action") == string(rule.Refuse) {
		p.Action = rule.Refuse
	}
	if utf8.RuneCountInString(p.Reason) > maxRuleReason {
		f.refuse(name+".reason", f.r.t.T("problem.too-long"))
	}
	return p
}

// isOpen reports whether there is something to see in the details of a rule.
func (f *form) isOpen(name string) bool {
	for field := range f.problems {
		if strings.HasPrefix(field, name+".") {
			return true
		}
	}
	return f.has(name + ".enabled")
}

func (r *request) actionOptions(chosen string) []ui.Option {
	if chosen != string(rule.Refuse) {
		chosen = string(rule.Hold)
	}
	return choices(chosen, string(rule.Hold), r.t.T("chatrules.hold"), string(rule.Refuse), r.t.T("chatrules.refuse"))
}

// ruleLabel names a rule as moderators know it; a list of words by its own name.
func (r *request) ruleLabel(name string) string {
	kind, list, _ := strings.Cut(name, ": ")
	switch kind {
	case "words":
		return nameOr(list, r.t.T("chatrules.words"))
	case "special characters":
		return r.t.T("chatrules.special")
	case "capitals":
		return r.t.T("chatrules.capitals")
	case "repetition":
		return r.t.T("chatrules.repetition")
	case "flood":
		return r.t.T("chatrules.flood")
	case "links":
		return r.t.T("chatrules.links")
	}
	return name
}
