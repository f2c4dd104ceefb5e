package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/dustin/go-humanize"

	"lucarne/account"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
	"lucarne/video"
)

func (p *Pages) adminUsersRoutes() []route {
	const right = account.ManageUsers
	const one = usersPath + "/{id}"
	return []route{
		{method: "GET", pattern: usersPath, access: privileged, right: right, do: p.adminUsers},
		{method: "GET", pattern: usersPath + "/new", access: privileged, right: right, do: p.newUserPage},
		{method: "POST", pattern: usersPath + "/new", access: privileged, right: right, do: p.createUser},
		{method: "GET", pattern: one, access: privileged, right: right, do: p.userPage},
		{method: "POST", pattern: one, access: privileged, right: right, do: p.saveUser},
		{method: "POST", pattern: one + "/block", access: privileged, right: right, do: p.blockUser},
		{method: "POST", pattern: one + "/unblock", access: privileged, right: right, do: p.unblockUser},
		{method: "POST", pattern: one + "/delete", access: privileged, right: right, do: p.deleteUser},
	}
}

const (
	usersPath    = "/admin/users"
	usersPerPage = 30
	noBound      = -1 // of a quota
)

// usersView is a list of users with what they store.
type usersView struct {
	search, sort, state string
	page, total         int
	users               []account.User
	usage               map[account.UserID]video.Usage
}

func (p *Pages) adminUsers(w http.ResponseWriter, r *request) error {
	q := r.URL.Query()
	view := usersView{
		search: clip(q.Get("search"), maxSearch), sort: oneOf(q.Get("sort"), "-createdAt", "username", "-videoQuotaUsed", "-lastLoginDate"),
		state: oneOf(q.Get("state"), "blocked", "active"), page: readPage(q),
	}
	f := account.UserFilter{Search: view.search, Start: (view.page - 1) * usersPerPage, Count: usersPerPage}
	if view.state != "" {
		isBlocked := view.state == "blocked"
		f.IsBlocked = &isBlocked
	}
	by, err := account.ParseUserSort(nameOr(view.sort, "-createdAt"))
	if err != nil {
		return err
	}
	f.Sort = by
	if view.users, view.total, err = p.Users.List(r.Context(), f); err != nil {
		return err
	}
	ids := make([]account.UserID, len(view.users))
	for i, u := range view.users {
		ids[i] = u.ID
	}
	if view.usage, err = p.Videos.Usage(r.Context(), ids...); err != nil {
		return err
	}
	return r.show(w, http.StatusOK, r.adminPage(r.t.T("admin.users")), usersContent(r, view))
}

func (v usersView) pages() ui.Pages {
	return pagesOf(v.page, v.total, usersPerPage, usersPath, url.Values{"search": {v.search}, "sort": {v.sort}, "state": {v.state}})
}

func userPath(u account.User) string { return usersPath + "/" + itoa(u.ID) }

// userView is the form of a user; a zero user is a new one.
type userView struct {
	user  account.User
	form  *form
	usage video.Usage
}

func (v userView) isNew() bool { return v.user.ID == 0 }

func (r *request) showUser(w http.ResponseWriter, view userView) error {
	title := r.t.T("adminusers.new")
	if !view.isNew() {
		title = view.user.Username
		usage, err := r.pages.Videos.Usage(r.Context(), view.user.ID)
		if err != nil {
			return err
		}
		view.usage = usage[view.user.ID]
	}
	return r.show(w, view.form.status(), r.adminPage(title), userContent(r, view))
}

func (p *Pages) newUserPage(w http.ResponseWriter, r *request) error {
	return r.showUser(w, userView{form: r.newForm().set("role", itoa(account.Ordinary))})
}

func (p *Pages) createUser(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	draft := account.Draft{
		Username: f.get("username"), Email: strings.TrimSpace(f.get("email")), Password: f.get("password"), DisplayName: f.get("displayName"),
		Role: account.Role(numberOf(f.get("role"))), VideoQuota: f.quota("videoQuota"), VideoQuotaDaily: f.quota("videoQuotaDaily"),
	}
	if f.isRefused() {
		return r.showUser(w, userView{form: f})
	}
	made, err := p.Users.Create(r.Context(), r.viewer, draft)
	if err != nil {
		if f.take(err, told{fault.Conflict: r.t.T("adminusers.taken"), fault.Forbidden: r.t.T("adminusers.not-allowed")}) {
			return r.showUser(w, userView{form: f})
		}
		return err
	}
	r.flash(w, ui.Good, r.t.T("adminusers.created", "name", made.Username))
	return r.redirect(w, usersPath)
}

// quota reads a size as people write it: "50 GB", "-1" for none. Nothing written is nil.
func (f *form) quota(name string) *int64 {
	text := strings.TrimSpace(f.get(name))
	if text == "" {
		return nil
	}
	bytes := int64(noBound)
	if text != "-1" {
		n, err := humanize.ParseBytes(text)
		if err != nil || n > 1<<60 {
			f.refuse(name, f.r.t.T("problem.size"))
			return nil
		}
		bytes = int64(n)
	}
	return &bytes
}

// sizeUnits are those a quota is written in, where it comes out even.
var sizeUnits = []struct {
	name  string
	bytes int64
}{{"TiB", 1 << 40}, {"TB", 1e12}, {"GiB", 1 << 30}, {"GB", 1e9}, {"MiB", 1 << 20}, {"MB", 1e6}}

// writeQuota writes a size so that quota reads the same again.
func writeQuota(bytes int64) string {
	if bytes < 0 {
		return itoa(noBound)
	}
	for _, unit := range sizeUnits {
		if bytes > 0 && bytes%unit.bytes == 0 {
			return itoa(bytes/unit.bytes) + " " + unit.name
		}
	}
	return itoa(bytes)
}

