package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lucarne/account"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
)

func (p *Pages) adminSettingsRoutes() []route {
	const right = account.ManageConfiguration
	return []route{
		{method: "GET", pattern: settingsPath, access: privileged, right: right, do: p.adminSettings},
		{method: "POST", pattern: settingsPath, access: privileged, right: right, do: p.saveSettings},
		{method: "POST", pattern: settingsPath + "/reset", access: privileged, right: right, do: p.resetSettings},
	}
}

const settingsPath = "/admin/settings"

// setting is one value of the configuration, by its dotted name.
type setting struct {
	name  string
	value any // string, bool, float64, a list of them, or nil
}

// settingsSection is a page of the configuration.
type settingsSection struct {
	slug   string
	groups []string // beginnings of names
}

// settingsSections put the groups of the configuration where people look for them. A group that is in none is among the last.
var settingsSections = []settingsSection{
	{"instance", []string{"instance", "admin", "contactForm", "broadcastMessage", "theme", "services", "email"}},
	{"signup", []string{"signup"}},
	{"users", []string{"user", "videoChannels", "defaults"}},
	{"transcoding", []string{"transcoding", "storyboards", "videoFile"}},
	{"chat", []string{"chat"}},
	{"other", nil},
}

func (r *request) sectionLabel(slug string) string {
	switch slug {
	case "instance":
		return r.t.T("adminsettings.instance")
	case "signup":
		return r.t.T("adminsettings.signup")
	case "users":
		return r.t.T("adminsettings.users")
	case "transcoding":
		return r.t.T("adminsettings.transcoding")
	case "chat":
		return r.t.T("adminsettings.chat")
	}
	return r.t.T("adminsettings.other")
}

// settingsView is one section of the configuration.
type settingsView struct {
	slug     string
	settings []setting
	form     *form
}

func (p *Pages) adminSettings(w http.ResponseWriter, r *request) error {
	return r.showSettings(w, r.newForm(), r.URL.Query().Get("section"))
}

func (r *request) showSettings(w http.ResponseWriter, f *form, slug string) error {
	view := settingsView{slug: "instance", form: f}
	for _, s := range settingsSections {
		if s.slug == slug {
			view.slug = slug
		}
	}
	view.settings = settingsOf(r.pages.Configuration.Custom(), view.slug)
	if !f.isRefused() {
		for _, s := range view.settings {
			f.set(s.name, s.text())
		}
	}
	return r.show(w, f.status(), r.adminPage(r.t.T("admin.settings")), settingsContent(r, view))
}

// settingsOf lists the settings of a section: those with a label first, in the order of the table, then the others by name.
func settingsOf(custom map[string]any, slug string) []setting {
	var list []setting
	flatten(asJSON(custom), "", func(s setting) {
		if sectionOf(s.name) == slug {
			list = append(list, s)
		}
	})
	slices.SortFunc(list, func(a, b setting) int {
		if byRank := rankOf(a.name) - rankOf(b.name); byRank != 0 {
			return byRank
		}
		return strings.Compare(a.name, b.name)
	})
	return list
}

// asJSON gives values the kinds JSON has: what is sent back is compared with them.
func asJSON(custom map[string]any) map[string]any {
	body, err := json.Marshal(custom)
	var values map[string]any
	if err == nil {
		err = json.Unmarshal(body, &values)
	}
	if err != nil {
		return nil
	}
	return values
}

func flatten(values map[string]any, prefix string, take func(setting)) {
	for name, value := range values {
		if inner, isObject := value.(map[string]any); isObject {
			flatten(inner, prefix+name+".", take)
			continue
		}
		take(setting{name: prefix + name, value: value})
	}
}

func sectionOf(name string) string {
	group, _, _ := strings.Cut(name, ".")
	for _, s := range settingsSections {
		if slices.Contains(s.groups, group) {
			return s.slug
		}
	}
	return "other"
}

// text is the value as its field shows it. Lists are one a line.
func (s setting) text() string {
	switch v := s.value.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "true"
		}
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		lines := make([]string, len(v))
		for i, one := range v {
			lines[i] = setting{value: one}.text()
		}
		return strings.Join(lines, "\n")
	}
	return fmt.Sprint(s.value)
}

// parse reads a field of the form as the kind of value the setting has.
func (s setting) parse(text string) (value any, ok bool) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	switch v := s.value.(type) {
	case bool:
		return text != "", true
	case float64:
		n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		return n, err == nil
	case []any:
		return parseLines(text, len(v) > 0 && isNumber(v[0]) || s.name == "instance.categories"), true
	case nil:
		if text == "" {
			return nil, true
		}
	}
	return text, true
}

func isNumber(v any) bool {
	_, is := v.(float64)
	return is
}

func parseLines(text string, areNumbers bool) []any {
	list := []any{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if n, err := strconv.ParseFloat(line, 64); err == nil && areNumbers {
			list = append(list, n)
			continue
		}
		list = append(list, line)
	}
	return list
}

func (p *Pages) saveSettings(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	section := f.get("section")
	changes := map[string]any{}
	for _, s := range settingsOf(p.Configuration.Custom(), section) {
		value, ok := s.parse(f.get(s.name))
		if !ok {
			f.refuse(s.name, r.t.T("adminsettings.not-a-number"))
			continue
		}
		nest(changes, strings.Split(s.name, "."), value)
	}
	if f.isRefused() {
		return r.showSettings(w, f, section)
	}
	body, err := json.Marshal(changes)
	if err != nil {
		return err
	}
	if err := p.Configuration.Change(r.Context(), body); err != nil {
		return r.refuseSettings(w, f, section, err)
	}
	r.flash(w, ui.Good, r.t.T("adminsettings.saved"))
	return r.redirect(w, settingsPath+"?section="+section)
}

// refuseSettings shows the form again with what the configuration says of each field.
func (r *request) refuseSettings(w http.ResponseWriter, f *form, section string, err error) error {
	var refused *fault.Error
	if !errors.As(err, &refused) {
		return err
	}
	for _, param := range refused.Params {
		f.refuse(param.Name, param.Message)
	}
	if len(refused.Params) == 0 && !f.take(err, told{fault.Forbidden: r.t.T("adminsettings.forbidden")}) {
		return err
	}
	return r.showSettings(w, f, section)
}

func nest(into map[string]any, path []string, value any) {
	for len(path) > 1 {
		inner, ok := into[path[0]].(map[string]any)
		if !ok {
			inner = map[string]any{}
			into[path[0]] = inner
		}
		into, path = inner, path[1:]
	}
	into[path[0]] = value
}

func (p *Pages) resetSettings(w http.ResponseWriter, r *request) error {
	if err := p.Configuration.Reset(r.Context()); err != nil {
		return err
	}
	r.flash(w, ui.Good, r.t.T("adminsettings.was-reset"))
	return r.redirect(w, settingsPath)
}

func (r *request) settingsSectionTabs(current string) []ui.Tab {
	list := make([]ui.Tab, len(settingsSections))
	for i, s := range settingsSections {
		list[i] = ui.Tab{URL: settingsPath + "?section=" + s.slug, Label: r.sectionLabel(s.slug), Current: s.slug == current}
	}
	return list
}
