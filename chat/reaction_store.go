package chat

import (
	"context"

	"lucarne/platform/db"
	"lucarne/platform/fault"
)

type reactionRow struct {
	message MessageID
	person  PersonKey
	emoji   string
	isOn    bool
}

// setReaction tells how many have the emoji now, and whether anything changed.
func setReaction(ctx context.Context, tx *db.Tx, row reactionRow) (count int, isNew bool, err error) {
	text := "DELETE FROM chat_reaction WHERE message_id = ? AND person = ? AND emoji = ?"
	if row.isOn {
		text = "INSERT INTO chat_reaction (message_id, person, emoji) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
	}
	changed, err := db.Exec(ctx, tx, text, row.message, row.person, row.emoji)
	if err != nil || changed == 0 {
		return 0, false, err
	}
	own, err := db.Value[int](ctx, tx, "SELECT COUNT(*) FROM chat_reaction WHERE message_id = ? AND person = ?", row.message, row.person)
	if err != nil {
		return 0, false, err
	}
	kinds, err := db.Value[int](ctx, tx, "SELECT COUNT(DISTINCT emoji) FROM chat_reaction WHERE message_id = ?", row.message)
	if err != nil {
		return 0, false, err
	}
	if own > maxOwnReactions || kinds > maxReactions {
		return 0, false, fault.New(fault.TooMany, "This message has enough reactions")
	}
	count, err = db.Value[int](ctx, tx, "SELECT COUNT(*) FROM chat_reaction WHERE message_id = ? AND emoji = ?", row.message, row.emoji)
	return count, true, err
}

func countReactions(ctx context.Context, q db.Querier, ids []MessageID) (map[MessageID]map[string]int, error) {
	counts := make(map[MessageID]map[string]int)
	if len(ids) == 0 {
		return counts, nil
	}
	ids = db.Padded(ids)
	scan := func(row db.Row) (struct{}, error) {
		var id MessageID
		var emoji string
		var n int
		err := row.Scan(&id, &emoji, &n)
		if counts[id] == nil {
			counts[id] = make(map[string]int)
		}
		counts[id][emoji] = n
		return struct{}{}, err
	}
	_, err := db.List(ctx, q, scan, "SELECT message_id, emoji, COUNT(*) FROM chat_reaction WHERE message_id IN ("+db.Marks(len(ids))+") GROUP BY message_id, emoji",
		db.Anys(ids)...)
	return counts, err
}
