package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"lucarne/app/apptest"
)

// sample are values of placeholders that exist; the id of a path is a user's or a video's.
type sample struct {
	user    string // id
	account string // handle
	live    string // UUID
	values  map[string]string
}

// fill puts the sample's values into a pattern of the API.
func (s sample) fill(pattern string) string {
	words := strings.Split(strings.TrimSuffix(pattern, "{$}"), "/")
	for i, word := range words {
		name, isPlaceholder := strings.CutPrefix(word, "{")
		if !isPlaceholder {
			continue
		}
		name = strings.TrimSuffix(name, "}")
		value, isKnown := s.values[name]
		if !isKnown {
			panic("no sample value for {" + name + "} of " + pattern)
		}
		words[i] = value
		switch name + " of " + words[i-1] {
		case "id of users":
			words[i] = s.user
		case "handle of accounts":
			words[i] = s.account
		case "id of live":
			words[i] = s.live
		}
	}
	return strings.Join(words, "/")
}

// newSample publishes a video of root's and names what every placeholder may stand for.
func newSample(t *testing.T, site *apptest.Instance) sample {
	t.Helper()
	root := site.Root(t)
	film := root.Upload(apptest.Landscape(t), map[string]any{"description": "For reading", "category": 1, "licence": 1, "language": "fr", "tags": []string{"tag"}})
	site.Settle(t)
	watch(root, film, "a-reader", 0, 1)
	root.Put(film.Path()+"/chapters", map[string]any{"chapters": []map[string]any{{"timecode": 0, "title": "Only"}}})
	root.Send("PUT", film.Path()+"/captions/en", apptest.Form{Files: map[string]string{"captionfile": apptest.Captions(t)}}, http.StatusNoContent)
	site.Settle(t)
	now := root.Video(film)
	show, relay := newShow(root)
	me := root.Me()
	token, overlay, item := chatThings(root, show)
	return sample{user: fmt.Sprint(me.ID), account: "root", live: show, values: map[string]string{
		"id":     film.UUID,
		"handle": "root_channel", "name": "root", "state": "completed", "jobType": "video-transcoding", "jobId": "1", "logoType": "favicon",
		"metric": "viewers", "fileId": fmt.Sprint(now.All()[0].ID), "captionLanguage": "en", "npmName": "peertube-plugin-none",
		"passwordId": "1", "tokenSessionId": "1", "registrationId": "1",
		"relayId":   relay,
		"messageId": "1", "subscriptionId": "1", "accountName": "root", "tokenId": token, "overlayId": overlay, "itemId": item,
		"room": show, "channelId": fmt.Sprint(me.Channels[0].ID), "person": "account:" + fmt.Sprint(me.Account.ID),
	}}
}

// chatThings makes what moderators keep beside a room.
func chatThings(of *apptest.Client, room string) (token, overlay, item string) {
	var answer struct {
		Token, Overlay struct{ ID int }
		Item           struct{ ID string }
	}
	path := "/api/v1/chat/rooms/" + room
	of.Post("/api/v1/chat/tokens", map[string]any{"label": "A program"}, http.StatusOK, &answer)
	of.Post(path+"/overlays", map[string]any{"label": "A stage"}, http.StatusOK, &answer)
	of.Post(path+"/items", map[string]any{"kind": "list", "name": "Before the show"}, http.StatusOK, &answer)
	return fmt.Sprint(answer.Token.ID), fmt.Sprint(answer.Overlay.ID), answer.Item.ID
}

// broadcasting lets users broadcast. Nothing listens for encoders, as the stories that need this have none.
var broadcasting = []string{"LUCARNE_LIVE_ENABLED=true", "LUCARNE_LIVE_RTMP_ENABLED=false", "LUCARNE_LIVE_WHIP_ENABLED=false"}

// newShow makes a live that is sent elsewhere too, and changes it.
func newShow(of *apptest.Client) (show, relay string) {
	var made struct{ Video struct{ UUID string } }
	of.Post("/api/v1/videos/live", apptest.Form{Fields: map[string]any{
		"name": "A show", "channelId": of.Me().Channels[0].ID, "privacy": 1, "permanentLive": true, "saveReplay": true, "replaySettings[privacy]": 1,
		"schedules[0][startAt]": "2040-01-01T20:00:00Z",
	}}, http.StatusOK, &made)
	path := "/api/v1/videos/live/" + made.Video.UUID
	of.Put(path, map[string]any{"latencyMode": 3, "dvrWindow": 600})
	var added struct{ Relay struct{ ID int } }
	of.Post(path+"/relays", map[string]any{"name": "Elsewhere", "address": "rtmp://live.example.org/app", "key": "secret"}, http.StatusOK, &added)
	return made.Video.UUID, fmt.Sprint(added.Relay.ID)
}

// needed are the queries that reading some lists takes.
var needed = map[string]string{
	"/api/v1/chat/rooms/{room}/messages/search": "?search=film",
	"/api/v1/search/videos":                     "?search=film", "/api/v1/search/video-channels": "?search=root", "/api/v1/users/autocomplete": "?search=ro",
	"/api/v1/server/logs": "?startDate=2020-01-01T00:00:00Z", "/api/v1/server/audit-logs": "?startDate=2020-01-01T00:00:00Z",
}

// refused are the readings that a public video on a new site has nothing for.
var refused = map[string]int{
	"/api/v1/plugins/{npmName}": http.StatusNotFound, "/api/v1/plugins/{npmName}/registered-settings": http.StatusNotFound,
	"/api/v1/plugins/{npmName}/public-settings": http.StatusNotFound, "/api/v1/plugins/available": http.StatusBadRequest,
	"/api/v1/custom-pages/homepage/instance": http.StatusNotFound, "/api/v1/videos/{id}/passwords": http.StatusBadRequest,
	"/api/v1/videos/{id}/live-session": http.StatusNotFound,
	"/api/v1/chat/site/list":           http.StatusNotFound, "/api/v1/chat/channels/{channelId}/list": http.StatusNotFound, // nobody shares one
}

// Everything that can be read is read once, and compared with its description on the way.
func TestEverythingCanBeRead(t *testing.T) {
	onEach(t, func(t *testing.T, site *apptest.Instance) {
		root, values := site.Root(t), newSample(t, site)
		for _, operation := range site.Site.Operations() {
			method, pattern := split(operation)
			if method != "GET" {
				continue
			}
			want := http.StatusOK
			if status, isRefused := refused[pattern]; isRefused {
				want = status
			}
			if answer := root.Do("GET", values.fill(pattern)+needed[pattern], nil); answer.Status != want {
				t.Errorf("%s: got %d %.300s, want %d", operation, answer.Status, answer.Body, want)
			}
		}
	})
}

// split takes an operation of the API's list apart.
func split(operation string) (method, pattern string) {
	words := strings.Fields(operation)
	return words[0], words[1]
}
