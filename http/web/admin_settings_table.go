package web

import (
	"slices"

	"lucarne/http/web/ui"
	"lucarne/platform/constant"
)

// settingField is one setting administrators may change: its dotted name in the configuration, the keys of its label and of the sentence
// that helps to fill it in, and how it is filled in.
type settingField struct {
	name, label, help string
	control           control
}

// settingGroup is settings that belong together.
type settingGroup struct {
	label, text string // keys; text may be ""
	fields      []settingField
}

// settingsSection is one page of the configuration.
type settingsSection struct {
	slug, label string
	groups      []settingGroup
}

// settingsSections are all settings that are offered, where people look for them.
var settingsSections = []settingsSection{
	instanceSettings, aboutSettings, messagesSettings, signupSettings, publishingSettings, transcodingSettings, liveSettings, chatSettings,
}

// resolutionFields are the sizes videos are made in, below a section of the configuration. Their group explains them.
func resolutionFields(section string) []settingField {
	var fields []settingField // "720p" is the same in every language
	for _, height := range []string{"0p", "144p", "240p", "360p", "480p", "720p", "1080p", "1440p", "2160p"} {
		label := height
		if height == "0p" {
			label = "adminsettings.audio-only"
		}
		fields = append(fields, settingField{name: section + ".resolutions." + height, label: label, control: toggleSetting{}})
	}
	return fields
}

// within is the section with what this site has of it.
func (s settingsSection) within(values map[string]any) settingsSection {
	var groups []settingGroup
	for _, g := range s.groups {
		g.fields = slices.DeleteFunc(slices.Clone(g.fields), func(f settingField) bool {
			_, there := valueAt(values, f.name)
			return !there
		})
		if len(g.fields) > 0 {
			groups = append(groups, g)
		}
	}
	s.groups = groups
	return s
}

func (s settingsSection) fields() []settingField {
	var list []settingField
	for _, g := range s.groups {
		list = append(list, g.fields...)
	}
	return list
}

// isShort says whether the group is nothing but switches that need no explanation each: they stand side by side.
func (g settingGroup) isShort() bool {
	return !slices.ContainsFunc(g.fields, func(f settingField) bool { return f.help != "" })
}

func siteThemeOptions(r *request, chosen string) []ui.Option {
	return choices(chosen, "default", r.t.T("site.theme-auto"), light, r.t.T("site.theme-light"), dark, r.t.T("site.theme-dark"))
}

func siteLanguageOptions(r *request, chosen string) []ui.Option {
	return r.interfaceLanguages(chosen)[1:]
}

func sensitivePolicyOptions(r *request, chosen string) []ui.Option { return r.policyOptions(chosen) }

func broadcastOptions(r *request, chosen string) []ui.Option {
	return choices(
		chosen, "info", r.t.T("adminsettings.level-info"), "warning", r.t.T("adminsettings.level-warning"), "error", r.t.T("adminsettings.level-error"),
	)
}

func publishPrivacyOptions(r *request, chosen string) []ui.Option { return r.privacyOptions(chosen) }

func publishLicenceOptions(r *request, chosen string) []ui.Option {
	return options(r, constant.Licences(), r.t.T("adminsettings.no-licence"), int(numberOf(chosen)), itoa[int])
}

func publishCommentsOptions(r *request, chosen string) []ui.Option { return r.commentOptions(chosen) }
