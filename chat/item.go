package chat

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// ItemKind is what moderators write down.
type ItemKind string

// The kinds of items.
const (
	TaskList ItemKind = "list"
	Task     ItemKind = "task"
	Note     ItemKind = "note"
)

// Item is something the moderators of a room share among them: a list of tasks, a task, or a note, which may be about a person.
type Item struct {
	ID          string // unique in its room; chosen by who made it
	Kind        ItemKind
	ListID      string // of a task
	Order       int
	Name        string // of lists and tasks
	Description string // of tasks and notes
	IsDone      bool
	Person      PersonKey // whom a note is about; "" nobody
	Nick        string    // of that person, as it was
	ByAccount   account.ID
	ChangedAt   time.Time
}

// Bounds of items.
const (
	maxItems            = 5000 // tasks and lists of a room; notes of a room
	maxItemIDBytes      = 128
	maxItemName         = 255 // characters
	maxItemDescription  = 5000
	maxItemOrder        = 1_000_000_000
	maxNotesAboutPerson = 50 // on a card
)

func (i Item) isNote() bool { return i.Kind == Note }

func (i Item) check() (Item, error) {
	i.Name, i.Description = strings.ReplaceAll(cleanBody(i.Name), "\n", " "), cleanBody(i.Description)
	isNoID := len(i.ID) > maxItemIDBytes || !utf8.ValidString(i.ID) || strings.ContainsFunc(i.ID, func(r rune) bool { return r < ' ' })
	switch {
	case i.Kind != TaskList && i.Kind != Task && i.Kind != Note:
		return i, fault.InvalidParam("kind", string(i.Kind), "Unknown kind of item")
	case isNoID:
		return i, fault.InvalidParam("id", nil, "Should have at most %d bytes", maxItemIDBytes)
	case utf8.RuneCountInString(i.Name) > maxItemName || i.Name == "" && !i.isNote():
		return i, fault.InvalidParam("name", nil, "Should have 1 to %d characters", maxItemName)
	case utf8.RuneCountInString(i.Description) > maxItemDescription || i.Description == "" && i.isNote():
		return i, fault.InvalidParam("description", nil, "Should have 1 to %d characters", maxItemDescription)
	case i.Order < -maxItemOrder || i.Order > maxItemOrder:
		return i, fault.InvalidParam("order", i.Order, "Should be a small number")
	case len(i.Person) > maxPersonBytes || i.Person != "" && !i.isNote():
		return i, fault.InvalidParam("person", nil, "Only notes are about somebody")
	}
	if i.Kind != Task {
		i.ListID, i.IsDone = "", false
	}
	if i.ID == "" {
		i.ID = uuid.NewString()
	}
	return i, nil
}

// Tasks gives the lists of tasks of a room and their tasks in order, for its moderators. The first time there is one list, named like the
// room.
func (r *Rooms) Tasks(ctx context.Context, by account.Viewer, room RoomID) ([]Item, error) {
	a, err := r.acting(ctx, r.o.DB, room, by, "")
	if err != nil {
		return nil, err
	}
	list, err := itemsOf(ctx, r.o.DB, room, false)
	if err != nil || len(list) > 0 {
		return list, err
	}
	title, err := r.Title(ctx, a.room)
	if err != nil {
		return nil, err
	}
	first, err := r.PutItem(ctx, by, room, Item{ID: "first", Kind: TaskList, Name: title})
	return []Item{first}, err
}

// Notes gives what the moderators of a room noted, in order, for them.
func (r *Rooms) Notes(ctx context.Context, by account.Viewer, room RoomID) ([]Item, error) {
	if _, err := r.acting(ctx, r.o.DB, room, by, ""); err != nil {
		return nil, err
	}
	return itemsOf(ctx, r.o.DB, room, true)
}

// PutItem keeps an item in the name of a moderator, in the place of the one with its id if there is one, and tells the other moderators.
// An empty id stands for a new one.
func (r *Rooms) PutItem(ctx context.Context, by account.Viewer, room RoomID, i Item) (Item, error) {
	i, err := i.check()
	if err != nil {
		return Item{}, err
	}
	err = r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) error {
		a, err := r.acting(ctx, tx, room, by, "")
		if err != nil {
			return err
		}
		i.ByAccount, i.ChangedAt = by.AccountID(), a.at
		if err := putItem(ctx, tx, room, i); err != nil {
			return err
		}
		put := i
		b.tellStaff(room, &Event{Kind: ItemPut, At: a.at, Detail: Detail{Item: &put}})
		return nil
	})
	if err != nil {
		return Item{}, fmt.Errorf("keep item in room %d: %w", room, err)
	}
	return i, nil
}

func putItem(ctx context.Context, tx *db.Tx, room RoomID, i Item) error {
	before, found, err := findItem(ctx, tx, room, i.ID)
	if err != nil {
		return err
	}
	if found && before.Kind != i.Kind {
		return fault.New(fault.Conflict, "There is something else of this id")
	}
	if i.Kind == Task {
		if list, isThere, err := findItem(ctx, tx, room, i.ListID); err != nil || !isThere || list.Kind != TaskList {
			return orNoItem(err)
		}
	}
	if !found {
		count, err := countItems(ctx, tx, room, i.isNote())
		if err != nil {
			return err
		}
		if count >= maxItems {
			return fault.New(fault.TooMany, "A room has at most %d of them, remove some", maxItems)
		}
	}
	return upsertItem(ctx, tx, room, i)
}

func orNoItem(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.NotFound, "There is no such task, list or note")
}

// DropItem removes an item in the name of a moderator, a list with its tasks, and tells the other moderators. It fails with fault.NotFound.
func (r *Rooms) DropItem(ctx context.Context, by account.Viewer, room RoomID, id string) error {
	err := r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) error {
		a, err := r.acting(ctx, tx, room, by, "")
		if err != nil {
			return err
		}
		item, found, err := findItem(ctx, tx, room, id)
		if err != nil || !found {
			return orNoItem(err)
		}
		if err := deleteItem(ctx, tx, room, item); err != nil {
			return err
		}
		b.tellStaff(room, &Event{Kind: ItemDropped, At: a.at, Detail: Detail{Item: &item}})
		return nil
	})
	if err != nil {
		return fmt.Errorf("drop item of room %d: %w", room, err)
	}
	return nil
}

// tellStaff tells the moderators who are in a room something that is not kept, once the change is committed.
func (b *batch) tellStaff(room RoomID, e *Event) {
	e.Audience = ForStaff
	b.update(room, func(h *hall) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.tell(e)
	})
}
