package web

import (
	"net/http"
	"slices"

	"lucarne/account"
	"lucarne/account/signin"
	"lucarne/http/web/ui"
	"lucarne/platform/constant"
	"lucarne/platform/fault"
)

func (p *Pages) mySettingsRoutes() []route {
	post := func(path string, do func(http.ResponseWriter, *request) error) route {
		return route{method: "POST", pattern: mySettingsPath + path, access: signedIn, do: do}
	}
	get := func(path string, do func(http.ResponseWriter, *request) error) route {
		return route{method: "GET", pattern: mySettingsPath + path, access: signedIn, do: do}
	}
	avatar := post("/avatar", p.saveAvatar)
	avatar.maxBody = maxPicture + maxFormText
	return []route{
		get("", p.profilePage), post("", p.saveProfile), avatar, post("/avatar/delete", p.deleteAvatar),
		get("/preferences", p.preferencesPage), post("/preferences", p.savePreferences),
		get("/security", p.securityPage), post("/email", p.changeEmail), post("/password", p.changePassword),
		post("/two-factor", p.requestTwoFactor), post("/two-factor/confirm", p.confirmTwoFactor), post("/two-factor/disable", p.disableTwoFactor),
		post("/sessions/revoke", p.revokeSession),
		get("/delete", p.deleteMePage), post("/delete", p.deleteMe),
	}
}

const (
	mySettingsPath = "/my/settings"
	// The bounds of a profile, as the subject has them.
	maxProfileName        = 120
	maxProfileDescription = 1000
)

func (r *request) settingsTabs(current string) []ui.Tab {
	list := []ui.Tab{
		{URL: mySettingsPath, Label: r.t.T("mysettings.profile"), Icon: "user"},
		{URL: mySettingsPath + "/preferences", Label: r.t.T("mysettings.preferences"), Icon: "sliders-horizontal"},
		{URL: mySettingsPath + "/security", Label: r.t.T("mysettings.security"), Icon: "shield"},
		{URL: mySettingsPath + "/delete", Label: r.t.T("mysettings.leave"), Icon: "log-out"},
	}
	if r.pages.Rooms != nil {
		list = slices.Insert(list, len(list)-1, ui.Tab{URL: myChatPath, Label: r.t.T("mychat.title"), Icon: "message-square"})
	}
	for i := range list {
		list[i].Current = list[i].URL == mySettingsPath+current
	}
	return list
}

func (p *Pages) profilePage(w http.ResponseWriter, r *request) error {
	me := r.viewer.User.Account
	return r.showProfile(w, r.newForm().set("displayName", me.Name).set("description", me.Description))
}

func (r *request) showProfile(w http.ResponseWriter, f *form) error {
	return r.show(w, f.status(), r.myPage(r.t.T("site.settings")), profileContent(r, f))
}

// saved goes back to a page of settings with a word.
func (r *request) saved(w http.ResponseWriter, path, word string) error {
	r.flash(w, ui.Good, word)
	return r.redirect(w, mySettingsPath+path)
}

func (p *Pages) saveProfile(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	name, description := f.get("displayName"), f.get("description")
	if err := p.Users.UpdateMe(r.Context(), r.viewer, account.MyChange{DisplayName: &name, Description: &description}); err != nil {
		if f.take(err, nil) {
			return r.showProfile(w, f)
		}
		return err
	}
	return r.saved(w, "", r.t.T("mysettings.saved"))
}

func (p *Pages) saveAvatar(w http.ResponseWriter, r *request) error {
	f, sent, done, err := r.sentFiles(map[string]int64{avatarField: p.MaxImageBytes()})
	if err != nil {
		return err
	}
	defer done()
	me := r.viewer.User.Account
	f.set("displayName", me.Name).set("description", me.Description)
	file, err := sent.open(avatarField)
	if err != nil {
		return err
	}
	if file == nil {
		f.refuse(avatarField, r.t.T("problem.picture"))
		return r.showProfile(w, f)
	}
	defer file.Close()
	if _, err := p.Users.SetAvatar(r.Context(), r.viewer, file); err != nil {
		if f.take(pictureFault(avatarField, err), nil) {
			return r.showProfile(w, f)
		}
		return err
	}
	return r.saved(w, "", r.t.T("mysettings.avatar-saved"))
}

func (p *Pages) deleteAvatar(w http.ResponseWriter, r *request) error {
	if err := p.Users.DeleteAvatar(r.Context(), r.viewer); err != nil {
		return err
	}
	return r.saved(w, "", r.t.T("mysettings.avatar-removed"))
}

// The switches of the preferences page, by field.
var preferenceSwitches = []struct {
	field string
	of    func(*account.Preferences) *bool
}{
	{"autoPlayVideo", func(p *account.Preferences) *bool { return &p.AutoPlayVideo }},
	{"autoPlayNextVideo", func(p *account.Preferences) *bool { return &p.AutoPlayNextVideo }},
	{"autoPlayNextVideoPlaylist", func(p *account.Preferences) *bool { return &p.AutoPlayNextVideoPlaylist }},
	{"p2pEnabled", func(p *account.Preferences) *bool { return &p.P2PEnabled }},
	{"videosHistoryEnabled", func(p *account.Preferences) *bool { return &p.VideosHistoryEnabled }},
}

