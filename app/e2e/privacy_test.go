package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"lucarne/app/apptest"
)

// file is the address of one rendition, which every privacy must guard like the video itself.
func file(t *testing.T, v apptest.Video) string {
	t.Helper()
	all := v.All()
	if len(all) == 0 {
		t.Fatalf("video without files: %+v", v)
	}
	return all[0].URL
}

func TestPrivateVideo(t *testing.T) {
	onEach(t, func(t *testing.T, site *apptest.Instance) {
		root, visitor := site.Root(t), site.Visitor(t)
		stranger := newUser(t, site, "private")
		film := root.Upload(apptest.Landscape(t), map[string]any{"privacy": apptest.Private})
		site.Settle(t)
		now := root.Video(film)
		address := file(t, now)

		visitor.Refused("GET", film.Path(), nil, http.StatusUnauthorized)
		stranger.Refused("GET", film.Path(), nil, http.StatusForbidden)
		for _, guarded := range []string{address, now.Playlists[0].URL, now.All()[0].DownloadURL} {
			visitor.Send("GET", guarded, nil, http.StatusForbidden)
			stranger.Send("GET", guarded, nil, http.StatusForbidden)
			root.Send("GET", guarded, nil, http.StatusOK)
		}
		if lists(visitor, "/api/v1/videos?count=100", film) {
			t.Error("a private video is listed")
		}
		checkFileToken(t, root, visitor, now)

		// What becomes public is served without; the addresses may change with the privacy.
		root.Put(film.Path(), map[string]any{"privacy": apptest.Public})
		site.Settle(t)
		visitor.Serves(t, file(t, visitor.Video(film)))
	})
}

func checkFileToken(t *testing.T, owner, visitor *apptest.Client, v apptest.Video) {
	t.Helper()
	var made struct {
		Files struct {
			Token   string    `json:"token"`
			Expires time.Time `json:"expires"`
		} `json:"files"`
	}
	owner.Post(v.Path()+"/token", nil, http.StatusOK, &made)
	if !made.Files.Expires.After(time.Now()) {
		t.Errorf("the token expires at %s", made.Files.Expires)
	}
	visitor.Serves(t, file(t, v)+"?videoFileToken="+made.Files.Token)
	visitor.Send("GET", file(t, v)+"?videoFileToken="+made.Files.Token+"x", nil, http.StatusForbidden)
	visitor.Refused("POST", v.Path()+"/token", nil, http.StatusUnauthorized)
}

func TestInternalVideo(t *testing.T) {
	site := site(t)
	root, visitor, member := site.Root(t), site.Visitor(t), newUser(t, site, "internal")
	film := root.Upload(apptest.Landscape(t), map[string]any{"privacy": apptest.Internal})
	site.Settle(t)
	address := file(t, root.Video(film))
	visitor.Refused("GET", film.Path(), nil, http.StatusUnauthorized)
	visitor.Send("GET", address, nil, http.StatusForbidden)
	member.Video(film)
	member.Serves(t, address)
	if lists(visitor, "/api/v1/videos?count=100", film) {
		t.Error("an internal video is listed to visitors")
	}
	if !lists(member, "/api/v1/videos?count=100", film) {
		t.Error("an internal video is not listed to members")
	}
}

func TestUnlistedVideo(t *testing.T) {
	site := site(t)
	root, visitor := site.Root(t), site.Visitor(t)
	film := root.Upload(apptest.Landscape(t), map[string]any{"privacy": apptest.Unlisted})
	site.Settle(t)
	visitor.Serves(t, file(t, visitor.Video(film)))
	visitor.Video(apptest.Video{UUID: film.ShortUUID})
	if lists(visitor, "/api/v1/videos?count=100", film) {
		t.Error("an unlisted video is listed")
	}
	// A small number can be guessed; the unlisted must not be found by counting.
	visitor.Refused("GET", videoByNumber(film), nil, http.StatusUnauthorized)
}

func TestPasswordVideo(t *testing.T) {
	site := site(t)
	root, visitor := site.Root(t), site.Visitor(t)
	film := root.Upload(apptest.Landscape(t), map[string]any{"privacy": apptest.PasswordProtected, "videoPasswords": []string{"open sesame", "second"}})
	site.Settle(t)
	address := file(t, root.Video(film))
	const header = "X-Peertube-Video-Password"

	if problem := visitor.Refused("GET", film.Path(), nil, http.StatusForbidden); problem.Code != "video_requires_password" {
		t.Errorf("without a password: %+v", problem)
	}
	if problem := visitor.With(header, "wrong").Refused("GET", film.Path(), nil, http.StatusForbidden); problem.Code != "incorrect_video_password" {
		t.Errorf("with a wrong password: %+v", problem)
	}
	guest := visitor.With(header, "open sesame")
	guest.Video(film)
	guest.Serves(t, address)
	visitor.Send("GET", address, nil, http.StatusForbidden)
	var made struct {
		Files struct {
			Token string `json:"token"`
		} `json:"files"`
	}
	guest.Post(film.Path()+"/token", nil, http.StatusOK, &made)
	visitor.Serves(t, address+"?videoFileToken="+made.Files.Token)

	root.Put(film.Path()+"/passwords", map[string]any{"passwords": []string{"changed"}})
	guest.Refused("GET", film.Path(), nil, http.StatusForbidden)
	visitor.With(header, "changed").Video(film)
}

func TestScheduledPublication(t *testing.T) {
	onEach(t, func(t *testing.T, site *apptest.Instance) {
		root, visitor := site.Root(t), site.Visitor(t)
		film := root.Upload(apptest.Landscape(t), map[string]any{"privacy": apptest.Private})
		soon := time.Now().Add(time.Second).UTC().Format(time.RFC3339Nano)
		root.Put(film.Path(), map[string]any{"scheduleUpdate": map[string]any{"updateAt": soon, "privacy": apptest.Public}})
		site.Settle(t)
		apptest.Await(t, 10*time.Second, "the video is published", func() bool {
			root.Send("POST", "/api/v1/server/debug/run-command", map[string]string{"command": "process-update-videos-scheduler"}, http.StatusNoContent)
			return visitor.Do("GET", film.Path(), nil).Status == http.StatusOK
		})
		site.Settle(t)
		if now := visitor.Video(film); now.Privacy.ID != apptest.Public {
			t.Errorf("privacy: %+v", now.Privacy)
		}
		visitor.Serves(t, file(t, visitor.Video(film)))
	})
}
