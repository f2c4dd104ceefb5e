package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"lucarne/app/apptest"
)

// step is one request and the status of its answer.
type step struct {
	method, path string
	body         any
	want         int
}

func perform(c *apptest.Client, steps []step) {
	for _, s := range steps {
		if body, isPattern := s.body.(string); isPattern {
			s.body = bodies[body]
		}
		c.Send(s.method, s.path, s.body, s.want)
	}
}

// picture is a form with one picture.
func picture(t *testing.T, field string) apptest.Form {
	t.Helper()
	return apptest.Form{Files: map[string]string{field: apptest.Cover(t)}}
}

// TestCommandsOfOperators sends every command automation written for PeerTube sends.
func TestCommandsOfOperators(t *testing.T) {
	root := site(t).Root(t)
	for _, name := range []string{
		"process-video-views-buffer", "process-video-viewers", "process-update-videos-scheduler", "remove-dandling-resumable-uploads",
		"remove-expired-user-exports",
	} {
		command(root, name)
	}
}

// What administrators and users do now and then.
func TestHousekeeping(t *testing.T) {
	site := start(t)
	root := site.Root(t)
	const config, channel, me = "/api/v1/config", "/api/v1/video-channels/root_channel", "/api/v1/users/me"
	perform(root, []step{
		{"POST", config + "/instance-avatar/pick", picture(t, "avatarfile"), 204},
		{"DELETE", config + "/instance-avatar", nil, 204},
		{"POST", config + "/instance-banner/pick", picture(t, "bannerfile"), 204},
		{"DELETE", config + "/instance-banner", nil, 204},
		{"POST", config + "/instance-logo/favicon/pick", picture(t, "logofile"), 204},
		{"DELETE", config + "/instance-logo/favicon", nil, 204},
		{"PUT", "/api/v1/custom-pages/homepage/instance", "PUT /api/v1/custom-pages/homepage/instance", 204},
		{"GET", "/api/v1/custom-pages/homepage/instance", nil, 200},
		{"POST", "/api/v1/jobs/pause", nil, 204},
		{"POST", "/api/v1/jobs/resume", nil, 204},
		{"POST", "/api/v1/server/logs/client", "POST /api/v1/server/logs/client", 204},
		{"POST", "/api/v1/server/contact", "POST /api/v1/server/contact", 204},
		{"POST", "/api/v1/client-config/update-language", "POST /api/v1/client-config/update-language", 204},
		{"POST", "/api/v1/client-config/update-interface-language", "POST /api/v1/client-config/update-interface-language", 204},
		{"POST", channel + "/avatar/pick", picture(t, "avatarfile"), 200},
		{"DELETE", channel + "/avatar", nil, 204},
		{"POST", channel + "/banner/pick", picture(t, "bannerfile"), 200},
		{"DELETE", channel + "/banner", nil, 204},
		{"POST", me + "/avatar/pick", picture(t, "avatarfile"), 200},
		{"DELETE", me + "/avatar", nil, 200},
		{"PUT", me + "/notification-settings", "PUT /api/v1/users/me/notification-settings", 204},
		{"POST", me + "/new-feature-info/read", "POST /api/v1/users/me/new-feature-info/read", 204},
		{"POST", "/api/v1/users/ask-send-verify-email", "POST /api/v1/users/ask-send-verify-email", 204},
		{"POST", "/api/v1/users/registrations/ask-send-verify-email", "POST /api/v1/users/registrations/ask-send-verify-email", 204},
	})
	site.AwaitLetter(t, "admin@example.com", func(l apptest.Letter) bool { return strings.Contains(l.Text, "A message") })
	id, user := createUser(t, site, "removed", nil)
	root.Delete(fmt.Sprintf("/api/v1/users/%d", id))
	user.Refused("GET", me, nil, http.StatusUnauthorized)
}

// What is done to the files of a video once it is there.
func TestVideoFilesAreManaged(t *testing.T) {
	site := start(t, "LUCARNE_TRANSCODING_WEB_VIDEOS_ENABLED=true", "LUCARNE_TRANSCODING_ORIGINAL_FILE_KEEP=true", "LUCARNE_VIDEO_FILE_UPDATE_ENABLED=true")
	root := site.Root(t)
	film := root.Upload(apptest.Landscape(t), map[string]any{"privacy": apptest.PasswordProtected, "videoPasswords": []string{"first one"}})
	site.Settle(t)
	now := root.Video(film)
	if len(now.Files) == 0 || len(now.Playlists) == 0 {
		t.Fatalf("files: %+v", now)
	}
	playback := with(playbackBody, map[string]any{"videoId": film.UUID})
	perform(root, []step{
		{"POST", "/api/v1/metrics/playback", playback, 204},
		{"POST", film.Path() + "/passwords", map[string]any{"password": "second one"}, 204},
		{"GET", film.Path() + "/passwords", nil, 200},
		{"DELETE", film.Path() + "/web-videos", nil, 204},
		{"DELETE", film.Path() + "/source/file", nil, 204},
		{"POST", film.Path() + "/transcoding", map[string]any{"transcodingType": "web-video", "forceTranscoding": true}, 204},
	})
	var passwords struct{ Data []struct{ ID int64 } }
	root.Get(film.Path()+"/passwords", &passwords)
	root.Delete(fmt.Sprintf("%s/passwords/%d", film.Path(), passwords.Data[0].ID))
	site.Settle(t)
	if again := root.Video(film); len(again.Files) == 0 {
		t.Errorf("after transcoding again: %+v", again.Files)
	}
	perform(root, []step{{"DELETE", film.Path() + "/hls", nil, 204}})
	if last := root.Video(film); len(last.Playlists) != 0 || len(last.Files) == 0 {
		t.Errorf("after HLS is deleted: %+v", last)
	}
	sending := root.BeginAt(film.Path()+"/source/replace-resumable", apptest.Landscape(t), map[string]any{"filename": "again.mp4"})
	root.Send("DELETE", sending.Location, nil, http.StatusNoContent)
}

func TestRegistrationsAreDecided(t *testing.T) {
	site := start(t, "LUCARNE_SIGNUP_ENABLED=true", "LUCARNE_SIGNUP_REQUIRES_APPROVAL=false", "LUCARNE_SIGNUP_REQUIRES_EMAIL_VERIFICATION=false")
	visitor, root := site.Visitor(t), site.Root(t)
	visitor.Post("/api/v1/users/register", with(personBody, map[string]any{"username": "direct", "email": "direct@example.com"}), http.StatusNoContent, nil)
	site.SignIn(t, "direct", personBody["password"].(string))
	site.Restart(t, "LUCARNE_SIGNUP_REQUIRES_APPROVAL=true")
	var request struct{ ID int64 }
	visitor.Post("/api/v1/users/registrations/request", bodies["POST /api/v1/users/registrations/request"], http.StatusOK, &request)
	path := fmt.Sprintf("/api/v1/users/registrations/%d", request.ID)
	root.Send("POST", path+"/reject", map[string]any{"moderationResponse": "Not this time"}, http.StatusNoContent)
	site.AwaitLetter(t, "hostile@example.com", func(l apptest.Letter) bool { return strings.Contains(l.Text, "Not this time") })
	root.Delete(path)
	if answer := visitor.Grant(passwordGrant("hostile", personBody["password"].(string))); answer.Status != http.StatusBadRequest {
		t.Errorf("sign in after the refusal: %d %s", answer.Status, answer.Body)
	}
}
