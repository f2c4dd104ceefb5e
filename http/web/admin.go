package web

import (
	"context"
	"net/http"
	"time"

	"lucarne/account"
	"lucarne/http/web/ui"
	"lucarne/platform/event"
	"lucarne/platform/job"
	"lucarne/platform/logbook"
)

// Configuration is the settings in force, as administrators see and change them. Changes work at once.
type Configuration interface {
	// Custom is what administrators may change and what makes a difference here, in nested objects.
	Custom() map[string]any
	// Fixed are the names of settings that cannot be changed here, and what sets them.
	Fixed() map[string]string
	// Change takes the JSON object of a form. It fails with fault.Invalid, naming the settings by their dotted names and the rules they break, or fault.Forbidden
	// when they may not be changed from the web.
	Change(ctx context.Context, form []byte) error
	// Reset takes all changes back.
	Reset(ctx context.Context) error
}

// Administration is what the pages of administrators speak for.
type Administration struct {
	Configuration Configuration
	Jobs          *job.Queue
	Health        func(ctx context.Context) Health
	LogBook       *logbook.Book
	// Backlog are the facts that wait to be delivered.
	Backlog func(ctx context.Context) (event.Backlog, error)
}

// Health is how the machine and its programs are.
type Health struct {
	Database    string // "SQLite 3.50", "PostgreSQL 17"
	Started     time.Time
	FFmpeg      string // its version; "" when it is missing
	FFmpegError string
	Mail        MailState
	FreeBytes   int64 // on the disk of the videos
	TotalBytes  int64 // 0 unknown
	Warnings    []string
}

// MailState is whether mail is sent.
type MailState struct {
	IsConfigured bool
	Error        string // of the last attempt; "" when it worked
}

func (p *Pages) adminRoutes() []route {
	var list []route
	for _, table := range [][]route{
		{{method: "GET", pattern: adminPath, access: privileged, right: account.ManageUsers, do: p.adminOverview}},
		p.adminUsersRoutes(), p.adminRegistrationsRoutes(), p.adminJobsRoutes(), p.adminSettingsRoutes(), p.adminLogRoutes(),
	} {
		list = append(list, table...)
	}
	return list
}

const adminPath = "/admin"

// lowDisk is the share of free space below which administrators are warned.
const lowDisk = 0.05

// overviewView is how the site is.
type overviewView struct {
	health  Health
	backlog event.Backlog
	jobs    map[job.State]int
	paused  bool
	pending int // requests for an account
	figures *Figures
}

func (p *Pages) adminOverview(w http.ResponseWriter, r *request) error {
	view := overviewView{health: p.Health(r.Context())}
	var err error
	if view.backlog, err = p.Backlog(r.Context()); err != nil {
		return err
	}
	if view.jobs, err = p.Jobs.CountByState(r.Context()); err != nil {
		return err
	}
	if view.paused, err = p.Jobs.IsPaused(r.Context()); err != nil {
		return err
	}
	waiting := account.RegistrationFilter{States: []account.RegistrationState{account.Pending}, Count: 1}
	if _, view.pending, err = p.Registrations.List(r.Context(), waiting); err != nil {
		return err
	}
	if p.Figures != nil {
		figures, err := p.Figures(r.Context())
		if err != nil {
			return err
		}
		view.figures = &figures
	}
	return r.show(w, http.StatusOK, r.adminPage(r.t.T("admin.overview")), overviewContent(r, view))
}

func (r *request) adminPage(title string) ui.Page {
	page := r.page(title + " · " + r.t.T("site.administration"))
	page.Robots = noIndex
	return page
}

// notice is something an administrator should know, in words.
type notice struct {
	tone        ui.Tone
	title, text string
}

// notices say what is wrong, worst first, and what to do.
func (v overviewView) notices(r *request) []notice {
	var list []notice
	add := func(is bool, n notice) {
		if is {
			list = append(list, n)
		}
	}
	h := v.health
	add(h.FFmpeg == "", notice{ui.Danger, r.t.T("admin.no-ffmpeg"), r.t.T("admin.no-ffmpeg-text")})
	add(h.TotalBytes > 0 && float64(h.FreeBytes) < lowDisk*float64(h.TotalBytes), notice{ui.Danger, r.t.T("admin.disk-low"), r.t.T("admin.disk-low-text", "size", r.t.Bytes(h.FreeBytes))})
	add(h.Mail.Error != "", notice{ui.Danger, r.t.T("admin.mail-fails"), h.Mail.Error})
	add(v.backlog.GivenUp > 0, notice{ui.Danger, r.t.T("admin.facts-lost", "n", v.backlog.GivenUp), r.t.T("admin.facts-lost-text")})
	add(v.paused, notice{ui.Warning, r.t.T("admin.paused"), r.t.T("admin.paused-text")})
	add(!h.Mail.IsConfigured, notice{ui.Warning, r.t.T("admin.no-mail"), r.t.T("admin.no-mail-text")})
	add(v.jobs[job.Failed] > 0, notice{ui.Warning, r.t.T("admin.failed-jobs", "n", v.jobs[job.Failed]), r.t.T("admin.failed-jobs-text")})
	add(v.pending > 0, notice{ui.Note, r.t.T("admin.pending", "n", v.pending), r.t.T("admin.pending-text")})
	for _, warning := range h.Warnings {
		add(true, notice{ui.Warning, r.t.T("admin.configuration"), warning})
	}
	return list
}

func (v overviewView) usedPercent() int {
	if v.health.TotalBytes <= 0 {
		return -1
	}
	return int(100 - 100*v.health.FreeBytes/v.health.TotalBytes)
}

// adminTabs are the pages of the administration the viewer may see.
func (r *request) adminTabs(current string) []ui.Tab {
	var list []ui.Tab
	add := func(right account.Right, path, icon, label string) {
		if r.viewer.Can(right) {
			list = append(list, ui.Tab{URL: adminPath + path, Label: label, Icon: icon, Current: path == current})
		}
	}
	add(account.ManageUsers, "", "gauge", r.t.T("admin.overview"))
	add(account.ManageUsers, "/users", "users", r.t.T("admin.users"))
	add(account.ManageRegistrations, "/registrations", "inbox", r.t.T("admin.registrations"))
	if r.pages.Rooms != nil {
		add(account.ManageModeration, "/chats", "message-square", r.t.T("adminchat.title"))
	}
	add(account.ManageJobs, "/jobs", "cpu", r.t.T("admin.jobs"))
	add(account.ManageConfiguration, "/settings", "settings", r.t.T("admin.settings"))
	add(account.ManageServer, "/logs", "scroll-text", r.t.T("admin.logs"))
	return list
}
