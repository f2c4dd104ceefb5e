package api

import (
	"net/http"

	"lucarne/account"
)

func (a *API) userRoutes() []route {
	if a.Users == nil || a.Channels == nil || a.Videos == nil {
		return nil
	}
	const one = "/users/{id}"
	managing := func(method, pattern, operation string, do func(http.ResponseWriter, *request) error) route {
		return route{method: method, pattern: pattern, operation: operation, access: privileged, right: account.ManageUsers, do: do}
	}
	return []route{
		{method: "GET", pattern: "/users/autocomplete", access: anyone, do: a.completeUser},
		managing("POST", "/users", "addUser", a.createUser),
		managing("GET", "/users", "getUsers", a.listUsers),
		managing("GET", one, "getUser", a.getUser),
		managing("PUT", one, "putUser", a.updateUser),
		managing("DELETE", one, "delUser", a.deleteUser),
		managing("POST", one+"/block", "", a.blockUser),
		managing("POST", one+"/unblock", "", a.unblockUser),
	}
}

func (r *request) pathUser() (account.UserID, error) {
	id, err := r.pathID("id")
	return account.UserID(id), err
}

func (a *API) createUser(w http.ResponseWriter, r *request) error {
	in, err := r.body()
	if err != nil {
		return err
	}
	text := func(name string) string { return valueOf(in.optString(name)) }
	d := account.Draft{
		Username: text("username"), Email: text("email"), Password: text("password"), Role: account.Role(valueOf(in.optInt("role"))),
		AdminFlags: valueOf(in.optInt("adminFlags")), VideoQuota: in.optInt64("videoQuota"), VideoQuotaDaily: in.optInt64("videoQuotaDaily"),
		ChannelName: text("channelName"),
	}
	in.require("role", invalidValue)
	if err := in.err(); err != nil {
		return err
	}
	made, err := a.Users.Create(r.Context(), r.viewer, d)
	if err != nil {
		return err
	}
	return answer(w, r, map[string]any{"user": map[string]any{"id": made.ID, "account": map[string]any{"id": made.Account.ID}}})
}

func (a *API) listUsers(w http.ResponseWriter, r *request) error {
	in, err := r.query()
	if err != nil {
		return err
	}
	p := r.page(in)
	f := account.UserFilter{Search: valueOf(in.optString("search")), IsBlocked: in.optBool("blocked"), Start: p.start, Count: p.count}
	if role := in.optInt("role"); role != nil {
		f.Role = new(account.Role)
		*f.Role = account.Role(*role)
	}
	order := valueOf(in.optString("sort"))
	if err := in.err(); err != nil {
		return err
	}
	if f.Sort, err = account.ParseUserSort(order); err != nil {
		return locate(err, "query")
	}
	users, total, err := a.Users.List(r.Context(), f)
	if err != nil {
		return err
	}
	return a.answerUsers(w, r, users, total)
}

func (a *API) answerUsers(w http.ResponseWriter, r *request, users []account.User, total int) error {
	ids := make([]account.UserID, len(users))
	for i, one := range users {
		ids[i] = one.ID
	}
	usage, err := a.Videos.Usage(r.Context(), ids...)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(total, users, func(of account.User) userJSON {
		j := a.user(of)
		j.usageJSON = usageOf(usage[of.ID])
		return j
	}))
}

func (a *API) getUser(w http.ResponseWriter, r *request) error {
	id, err := r.pathUser()
	if err != nil {
		return err
	}
	in, err := r.query()
	if err != nil {
		return err
	}
	withStats := valueOf(in.optBool("withStats"))
	if err := in.err(); err != nil {
		return err
	}
	found, err := a.Users.Get(r.Context(), id)
	if err != nil {
		return err
	}
	j := a.user(found)
	j.NotificationSettings = nil
	if err := a.withChannels(r.Context(), &j, found.Account.ID); err != nil {
		return err
	}
	if withStats {
		if err := a.addUserStats(r, &j); err != nil {
			return err
		}
	}
	return answer(w, r, j)
}

func (a *API) addUserStats(r *request, j *userJSON) error {
	usage, err := a.Videos.Usage(r.Context(), j.ID)
	if err != nil {
		return err
	}
	j.usageJSON, j.userStatsJSON = usageOf(usage[j.ID]), &userStatsJSON{VideosCount: usage[j.ID].Videos}
	return nil
}

func (a *API) updateUser(w http.ResponseWriter, r *request) error {
	id, err := r.pathUser()
	if err != nil {
		return err
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	c := account.UserChange{
		Email: in.optString("email"), EmailVerified: in.optBool("emailVerified"), Password: in.optString("password"), AdminFlags: in.optInt("adminFlags"),
		VideoQuota: in.optInt64("videoQuota"), VideoQuotaDaily: in.optInt64("videoQuotaDaily"), PluginAuth: in.optString("pluginAuth"),
	}
	if role := in.optInt("role"); role != nil {
		c.Role = new(account.Role)
		*c.Role = account.Role(*role)
	}
	if err := in.err(); err != nil {
		return err
	}
	if err := a.Users.Update(r.Context(), r.viewer, id, c); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) deleteUser(w http.ResponseWriter, r *request) error {
	id, err := r.pathUser()
	if err != nil {
		return err
	}
	if err := a.Users.Delete(r.Context(), r.viewer, id); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) blockUser(w http.ResponseWriter, r *request) error {
	id, err := r.pathUser()
	if err != nil {
		return err
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	reason := valueOf(in.optString("reason"))
	if err := in.err(); err != nil {
		return err
	}
	if err := a.Users.Block(r.Context(), r.viewer, id, reason); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) unblockUser(w http.ResponseWriter, r *request) error {
	id, err := r.pathUser()
	if err != nil {
		return err
	}
	if err := a.Users.Unblock(r.Context(), r.viewer, id); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) completeUser(w http.ResponseWriter, r *request) error {
	in, err := r.query()
	if err != nil {
		return err
	}
	in.require("search", invalidValue)
	text := valueOf(in.optString("search"))
	if err := in.err(); err != nil {
		return err
	}
	names, err := a.Users.Complete(r.Context(), text)
	if err != nil {
		return err
	}
	return answer(w, r, names)
}
