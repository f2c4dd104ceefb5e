package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"lucarne/chat"
)

func TestAdministratorsSeeAllRooms(t *testing.T) {
	d := newDesk(t)
	d.say(t, d.visit(t, "Ann"), "hello")
	other := d.Film(t, d.alice, []byte("film"), named("Hostile "+hostile))
	d.Browser("alice").Get("/my/videos/" + other.ShortUUID() + "/chat") // makes the room
	for who, want := range map[string]int{"": http.StatusUnauthorized, "bob": http.StatusForbidden, "judge": http.StatusOK, "root": http.StatusOK} {
		status(t, d.Browser(who).Get("/admin/chats"), want)
	}
	answer := d.Browser("root").Get("/admin/chats")
	wantEscaped(t, answer.Body.String())
	wantText(t, answer.Body.String(), "2 rooms", "A walk", d.moderationPath())
	for _, page := range []string{"0", "-3", "99999999999", hostile} {
		status(t, d.Browser("root").Get("/admin/chats?page="+url.QueryEscape(page)), http.StatusOK)
	}
}

func TestModeratorsSearch(t *testing.T) {
	d := newDesk(t)
	ann := d.visit(t, "Ann")
	d.say(t, ann, "The FOOTBRIDGE "+hostile)
	d.say(t, ann, "something else")
	b, path := d.Browser("alice"), d.moderationPath()+"/search"
	answer := b.Get(path + "?search=footbridgé")
	wantEscaped(t, answer.Body.String())
	if body := answer.Body.String(); strings.Contains(body, "something else") {
		t.Error("what was not looked for is found")
	}
	wantText(t, b.Get(path+"?search=nowhere").Body.String(), "Nothing found")
	status(t, b.Get(path+"?search="+strings.Repeat("x", 201)), http.StatusUnprocessableEntity)
	wantNoMarkup(t, b.Get(path+"?search="+url.QueryEscape(hostile)))
	status(t, b.Get(path+"?search=a&before=-1"), http.StatusOK)
	status(t, b.Get(path+"?search=a&before=99999"), http.StatusNotFound)
	status(t, d.Browser("bob").Get(path+"?search=a"), http.StatusForbidden)
}

func TestNotesAboutPeople(t *testing.T) {
	d := newDesk(t)
	said := d.say(t, d.visit(t, "Ann"), "hello")
	b := d.Browser("alice")
	card, path := d.moderationPath()+"/person?person="+url.QueryEscape(string(said.Person)), d.moderationPath()+"/notes"
	note := func(text string) url.Values {
		return url.Values{"person": {string(said.Person)}, "nick": {"Ann"}, "note": {text}}
	}
	status(t, forged(d.World, path, note("x")), http.StatusForbidden)
	status(t, d.Browser("bob").Post(path, note("x")), http.StatusForbidden)
	status(t, b.Post(path, note("keep an eye on "+hostile)), http.StatusSeeOther)
	wantEscaped(t, b.Get(card).Body.String())
	for _, text := range []string{"", strings.Repeat("x", 5001)} {
		status(t, b.Post(path, note(text)), http.StatusUnprocessableEntity)
	}
	notes, err := d.Rooms.Notes(t.Context(), d.alice, d.room.ID)
	if err != nil || len(notes) != 1 {
		t.Fatalf("got %d notes, %v, want 1", len(notes), err)
	}
	status(t, b.Post(path, url.Values{"person": {string(said.Person)}, "drop": {hostile}}), http.StatusNotFound)
	status(t, b.Post(path, url.Values{"person": {string(said.Person)}, "drop": {notes[0].ID}}), http.StatusSeeOther)
	if notes, err = d.Rooms.Notes(t.Context(), d.alice, d.room.ID); err != nil || len(notes) != 0 {
		t.Errorf("got %d notes, %v, want none", len(notes), err)
	}
}

