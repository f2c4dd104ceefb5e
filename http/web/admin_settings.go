package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
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

// settingsView is one section of the configuration.
type settingsView struct {
	section settingsSection
	fixed   map[string]string // settings that cannot be changed here, and what sets them
	form    *form
}

// settingsView is the section of a slug, the first one for an unknown slug, with the settings this site has.
func (p *Pages) settingsView(slug string, values map[string]any, f *form) settingsView {
	section := settingsSections[0]
	for _, s := range settingsSections {
		if s.slug == slug {
			section = s
		}
	}
	return settingsView{section: section.within(values), fixed: p.Configuration.Fixed(), form: f}
}

// open are the fields that can be changed.
func (v settingsView) open() []settingField {
	return slices.DeleteFunc(v.section.fields(), func(s settingField) bool { return v.fixed[s.name] != "" })
}

func (p *Pages) adminSettings(w http.ResponseWriter, r *request) error {
	values := asJSON(p.Configuration.Custom())
	view := p.settingsView(r.URL.Query().Get("section"), values, r.newForm())
	return r.showSettings(w, view, values)
}

// showSettings shows the page with the values in force, and what was sent where that was refused.
func (r *request) showSettings(w http.ResponseWriter, view settingsView, values map[string]any) error {
	for _, s := range view.section.fields() {
		if !view.form.isRefused() || view.fixed[s.name] != "" {
			value, _ := valueAt(values, s.name)
			view.form.values[s.name] = s.control.show(value)
		}
	}
	return r.show(w, view.form.status(), r.adminPage(r.t.T("admin.settings")), settingsContent(r, view, values))
}

func valueAt(values map[string]any, name string) (value any, there bool) {
	section, rest, isNested := strings.Cut(name, ".")
	value, there = values[section]
	if !isNested || !there {
		return value, there
	}
	inner, _ := value.(map[string]any)
	return valueAt(inner, rest)
}

func (p *Pages) saveSettings(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	values := asJSON(p.Configuration.Custom())
	view := p.settingsView(f.get("section"), values, f)
	changes := map[string]any{}
	for _, s := range view.open() {
		value, problem := s.control.read(f.values[s.name])
		if problem != "" {
			f.refuse(s.name, r.t.T(problem))
			continue
		}
		nest(changes, strings.Split(s.name, "."), value)
	}
	if f.isRefused() {
		return r.showSettings(w, view, values)
	}
	if err := p.changeSettings(r, changes); err != nil {
		if r.refuseSettings(view, err) {
			return r.showSettings(w, view, values)
		}
		return err
	}
	r.flash(w, ui.Good, r.t.T("adminsettings.saved"))
	return r.redirect(w, sectionURL(view.section.slug))
}

func (p *Pages) changeSettings(r *request, changes map[string]any) error {
	body, err := json.Marshal(changes)
	if err != nil {
		return err
	}
	return p.Configuration.Change(r.Context(), body)
}

// refuseSettings notes on the form what the configuration says of each field. It reports false for what is not about the fields.
func (r *request) refuseSettings(view settingsView, err error) bool {
	var refused *fault.Error
	if !errors.As(err, &refused) {
		return false
	}
	for _, param := range refused.Params {
		var of control
		for _, s := range view.section.fields() {
			if s.name == param.Name {
				of = s.control
			}
		}
		view.form.refuse(param.Name, r.refusalOf(param, of))
	}
	return len(refused.Params) > 0 || view.form.take(err, told{fault.Forbidden: r.t.T("adminsettings.forbidden")})
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

func sectionURL(slug string) string { return settingsPath + "?section=" + slug }

// sectionTabs are the sections this site has settings of.
func (r *request) sectionTabs(current string, values map[string]any) []ui.Tab {
	var list []ui.Tab
	for _, s := range settingsSections {
		if len(s.within(values).groups) > 0 {
			list = append(list, ui.Tab{URL: sectionURL(s.slug), Label: r.t.T(s.label), Current: s.slug == current})
		}
	}
	return list
}

// help is the sentence below a field: how to fill it in, or why it cannot be.
func (v settingsView) help(r *request, s settingField) string {
	if source := v.fixed[s.name]; source != "" {
		return r.t.T("adminsettings.fixed", "source", source)
	}
	if s.help == "" {
		return ""
	}
	return r.t.T(s.help)
}

// props describe the input of a setting.
func (v settingsView) props(r *request, s settingField) ui.FieldProps {
	props := v.form.with(s.name, r.t.T(s.label), ui.FieldProps{Hint: v.help(r, s), Attributes: map[string]any{}})
	switch s.control.(type) {
	case toggleSetting:
		props.Value = ""
	case numberSetting, sizeSetting, spanSetting:
		props.Attributes["size"] = "12"
	case textSetting, listSetting:
		props.Attributes["rows"] = itoa(min(max(strings.Count(props.Value, "\n")+2, 3), 12))
	}
	if v.fixed[s.name] != "" {
		props.Attributes["disabled"] = true
	}
	props.Attributes["required"] = false // the configuration says what may be empty; "optional" at each field would be noise
	return props
}
