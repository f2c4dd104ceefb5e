package web

import (
	"cmp"
	"net/http"

	"github.com/a-h/templ"

	"lucarne/http/web/ui"
	"lucarne/platform/markdown"
)

func (p *Pages) aboutRoutes() []route {
	return []route{
		{method: "GET", pattern: "/about/instance", do: p.aboutInstance},
		{method: "GET", pattern: "/about/help", do: p.aboutHelp},
		{method: "GET", pattern: "/about/source", do: p.aboutSource},
		{method: "GET", pattern: contactPath, do: p.contact},
		{method: "POST", pattern: contactPath, group: "ask_send_email", do: p.sendLetter},
	}
}

// section is one text the administrators wrote, under its heading.
type section struct{ id, title, html string }

func (r *request) sections() []section {
	s, t := r.settings, r.t
	var written []section
	for _, one := range []section{
		{"description", t.T("about.description"), s.Description},
		{"administrator", t.T("about.administrator"), s.Administrator},
		{"creation-reason", t.T("about.creation-reason"), s.CreationReason},
		{"terms", t.T("about.terms"), s.Terms},
		{"code-of-conduct", t.T("about.code-of-conduct"), s.CodeOfConduct},
		{"moderation", t.T("about.moderation"), s.Moderation},
		{"maintenance", t.T("about.maintenance"), s.Maintenance},
		{"business-model", t.T("about.business-model"), s.BusinessModel},
		{"support", t.T("about.support"), s.Support},
		{"hardware", t.T("about.hardware"), s.Hardware},
	} {
		if one.html != "" {
			written = append(written, section{one.id, one.title, markdown.HTML(one.html)})
		}
	}
	return written
}

func (p *Pages) aboutInstance(w http.ResponseWriter, r *request) error {
	var figures *Figures
	if p.Figures != nil {
		counted, err := p.Figures(r.Context())
		if err != nil {
			return err
		}
		figures = &counted
	}
	page := r.aboutPage(r.t.T("about.title"), "/about/instance")
	page.Description = r.settings.ShortDescription
	page.Properties = append(r.properties("website", r.settings.Name, page.Description, page.Canonical), r.sitePicture()...)
	return r.show(w, http.StatusOK, page, aboutContent(r, r.sections(), figures))
}

func (r *request) aboutPage(title, path string) ui.Page {
	page := r.page(title)
	page.Canonical, page.Narrow = r.absolute(path), true
	return page
}

func (p *Pages) aboutHelp(w http.ResponseWriter, r *request) error {
	return r.showAbout(w, r.t.T("about.help"), "/about/help", helpContent(r))
}

func (p *Pages) aboutSource(w http.ResponseWriter, r *request) error {
	return r.showAbout(w, r.t.T("about.source"), "/about/source", sourceContent(r))
}

func (r *request) showAbout(w http.ResponseWriter, title, path string, content templ.Component) error {
	return r.show(w, http.StatusOK, r.aboutPage(title, path), content)
}

// shortcuts are the player's keys, with what each does.
func (r *request) shortcuts() [][2]string {
	t := r.t
	return [][2]string{
		{"k", t.T("player.key-play")},
		{"← →", t.T("player.key-seek")},
		{"j l", t.T("player.key-jump")},
		{"↑ ↓", t.T("player.key-volume")},
		{"0 … 9", t.T("player.key-digit")},
		{"f", t.T("player.key-fullscreen")},
		{"m", t.T("player.key-mute")},
		{"< >", t.T("player.key-speed")},
		{"/", t.T("about.key-search")},
	}
}

func (r *request) sourceURL() string {
	return cmp.Or(r.settings.SourceURL, "https://www.gnu.org/licenses/agpl-3.0.html")
}
