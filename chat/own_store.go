package chat

import (
	"context"
	"math"

	"lucarne/account"
	"lucarne/platform/db"
)

func ownMessages(ctx context.Context, q db.Querier, person PersonKey, before MessageID, limit int) ([]Own, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	scan := func(row db.Row) (own Own, err error) {
		err = row.Scan(append(own.targets(), &own.Room)...)
		return own, err
	}
	list, err := db.List(ctx, q, scan, "SELECT "+messageColumns+`, r.name FROM chat_message m JOIN chat_room r ON r.id = m.room_id
		WHERE m.person = ? AND m.state <> ? AND m.id < ? ORDER BY m.id DESC LIMIT ?`, person, IsRemoved, before, limit)
	if err != nil {
		return nil, err
	}
	messages := make([]Message, len(list))
	for i, own := range list {
		messages[i] = own.Message
	}
	err = describe(ctx, q, messages)
	for i := range list {
		list[i].Message = messages[i]
	}
	return list, err
}

type reactedMessage struct {
	id   MessageID
	room RoomID
}

func reactedTo(ctx context.Context, q db.Querier, person PersonKey, limit int) ([]reactedMessage, error) {
	scan := func(row db.Row) (m reactedMessage, err error) {
		err = row.Scan(&m.id, &m.room)
		return m, err
	}
	return db.List(ctx, q, scan, `SELECT DISTINCT m.id, m.room_id FROM chat_reaction r JOIN chat_message m ON m.id = r.message_id
		WHERE r.person = ? ORDER BY m.id DESC LIMIT ?`, person, limit)
}

// forgetNames drops what a person called themselves beside what was taken back.
func forgetNames(ctx context.Context, tx *db.Tx, person PersonKey) error {
	if _, err := db.Exec(ctx, tx, "UPDATE chat_message SET nick = '', origin = '' WHERE person = ? AND state = ?", person, IsRemoved); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, "DELETE FROM chat_event WHERE kind = 'reacted' AND person = ?", person)
	return err
}

// forgetAccount drops the names of an account that is gone from what moderators did and noted, and what was held against it.
func forgetAccount(ctx context.Context, tx *db.Tx, id account.ID) error {
	person := OfAccount(id)
	for _, forget := range []struct {
		text string
		arg  any
	}{
		{"UPDATE chat_log SET by_name = '' WHERE by_account = ?", id},
		{"UPDATE chat_log SET nick = '' WHERE target = ?", person},
		{"UPDATE chat_item SET nick = '' WHERE person = ?", person},
		{"DELETE FROM chat_sanction WHERE target = ?", person},
	} {
		if _, err := db.Exec(ctx, tx, forget.text, forget.arg); err != nil {
			return err
		}
	}
	return nil
}
