package web_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lucarne/chat"
	"lucarne/chat/rule"
	"lucarne/http/web/webtest"
)

// sendFile sends a form with a file.
func (d *desk) sendFile(t *testing.T, as, path, field, content string, fields ...string) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		_ = form.WriteField(fields[i], fields[i+1])
	}
	file, err := form.CreateFormFile(field, "file")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(file, content)
	form.Close()
	r := httptest.NewRequest(http.MethodPost, path+"?csrf="+webtest.CSRFToken, &body)
	r.Header.Set("X-CSRF-Token", webtest.CSRFToken)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.AddCookie(&http.Cookie{Name: webtest.SessionCookie, Value: as})
	answer := httptest.NewRecorder()
	d.Handler.ServeHTTP(answer, r)
	return answer
}

func (d *desk) emoji(t *testing.T) string {
	t.Helper()
	list, err := d.Rooms.Emojis(t.Context(), d.film.Channel.ID)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		if e.IsIcon {
			e.Name += "*"
		}
		names = append(names, e.Name)
	}
	return strings.Join(names, " ")
}

func TestEmojiOfAChannel(t *testing.T) {
	d := newDesk(t)
	b, path, picture := d.Browser("alice"), deskPath+"/emoji", pictureOf(t)
	status(t, d.sendFile(t, "bob", path, "picture", picture, "name", "stolen"), http.StatusForbidden)
	for _, name := range []string{"wave", ":bridge:"} {
		status(t, d.sendFile(t, "alice", path, "picture", picture, "name", name), http.StatusSeeOther)
	}
	for name, send := range map[string]func() *httptest.ResponseRecorder{
		"the same name": func() *httptest.ResponseRecorder {
			return d.sendFile(t, "alice", path, "picture", picture, "name", "wave")
		},
		"a bad name": func() *httptest.ResponseRecorder {
			return d.sendFile(t, "alice", path, "picture", picture, "name", hostile)
		},
		"no picture": func() *httptest.ResponseRecorder {
			return d.sendFile(t, "alice", path, "picture", hostile, "name", "x")
		},
		"nothing": func() *httptest.ResponseRecorder { return b.Post(path, url.Values{"name": {"x"}}) },
		"no file": func() *httptest.ResponseRecorder {
			return d.sendFile(t, "alice", path+"/import", "file", `[{"sn":`)
		},
	} {
		answer := send()
		if answer.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, want it refused", name, answer.Code)
		}
		wantNoMarkup(t, answer)
	}
	status(t, b.Post(path+"/change", url.Values{"icon": {"bridge"}}), http.StatusSeeOther)
	if got := d.emoji(t); got != "wave bridge*" {
		t.Fatalf("got %q, want two and an icon", got)
	}
	file := b.Get(path + "/emoji.json").Body.String()
	status(t, b.Post(path+"/change", url.Values{"remove": {"wave"}}), http.StatusSeeOther)
	status(t, b.Post(path+"/change", url.Values{"remove": {"wave"}}), http.StatusNotFound)
	status(t, d.sendFile(t, "alice", path+"/import", "file", file), http.StatusSeeOther)
	if got := d.emoji(t); got != "wave bridge*" {
		t.Errorf("got %q, want those of the file", got)
	}
	status(t, d.Browser("bob").Get(path+"/emoji.json"), http.StatusForbidden)
	status(t, forged(d.World, path+"/change", url.Values{"remove": {"wave"}}), http.StatusForbidden)
	status(t, forged(d.World, path+"/only", url.Values{}), http.StatusForbidden)
	status(t, b.Post(path+"/only", url.Values{}), http.StatusSeeOther)
	if room, err := d.Rooms.Get(t.Context(), d.room.ID); err != nil || !room.Settings.EmojiOnly {
		t.Errorf("got %+v, %v, want emoji only", room.Settings, err)
	}
}

