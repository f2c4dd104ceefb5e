package chat

import (
	"context"
	"slices"

	"lucarne/platform/db"
)

// shownAs is the number of the event that showed a message, also of one that was taken back since.
func shownAs(ctx context.Context, q db.Querier, room RoomID, id MessageID) (int64, error) {
	seq, found, err := db.Find(ctx, q, db.Column[int64], "SELECT seq FROM chat_message WHERE id = ? AND room_id = ? AND seq IS NOT NULL", id, room)
	if err == nil && !found {
		err = noMessage()
	}
	return seq, err
}

func readSpan(ctx context.Context, q db.Querier, f *db.Filter, fromEnd bool, limit int) ([]Message, error) {
	order := " ORDER BY m.seq LIMIT ?"
	if fromEnd {
		order = " ORDER BY m.seq DESC LIMIT ?"
	}
	list, err := db.List(ctx, q, scanMessage, "SELECT "+messageColumns+" FROM chat_message m"+f.Where()+order, f.Args(limit)...)
	if err != nil {
		return nil, err
	}
	if fromEnd {
		slices.Reverse(list)
	}
	return list, describe(ctx, q, list)
}

func speakers(ctx context.Context, q db.Querier, room RoomID) ([]PersonKey, error) {
	return db.List(ctx, q, db.Column[PersonKey], "SELECT person FROM chat_message WHERE room_id = ? GROUP BY person ORDER BY MAX(id) DESC LIMIT ?",
		room, maxSoughtPeople)
}
