package web_test

import (
	"net/http"
	"strings"
	"testing"

	"lucarne/account"
	"lucarne/account/signin"
	"lucarne/http/web"
	"lucarne/platform/fault"
)

func TestAdminUsers(t *testing.T) {
	h := newHouse(t)
	h.user(t, "root", account.Administrator)
	bob := h.user(t, "bob", account.Ordinary)
	g := h.as(t, "root")
	path := "/admin/users/2"
	wantText(t, g.get("/admin/users?search=bob").Body.String(), `href="/admin/users/2"`, "bob@localhost.test", "1 user")
	wantStatus(t, "save", g.send(path, "email", "bob@localhost.test", "role", "1", "videoQuota", "50 GB", "videoQuotaDaily", "-1").Code, http.StatusSeeOther)
	got, err := h.Users.Get(t.Context(), bob.UserID())
	if err != nil || got.Role != account.Moderator || got.VideoQuota != 50e9 || got.VideoQuotaDaily != -1 {
		t.Errorf("got role %d, quotas %d and %d, %v, want a moderator with 50 GB", got.Role, got.VideoQuota, got.VideoQuotaDaily, err)
	}
	wantText(t, g.get(path).Body.String(), `value="50 GB"`)
	a := g.send(path, "email", hostile, "role", "1", "videoQuota", "much")
	wantStatus(t, "refused", a.Code, http.StatusUnprocessableEntity)
	wantEscaped(t, a.Body.String())
	wantText(t, a.Body.String(), "Enter a size")

	wantStatus(t, "block", g.send(path+"/block", "reason", "because "+hostile).Code, http.StatusSeeOther)
	wantEscaped(t, g.get(path).Body.String())
	_, err = h.Sessions.Authenticate(t.Context(), signin.Credentials{Login: "bob", Password: "bob-password"}, signin.Client{})
	if err == nil {
		t.Error("a blocked user signs in")
	}
	wantStatus(t, "unblock", g.send(path+"/unblock").Code, http.StatusSeeOther)
	h.as(t, "bob")
	wantStatus(t, "delete without the name", g.send(path+"/delete", "confirmName", "someone").Code, http.StatusUnprocessableEntity)
	wantStatus(t, "delete", g.send(path+"/delete", "confirmName", "bob").Code, http.StatusSeeOther)
	if _, err := h.Users.Get(t.Context(), bob.UserID()); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v, want the user gone", err)
	}
}

func TestModeratorsManageOrdinaryUsersOnly(t *testing.T) {
	h := newHouse(t)
	h.user(t, "root", account.Administrator)
	h.user(t, "judge", account.Moderator)
	g := h.as(t, "judge")
	a := g.send("/admin/users/1/block", "reason", "a coup")
	wantStatus(t, "block the administrator", a.Code, http.StatusUnprocessableEntity)
	wantText(t, a.Body.String(), "Only administrators may do this")
	a = g.send("/admin/users/new", "username", "friend", "email", "friend@localhost.test", "password", "friend-password", "role", "0")
	wantStatus(t, "make an administrator", a.Code, http.StatusUnprocessableEntity)
}

func TestAdminSettings(t *testing.T) {
	h := newHouse(t)
	h.user(t, "root", account.Administrator)
	g := h.as(t, "root")
	wantText(t, g.get("/admin/settings?section=signup").Body.String(), "New people may create an account", `value="10"`)
	a := g.send("/admin/settings", "section", "signup", "signup.enabled", "true", "signup.limit", "25")
	wantStatus(t, "save", a.Code, http.StatusSeeOther)
	signup, _ := h.config["signup"].(map[string]any)
	if signup["enabled"] != true || signup["limit"] != 25.0 {
		t.Errorf("got %v, want registration open for 25", signup)
	}
	if _, isTouched := h.config["instance"].(map[string]any)["name"]; !isTouched {
		t.Error("another section was changed")
	}
	a = g.send("/admin/settings", "section", "signup", "signup.limit", hostile)
	wantStatus(t, "no number", a.Code, http.StatusUnprocessableEntity)
	wantEscaped(t, a.Body.String())
	wantText(t, a.Body.String(), "This must be a number")
	wantText(t, g.send("/admin/settings", "section", "signup", "signup.limit", "-9").Body.String(), "This must be at least -1.")
	wantStatus(t, "reset", g.send("/admin/settings/reset").Code, http.StatusSeeOther)
	wantText(t, g.get("/admin/settings?section=signup").Body.String(), `value="10"`)
}

func TestAdminJobs(t *testing.T) {
	h := newHouse(t)
	h.user(t, "root", account.Administrator)
	g := h.as(t, "root")
	g.sendFile("/publish", "videofile", "a.mp4", "film", "privacy", "1", "channelId", "1")
	wantText(t, g.get("/admin/jobs").Body.String(), "transcoding-job-builder", "Waiting")
	wantStatus(t, "pause", g.send("/admin/jobs", "do", "pause").Code, http.StatusSeeOther)
	wantText(t, g.get("/admin").Body.String(), "All work is paused")
	wantStatus(t, "resume", g.send("/admin/jobs", "do", "resume").Code, http.StatusSeeOther)
	wantStatus(t, "cancel", g.send("/admin/jobs/1", "do", "cancel").Code, http.StatusSeeOther)
	wantText(t, g.get("/admin/jobs?state=failed").Body.String(), "transcoding-job-builder", "Try again")
	wantStatus(t, "retry", g.send("/admin/jobs/1", "do", "retry").Code, http.StatusSeeOther)
	wantStatus(t, "nonsense", g.send("/admin/jobs/1", "do", hostile).Code, http.StatusBadRequest)
	wantStatus(t, "no such job", g.send("/admin/jobs/99", "do", "retry").Code, http.StatusNotFound)
}