// user is that of the address.
func (r *request) user() (account.User, error) {
	return r.pages.Users.Get(r.Context(), account.UserID(numberOf(r.PathValue("id"))))
}

func (p *Pages) userPage(w http.ResponseWriter, r *request) error {
	u, err := r.user()
	if err != nil {
		return err
	}
	f := r.newForm().set("email", u.Email).set("role", itoa(u.Role)).set("videoQuota", writeQuota(u.VideoQuota))
	return r.showUser(w, userView{user: u, form: f.set("videoQuotaDaily", writeQuota(u.VideoQuotaDaily))})
}

func (p *Pages) saveUser(w http.ResponseWriter, r *request) error {
	u, err := r.user()
	if err != nil {
		return err
	}
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	change := account.UserChange{VideoQuota: f.quota("videoQuota"), VideoQuotaDaily: f.quota("videoQuotaDaily")}
	if email := strings.TrimSpace(f.get("email")); email != u.Email {
		change.Email = &email
	}
	if role := account.Role(numberOf(f.get("role"))); f.has("role") && role != u.Role {
		change.Role = &role
	}
	if password := f.get("password"); password != "" {
		change.Password = &password
	}
	if !f.isRefused() {
		err = p.Users.Update(r.Context(), r.viewer, u.ID, change)
	}
	if f.isRefused() || err != nil {
		if err == nil || f.take(err, told{fault.Conflict: r.t.T("adminusers.taken"), fault.Forbidden: r.t.T("adminusers.not-allowed")}) {
			return r.showUser(w, userView{user: u, form: f})
		}
		return err
	}
	r.flash(w, ui.Good, r.t.T("adminusers.saved", "name", u.Username))
	return r.redirect(w, userPath(u))
}

// manageUser does something to the user of the address and says what came of it.
func (r *request) manageUser(w http.ResponseWriter, to string, work func(account.User, *form) (word string, err error)) error {
	u, err := r.user()
	if err != nil {
		return err
	}
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	word, err := work(u, f)
	if err != nil || f.isRefused() {
		if f.isRefused() || f.take(err, told{fault.Forbidden: r.t.T("adminusers.not-allowed")}) {
			f.set("email", u.Email).set("role", itoa(u.Role)).set("videoQuota", writeQuota(u.VideoQuota)).set("videoQuotaDaily", writeQuota(u.VideoQuotaDaily))
			return r.showUser(w, userView{user: u, form: f})
		}
		return err
	}
	r.flash(w, ui.Good, word)
	if to == "" {
		to = userPath(u)
	}
	return r.redirect(w, to)
}

func (p *Pages) blockUser(w http.ResponseWriter, r *request) error {
	return r.manageUser(w, "", func(u account.User, f *form) (string, error) {
		return r.t.T("adminusers.blocked", "name", u.Username), p.Users.Block(r.Context(), r.viewer, u.ID, f.get("reason"))
	})
}

func (p *Pages) unblockUser(w http.ResponseWriter, r *request) error {
	return r.manageUser(w, "", func(u account.User, _ *form) (string, error) {
		return r.t.T("adminusers.unblocked", "name", u.Username), p.Users.Unblock(r.Context(), r.viewer, u.ID)
	})
}

// deleteUser takes the user's name as a yes: everything they published goes too.
func (p *Pages) deleteUser(w http.ResponseWriter, r *request) error {
	return r.manageUser(w, usersPath, func(u account.User, f *form) (string, error) {
		if f.get("confirmName") != u.Username {
			f.refuse("confirmName", r.t.T("mychannels.name-differs", "name", u.Username))
			return "", nil
		}
		return r.t.T("adminusers.deleted", "name", u.Username), p.Users.Delete(r.Context(), r.viewer, u.ID)
	})
}

func (r *request) roleLabel(role account.Role) string {
	switch role {
	case account.Administrator:
		return r.t.T("adminusers.administrator")
	case account.Moderator:
		return r.t.T("adminusers.moderator")
	}
	return r.t.T("adminusers.user")
}

// roleOptions are the roles the viewer may give.
func (r *request) roleOptions(chosen string) []ui.Option {
	var list []ui.Option
	for _, role := range []account.Role{account.Ordinary, account.Moderator, account.Administrator} {
		if role == account.Ordinary || r.viewer.Can(account.ManageAllUsers) || itoa(role) == chosen {
			list = append(list, ui.Option{Value: itoa(role), Label: r.roleLabel(role), Selected: itoa(role) == chosen})
		}
	}
	return list
}

func (r *request) quotaText(bytes int64) string {
	if bytes < 0 {
		return r.t.T("adminusers.no-bound")
	}
	return r.t.Bytes(bytes)
}

func (r *request) userColumns() []ui.Column {
	return []ui.Column{
		{Label: r.t.T("signup.username")},
		{Label: r.t.T("signup.email")},
		{Label: r.t.T("adminusers.role")},
		{Label: r.t.T("adminusers.stored"), Number: true},
		{Label: r.t.T("adminusers.since")},
	}
}

func (r *request) userRows(view usersView) []ui.Row {
	rows := make([]ui.Row, len(view.users))
	for i, u := range view.users {
		stored := r.t.Bytes(view.usage[u.ID].Bytes) + " / " + r.quotaText(u.VideoQuota)
		rows[i] = ui.Row{userCell(r, u), ui.Text(u.Email), ui.Text(r.roleLabel(u.Role)), ui.Text(stored), ui.Day(r.t, u.CreatedAt)}
	}
	return rows
}
