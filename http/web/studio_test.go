package web_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/fault"
	"lucarne/video"
)

func TestPagesAreForWhomTheyAre(t *testing.T) {
	h := newHouse(t)
	alice := h.user(t, "alice", account.Ordinary)
	h.user(t, "bob", account.Ordinary)
	h.user(t, "judge", account.Moderator)
	h.user(t, "root", account.Administrator)
	film := "/my/videos/" + h.video(t, alice, "Alice's film").ShortUUID()
	const nobody, bob, owner, judge, root = 401, 403, 200, 200, 200
	all := [5]int{nobody, owner, owner, owner, owner}
	tests := []struct {
		path string
		want [5]int // nobody, bob, alice, judge, root
	}{
		{"/my/videos", all},
		{"/my/channels", all},
		{"/my/channels/new", all},
		{"/my/history", all},
		{"/publish", all},
		{"/my/settings", all},
		{"/my/settings/preferences", all},
		{"/my/settings/security", all},
		{"/my/settings/delete", all},
		{"/my/channels/alice_channel", [5]int{nobody, bob, owner, judge, root}},
		{film, [5]int{nobody, bob, owner, judge, root}},
		{film + "/captions", [5]int{nobody, bob, owner, judge, root}},
		{film + "/chapters", [5]int{nobody, bob, owner, judge, root}},
		{film + "/files", [5]int{nobody, bob, owner, judge, root}},
		{film + "/stats", [5]int{nobody, bob, owner, judge, root}},
		{film + "/events", [5]int{nobody, bob, owner, judge, root}},
		{"/admin", [5]int{401, 403, 403, 200, 200}},
		{"/admin/users", [5]int{401, 403, 403, 200, 200}},
		{"/admin/users/new", [5]int{401, 403, 403, 200, 200}},
		{"/admin/users/1", [5]int{401, 403, 403, 200, 200}},
		{"/admin/users/999", [5]int{401, 403, 403, 404, 404}},
		{"/admin/registrations", [5]int{401, 403, 403, 200, 200}},
		{"/admin/jobs", [5]int{401, 403, 403, 403, 200}},
		{"/admin/settings", [5]int{401, 403, 403, 403, 200}},
		{"/admin/logs", [5]int{401, 403, 403, 403, 200}},
	}
	guests := []*guest{h.guest(t), h.as(t, "bob"), h.as(t, "alice"), h.as(t, "judge"), h.as(t, "root")}
	for _, tt := range tests {
		for i, name := range []string{"nobody", "bob", "alice", "judge", "root"} {
			t.Run(name+" "+tt.path, func(t *testing.T) { wantStatus(t, "page", guests[i].get(tt.path).Code, tt.want[i]) })
		}
	}
}

func TestEveryFormNeedsItsToken(t *testing.T) {
	h := newHouse(t)
	alice := h.user(t, "root", account.Administrator)
	film := "/my/videos/" + h.video(t, alice, "A film").ShortUUID()
	g := h.as(t, "root")
	for _, path := range []string{
		"/publish", "/my/videos", film, film + "/details", film + "/delete", film + "/captions", film + "/captions/delete", film + "/chapters",
		film + "/source", film + "/transcode", "/my/channels/new", "/my/channels/root_channel", "/my/channels/root_channel/delete",
		"/my/channels/root_channel/delete-image", "/my/history/remove", "/my/history/clear", "/my/history/keep", "/my/settings",
		"/my/settings/avatar", "/my/settings/avatar/delete", "/my/settings/preferences", "/my/settings/email", "/my/settings/password",
		"/my/settings/two-factor", "/my/settings/two-factor/confirm", "/my/settings/two-factor/disable", "/my/settings/sessions/revoke",
		"/my/settings/delete", "/admin/users/new", "/admin/users/1", "/admin/users/1/block", "/admin/users/1/unblock", "/admin/users/1/delete",
		"/admin/registrations/1", "/admin/jobs", "/admin/jobs/1", "/admin/settings", "/admin/settings/reset",
	} {
		wantStatus(t, path, g.post(path, pairs([]string{"csrf", "made up"})).Code, http.StatusForbidden)
	}
}

