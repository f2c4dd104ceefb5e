package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/http/web"
	"lucarne/http/web/webtest"
	"lucarne/live"
	"lucarne/video"
)

func ptr[T any](value T) *T { return &value }

// liveOf reads a live as its owner.
func liveOf(t *testing.T, w *webtest.World, id video.ID) live.Live {
	t.Helper()
	found, err := w.Lives.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestLivePagesAreForTheirManager(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	w.Join(t, "bob", account.Ordinary)
	w.Join(t, "root", account.Administrator)
	show := w.Live(t, alice, live.Change{}, named("Evening talk"))
	key := liveOf(t, w, show.ID).Key
	for _, path := range []string{"", "/settings"} {
		for who, want := range map[string]int{"": http.StatusUnauthorized, "bob": http.StatusForbidden, "alice": http.StatusOK, "root": http.StatusOK} {
			answer := w.Browser(who).Get("/my/live/" + show.ShortUUID() + path)
			status(t, answer, want)
			if hasKey := strings.Contains(answer.Body.String(), key); hasKey != (want == http.StatusOK && path == "") {
				t.Errorf("%q sees the key on %q: %v", who, path, hasKey)
			}
		}
	}
	for _, path := range []string{"/end", "/key", "/relays", "/relays/1", "/settings"} {
		status(t, w.Browser("bob").Post("/my/live/"+show.ShortUUID()+path, url.Values{"do": {"off"}}), http.StatusForbidden)
	}
	if got := liveOf(t, w, show.ID).Key; got != key || len(w.Ended) != 0 {
		t.Error("somebody else changed the live")
	}
}

func TestFormsOfLivesNeedTheirToken(t *testing.T) {
	w := newWorld(t)
	show := w.Live(t, w.Join(t, "alice", account.Ordinary), live.Change{}, named("Evening talk"))
	path := "/my/live/" + show.ShortUUID()
	for _, address := range []string{"/my/live/new", path + "/settings", path + "/end", path + "/key", path + "/relays", path + "/relays/1"} {
		r := httptest.NewRequest(http.MethodPost, address, strings.NewReader("csrf=made+up&name=Stolen&privacy=1"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(&http.Cookie{Name: webtest.SessionCookie, Value: "alice"})
		answer := httptest.NewRecorder()
		w.Handler.ServeHTTP(answer, r)
		status(t, answer, http.StatusForbidden)
	}
}

func TestLivePagesInBothLanguages(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	show := w.Live(t, alice, live.Change{Schedules: &[]time.Time{w.Clock.Now().Add(50 * time.Hour)}}, named("Evening talk"))
	onAir := w.Live(t, alice, live.Change{Permanent: ptr(true)}, named("Morning show"))
	w.LeaveAir(t, w.GoOnAir(t, onAir.ID).ID, live.InvalidInput)
	w.GoOnAir(t, onAir.ID)
	w.Airing[onAir.ID] = web.Airing{
		StartedAt: w.Clock.Now(), IsConnected: true, Protocol: "rtmp", Encoder: "OBS", Bitrate: 4_500_000, FrameRate: 30, KeyInterval: 10 * time.Second,
		Renditions: []web.AiringRendition{{Height: 720, FrameRate: 30, Bitrate: 4_500_000}}, GivenUp: []int{480, 360},
	}
	for name, path := range map[string]string{
		"list": "/my/live", "new": "/my/live/new", "waiting": "/my/live/" + show.ShortUUID(), "settings": "/my/live/" + show.ShortUUID() + "/settings",
		"on air": "/my/live/" + onAir.ShortUUID(), "watch": "/w/" + show.ShortUUID(), "watch on air": "/w/" + onAir.ShortUUID(), "videos": "/my/videos",
	} {
		for _, language := range []string{"en", "fr"} {
			t.Run(name+" "+language, func(t *testing.T) {
				b := w.Browser("alice")
				b.Header.Set("Accept-Language", language)
				answer := b.Get(path)
				status(t, answer, http.StatusOK)
				body := answer.Body.String()
				if untold := regexp.MustCompile(`>\s*(live|golive|watch|problem|site)\.[a-z-]+|\{(n|list|name|when|time|privacy|zone)\}<`).FindString(body); untold != "" {
					t.Errorf("a message is missing: %s", untold)
				}
				page := read(t, answer)
				if got := attr(page.all("html")[0], "lang"); got != language || len(page.all("h1")) != 1 {
					t.Errorf("got language %q and %d h1, want %q and 1", got, len(page.all("h1")), language)
				}
			})
		}
	}
}

func TestCreateALiveWithoutScript(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	b := w.Browser("alice")
	page := read(t, b.Get("/my/live/new"))
	if len(page.all("input", "type", "datetime-local")) != 1 || len(page.all("select", "name", "startZone0")) != 1 {
		t.Fatal("want one date with its time zone")
	}
	channel := attr(page.all("option")[0], "value")
	answer := b.Post("/my/live/new", url.Values{
		"name": {"Evening talk"}, "channelId": {channel}, "privacy": {"2"}, "permanent": {"true"}, "saveReplay": {"true"}, "replayPrivacy": {"3"},
		"latency": {"3"}, "dvr": {"1800"}, "startAt0": {"2030-01-02T20:30"}, "startZone0": {"+05:45"},
	})
	status(t, answer, http.StatusSeeOther)
	list, err := w.Videos.List(t.Context(), alice, video.Filter{Owner: alice.AccountID(), Include: video.IncludeNotPublished}, video.Page{})
	if err != nil || len(list.Videos) != 1 {
		t.Fatalf("got %d videos, %v, want 1", len(list.Videos), err)
	}
	made := list.Videos[0]
	if to := answer.Header().Get("Location"); to != "/my/live/"+made.ShortUUID() {
		t.Errorf("it leads to %q", to)
	}
	got := liveOf(t, w, made.ID)
	at := time.Date(2030, 1, 2, 14, 45, 0, 0, time.UTC)
	if made.Name != "Evening talk" || made.Privacy != video.Unlisted || !got.Permanent || !got.SaveReplay || got.ReplayPrivacy != video.Private ||
		got.Latency != live.SmallLatency || got.DVRWindow != 30*time.Minute || len(got.Schedules) != 1 || !got.Schedules[0].Equal(at) {
		t.Errorf("got %q with privacy %d and %+v", made.Name, made.Privacy, got)
	}
	contains(t, b.Get("/my/live/"+made.ShortUUID()), "The live is ready", got.Key, "rtmps://rivergate.example:1936/live", "ffmpeg -re", "/broadcast")
}

func TestCreateALiveRefuses(t *testing.T) {
	w := newWorld(t)
	w.Join(t, "alice", account.Ordinary)
	b := w.Browser("alice")
	channel := attr(read(t, b.Get("/my/live/new")).all("option")[0], "value")
	for _, c := range []struct{ name, field, value, want string }{
		{"a date in the past", "startAt0", "2001-01-01T10:00", "Choose a time in the future"},
		{"what is no date", "startAt0", "tomorrow", "This is not a date"},
		{"a zone that is none", "startZone0", "+99:00", "This is not a date"},
		{"a name that is too short", "name", "x", "This name is too short"},
		{"an unknown latency", "latency", "9", "Choose one of the list"},
		{"a window below zero", "dvr", "-7", "Choose one of the list"},
	} {
		t.Run(c.name, func(t *testing.T) {
			form := url.Values{
				"name": {"Evening talk"}, "channelId": {channel}, "privacy": {"1"}, "startAt0": {"2030-01-02T20:30"}, "startZone0": {"+01:00"},
			}
			form.Set(c.field, c.value)
			answer := b.Post("/my/live/new", form)
			status(t, answer, http.StatusUnprocessableEntity)
			contains(t, answer, c.want)
		})
	}
	t.Run("beyond the limit", func(t *testing.T) {
		w.LiveRules.MaxUserLives = 0
		answer := b.Post("/my/live/new", url.Values{"name": {"Evening talk"}, "channelId": {channel}, "privacy": {"1"}})
		status(t, answer, http.StatusUnprocessableEntity)
		contains(t, answer, "as many lives as this site allows")
	})
	t.Run("where lives are switched off", func(t *testing.T) {
		w.LiveRules.IsEnabled = false
		contains(t, b.Get("/my/live/new"), "does not broadcast live")
	})
}

func TestChangeTheSettingsOfALive(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	first, second := w.Clock.Now().Add(time.Hour).Truncate(time.Minute), w.Clock.Now().Add(48*time.Hour).Truncate(time.Minute)
	show := w.Live(t, alice, live.Change{Schedules: &[]time.Time{first}, SaveReplay: ptr(true)}, named("Evening talk"))
	b, path := w.Browser("alice"), "/my/live/"+show.ShortUUID()+"/settings"
	page := read(t, b.Get(path))
	if got := attr(page.all("input", "name", "startAt0")[0], "value"); got != first.UTC().Format("2006-01-02T15:04") {
		t.Errorf("the date is %q", got)
	}
	const layout = "2006-01-02T15:04"
	answer := b.Post(path, url.Values{
		"startAt0": {first.UTC().Format(layout)}, "startZone0": {"+00:00"}, "startAt1": {second.UTC().Add(time.Hour).Format(layout)}, "startZone1": {"+01:00"},
		"permanent": {"true"}, "latency": {"2"}, "dvr": {"0"},
	})
	status(t, answer, http.StatusSeeOther)
	got := liveOf(t, w, show.ID)
	if len(got.Schedules) != 2 || !got.Schedules[1].Equal(second) || !got.Permanent || got.SaveReplay || got.Latency != live.HighLatency || got.DVRWindow != 0 {
		t.Errorf("got %+v", got)
	}
	w.GoOnAir(t, show.ID)
	contains(t, b.Get(path), "not while it is on air")
	status(t, b.Post(path, url.Values{"dvr": {"0"}}), http.StatusUnprocessableEntity)
}

func TestStudioTellsHowTheLiveDoes(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	show := w.Live(t, alice, live.Change{Permanent: ptr(true)}, named("Evening talk"))
	path := "/my/live/" + show.ShortUUID()
	contains(t, w.Browser("alice").Get(path), "Off air", "Nothing arrives yet", "Not on air yet")
	began := w.Clock.Now()
	w.GoOnAir(t, show.ID)
	relay, err := w.Relays.Add(t.Context(), alice, show.ID, live.RelayChange{Name: ptr("Elsewhere"), Address: ptr("rtmp://live.example.org/app"), Key: ptr("their-key")})
	if err != nil {
		t.Fatal(err)
	}
	healthy := web.Airing{
		StartedAt: began, IsConnected: true, Protocol: "rtmp", Encoder: "OBS 31", Bitrate: 4_520_000, FrameRate: 29.97, KeyInterval: 2 * time.Second,
		Renditions: []web.AiringRendition{{Height: 1080, Bitrate: 4_500_000}, {Height: 480, Bitrate: 900_000}},
		Relays:     []web.AiringRelay{{ID: relay.ID, Problem: "Connection refused"}},
	}
	for _, c := range []struct {
		name   string
		change func(*web.Airing)
		want   []string
		no     string
	}{
		{"well", func(*web.Airing) {}, []string{"4.5 Mbit/s", "30 fps", "2.0 s", "1080p", "OBS 31", "Connection refused", "≈ 3 s"}, `class="alert is-warning"`},
		{"far between keyframes", func(a *web.Airing) { a.KeyInterval = 10 * time.Second }, []string{"10 seconds between keyframes", "to 2 seconds"}, ""},
		{"dropped frames", func(a *web.Airing) { a.Dropped = 400 }, []string{"leaves pictures out"}, ""},
		{"a machine too slow", func(a *web.Airing) { a.GivenUp = []int{480, 360} }, []string{"480p, 360p is not made any more"}, ""},
		{"a full disk", func(a *web.Airing) { a.Incomplete = true }, []string{"The disk takes nothing any more"}, ""},
		{"the encoder is gone", func(a *web.Airing) { a.IsConnected = false }, []string{"Your program stopped sending", "Nothing arrives"}, "30 fps"},
	} {
		t.Run(c.name, func(t *testing.T) {
			airing := healthy
			c.change(&airing)
			w.Airing[show.ID] = airing
			b := w.Browser("alice")
			answer := b.Get(path)
			contains(t, answer, c.want...)
			if c.no != "" && strings.Contains(answer.Body.String(), c.no) {
				t.Errorf("the page holds %q", c.no)
			}
			b.Header.Set("HX-Request", "true")
			part := b.Get(path + "/health?state=1")
			contains(t, part, c.want...)
			if strings.Contains(part.Body.String(), "<html") {
				t.Error("the part is a whole page")
			}
		})
	}
}

func TestStudioIsAnotherPageOnceTheStateChanged(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	show := w.Live(t, alice, live.Change{SaveReplay: ptr(true)}, named("Evening talk"))
	b, path := w.Browser("alice"), "/my/live/"+show.ShortUUID()
	status(t, b.Get(path+"/health?state=4"), http.StatusSeeOther)
	b.Header.Set("HX-Request", "true")
	status(t, b.Get(path+"/health?state=4"), http.StatusOK)
	session := w.GoOnAir(t, show.ID)
	if answer := b.Get(path + "/health?state=4"); answer.Header().Get("HX-Refresh") != "true" {
		t.Error("the page stays as it was")
	}
	b.Header.Del("HX-Request")
	status(t, b.Post(path+"/end", url.Values{}), http.StatusSeeOther)
	if len(w.Ended) != 1 || w.Ended[0] != show.ID {
		t.Errorf("ended: %v", w.Ended)
	}
	w.LeaveAir(t, session.ID, live.DurationExceeded)
	contains(t, b.Get(path), "Reached the longest time this site allows", "Being made")
	status(t, b.Post(path+"/end", url.Values{}), http.StatusSeeOther)
	if len(w.Ended) != 1 {
		t.Error("a live that is over was ended")
	}
}

func TestKeyIsReplaced(t *testing.T) {
	w := newWorld(t)
	show := w.Live(t, w.Join(t, "alice", account.Ordinary), live.Change{}, named("Evening talk"))
	before := liveOf(t, w, show.ID).Key
	answer := w.Browser("alice").Post("/my/live/"+show.ShortUUID()+"/key", url.Values{})
	status(t, answer, http.StatusSeeOther)
	if liveOf(t, w, show.ID).Key == before {
		t.Error("the key is the same")
	}
}

func TestRelays(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	show := w.Live(t, alice, live.Change{}, named("Evening talk"))
	b, path := w.Browser("alice"), "/my/live/"+show.ShortUUID()
	answer := b.Post(path+"/relays", url.Values{"name": {"Elsewhere"}, "address": {"https://example.org"}, "key": {"their-key"}})
	status(t, answer, http.StatusUnprocessableEntity)
	contains(t, answer, "no address of an RTMP server", `value="Elsewhere"`)
	if strings.Contains(answer.Body.String(), "their-key") {
		t.Error("the key of the other site is sent back")
	}
	status(t, b.Post(path+"/relays", url.Values{"name": {"Elsewhere"}, "address": {"rtmp://live.example.org/app"}, "key": {"their-key"}}), http.StatusSeeOther)
	relays := func() []live.Relay {
		list, err := w.Relays.List(t.Context(), alice, show.ID)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	list := relays()
	if len(list) != 1 || list[0].Address != "rtmp://live.example.org/app" || !list[0].IsEnabled {
		t.Fatalf("got %+v", list)
	}
	page := b.Get(path)
	contains(t, page, "Elsewhere", "rtmp://live.example.org/app")
	if strings.Contains(page.Body.String(), "their-key") {
		t.Error("the key of the other site is shown")
	}
	one := path + "/relays/" + regexp.MustCompile(`/relays/(\d+)"`).FindStringSubmatch(page.Body.String())[1]
	status(t, b.Post(one, url.Values{"do": {"off"}}), http.StatusSeeOther)
	if relays()[0].IsEnabled {
		t.Error("it is still on")
	}
	status(t, b.Post(one, url.Values{"do": {"nonsense"}}), http.StatusBadRequest)
	status(t, b.Post(one, url.Values{"do": {"remove"}}), http.StatusSeeOther)
	if len(relays()) != 0 {
		t.Error("it is still there")
	}
	status(t, b.Post(one, url.Values{"do": {"remove"}}), http.StatusNotFound)
}

func TestWatchALiveFromBeginningToReplay(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	at := w.Clock.Now().Add(3 * time.Hour)
	show := w.Live(t, alice, live.Change{SaveReplay: ptr(true), Schedules: &[]time.Time{at}}, named("Evening talk"))
	b, path := w.Browser(""), "/w/"+show.ShortUUID()
	stage := func(want string) document {
		t.Helper()
		for _, address := range []string{path, "/videos/embed/" + show.UUID.String(), path + "/stage"} {
			answer := b.Get(address)
			status(t, answer, http.StatusOK)
			if found := read(t, answer).all("lucarne-live"); len(found) != 1 || attr(found[0], "data-state") != want {
				t.Errorf("%s: want the live %s", address, want)
			}
		}
		contains(t, b.Get(path+"/live"), `"state":"`+want+`"`)
		return read(t, b.Get(path))
	}
	page := stage("waiting")
	if found := page.all("time", "datetime", at.UTC().Format(time.RFC3339)); len(found) == 0 {
		t.Error("the date is not there")
	}
	if page.first("p", "role", "timer") != "in 3 hours" || len(page.all("lucarne-player")) != 0 {
		t.Errorf("got %q", page.first("p", "role", "timer"))
	}
	session := w.GoOnAir(t, show.ID)
	page = stage("onair")
	master := "/static/streaming-playlists/hls/" + show.UUID.String() + "/master.m3u8"
	if source := page.all("source"); len(source) != 1 || attr(source[0], "src") != master {
		t.Error("a browser that plays HLS itself has nothing to play")
	}
	contains(t, b.Get(path), `"hls":"`+master+`"`, `"live":{"lowLatency":true,"canRewind":true}`)
	w.LeaveAir(t, session.ID, 0)
	stage("ended")
	if _, err := w.Replays.Prepare(t.Context(), session.ID); err != nil {
		t.Fatal(err)
	}
	w.Publish(t, session.ID)
	answer := b.Get(path + "/stage")
	status(t, answer, http.StatusOK)
	contains(t, answer, `data-state="replay"`, "lucarne-player")
	contains(t, b.Get(path+"/live"), `"state":"replay"`)
	status(t, w.Browser("alice").Get("/my/live/"+show.ShortUUID()), http.StatusSeeOther)
}

func TestPrivateLivesStayPrivate(t *testing.T) {
	w := newWorld(t)
	show := w.Live(t, w.Join(t, "alice", account.Ordinary), live.Change{Schedules: &[]time.Time{w.Clock.Now().Add(time.Hour)}}, func(d *video.Draft) { d.Privacy = video.Private })
	for _, path := range []string{"/w/" + show.ShortUUID() + "/live", "/w/" + show.ShortUUID() + "/stage", "/videos/live/" + show.ShortUUID() + ".ics"} {
		if code := w.Browser("").Get(path).Code; code < 400 {
			t.Errorf("%s: anybody gets %d", path, code)
		}
		status(t, w.Browser("alice").Get(path), http.StatusOK)
	}
}

func TestScheduledLivesAreListed(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	w.Live(t, alice, live.Change{Schedules: &[]time.Time{w.Clock.Now().Add(3 * time.Hour)}}, named("Announced"))
	w.Live(t, alice, live.Change{}, named("Not announced"))
	onAir := w.Live(t, alice, live.Change{}, named("On air"))
	w.GoOnAir(t, onAir.ID)
	for _, path := range []string{"/", "/videos/browse?live=true", "/c/alice_channel"} {
		answer := w.Browser("").Get(path)
		contains(t, answer, "Announced", "in 3 hours", "On air")
		if strings.Contains(answer.Body.String(), "Not announced") {
			t.Errorf("%s lists a live nobody announced", path)
		}
	}
}

func TestCalendar(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	dates := []time.Time{time.Date(2030, 1, 2, 19, 0, 0, 0, time.UTC), time.Date(2030, 2, 3, 19, 30, 0, 0, time.UTC)}
	show := w.Live(t, alice, live.Change{Schedules: &dates}, func(d *video.Draft) {
		d.Name, d.Description = "Soirée débat; questions, réponses\\fin", strings.Repeat("éà", 60)+"\n\nEND:VEVENT"
	})
	answer := w.Browser("").Get("/videos/live/" + show.ShortUUID() + ".ics")
	status(t, answer, http.StatusOK)
	if kind := answer.Header().Get("Content-Type"); !strings.HasPrefix(kind, "text/calendar") {
		t.Errorf("got %s", kind)
	}
	body := answer.Body.String()
	for _, line := range strings.Split(body, "\r\n") {
		if len(line) > 75 || strings.Contains(line, "\n") {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	whole := strings.ReplaceAll(body, "\r\n ", "")
	for _, want := range []string{
		"DTSTART:20300102T190000Z\r\n", "DTSTART:20300203T193000Z\r\n", "SUMMARY:Soirée débat\\; questions\\, réponses\\\\fin\r\n", "\r\nEND:VCALENDAR\r\n",
		"/w/" + show.ShortUUID(), strings.Repeat("éà", 60),
	} {
		if !strings.Contains(whole, want) {
			t.Errorf("the calendar lacks %q: %s", want, whole)
		}
	}
	if n := strings.Count(whole, "\r\nEND:VEVENT\r\n"); n != 2 {
		t.Errorf("got %d events, want 2", n)
	}
	unannounced := w.Live(t, alice, live.Change{}, named("Some day"))
	for _, path := range []string{unannounced.ShortUUID() + ".ics", show.ShortUUID(), "nonsense.ics"} {
		status(t, w.Browser("").Get("/videos/live/"+path), http.StatusNotFound)
	}
}

func TestStudioOfNoLive(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	film := w.Video(t, alice, named("A walk"))
	answer := w.Browser("alice").Get("/my/live/" + film.ShortUUID())
	if to := answer.Header().Get("Location"); answer.Code != http.StatusSeeOther || to != "/my/videos/"+film.ShortUUID() {
		t.Errorf("got %d to %q", answer.Code, to)
	}
	status(t, w.Browser("alice").Get("/my/live/nothing"), http.StatusNotFound)
}
