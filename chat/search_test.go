package chat_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/video"
)

func TestModeratorsFindWhatWasSaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ann, _ := w.enter(t, visitor("Ann"))
		bob, _ := w.enter(t, visitor("Bob"))
		var last chat.Message
		began := w.Clock.Now()
		for i, text := range []string{"Un café ?", "tea then", "more CAFE please", "c\u200bafé again", "good night"} {
			from := []*chat.Occupant{ann, bob}[i%2]
			last = w.send(t, from, text)
			w.Clock.Advance(time.Minute)
		}
		w.send(t, bob, "a café that is taken back")
		must(t, w.rooms.Retract(t.Context(), bob, last.ID+1, ""))
		for _, tt := range []struct {
			name   string
			search chat.Search
			want   string
		}{
			{"a word in any disguise", chat.Search{Text: "Café", Max: 10}, "[cafe again more CAFE please Un cafe ?]"},
			{"a person", chat.Search{Person: bob.Person, Max: 10}, "[cafe again tea then]"},
			{"what a person said of it", chat.Search{Text: "cafe", Person: ann.Person, Max: 10}, "[more CAFE please Un cafe ?]"},
			{"of a time", chat.Search{Text: "cafe", Start: began.Add(2 * time.Minute), End: began.Add(2 * time.Minute), Max: 10}, "[more CAFE please]"},
			{"the last one", chat.Search{Text: "cafe", Max: 1}, "[cafe again]"},
			{"before one", chat.Search{Text: "cafe", Before: last.ID - 1, Max: 10}, "[more CAFE please Un cafe ?]"},
			{"nothing", chat.Search{Text: "coffee", Max: 10}, "[]"},
		} {
			found, err := w.rooms.Search(t.Context(), w.owner, w.room.ID, tt.search)
			must(t, err)
			texts := make([]string, len(found.Messages))
			for i, m := range found.Messages {
				texts[i] = strings.NewReplacer("é", "e", "\u200b", "").Replace(m.Body)
			}
			if got := fmt.Sprint(texts); got != tt.want || (found.Next != 0) != (tt.name == "the last one") {
				t.Errorf("%s: got %s and next %d, want %s", tt.name, got, found.Next, tt.want)
			}
		}
		_, err := w.rooms.Search(t.Context(), w.owner, w.room.ID, chat.Search{Text: " "})
		refused(t, err, fault.Invalid, "search")
		_, err = w.rooms.Search(t.Context(), w.User(t, "carol", account.Ordinary), w.room.ID, chat.Search{Text: "tea"})
		refused(t, err, fault.Forbidden, "")
	})
}

func TestTheSitesModeratorsSeeAllRooms(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ann, _ := w.enter(t, visitor("Ann"))
		w.send(t, ann, "hello")
		settings := chat.DefaultChannelSettings()
		settings.HasRoom = true
		id := w.Channel(t, "alice").ID
		must(t, w.rooms.ConfigureChannel(t.Context(), w.owner, id, settings))
		if _, err := w.rooms.Find(t.Context(), fmt.Sprintf("channel.%d", id), video.Access{}); err != nil {
			t.Fatal(err)
		}
		root := w.User(t, "root", account.Administrator)
		list, total, err := w.rooms.List(t.Context(), root, 0, 10)
		must(t, err)
		if total != 2 || len(list) != 2 || list[0].Title != "alice_channel" || !list[0].LastSaidAt.IsZero() || list[1].Name != w.room.Name ||
			list[1].Title != "A test film" || !list[1].LastSaidAt.Equal(w.Clock.Now()) {
			t.Errorf("got %d: %+v", total, list)
		}
		if list, _, err = w.rooms.List(t.Context(), root, 1, 10); err != nil || len(list) != 1 || list[0].ID != w.room.ID {
			t.Errorf("the second page: got %+v, %v", list, err)
		}
		_, _, err = w.rooms.List(t.Context(), w.owner, 0, 10)
		refused(t, err, fault.Forbidden, "moderators of the site")
	})
}