func TestPublishWithoutScript(t *testing.T) {
	h := newHouse(t)
	alice := h.user(t, "alice", account.Ordinary)
	g := h.as(t, "alice")
	a := g.sendFile("/publish", "videofile", "walk_by_the river.mp4", "not yet looked at", "privacy", "2", "description", "A walk", "tags", "river, walk", "channelId", "1")
	wantStatus(t, "publish", a.Code, http.StatusSeeOther)
	list, err := h.Videos.List(t.Context(), alice, video.Filter{Owner: alice.AccountID(), Include: video.IncludeNotPublished}, video.Page{})
	if err != nil || len(list.Videos) != 1 {
		t.Fatalf("got %d videos, %v, want 1", len(list.Videos), err)
	}
	made := list.Videos[0]
	if made.Name != "walk by the river" || made.Privacy != video.Unlisted || made.State != video.ToTranscode {
		t.Errorf("got %q, privacy %d, state %d, want the name of the file, unlisted, to transcode", made.Name, made.Privacy, made.State)
	}
	page := g.get(a.Header().Get("Location")).Body.String()
	wantText(t, page, "The file is here", "walk_by_the river.mp4", `http-equiv="refresh"`)
	wantText(t, g.get("/my/videos/"+made.ShortUUID()+"/events").Body.String(), `{"percent":0,"done":false}`)
}

func TestPublishRefuses(t *testing.T) {
	tests := []struct {
		name, filename, content, title, want string
		status                               int
	}{
		{"a file that is no video by its name", "notes.txt", "text", "Notes", "Choose a video or an audio file", 422},
		{"a title that is too short", "a.mp4", "film", "ab", "This name is too short", 422},
		{"a hostile title", "a.mp4", "film", strings.Repeat(hostile, 20), "This name is too short or too long", 422},
		{"a file beyond the bound", "a.mp4", strings.Repeat("x", 1<<20+10), "Large", "", http.StatusRequestEntityTooLarge},
	}
	h := newHouse(t)
	h.user(t, "alice", account.Ordinary)
	g := h.as(t, "alice")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := g.sendFile("/publish", "videofile", tt.filename, tt.content, "name", tt.title, "privacy", "1", "channelId", "1")
			wantStatus(t, "answer", a.Code, tt.status)
			wantText(t, a.Body.String(), tt.want)
			if strings.Contains(a.Body.String(), "<script>alert") {
				t.Error("what was sent is markup on the page")
			}
		})
	}
}

// film is a video of alice with the address of its page.
func (h *house) film(t *testing.T) (film video.Video, path string) {
	t.Helper()
	film = h.video(t, h.user(t, "alice", account.Ordinary), "A film")
	return film, "/my/videos/" + film.ShortUUID()
}

func TestEditVideo(t *testing.T) {
	h := newHouse(t)
	film, path := h.film(t)
	g := h.as(t, "alice")
	wantText(t, g.get(path).Body.String(), `value="A film"`)
	a := g.sendFile(path, "thumbnailfile", "frame.png", pictureOf(t), "name", "A better name", "privacy", "5", "passwords", "open sesame\r\nsecond one",
		"tags", "one,two", "language", "fr", "category", "2", "licence", "1", "commentsPolicy", "2", "nsfw", "true", "nsfwViolent", "true",
		"nsfwSummary", "a fall", "originallyPublishedAt", "1997-05-01", "scheduleAt", "2030-01-02T05:34", "scheduleZone", "+02:30",
		"schedulePrivacy", "1", "channelId", "1")
	wantStatus(t, "save", a.Code, http.StatusSeeOther)
	got, err := h.Videos.Get(t.Context(), film.ID)
	if err != nil {
		t.Fatal(err)
	}
	type facts struct {
		name, language, summary string
		privacy                 video.Privacy
		category, licence       int
		comments                video.CommentsPolicy
		sensitive, download     bool
		flags, thumbnails       int
		first, then             time.Time
	}
	want := facts{
		"A better name", "fr", "a fall", video.Password, 2, 1, video.CommentsDisabled, true, false, 1, 1,
		time.Date(1997, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2030, 1, 2, 3, 4, 0, 0, time.UTC),
	}
	is := facts{
		got.Name, got.Language, got.NSFWSummary, got.Privacy, got.Category, got.Licence, got.CommentsPolicy, got.NSFW, got.DownloadEnabled,
		got.NSFWFlags, min(1, len(got.Thumbnails)), got.OriginallyPublishedAt.UTC(), got.Schedule.UpdateAt.UTC(),
	}
	if is != want {
		t.Errorf("got %+v\nwant %+v", is, want)
	}
	wantText(t, g.get(path).Body.String(), "open sesame\nsecond one", `value="1997-05-01"`, `value="2030-01-02T03:04"`, "one, two")
}

