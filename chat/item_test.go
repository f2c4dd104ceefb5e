package chat_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

func TestTasksOfModerators(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		mod, _ := w.enter(t, chat.Entrance{Viewer: w.owner})
		lists, err := w.rooms.Tasks(t.Context(), w.owner, w.room.ID)
		if err != nil || len(lists) != 1 || lists[0].Name != "A test film" {
			t.Fatalf("at first %+v, %v", lists, err)
		}
		expect(t, mod, "item put")
		put := func(i chat.Item) chat.Item {
			t.Helper()
			i, err := w.rooms.PutItem(t.Context(), w.owner, w.room.ID, i)
			must(t, err)
			if e := expect(t, mod, "item put"); *e.Item != i {
				t.Errorf("told of %+v, want %+v", e.Item, i)
			}
			return i
		}
		second := put(chat.Item{Kind: chat.Task, ListID: lists[0].ID, Order: 2, Name: "thank", Description: "all"})
		put(chat.Item{Kind: chat.Task, ListID: lists[0].ID, Order: 1, Name: "greet"})
		second.IsDone, second.Order = true, 0
		put(second)
		all, err := w.rooms.Tasks(t.Context(), w.owner, w.room.ID)
		must(t, err)
		var got []string
		for _, i := range all {
			got = append(got, fmt.Sprint(i.Kind, " ", i.Name, " ", i.IsDone))
		}
		if want := "[list A test film false task thank true task greet false]"; fmt.Sprint(got) != want {
			t.Errorf("got %s, want %s", got, want)
		}
		must(t, w.rooms.DropItem(t.Context(), w.owner, w.room.ID, lists[0].ID))
		expect(t, mod, "item dropped")
		refused(t, w.rooms.DropItem(t.Context(), w.owner, w.room.ID, second.ID), fault.NotFound, "no such")
		silent(t, bob)
	})
}

func TestNotesAreOnTheCard(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		_, err := w.rooms.PutItem(t.Context(), w.owner, w.room.ID, chat.Item{Kind: chat.Note, Description: "was warned", Person: bob.Person, Nick: "bob"})
		must(t, err)
		_, err = w.rooms.PutItem(t.Context(), w.owner, w.room.ID, chat.Item{Kind: chat.Note, Description: "free"})
		must(t, err)
		silent(t, bob)
		notes, err := w.rooms.Notes(t.Context(), w.owner, w.room.ID)
		if err != nil || len(notes) != 2 {
			t.Errorf("notes: %+v, %v", notes, err)
		}
		card, err := w.rooms.Card(t.Context(), w.owner, w.room.ID, bob.Person)
		if err != nil || len(card.Notes) != 1 || card.Notes[0].Description != "was warned" {
			t.Errorf("card: %+v, %v", card.Notes, err)
		}
	})
}

func TestItemsAreBounded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lists, err := w.rooms.Tasks(t.Context(), w.owner, w.room.ID)
		must(t, err)
		stranger := w.User(t, "stranger", account.Ordinary)
		for name, read := range map[string]error{
			"tasks": errorOf(w.rooms.Tasks(t.Context(), stranger, w.room.ID)), "notes": errorOf(w.rooms.Notes(t.Context(), stranger, w.room.ID)),
			"put":  errorOf(w.rooms.PutItem(t.Context(), stranger, w.room.ID, chat.Item{Kind: chat.Note, Description: "x"})),
			"drop": w.rooms.DropItem(t.Context(), stranger, w.room.ID, lists[0].ID),
		} {
			if !fault.Is(read, fault.Forbidden) {
				t.Errorf("%s by a stranger: %v", name, read)
			}
		}
		for name, i := range map[string]chat.Item{
			"no kind": {Description: "x"}, "empty note": {Kind: chat.Note}, "empty task": {Kind: chat.Task, ListID: lists[0].ID},
			"long name": {Kind: chat.TaskList, Name: strings.Repeat("x", 256)}, "long note": {Kind: chat.Note, Description: strings.Repeat("x", 5001)},
			"long id": {ID: strings.Repeat("x", 129), Kind: chat.Note, Description: "x"}, "id with a NUL": {ID: "\x00", Kind: chat.Note, Description: "x"},
			"far away": {Kind: chat.Note, Description: "x", Order: 1 << 40}, "no list": {Kind: chat.Task, Name: "x", ListID: "none"},
			"in a task": {Kind: chat.Task, Name: "x"}, "another kind": {ID: lists[0].ID, Kind: chat.Note, Description: "x"},
		} {
			if _, err := w.rooms.PutItem(t.Context(), w.owner, w.room.ID, i); fault.KindOf(err) == fault.Internal || err == nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for i := range 5000 {
				if _, err := db.Exec(ctx, tx, `INSERT INTO chat_item (room_id, item_id, kind, list_id, position, name, description, is_done, person, nick, by_account,
					changed_at) VALUES (?, ?, 'note', '', 0, '', 'x', FALSE, '', '', 0, 0)`, w.room.ID, fmt.Sprint("n", i)); err != nil {
					return err
				}
			}
			return nil
		}))
		_, err = w.rooms.PutItem(t.Context(), w.owner, w.room.ID, chat.Item{Kind: chat.Note, Description: "one more"})
		refused(t, err, fault.TooMany, "at most 5000")
		_, err = w.rooms.PutItem(t.Context(), w.owner, w.room.ID, chat.Item{ID: "n1", Kind: chat.Note, Description: "changed"})
		must(t, err)
	})
}
