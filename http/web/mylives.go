package web

import (
	"net/http"
	"slices"
	"time"

	"lucarne/account"
	"lucarne/http/web/ui"
	"lucarne/live"
	"lucarne/platform/fault"
	"lucarne/video"
)

const (
	livesPath   = "/my/live"
	newLivePath = livesPath + "/new"
)

func (p *Pages) myLivesRoutes() []route {
	return []route{
		{method: "GET", pattern: livesPath, access: signedIn, do: p.myLives},
		{method: "GET", pattern: newLivePath, access: signedIn, do: p.newLivePage},
		{method: "POST", pattern: newLivePath, access: signedIn, do: p.createLive},
		{method: "GET", pattern: livesPath + "/{id}/settings", access: signedIn, do: p.liveSettingsPage},
		{method: "POST", pattern: livesPath + "/{id}/settings", access: signedIn, do: p.saveLiveSettings},
	}
}

// canBroadcast reports whether lives are made here now.
func (p *Pages) canBroadcast() bool { return p.Lives != nil && p.LiveRules().IsEnabled }

// myLivesView is the list of one's own lives.
type myLivesView struct {
	page, total  int
	videos       []video.Details
	canBroadcast bool
}

func (p *Pages) myLives(w http.ResponseWriter, r *request) error {
	view, isLive := myLivesView{page: readPage(r.URL.Query()), canBroadcast: p.canBroadcast()}, true
	f := video.Filter{Owner: r.viewer.AccountID(), IsLive: &isLive, Include: video.IncludeNotPublished | video.IncludeBlocked}
	newest := video.Sort{By: "createdAt", IsDescending: true}
	list, err := p.Videos.List(r.Context(), r.viewer, f, video.Page{Start: (view.page - 1) * minePerPage, Count: minePerPage, Sort: newest})
	if err != nil {
		return err
	}
	view.videos, view.total = list.Videos, list.Total
	return r.show(w, http.StatusOK, r.myPage(r.t.T("site.my-lives")), myLivesContent(r, view))
}

// managedLive is the live of the address, for those who may broadcast it.
func (r *request) managedLive() (live.Live, video.Details, error) {
	if r.pages.Lives == nil {
		return live.Live{}, video.Details{}, fault.New(fault.NotFound, "Broadcasting is switched off")
	}
	ref, err := r.ref()
	if err != nil {
		return live.Live{}, video.Details{}, err
	}
	return r.pages.Lives.Manage(r.Context(), r.viewer, ref)
}

func (p *Pages) newLivePage(w http.ResponseWriter, r *request) error {
	f := r.newForm().set("privacy", itoa(p.PublishDefaults().Privacy)).set("latency", itoa(live.DefaultLatency)).set("dvr", wholeWindow)
	return r.showNewLive(w, f.setIf("saveReplay", p.Lives != nil && p.LiveRules().AllowReplay))
}

func (r *request) showNewLive(w http.ResponseWriter, f *form) error {
	view := newLiveView{form: f, canBroadcast: r.pages.canBroadcast()}
	if view.canBroadcast {
		view.rules = r.pages.LiveRules()
	}
	var err error
	if view.channels, err = r.ownChannels(); err != nil {
		return err
	}
	page := r.myPage(r.t.T("live.new"))
	page.Section = "publish"
	return r.show(w, f.status(), page, newLiveContent(r, view))
}

func (p *Pages) createLive(w http.ResponseWriter, r *request) error {
	if p.Lives == nil {
		return fault.New(fault.NotFound, "Broadcasting is switched off")
	}
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	draft := live.Draft{Video: f.details().Draft(p.PublishDefaults()), Change: f.liveChange(nil)}
	if f.isRefused() {
		return r.showNewLive(w, f)
	}
	made, err := p.Lives.Create(r.Context(), r.viewer, draft)
	if err != nil {
		if f.take(err, r.liveRefusals(err)) {
			return r.showNewLive(w, f)
		}
		return err
	}
	r.flash(w, ui.Good, r.t.T("live.created"))
	return r.redirect(w, studioPath(made))
}