func TestScheduleNeedsAZone(t *testing.T) {
	h := newHouse(t)
	film, path := h.film(t)
	g := h.as(t, "alice")
	for _, zone := range []string{"", "Europe/Paris", "+25:00", "Z"} {
		a := g.send(path, "name", "A film", "privacy", "3", "channelId", "1", "scheduleAt", "2030-01-02T03:04", "scheduleZone", zone)
		wantStatus(t, "zone "+zone, a.Code, http.StatusUnprocessableEntity)
		wantText(t, a.Body.String(), `value="2030-01-02T03:04"`)
	}
	if got, err := h.Videos.Get(t.Context(), film.ID); err != nil || got.Schedule != nil {
		t.Errorf("got the schedule %+v, %v, want none", got.Schedule, err)
	}
}

func pictureOf(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 320, 180))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEditVideoRefuses(t *testing.T) {
	h := newHouse(t)
	film, path := h.film(t)
	g := h.as(t, "alice")
	tests := []struct{ name, field, value, want string }{
		{"a hostile title", "name", strings.Repeat(hostile, 20), "This name is too short or too long"},
		{"a privacy there is none of", "privacy", "9", "Choose one of the list"},
		{"a password video without passwords", "privacy", "5", "needs at least one password"},
		{"a date that is none", "originallyPublishedAt", "soon", "This is not a date"},
		{"too many tags", "tags", "one,two,three,four,five,six", "at most five tags"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fields := map[string]string{"name": "Another name", "privacy": "1", "commentsPolicy": "1", "channelId": "1", tt.field: tt.value}
			var list []string
			for name, value := range fields {
				list = append(list, name, value)
			}
			a := g.send(path, list...)
			wantStatus(t, "save", a.Code, http.StatusUnprocessableEntity)
			wantText(t, a.Body.String(), tt.want, `aria-invalid="true"`)
			if strings.Contains(a.Body.String(), "<script>alert") {
				t.Error("what was sent is markup on the page")
			}
		})
	}
	if got, err := h.Videos.Get(t.Context(), film.ID); err != nil || got.Name != "A film" {
		t.Errorf("got name %q, %v, want it unchanged", got.Name, err)
	}
	a := g.sendFile(path, "thumbnailfile", "frame.png", "no picture", "name", "Another name", "privacy", "1", "commentsPolicy", "1", "channelId", "1")
	wantText(t, a.Body.String(), "This is no picture we can read")
}

func TestCaptionsAndChapters(t *testing.T) {
	h := newHouse(t)
	film, path := h.film(t)
	g := h.as(t, "alice")
	const subtitles = "WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"
	wantStatus(t, "captions", g.sendFile(path+"/captions", "captionfile", "en.vtt", subtitles, "language", "en").Code, http.StatusSeeOther)
	wantText(t, g.get(path+"/captions").Body.String(), "English", "Download")
	wantText(t, g.sendFile(path+"/captions", "captionfile", "en.vtt", "no subtitles", "language", "en").Body.String(), "This is no subtitle file")
	wantStatus(t, "remove", g.send(path+"/captions/delete", "language", "en").Code, http.StatusSeeOther)
	wantText(t, g.get(path+"/captions").Body.String(), "No captions yet")

	wantStatus(t, "chapters", g.send(path+"/chapters", "chapters", "0:00 Beginning\r\n\r\n0:30 The bridge").Code, http.StatusSeeOther)
	wantText(t, g.get(path+"/chapters").Body.String(), "0:00 Beginning\n0:30 The bridge")
	for _, bad := range []string{"The bridge", "0:30", "0:30 A\n0:20 B", "5:00 After the end", "0:00 " + hostile + "\nx y"} {
		a := g.send(path+"/chapters", "chapters", bad)
		wantStatus(t, bad, a.Code, http.StatusUnprocessableEntity)
		wantText(t, a.Body.String(), "Line ")
	}
	list, err := h.Chapters.List(t.Context(), film.ID)
	if err != nil || len(list) != 2 || list[1] != (video.Chapter{Second: 30, Title: "The bridge"}) {
		t.Errorf("got chapters %v, %v, want the two that were saved", list, err)
	}
}

