package chat_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/platform/fault"
)

func TestOnePersonIsBoundedOverConnections(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var all []*chat.Occupant
		for range 20 {
			o, _ := w.enter(t, visitor("bob"))
			all = append(all, o)
		}
		_, _, err := w.rooms.Join(t.Context(), w.room, visitor("bob"))
		refused(t, err, fault.Unavailable, "too many times")
		for i := range 11 {
			_, err = w.rooms.Send(t.Context(), all[i], chat.Post{Body: fmt.Sprint(i)})
		}
		refused(t, err, fault.TooMany, "too much")
	})
}

func TestACrowdThatReactsIsBounded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		mod, _ := w.enter(t, chat.Entrance{Viewer: w.owner})
		m := w.send(t, mod, "hi")
		reacted := 0
		for i := range 100 {
			o, _ := w.enter(t, visitor(fmt.Sprint("fan ", i)))
			err := w.rooms.React(t.Context(), o, m.ID, "👍", true)
			if err == nil {
				reacted++
				continue
			}
			refused(t, err, fault.TooMany, "Too many people")
		}
		if reacted != 60 {
			t.Errorf("%d reacted at once, want 60", reacted)
		}
		must(t, w.rooms.React(t.Context(), mod, m.ID, "👍", true))
	})
}

func TestTheLogIsKeptForATime(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		must(t, w.rooms.Configure(t.Context(), w.owner, w.room.ID, chat.Settings{}))
		w.Clock.Advance(chat.DefaultLogRetention - 1)
		must(t, w.rooms.Panic(t.Context(), w.User(t, "boss", account.Administrator), w.room.ID))
		w.Clock.Advance(1)
		must(t, w.rooms.Sweep(t.Context()))
		if left, err := w.rooms.Log(t.Context(), w.owner, w.room.ID, 0); err != nil || len(left) != 1 || left[0].Action != "panic" {
			t.Errorf("left %+v, %v", left, err)
		}
		w.settings.LogRetention = -1
		w.Clock.Advance(2 * chat.DefaultLogRetention)
		must(t, w.rooms.Sweep(t.Context()))
		if left, err := w.rooms.Log(t.Context(), w.owner, w.room.ID, 0); err != nil || len(left) != 1 {
			t.Errorf("kept for good: %+v, %v", left, err)
		}
	})
}

func TestTextsThatTroubleOthers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		for name, body := range map[string]string{
			"nothing": "", "spaces": " \n\t ", "zero width": "\u200b\u200d", "fillers": "\u3164\u2800", "controls": "\u0000\u0007", "turned": "\u202e",
			"marks": "\u0301\u0301",
		} {
			if _, err := w.rooms.Send(t.Context(), bob, chat.Post{Body: body}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
			w.Clock.Advance(time.Second)
		}
		for name, body := range map[string]string{"runes": strings.Repeat("é", 2001), "lines": strings.Repeat("x\n", 41) + "x"} {
			if _, err := w.rooms.Send(t.Context(), bob, chat.Post{Body: body}); !fault.Is(err, fault.TooLarge) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for body, want := range map[string]string{
			"a\u202eb\u2066c": "abc", "Z" + strings.Repeat("\u0336", 500): "Z" + strings.Repeat("\u0336", 4), "a\u0000b": "ab", "\u00e9 नमस्ते שָׁלוֹם": "\u00e9 नमस्ते שָׁלוֹם",
		} {
			w.Clock.Advance(time.Second)
			if m := w.send(t, bob, body); m.Body != norm.NFC.String(want) {
				t.Errorf("%q became %q", body, m.Body)
			}
		}
		for _, nick := range []string{"\u3164", "\u2800\u2800", "bob\u3164", "b\u2800ob"} {
			e := visitor("other")
			e.Nick = nick
			if _, _, err := w.rooms.Join(t.Context(), w.room, e); err == nil {
				t.Errorf("%q is let in", nick)
			}
		}
	})
}