// liveRefusals tell why no live can be made, where that is no fault of the form.
func (r *request) liveRefusals(err error) told {
	switch codeOf(err) {
	case "live_not_enabled":
		return told{fault.Forbidden: r.t.T("live.not-enabled")}
	case "live_not_allowing_replay":
		return told{fault.Forbidden: r.t.T("live.no-replay-here")}
	case "max_instance_lives_limit_reached":
		return told{fault.Forbidden: r.t.T("live.too-many-here")}
	case "max_user_lives_limit_reached":
		return told{fault.Forbidden: r.t.T("live.too-many-of-yours")}
	}
	return nil
}

func (p *Pages) liveSettingsPage(w http.ResponseWriter, r *request) error {
	of, d, err := r.managedLive()
	if err != nil {
		return err
	}
	return r.showLiveSettings(w, d, r.liveForm(of))
}

// liveForm is filled in with how the live is set up.
func (r *request) liveForm(of live.Live) *form {
	f := r.newForm().set("latency", itoa(of.Latency)).set("dvr", dvrValue(of.DVRWindow)).set("replayPrivacy", itoa(of.ReplayPrivacy))
	f.setIf("permanent", of.Permanent).setIf("saveReplay", of.SaveReplay)
	for i, at := range of.Schedules[:min(len(of.Schedules), maxFormDates)] {
		f.set(dateField(i), at.UTC().Format(minuteLayout)).set(zoneField(i), "+00:00")
	}
	return f
}

func (r *request) showLiveSettings(w http.ResponseWriter, d video.Details, f *form) error {
	view := liveSettingsView{video: d, form: f, rules: r.pages.LiveRules()}
	return r.show(w, f.status(), r.myPage(r.t.T("live.settings-of", "name", d.Name)), liveSettingsContent(r, view))
}

func (p *Pages) saveLiveSettings(w http.ResponseWriter, r *request) error {
	of, d, err := r.managedLive()
	if err != nil {
		return err
	}
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	change := f.liveChange(&of)
	if !f.isRefused() {
		err = p.Lives.Update(r.Context(), r.viewer, d.ID, change)
	}
	if err != nil && !f.take(err, r.liveRefusals(err)) {
		return err
	}
	if f.isRefused() {
		return r.showLiveSettings(w, d, f)
	}
	r.flash(w, ui.Good, r.t.T("live.saved"))
	return r.redirect(w, studioPath(d.Video))
}

// canAir reports whether the viewer may broadcast a live.
func (r *request) canAir(v video.Video) bool {
	return v.IsLocal() && (v.IsOwnedBy(r.viewer) || r.viewer.Can(account.ManageAnyLive))
}

// airBadge tells of a live whether it is on air, waits or is over.
func (r *request) airBadge(v video.Video) (tone ui.Tone, icon, text string) {
	switch v.State {
	case video.Published:
		return ui.Live, "radio", r.t.T("video.live")
	case video.WaitingForLive:
		if at, ok := r.nextShow(v); ok {
			return ui.Accent, "calendar", r.t.T("live.announced", "when", r.t.Ago(at))
		}
		return ui.Note, "", r.t.T("live.off-air")
	}
	return ui.Neutral, "", r.t.T("live.over")
}

// lateness is how long an announced show that has not begun is still awaited.
const lateness = time.Hour

// nextShow is when a live that waits is to begin.
func (r *request) nextShow(v video.Video) (time.Time, bool) {
	if !v.IsLive || v.State != video.WaitingForLive {
		return time.Time{}, false
	}
	from := r.pages.Clock.Now().Add(-lateness)
	if i := slices.IndexFunc(v.LiveSchedules, from.Before); i >= 0 {
		return v.LiveSchedules[i], true
	}
	return time.Time{}, false
}
