package chat

import (
	"context"

	"lucarne/channel"
	"lucarne/platform/db"
)

func scanEmoji(row db.Row) (e Emoji, err error) {
	err = row.Scan(&e.Name, &e.File, &e.IsIcon)
	return e, err
}

func emojisOf(ctx context.Context, q db.Querier, id channel.ID) ([]Emoji, error) {
	return db.List(ctx, q, scanEmoji, "SELECT name, file, is_icon FROM chat_emoji WHERE channel_id = ? ORDER BY position LIMIT ?", id, MaxEmojis)
}

func storeEmojis(ctx context.Context, tx *db.Tx, id channel.ID, list []Emoji) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM chat_emoji WHERE channel_id = ?", id); err != nil {
		return err
	}
	for i, e := range list {
		if _, err := db.Exec(ctx, tx, "INSERT INTO chat_emoji (channel_id, name, file, is_icon, position) VALUES (?, ?, ?, ?, ?)",
			id, e.Name, e.File, e.IsIcon, i); err != nil {
			return err
		}
	}
	return nil
}

const maxRoomsOfChannel = 100_000

func roomsOf(ctx context.Context, q db.Querier, id channel.ID) ([]RoomID, error) {
	return db.List(ctx, q, db.Column[RoomID], "SELECT id FROM chat_room WHERE channel_id = ? ORDER BY id DESC LIMIT ?", id, maxRoomsOfChannel)
}
