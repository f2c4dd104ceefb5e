package e2e_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"lucarne/app/apptest"
)

const userPassword = "a password for tests"

var users atomic.Int64

// newUser is a user made for a story, signed in; the names of two are never the same.
func newUser(t *testing.T, site *apptest.Instance, name string) *apptest.Client {
	t.Helper()
	_, client := createUser(t, site, name, nil)
	return client
}

func createUser(t *testing.T, site *apptest.Instance, name string, fields map[string]any) (id int64, client *apptest.Client) {
	t.Helper()
	name = fmt.Sprintf("%s%d", name, users.Add(1))
	user := map[string]any{"username": name, "email": name + "@example.com", "password": userPassword, "role": 2, "channelName": name + "_films"}
	for field, value := range fields {
		user[field] = value
	}
	var made struct {
		User struct {
			ID int64 `json:"id"`
		} `json:"user"`
	}
	site.Root(t).Post("/api/v1/users", user, http.StatusOK, &made)
	return made.User.ID, site.SignIn(t, name, userPassword)
}

func videoByNumber(v apptest.Video) string { return fmt.Sprintf("/api/v1/videos/%d", v.ID) }

func TestBlockedUserLosesAccessAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, site *apptest.Instance) {
		id, user := createUser(t, site, "blocked", nil)
		me := user.Me()
		root := site.Root(t)
		path := fmt.Sprintf("/api/v1/users/%d", id)
		root.Send("POST", path+"/block", map[string]string{"reason": "for a test"}, http.StatusNoContent)
		user.Refused("GET", "/api/v1/users/me", nil, http.StatusUnauthorized)
		answer := site.Visitor(t).Grant(passwordGrant(me.Username, userPassword))
		if problem, err := answer.Problem(); err != nil || answer.Status != http.StatusBadRequest || !strings.Contains(problem.Detail, "block") {
			t.Errorf("sign in while blocked: %d %s", answer.Status, answer.Body)
		}
		root.Send("POST", path+"/unblock", nil, http.StatusNoContent)
		site.SignIn(t, me.Username, userPassword).Me()
	})
}

func TestQuotas(t *testing.T) {
	site := site(t)
	id, user := createUser(t, site, "quota", map[string]any{"videoQuota": 1000, "videoQuotaDaily": -1})
	form := apptest.Form{
		Fields: map[string]any{"name": "Too large", "channelId": user.Me().Channels[0].ID}, Files: map[string]string{"videofile": apptest.Landscape(t)},
	}
	if problem := user.Refused("POST", "/api/v1/videos/upload", form, http.StatusRequestEntityTooLarge); problem.Code != "quota_reached" {
		t.Errorf("beyond the quota: %+v", problem)
	}
	before := site.Files(t, "tmp", "tmp-persistent", "web-videos")
	if problem := user.Refused("POST", "/api/v1/videos/upload", form, http.StatusRequestEntityTooLarge); problem.Code != "quota_reached" {
		t.Errorf("beyond the quota, again: %+v", problem)
	}
	if after := site.Files(t, "tmp", "tmp-persistent", "web-videos"); len(after) > len(before) {
		t.Errorf("left on disk: %v", after)
	}
	site.Root(t).Put(fmt.Sprintf("/api/v1/users/%d", id), map[string]any{"videoQuota": -1})
	user.Upload(apptest.Landscape(t), nil)
	site.Settle(t)
	var used struct {
		Total int64 `json:"videoQuotaUsed"`
		Daily int64 `json:"videoQuotaUsedDaily"`
	}
	user.Get("/api/v1/users/me/video-quota-used", &used)
	if used.Total < 1000 || used.Daily < 1000 {
		t.Errorf("used: %+v", used)
	}
}

func TestChannelLife(t *testing.T) {
	onEach(t, func(t *testing.T, site *apptest.Instance) {
		user := newUser(t, site, "channels")
		name := user.Me().Username + "_news"
		user.Post("/api/v1/video-channels", map[string]any{"name": name, "displayName": "News", "description": "Every day"}, http.StatusOK, nil)
		path := "/api/v1/video-channels/" + name
		user.Put(path, map[string]any{"displayName": "Good news", "support": "Give", "bulkVideosSupportUpdate": false})
		user.Send("POST", path+"/avatar/pick", apptest.Form{Files: map[string]string{"avatarfile": apptest.Cover(t)}}, http.StatusOK)
		var channel struct {
			ID          int64  `json:"id"`
			DisplayName string `json:"displayName"`
			Avatars     []struct {
				Path string `json:"path"`
			} `json:"avatars"`
		}
		visitor := site.Visitor(t)
		visitor.Get(path, &channel)
		if channel.DisplayName != "Good news" || len(channel.Avatars) == 0 {
			t.Fatalf("channel: %+v", channel)
		}
		avatar := channel.Avatars[0].Path
		visitor.Send("GET", avatar, nil, http.StatusOK)
		film := user.Upload(apptest.Landscape(t), map[string]any{"channelId": channel.ID})
		site.Settle(t)

		newUser(t, site, "thief").Refused("DELETE", path, nil, http.StatusForbidden)
		user.Delete(path)
		site.Settle(t)
		visitor.Refused("GET", path, nil, http.StatusNotFound)
		visitor.Refused("GET", film.Path(), nil, http.StatusNotFound)
		visitor.Send("GET", avatar, nil, http.StatusNotFound)
		checkGone(t, site, film)
	})
}

// checkGone fails when files of the video are still on disk.
func checkGone(t *testing.T, site *apptest.Instance, v apptest.Video) {
	t.Helper()
	for _, path := range site.Files(t, apptest.MediaFolders...) {
		if strings.Contains(path, v.UUID) {
			t.Errorf("left on disk: %s", path)
		}
	}
}

func TestAccountLife(t *testing.T) {
	onEach(t, func(t *testing.T, site *apptest.Instance) {
		user := newUser(t, site, "leaver")
		me := user.Me()
		user.Put("/api/v1/users/me", map[string]any{"displayName": "Leaver", "description": "Soon gone", "nsfwPolicy": "display"})
		film := user.Upload(apptest.Landscape(t), nil)
		site.Settle(t)
		user.Refused("PUT", "/api/v1/users/me", map[string]any{"password": "another password", "currentPassword": "wrong"}, http.StatusUnauthorized)
		user.Put("/api/v1/users/me", map[string]any{"password": "another password", "currentPassword": userPassword})
		user = site.SignIn(t, me.Username, "another password")
		user.Delete("/api/v1/users/me")
		site.Settle(t)

		visitor := site.Visitor(t)
		visitor.Refused("GET", "/api/v1/accounts/"+me.Username, nil, http.StatusNotFound)
		visitor.Refused("GET", film.Path(), nil, http.StatusNotFound)
		user.Refused("GET", "/api/v1/users/me", nil, http.StatusUnauthorized)
		checkGone(t, site, film)
	})
}

func passwordGrant(name, password string) url.Values {
	return url.Values{"grant_type": {"password"}, "username": {name}, "password": {password}}
}
