package chat

import (
	"context"
	"slices"

	"lucarne/platform/db"
)

func reactionsOf(ctx context.Context, q db.Querier, id MessageID, person PersonKey) ([]string, error) {
	return db.List(ctx, q, db.Column[string], "SELECT emoji FROM chat_reaction WHERE message_id = ? AND person = ? ORDER BY emoji LIMIT ?",
		id, person, maxOwnReactions)
}

// replaceReactions makes the person's set what it is to be, and reports whether it was another one.
func replaceReactions(ctx context.Context, tx *db.Tx, id MessageID, person PersonKey, emojis []string) (bool, error) {
	before, err := reactionsOf(ctx, tx, id, person)
	if err != nil {
		return false, err
	}
	isChanged := false
	for _, change := range []struct {
		text     string
		from, to []string
	}{
		{"DELETE FROM chat_reaction WHERE message_id = ? AND person = ? AND emoji = ?", before, emojis},
		{"INSERT INTO chat_reaction (message_id, person, emoji) VALUES (?, ?, ?)", emojis, before},
	} {
		for _, emoji := range change.from {
			if slices.Contains(change.to, emoji) {
				continue
			}
			isChanged = true
			if _, err := db.Exec(ctx, tx, change.text, id, person, emoji); err != nil {
				return false, err
			}
		}
	}
	return isChanged, nil
}

// tallyReactions counts the emoji of messages, the most frequent first.
func tallyReactions(ctx context.Context, q db.Querier, ids []MessageID) (map[MessageID][]Tally, error) {
	tallies := make(map[MessageID][]Tally)
	if len(ids) == 0 {
		return tallies, nil
	}
	ids = db.Padded(ids)
	scan := func(row db.Row) (struct{}, error) {
		var id MessageID
		var t Tally
		err := row.Scan(&id, &t.Emoji, &t.Count)
		tallies[id] = append(tallies[id], t)
		return struct{}{}, err
	}
	_, err := db.List(ctx, q, scan, "SELECT message_id, emoji, COUNT(*) FROM chat_reaction WHERE message_id IN ("+db.Marks(len(ids))+`)
		GROUP BY message_id, emoji ORDER BY COUNT(*) DESC, emoji`, db.Anys(ids)...)
	return tallies, err
}