func TestOverviewSaysWhatIsWrong(t *testing.T) {
	h := newHouse(t)
	page := func(health web.Health) string { return renderOverview(t, h, health) }
	h.user(t, "root", account.Administrator)
	wantText(t, page(web.Health{FFmpeg: "7.1", Mail: web.MailState{IsConfigured: true}, FreeBytes: 50e9, TotalBytes: 100e9}), "Everything is fine")
	sick := page(web.Health{FreeBytes: 1e9, TotalBytes: 100e9, Warnings: []string{"key nonsense sets nothing"}})
	wantText(t, sick, "ffmpeg was not found", "The disk is nearly full", "This site sends no mail", "key nonsense sets nothing")
	if strings.Contains(sick, "Everything is fine") {
		t.Error("a sick machine is called fine")
	}
}

func renderOverview(t *testing.T, h *house, health web.Health) string {
	t.Helper()
	h.health = health
	return h.as(t, "root").get("/admin").Body.String()
}

func TestSettingsOfOneself(t *testing.T) {
	h := newHouse(t)
	alice := h.user(t, "alice", account.Ordinary)
	g, other := h.as(t, "alice"), h.as(t, "alice")
	wantStatus(t, "profile", g.send("/my/settings", "displayName", "Alice "+hostile, "description", "Films").Code, http.StatusSeeOther)
	wantEscaped(t, g.get("/my/settings").Body.String())
	wantText(t, g.send("/my/settings", "displayName", strings.Repeat("x", 200)).Body.String(), "This name is empty or too long")
	wantStatus(t, "avatar", g.sendFile("/my/settings/avatar", "avatarfile", "a.png", pictureOf(t)).Code, http.StatusSeeOther)
	wantStatus(t, "no avatar", g.sendFile("/my/settings/avatar", "avatarfile", "a.png", hostile).Code, http.StatusUnprocessableEntity)

	a := g.send("/my/settings/preferences", "language", "fr", "theme", "dark", "nsfwPolicy", "warn", "videoLanguages", "fr", "autoPlayVideo", "true")
	wantStatus(t, "preferences", a.Code, http.StatusSeeOther)
	page := g.get("/my/settings/preferences").Body.String()
	wantText(t, page, `lang="fr"`, `data-theme="dark"`, "Enregistré.")

	wantStatus(t, "password without the old one", g.send("/my/settings/password", "currentPassword", "guess", "password", "new-password", "password2", "new-password").Code, http.StatusUnprocessableEntity)
	a = g.send("/my/settings/password", "currentPassword", "alice-password", "password", "new-password", "password2", "new-password")
	wantStatus(t, "password", a.Code, http.StatusSeeOther)
	wantStatus(t, "this browser stays", g.get("/my/videos").Code, http.StatusOK)
	wantStatus(t, "others do not", other.get("/my/videos").Code, http.StatusUnauthorized)

	wantStatus(t, "delete with a wrong password", g.send("/my/settings/delete", "currentPassword", "guess").Code, http.StatusUnprocessableEntity)
	wantStatus(t, "delete", g.send("/my/settings/delete", "currentPassword", "new-password").Code, http.StatusSeeOther)
	if _, err := h.Users.Get(t.Context(), alice.UserID()); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v, want the user gone", err)
	}
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	h := newHouse(t)
	h.user(t, "alice", account.Ordinary)
	first, second := h.as(t, "alice"), h.as(t, "alice")
	wantText(t, second.get("/my/settings/security").Body.String(), "This browser", `name="id" value="1"`)
	wantStatus(t, "end", second.send("/my/settings/sessions/revoke", "id", "1").Code, http.StatusSeeOther)
	wantStatus(t, "ended", first.get("/my/videos").Code, http.StatusUnauthorized)
	wantStatus(t, "goes on", second.get("/my/videos").Code, http.StatusOK)
}

func TestEveryPageSpeaksFrench(t *testing.T) {
	h := newHouse(t)
	root := h.user(t, "root", account.Administrator)
	film := "/my/videos/" + h.video(t, root, "Un film").ShortUUID()
	g := h.as(t, "root")
	g.accept = "fr"
	for path, want := range map[string]string{
		"/publish": "Publier une vidéo", "/my/videos": "1 vidéo", "/my/channels": "Nouvelle chaîne", "/my/history": "Rien de regardé encore",
		"/my/settings": "Nom affiché", film: "Qui peut regarder", film + "/captions": "Pas encore de sous-titres", film + "/files": "La vidéo est prête",
		film + "/stats": "Personne n’a regardé", "/admin": "Vue d’ensemble", "/admin/users": "Utilisateurs", "/admin/jobs": "Tout suspendre",
		"/admin/logs": "Aucune ligne", "/admin/settings": "Nom du site", "/admin/registrations": "Aucune demande ici",
	} {
		wantText(t, g.get(path).Body.String(), want, `lang="fr"`)
	}
}