func TestMyVideos(t *testing.T) {
	h := newHouse(t)
	alice := h.user(t, "alice", account.Ordinary)
	bob := h.user(t, "bob", account.Ordinary)
	g := h.as(t, "alice")
	wantText(t, g.get("/my/videos").Body.String(), "No video yet")
	first, second, other := h.video(t, alice, "First "+hostile), h.video(t, alice, "Second"), h.video(t, bob, "Bob's")
	page := g.get("/my/videos").Body.String()
	wantEscaped(t, page)
	if strings.Contains(page, "Bob&#39;s") {
		t.Error("the list holds somebody else's video")
	}
	ids := func(list ...video.Video) (fields []string) {
		for _, v := range list {
			fields = append(fields, "id", numbered(v.ID))
		}
		return fields
	}
	wantText(t, g.send("/my/videos", append(ids(first, second), "do", "delete")...).Body.String(), "Delete 2 videos?")
	a := g.send("/my/videos", append(ids(first, second), "do", "privacy", "privacy", "3")...)
	wantStatus(t, "change", a.Code, http.StatusSeeOther)
	wantText(t, g.get("/my/videos").Body.String(), "2 videos are changed", "Private")
	wantStatus(t, "somebody else's", g.send("/my/videos", append(ids(other), "do", "delete", "confirmed", "true")...).Code, http.StatusForbidden)
	wantStatus(t, "delete", g.send("/my/videos", append(ids(first), "do", "delete", "confirmed", "true")...).Code, http.StatusSeeOther)
	if _, err := h.Videos.Get(t.Context(), first.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v, want the video gone", err)
	}
	wantText(t, g.get("/my/videos?search=nothing-of-the-kind").Body.String(), "Nothing found")
}

func numbered(id video.ID) string { return strconv.FormatInt(int64(id), 10) }

func TestMyChannels(t *testing.T) {
	h := newHouse(t)
	h.user(t, "alice", account.Ordinary)
	g := h.as(t, "alice")
	a := g.sendFile("/my/channels/new", "avatarfile", "a.png", pictureOf(t), "username", "films", "displayName", "Films", "description", "About "+hostile)
	wantStatus(t, "create", a.Code, http.StatusSeeOther)
	made, err := h.Channels.ByHandle(t.Context(), "films")
	if err != nil || len(made.Actor.Avatars) == 0 {
		t.Fatalf("got %d avatars, %v, want some", len(made.Actor.Avatars), err)
	}
	wantEscaped(t, g.get("/my/channels/films").Body.String())
	wantText(t, g.get("/c/films").Body.String(), `<meta property="og:image:width" content="120">`, `<meta property="og:image:height" content="120">`)
	wantText(t, g.send("/my/channels/new", "username", "Not A Name", "displayName", "X").Body.String(), `aria-invalid="true"`)
	wantText(t, g.send("/my/channels/new", "username", "films", "displayName", "Again").Body.String(), "This name is taken")
	wantText(t, g.send("/my/channels/films/delete", "confirmName", hostile).Body.String(), "Nothing was deleted")
	wantStatus(t, "delete", g.send("/my/channels/films/delete", "confirmName", "films").Code, http.StatusSeeOther)
	if list, err := h.Channels.List(t.Context(), channel.Filter{Search: "films"}, channel.Page{Count: 1}); err != nil || list.Total != 0 {
		t.Errorf("got %d channels, %v, want the channel gone", list.Total, err)
	}
}

func TestEventsFollowTheWork(t *testing.T) {
	h := newHouse(t)
	film, path := h.film(t)
	if err := h.Videos.SetState(t.Context(), film.ID, video.ToTranscode, ""); err != nil {
		t.Fatal(err)
	}
	g := h.as(t, "alice")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	stream := g.stream(ctx, path+"/events")
	if first := stream.next(t); first != `data: {"percent":0,"done":false}` {
		t.Errorf("got %q first", first)
	}
	if err := h.Videos.Publish(t.Context(), film.ID); err != nil {
		t.Fatal(err)
	}
	h.bus.Publish(video.ProgressTopic(film.UUID), []byte("news"))
	if last := stream.next(t); last != `data: {"percent":100,"done":true}` {
		t.Errorf("got %q at the end", last)
	}
}
