package web

import (
	"net/http"
	"net/url"
	"slices"

	"lucarne/account"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
	"lucarne/platform/job"
)

func (p *Pages) adminJobsRoutes() []route {
	const right = account.ManageJobs
	return []route{
		{method: "GET", pattern: jobsPath, access: privileged, right: right, do: p.adminJobs},
		{method: "POST", pattern: jobsPath, access: privileged, right: right, do: p.changeJobs},
		{method: "POST", pattern: jobsPath + "/{id}", access: privileged, right: right, do: p.changeJob},
	}
}

const (
	jobsPath    = "/admin/jobs"
	jobsPerPage = 25
)

// jobsView is a list of jobs.
type jobsView struct {
	state       job.State // "" all
	kind        string
	page, total int
	jobs        []job.Job
	counts      map[job.State]int
	kinds       []string
	paused      bool
}

func (p *Pages) adminJobs(w http.ResponseWriter, r *request) error {
	q := r.URL.Query()
	view := jobsView{page: readPage(q), kinds: p.Jobs.Kinds()}
	if state := job.State(q.Get("state")); slices.Contains(jobStates, state) {
		view.state = state
	}
	if slices.Contains(view.kinds, q.Get("kind")) {
		view.kind = q.Get("kind")
	}
	var err error
	if view.counts, err = p.Jobs.CountByState(r.Context()); err != nil {
		return err
	}
	if view.paused, err = p.Jobs.IsPaused(r.Context()); err != nil {
		return err
	}
	view.page = min(view.page, 10_000/jobsPerPage)
	view.jobs, view.total, err = p.Jobs.List(r.Context(), job.Filter{
		State: view.state, Kind: view.kind, Start: (view.page - 1) * jobsPerPage, Count: jobsPerPage,
	})
	if err != nil {
		return err
	}
	return r.show(w, http.StatusOK, r.adminPage(r.t.T("admin.jobs")), jobsContent(r, view))
}

func (v jobsView) query() url.Values {
	return url.Values{"state": {string(v.state)}, "kind": {v.kind}}
}

func (v jobsView) isMoving() bool { return v.counts[job.Active]+v.counts[job.Waiting] > 0 && !v.paused }

func (r *request) jobTabs(view jobsView) []ui.Tab {
	all := 0
	for _, n := range view.counts {
		all += n
	}
	list := []ui.Tab{{Label: r.t.T("jobs.all"), Count: r.t.Compact(int64(all)), Current: view.state == "", URL: withQuery(jobsPath, url.Values{"kind": {view.kind}})}}
	for _, state := range jobStates {
		list = append(list, ui.Tab{
			Label: r.jobStateLabel(state), Count: r.t.Compact(int64(view.counts[state])), Current: view.state == state,
			URL: withQuery(jobsPath, url.Values{"state": {string(state)}, "kind": {view.kind}}),
		})
	}
	return list
}

func (r *request) jobStateLabel(state job.State) string {
	switch state {
	case job.Active:
		return r.t.T("jobs.active")
	case job.Waiting:
		return r.t.T("jobs.waiting")
	case job.Delayed:
		return r.t.T("jobs.delayed")
	case job.Completed:
		return r.t.T("jobs.completed")
	}
	return r.t.T("jobs.failed")
}

func jobTone(state job.State) ui.Tone {
	switch state {
	case job.Active:
		return ui.Accent
	case job.Completed:
		return ui.Good
	case job.Failed:
		return ui.Danger
	}
	return ui.Neutral
}

func (r *request) kindOptions(view jobsView) []ui.Option {
	list := []ui.Option{{Label: r.t.T("jobs.any-kind")}}
	for _, kind := range view.kinds {
		list = append(list, ui.Option{Value: kind, Label: kind, Selected: kind == view.kind})
	}
	return list
}

// changeJobs stops or continues all work.
func (p *Pages) changeJobs(w http.ResponseWriter, r *request) error {
	switch r.PostFormValue("do") {
	case "pause":
		if err := p.Jobs.Pause(r.Context()); err != nil {
			return err
		}
		r.flash(w, ui.Good, r.t.T("jobs.paused"))
	case "resume":
		if err := p.Jobs.Resume(r.Context()); err != nil {
			return err
		}
		r.flash(w, ui.Good, r.t.T("jobs.resumed"))
	default:
		return fault.New(fault.Invalid, "There is no such action")
	}
	return r.redirect(w, jobsPath)
}

func (p *Pages) changeJob(w http.ResponseWriter, r *request) error {
	id := job.ID(numberOf(r.PathValue("id")))
	var err error
	word := ""
	switch r.PostFormValue("do") {
	case "retry":
		word, err = r.t.T("jobs.retried"), p.Jobs.Retry(r.Context(), id)
	case "cancel":
		word, err = r.t.T("jobs.cancelled"), p.Jobs.Cancel(r.Context(), id)
	default:
		return fault.New(fault.Invalid, "There is no such action")
	}
	switch {
	case fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid):
		r.flash(w, ui.Warning, r.t.T("jobs.too-late"))
	case err != nil:
		return err
	default:
		r.flash(w, ui.Good, word)
	}
	return r.redirect(w, withQuery(jobsPath, url.Values{"state": {r.PostFormValue("state")}}))
}

func isOver(state job.State) bool { return state == job.Completed || state == job.Failed }