func TestWhatTheRoomSaysByItself(t *testing.T) {
	d := newDesk(t)
	b, path := d.Browser("alice"), deskPath+"/bot"
	form := func(more ...string) url.Values {
		values := url.Values{
			"isOn": {"true"}, "nickname": {"Robin"}, "quotes0.lines": {"Drink water\n\nBe kind " + hostile}, "quotes0.minutes": {"15"},
			"commands0.name": {"!site"}, "commands0.answer": {"https://example.org " + hostile}, "commands1.name": {""}, "commands1.answer": {""},
		}
		for name, list := range pairs(more) {
			values[name] = list
		}
		return values
	}
	status(t, forged(d.World, path, form()), http.StatusForbidden)
	status(t, d.Browser("bob").Post(path, form()), http.StatusForbidden)
	status(t, b.Post(path, form()), http.StatusSeeOther)
	got := d.rules(t).Bot
	if !got.IsOn || got.Nickname != "Robin" || len(got.Quotes) != 1 || got.Quotes[0].Every != 15*time.Minute ||
		!slices.Equal(got.Quotes[0].Lines, []string{"Drink water", "Be kind " + hostile}) || len(got.Commands) != 1 || got.Commands[0].Name != "site" {
		t.Errorf("got %+v", got)
	}
	wantEscaped(t, b.Get(path).Body.String())
	for name, more := range map[string][]string{
		"a bad name": {"nickname", hostile}, "no time": {"quotes0.minutes", "0"}, "ages": {"quotes0.minutes", "101"}, "no number": {"quotes0.minutes", hostile},
		"half a command": {"commands1.name", "x"}, "two words": {"commands0.name", "two words"}, "a long answer": {"commands0.answer", strings.Repeat("x", 2001)},
		"many lines": {"quotes0.lines", strings.Repeat("x\n", 101)},
	} {
		answer := b.Post(path, form(more...))
		if answer.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, want it refused", name, answer.Code)
		}
		wantNoMarkup(t, answer)
	}
}

func TestToolsInBothLanguages(t *testing.T) {
	d := newDesk(t)
	for _, path := range []string{deskPath + "/bot", d.moderationPath() + "/search", d.moderationPath() + "/search?search=x"} {
		for _, language := range []string{"en", "fr"} {
			t.Run(path+" "+language, func(t *testing.T) { wholePage(t, d.World, path, language) })
		}
	}
}

func TestModeratorsShareTasks(t *testing.T) {
	d := newDesk(t)
	b, path := d.Browser("alice"), d.moderationPath()+"/tasks"
	items := func() map[string]chat.Item {
		t.Helper()
		list, err := d.Rooms.Tasks(t.Context(), d.alice, d.room.ID)
		if err != nil {
			t.Fatal(err)
		}
		byName := map[string]chat.Item{}
		for _, one := range list {
			byName[one.Name] = one
		}
		return byName
	}
	status(t, b.Get(path), http.StatusOK)
	const hostile = `greet <b>`
	status(t, b.Post(path, url.Values{"do": {"list"}, "name": {"Before the show"}}), http.StatusSeeOther)
	list := items()["Before the show"].ID
	status(t, b.Post(path, url.Values{"do": {"task"}, "list": {list}, "name": {hostile}}), http.StatusSeeOther)
	task := items()[hostile]
	status(t, b.Post(path, url.Values{"do": {"done"}, "item": {task.ID}}), http.StatusSeeOther)
	if got := items()[hostile]; !got.IsDone || got.ListID != list {
		t.Errorf("done: %+v", got)
	}
	status(t, b.Post(path, url.Values{"do": {"note"}, "name": {"the sound check is at six"}}), http.StatusSeeOther)
	page := b.Get(path).Body.String()
	for _, want := range []string{"<s>greet &lt;b&gt;</s>", "Before the show", "the sound check is at six"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q on the page", want)
		}
	}
	status(t, b.Post(path, url.Values{"do": {"open"}, "item": {task.ID}}), http.StatusSeeOther)
	if items()[hostile].IsDone {
		t.Error("the task is still done")
	}
	for want, values := range map[int]url.Values{
		http.StatusUnprocessableEntity: {"do": {"task"}, "list": {list}, "name": {strings.Repeat("x", 256)}},
		http.StatusNotFound:            {"do": {"done"}, "item": {"none"}},
		http.StatusBadRequest:          {"do": {"explode"}},
	} {
		status(t, b.Post(path, values), want)
	}
	status(t, d.Browser("bob").Post(path, url.Values{"do": {"list"}, "name": {"mine"}}), http.StatusForbidden)
	status(t, b.Post(path, url.Values{"do": {"drop"}, "item": {list}}), http.StatusSeeOther)
	if left := items(); left[hostile].ID != "" || left["Before the show"].ID != "" {
		t.Errorf("left: %v", left)
	}
}
