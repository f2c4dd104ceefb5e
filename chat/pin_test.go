package chat_test

import (
	"fmt"
	"testing"
	"time"

	"lucarne/chat"
)

func TestWhatWasPinnedIsFoundAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		mod, _ := w.enter(t, chat.Entrance{Viewer: w.owner})
		began := w.Clock.Now()
		for _, body := range []string{"before", "Part one", "mistake", "Part two"} {
			m := w.send(t, mod, body)
			must(t, w.rooms.Pin(t.Context(), w.owner, w.room.ID, m.ID))
			if body == "mistake" {
				must(t, w.rooms.Retract(t.Context(), mod, m.ID, ""))
			}
			w.Clock.Advance(time.Minute)
		}
		must(t, w.rooms.Pin(t.Context(), w.owner, w.room.ID, 0))
		found, err := w.rooms.Pinnings(t.Context(), w.room, began.Add(time.Minute), w.Clock.Now())
		must(t, err)
		got := []string{}
		for _, p := range found {
			got = append(got, fmt.Sprint(p.Message.Body, " ", p.At.Sub(began)))
		}
		if want := "[Part one 1m0s Part two 3m0s]"; fmt.Sprint(got) != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}
