package e2e_test

import (
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lucarne/app/apptest"
	"lucarne/platform/config"
)

var (
	sectionLink = regexp.MustCompile(`href="(/admin/settings\?section=\w+)"`)
	settingTag  = regexp.MustCompile(`<(?:input|textarea|select)[^>]*>`)
	settingName = regexp.MustCompile(` name="(\w+\.[\w.]+)"`)
	catalogue   = regexp.MustCompile(`adminsettings\.[a-z-]+`)
)

// labelOf finds the words that name an input, and helpOf those that explain it.
func labelOf(page, name string) string {
	return wordsOf(page, `<(?:label|summary)[^>]*(?: for="f-`+regexp.QuoteMeta(name)+`")[^>]*>([^<]*)<`)
}

func helpOf(page, name string) string {
	return wordsOf(page, `id="f-`+regexp.QuoteMeta(name)+`-hint">([^<]*)<`)
}

func wordsOf(page, pattern string) string {
	found := regexp.MustCompile(pattern).FindStringSubmatch(page)
	if found == nil {
		return ""
	}
	return strings.TrimSpace(html.UnescapeString(found[1]))
}

// TestSettingsPages reads every page of the configuration: each setting that has an effect is on one of them, with a label and a
// sentence that helps, and no other one is.
func TestSettingsPages(t *testing.T) {
	site := site(t)
	for _, language := range []string{"en", "fr"} {
		t.Run(language, func(t *testing.T) {
			shown := shownSettings(t, site.Session(t, language, "root", apptest.RootPassword))
			want := slices.Sorted(maps.Keys(flatten(config.Default().Offered(), "")))
			if got := slices.Sorted(maps.Keys(shown)); !slices.Equal(got, want) {
				t.Errorf("shown are\n%v\nwant\n%v", got, want)
			}
		})
	}
}

// shownSettings are the pages settings are on.
func shownSettings(t *testing.T, root *apptest.Session) map[string]string {
	t.Helper()
	shown := map[string]string{}
	for _, link := range sectionLink.FindAllStringSubmatch(root.Read("/admin/settings"), -1) {
		page := root.Read(link[1])
		if missing := catalogue.FindString(page); missing != "" {
			t.Errorf("%s: the catalogue has no %s", link[1], missing)
		}
		for _, tag := range settingTag.FindAllString(page, -1) {
			found := settingName.FindStringSubmatch(tag)
			if found == nil {
				continue
			}
			name := found[1]
			if shown[name] != "" && shown[name] != link[1] {
				t.Errorf("%s is on two pages: %s and %s", name, shown[name], link[1])
			}
			shown[name] = link[1]
			checkSetting(t, page, name)
		}
	}
	return shown
}

func checkSetting(t *testing.T, page, name string) {
	t.Helper()
	if name == "instance.categories" { // boxes in a group with words of its own
		return
	}
	if label := labelOf(page, name); label == "" || label == name {
		t.Errorf("%s has the label %q", name, label)
	}
	if !strings.Contains(name, ".resolutions.") && helpOf(page, name) == "" {
		t.Errorf("%s has no sentence that helps", name)
	}
}

func flatten(values map[string]any, prefix string) map[string]any {
	flat := map[string]any{}
	for name, value := range values {
		if inner, isObject := value.(map[string]any); isObject {
			maps.Copy(flat, flatten(inner, prefix+name+"."))
			continue
		}
		flat[prefix+name] = value
	}
	return flat
}

// fields are what a browser would send of a page, with one value changed.
func fields(page, section, name, value string) url.Values {
	sent := url.Values{"section": {section}}
	for _, tag := range settingTag.FindAllString(page, -1) {
		found := settingName.FindStringSubmatch(tag)
		if found == nil || strings.Contains(tag, `type="checkbox"`) && !strings.Contains(tag, " checked") {
			continue
		}
		sent.Add(found[1], html.UnescapeString(wordsOf(tag, ` value="([^"]*)"`)))
	}
	sent.Del(name)
	if value != "" {
		sent.Set(name, value)
	}
	return sent
}

func TestRefusedSettings(t *testing.T) {
	root := site(t).Session(t, "fr", "root", apptest.RootPassword)
	tests := []struct{ section, name, value, want string }{
		{"signup", "signup.limit", "beaucoup", "Ce doit être un nombre."},
		{"signup", "signup.limit", "1.5", "Ce doit être un nombre."},
		{"signup", "signup.limit", "-2", "Ce doit être au moins -1."},
		{"signup", "signup.minimumAge", "151", "Ce doit être au plus 150."},
		{"signup", "user.videoQuota", "large", "Saisissez une taille"},
		{"signup", "user.defaultChannelName", "", "Ceci ne doit pas être vide."},
		{"instance", "instance.name", strings.Repeat("x", 121), "C’est plus long que 120 caractères."},
		{"instance", "instance.defaultNSFWPolicy", "hide", "Choisissez"},
		{"instance", "instance.defaultClientRoute", "//elsewhere.example", "Ce doit être un chemin de ce site"},
		{"instance", "admin.email", "nobody", "adresse"},
		{"transcoding", "transcoding.hls.enabled", "", "Gardez au moins l’un des deux"},
		{"live", "live.maxDuration", "-2", "ou -1 sans limite."},
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.value[:min(len(tt.value), 10)], func(t *testing.T) {
			sent := fields(root.Read("/admin/settings?section="+tt.section), tt.section, tt.name, tt.value)
			answer := root.Fill("/admin/settings", sent, http.StatusUnprocessableEntity)
			if got := wordsOf(answer, `<li><a href="#f-`+regexp.QuoteMeta(tt.name)+`">([^<]*)<`); !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSettingsOfTheEnvironment(t *testing.T) {
	site := start(t, "LUCARNE_SIGNUP_LIMIT=7", "LUCARNE_INSTANCE_NAME=Rivergate")
	root := site.Session(t, "en", "root", apptest.RootPassword)
	page := root.Read("/admin/settings?section=signup")
	if help := helpOf(page, "signup.limit"); !strings.Contains(help, "LUCARNE_SIGNUP_LIMIT") {
		t.Errorf("the limit is explained by %q, want to be told what sets it", help)
	}
	sent := fields(page, "signup", "signup.limit", "30")
	sent.Set("signup.minimumAge", "18")
	root.Fill("/admin/settings", sent, http.StatusOK)
	var custom struct {
		Signup struct {
			Limit      int `json:"limit"`
			MinimumAge int `json:"minimumAge"`
		} `json:"signup"`
	}
	site.Root(t).Get("/api/v1/config/custom", &custom)
	if custom.Signup.Limit != 7 || custom.Signup.MinimumAge != 18 {
		t.Errorf("got %+v, want the limit of the environment and the new age", custom.Signup)
	}
}