func (r *request) switchLabel(field string) (label, hint string) {
	switch field {
	case "autoPlayVideo":
		return r.t.T("mysettings.autoplay"), ""
	case "autoPlayNextVideo":
		return r.t.T("mysettings.autoplay-next"), ""
	case "autoPlayNextVideoPlaylist":
		return r.t.T("mysettings.autoplay-playlist"), ""
	case "p2pEnabled":
		return r.t.T("mysettings.p2p"), r.t.T("mysettings.p2p-hint")
	}
	return r.t.T("mysettings.keep-history"), ""
}

func (p *Pages) preferencesPage(w http.ResponseWriter, r *request) error {
	chosen := r.viewer.User.Preferences
	f := r.newForm().set("nsfwPolicy", r.sensitivePolicy()).set("language", chosen.Language).set("theme", chosen.Theme)
	for _, one := range preferenceSwitches {
		f.setIf(one.field, *one.of(&chosen))
	}
	f.values["videoLanguages"] = chosen.VideoLanguages
	return r.showPreferences(w, f)
}

func (r *request) showPreferences(w http.ResponseWriter, f *form) error {
	return r.show(w, f.status(), r.myPage(r.t.T("mysettings.preferences")), preferencesContent(r, f))
}

// savePreferences keeps them with the user; what was chosen in the footer of this browser gives way to them.
func (p *Pages) savePreferences(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	language, theme := f.get("language"), f.get("theme")
	policy := oneOf(f.get("nsfwPolicy"), display, "warn", "blur", doNotList)
	if (language != "" && !p.texts.Has(language)) || policy == "" {
		return fault.New(fault.Invalid, "There is no such choice")
	}
	err = p.Users.UpdateMe(r.Context(), r.viewer, account.MyChange{Preferences: func(to *account.Preferences) {
		for _, one := range preferenceSwitches {
			*one.of(to) = f.has(one.field)
		}
		to.NSFWPolicy, to.Language, to.Theme = policy, language, oneOf(theme, light, dark, ofDevice)
		if to.VideoLanguages = knownLanguages(f.values["videoLanguages"]); len(to.VideoLanguages) == 0 {
			to.VideoLanguages = nil
		}
	}})
	if err != nil {
		if f.take(err, nil) {
			return r.showPreferences(w, f)
		}
		return err
	}
	if language != "" { // the answer speaks as was just chosen
		r.t = p.texts.Locale(language)
	}
	http.SetCookie(w, r.cookie(languageCookie, "", -1e9))
	http.SetCookie(w, r.cookie(themeCookie, "", -1e9))
	return r.saved(w, "/preferences", r.t.T("mysettings.saved"))
}

func knownLanguages(codes []string) []string {
	var known []string
	for _, code := range codes {
		if constant.Languages().Has(code) && len(known) < 20 {
			known = append(known, code)
		}
	}
	return known
}

func (p *Pages) deleteMePage(w http.ResponseWriter, r *request) error {
	return r.showDeleteMe(w, r.newForm())
}

func (r *request) showDeleteMe(w http.ResponseWriter, f *form) error {
	return r.show(w, f.status(), r.myPage(r.t.T("mysettings.leave")), deleteMeContent(r, f))
}

func (p *Pages) deleteMe(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	if f.checkPassword(); f.isRefused() {
		return r.showDeleteMe(w, f)
	}
	if err := p.Users.DeleteMe(r.Context(), r.viewer); err != nil {
		if f.take(err, told{fault.Invalid: r.t.T("mysettings.cannot-leave")}) {
			return r.showDeleteMe(w, f)
		}
		return err
	}
	cookie, err := p.Sessions.EndPage(r.Context(), r.Request)
	if err == nil {
		http.SetCookie(w, cookie)
	}
	r.flash(w, ui.Good, r.t.T("mysettings.left"))
	return r.redirect(w, "/")
}

// checkPassword asks again for the password before what matters, within the limits of signing in.
func (f *form) checkPassword() {
	r := f.r
	_, err := r.pages.Sessions.Authenticate(r.Context(), signin.Credentials{
		Login: r.viewer.User.Username, Password: f.get("currentPassword"), Code: f.get(codeField),
	}, r.client())
	switch {
	case err == nil || isCodeMissing(err):
	case fault.Is(err, fault.TooMany):
		f.problem = r.t.T("form.too-many")
	default:
		f.refuse("currentPassword", r.t.T("problem.current-password"))
	}
}

func (r *request) policyOptions(chosen string) []ui.Option {
	return choices(
		chosen, display, r.t.T("mysettings.sensitive-show"), "warn", r.t.T("mysettings.sensitive-warn"), "blur", r.t.T("mysettings.sensitive-blur"),
		doNotList, r.t.T("mysettings.sensitive-hide"),
	)
}

func (r *request) interfaceLanguages(chosen string) []ui.Option {
	list := []ui.Option{{Label: r.t.T("mysettings.as-browser")}}
	for _, l := range r.pages.texts.Languages() {
		list = append(list, ui.Option{Value: l.Code, Label: l.Name, Selected: l.Code == chosen})
	}
	return list
}

func (r *request) themeOptions(chosen string) []ui.Option {
	return choices(chosen, ofDevice, r.t.T("site.theme-auto"), light, r.t.T("site.theme-light"), dark, r.t.T("site.theme-dark"))
}

func (r *request) watchedLanguages(chosen []string) []ui.Option {
	list := r.spokenOptions("")[1:]
	for i := range list {
		for _, code := range chosen {
			list[i].Selected = list[i].Selected || list[i].Value == code
		}
	}
	return list
}

// enrolmentView is a second factor about to be set up.
type enrolmentView struct {
	secret, qr string // qr is a data URL
}
