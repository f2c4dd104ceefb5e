package webtest_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/chat/rule"
	"lucarne/http/web/webtest"
	"lucarne/video"
)

var sampleTalk = []string{
	"Good evening from the other side of the river!", "Is the sound a little low for anybody else?", "No, it is fine here", "👏👏👏", "Will the recording stay online?",
	"The footbridge at 7 in the morning is the best of the town", "@nadia thank you for filming this", "how long did the works take in the end?",
	"My grandmother walked the long way round for forty years. She would have loved to see this, and she would have complained about the colour of the railing all the same.",
	"ok", "second question: who pays for the lamps", "bonsoir à tous", "lol",
}

// fillChat has people talk beside a video, some of what they say wait, and somebody be muted.
func fillChat(t *testing.T, w *webtest.World, of video.Video, owner account.Viewer) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	room, err := w.Rooms.Find(ctx, of.UUID.String(), video.Access{Viewer: owner})
	must(err)
	list := rule.WordList{Policy: rule.Policy{Enabled: true, Action: rule.Hold}, Label: "Insults", Language: "en", Entries: []string{"noodle", "turnip"}}
	must(w.Rooms.ConfigureChannel(ctx, owner, of.Channel.ID, chat.ChannelSettings{HasRules: true, HasRoom: true, Rules: rule.Set{Words: []rule.WordList{list}}}))
	settings := room.Settings
	settings.HoldLinks, settings.SlowMode = true, 0
	must(w.Rooms.Configure(ctx, owner, room.ID, settings))
	for i, body := range append(sampleTalk, "you absolute turnip", "cheap lamps at https://lamps.example/sale") {
		said := sayAs(ctx, w, room, guestName(i), body)
		if i == 6 {
			must(w.Rooms.Pin(ctx, owner, room.ID, said.ID))
		}
		if i == 12 {
			must(w.Rooms.Mute(ctx, owner, chat.Measure{Room: room.ID, Person: said.Person, Reason: "Too much of it", For: time.Hour}))
		}
		w.Clock.Advance(20 * time.Second)
	}
	fmt.Println("/chat/"+room.Name+"/moderation", "the chat of", of.Name, "as", owner.User.Username)
}

func guestName(i int) string {
	return []string{"Lena", "Marc-Antoine", "river_rat", "Anonymous 482913", "Yusuf", "Ó. Kelly", "Bea"}[i%7]
}

// sayAs says something as a visitor; what is refused is not said.
func sayAs(ctx context.Context, w *webtest.World, room chat.Room, nick, body string) chat.Message {
	o, _, err := w.Rooms.Join(ctx, room, chat.Entrance{Visitor: "secret of " + nick, Nick: nick})
	if err != nil {
		return chat.Message{}
	}
	defer o.Leave()
	m, _ := w.Rooms.Send(ctx, o, chat.Post{Body: body})
	return m
}

// sampleCrowd talks as the address says, fifty messages a second: /sample/chat/<room>?messages=500.
func sampleCrowd(w *webtest.World, r *http.Request) {
	room, err := w.Rooms.Find(r.Context(), r.PathValue("room"), video.Access{})
	if err != nil {
		return
	}
	messages, _ := strconv.Atoi(r.URL.Query().Get("messages"))
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for i := range messages {
		<-ticker.C
		sayAs(r.Context(), w, room, guestName(i)+" "+strconv.Itoa(i%40), sampleTalk[i%len(sampleTalk)])
	}
}
