package chat

import (
	"context"
	"math"

	"lucarne/channel"
	"lucarne/platform/db"
)

func insertEntry(ctx context.Context, tx *db.Tx, e Entry) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO chat_log (channel_id, room_id, action, by_account, by_name, target, nick, reason, until, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, e.ChannelID, e.RoomID, e.Action, e.ByAccount, e.ByName, e.Target, e.Nick, e.Reason, e.Until, e.At)
	return err
}

func scanEntry(row db.Row) (e Entry, err error) {
	err = row.Scan(&e.ID, &e.ChannelID, &e.RoomID, &e.Action, &e.ByAccount, &e.ByName, &e.Target, &e.Nick, &e.Reason, db.Time(&e.Until), db.Time(&e.At))
	return e, err
}

func entriesOf(ctx context.Context, q db.Querier, id channel.ID, before int64) ([]Entry, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return db.List(ctx, q, scanEntry, `SELECT id, channel_id, room_id, action, by_account, by_name, target, nick, reason, until, at FROM chat_log
		WHERE channel_id = ? AND id < ? ORDER BY id DESC LIMIT ?`, id, before, maxEntries)
}
