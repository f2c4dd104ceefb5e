package chat

import (
	"context"

	"lucarne/channel"
	"lucarne/platform/db"
)

const itemColumns = "i.item_id, i.kind, i.list_id, i.position, i.name, i.description, i.is_done, i.person, i.nick, i.by_account, i.changed_at"

func scanItem(row db.Row) (i Item, err error) {
	err = row.Scan(&i.ID, &i.Kind, &i.ListID, &i.Order, &i.Name, &i.Description, &i.IsDone, &i.Person, &i.Nick, &i.ByAccount, db.Time(&i.ChangedAt))
	return i, err
}

func itemsOf(ctx context.Context, q db.Querier, room RoomID, notes bool) ([]Item, error) {
	return db.List(ctx, q, scanItem, "SELECT "+itemColumns+` FROM chat_item i WHERE i.room_id = ? AND (i.kind = ?) = ?
		ORDER BY i.kind, i.position, i.item_id LIMIT ?`, room, Note, notes, maxItems)
}

func countItems(ctx context.Context, q db.Querier, room RoomID, notes bool) (int, error) {
	return db.Value[int](ctx, q, "SELECT COUNT(*) FROM chat_item WHERE room_id = ? AND (kind = ?) = ?", room, Note, notes)
}

func findItem(ctx context.Context, q db.Querier, room RoomID, id string) (Item, bool, error) {
	return db.Find(ctx, q, scanItem, "SELECT "+itemColumns+" FROM chat_item i WHERE i.room_id = ? AND i.item_id = ?", room, id)
}

func upsertItem(ctx context.Context, tx *db.Tx, room RoomID, i Item) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO chat_item (room_id, item_id, kind, list_id, position, name, description, is_done, person, nick, by_account, changed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (room_id, item_id) DO UPDATE SET list_id = excluded.list_id, position = excluded.position,
		name = excluded.name, description = excluded.description, is_done = excluded.is_done, person = excluded.person, nick = excluded.nick,
		by_account = excluded.by_account, changed_at = excluded.changed_at`,
		room, i.ID, i.Kind, i.ListID, i.Order, i.Name, i.Description, i.IsDone, i.Person, i.Nick, i.ByAccount, i.ChangedAt)
	return err
}

// deleteItem removes an item, and the tasks of a list.
func deleteItem(ctx context.Context, tx *db.Tx, room RoomID, i Item) error {
	if i.Kind == TaskList {
		if _, err := db.Exec(ctx, tx, "DELETE FROM chat_item WHERE room_id = ? AND list_id = ?", room, i.ID); err != nil {
			return err
		}
	}
	_, err := db.Exec(ctx, tx, "DELETE FROM chat_item WHERE room_id = ? AND item_id = ?", room, i.ID)
	return err
}

func notesAbout(ctx context.Context, q db.Querier, id channel.ID, person PersonKey) ([]Item, error) {
	return db.List(ctx, q, scanItem, "SELECT "+itemColumns+` FROM chat_item i JOIN chat_room r ON r.id = i.room_id
		WHERE i.person = ? AND r.channel_id = ? ORDER BY i.changed_at DESC, i.item_id LIMIT ?`, person, id, maxNotesAboutPerson)
}