func TestListsAreShared(t *testing.T) {
	d := newDesk(t)
	b, path := d.Browser("alice"), deskPath+"/lists"
	publish := func(more ...string) *httptest.ResponseRecorder {
		form := url.Values{"name": {"Ours " + hostile}, "words0.language": {"fr"}, "words0.entries": {"zut\nflûte"}, "domains": {"evil.example"}}
		for name, list := range pairs(more) {
			form[name] = list
		}
		return b.Post(path+"/publish", form)
	}
	status(t, d.Browser("bob").Post(path+"/publish", url.Values{"name": {"x"}}), http.StatusForbidden)
	status(t, forged(d.World, path+"/publish", url.Values{"name": {"x"}}), http.StatusForbidden)
	status(t, publish(), http.StatusSeeOther)
	page := b.Get(path).Body.String()
	wantEscaped(t, page)
	wantText(t, page, "/api/v1/chat/channels/")
	for name, more := range map[string][]string{
		"no name": {"name", ""}, "a long word": {"words0.entries", strings.Repeat("x", 201)}, "no server": {"domains", "https://evil.example/x"},
		"unknown language": {"words0.language", hostile},
	} {
		answer := publish(more...)
		if answer.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, want it refused", name, answer.Code)
		}
		wantNoMarkup(t, answer)
	}
	status(t, b.Post(path+"/publish", url.Values{"do": {"withdraw"}}), http.StatusSeeOther)
	if _, err := d.Rooms.PublishedList(t.Context(), d.film.Channel.ID); err == nil {
		t.Error("the list is still published")
	}
}

func TestListsOfOthersAreSubscribedTo(t *testing.T) {
	d := newDesk(t)
	file := publishedList(t, d)
	publisher := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(file) }))
	t.Cleanup(publisher.Close)
	b, path := d.Browser("alice"), deskPath+"/lists"
	for _, address := range []string{"", hostile, "http://127.0.0.1:1/list", strings.Repeat("x", 1001)} {
		answer := b.Post(path, url.Values{"address": {address}})
		status(t, answer, http.StatusUnprocessableEntity)
		wantNoMarkup(t, answer)
	}
	status(t, b.Post(path, url.Values{"address": {publisher.URL}}), http.StatusSeeOther)
	status(t, b.Post(path, url.Values{"address": {publisher.URL}}), http.StatusUnprocessableEntity)
	wantText(t, b.Get(path).Body.String(), "Theirs", "1 word", "Hold what it catches")
	taken := func() chat.Subscription {
		list, err := d.Rooms.Subscriptions(t.Context(), d.alice, d.film.Channel.ID)
		if err != nil || len(list) != 1 {
			t.Fatalf("got %d subscriptions, %v, want 1", len(list), err)
		}
		return list[0]
	}
	id := fmt.Sprint(taken().ID)
	status(t, b.Post(path+"/change", url.Values{"id": {id}, "do": {"refuse"}}), http.StatusSeeOther)
	if s := taken(); !s.IsOn || s.Action != rule.Refuse {
		t.Errorf("got %+v, want it applied", s)
	}
	status(t, b.Post(path+"/change", url.Values{"id": {id}, "do": {"off"}}), http.StatusSeeOther)
	if taken().IsOn {
		t.Error("the list is still applied")
	}
	status(t, b.Post(path+"/change", url.Values{"id": {id}, "do": {hostile}}), http.StatusBadRequest)
	status(t, b.Post(path+"/change", url.Values{"id": {"99"}, "do": {"forget"}}), http.StatusNotFound)
	for _, who := range []string{"bob", "judge"} {
		status(t, d.Browser(who).Post("/admin/chats/lists/change", url.Values{"id": {id}, "do": {"forget"}}), http.StatusForbidden)
	}
	status(t, d.Browser("root").Post("/admin/chats/lists/change", url.Values{"id": {id}, "do": {"forget"}}), http.StatusNotFound)
	status(t, b.Post(path+"/change", url.Values{"id": {id}, "do": {"forget"}}), http.StatusSeeOther)
}

// publishedList is a list as another site would publish it.
func publishedList(t *testing.T, d *desk) []byte {
	t.Helper()
	shared := chat.SharedList{Name: "Theirs", Words: []chat.SharedWords{{Entries: []string{"zut"}}}}
	if err := d.Rooms.PublishList(t.Context(), d.alice, d.film.Channel.ID, shared); err != nil {
		t.Fatal(err)
	}
	file, _, err := d.Rooms.ListDocument(t.Context(), d.film.Channel.ID)
	if err != nil {
		t.Fatalf("got %d bytes, %v", len(file), err)
	}
	return file
}

func TestEmojiAndListsInBothLanguages(t *testing.T) {
	d := newDesk(t)
	d.sendFile(t, "alice", deskPath+"/emoji", "picture", pictureOf(t), "name", "wave")
	d.Browser("alice").Post(deskPath+"/lists/publish", url.Values{"name": {"Ours"}, "words0.entries": {"zut"}})
	for _, path := range []string{deskPath + "/emoji", deskPath + "/lists"} {
		for _, language := range []string{"en", "fr"} {
			t.Run(path+" "+language, func(t *testing.T) { wholePage(t, d.World, path, language) })
		}
	}
	status(t, d.Browser("root").Get("/admin/chats/lists"), http.StatusOK)
}
