package chat

import (
	"context"
	"time"

	"lucarne/channel"
	"lucarne/platform/db"
)

func (c *Card) count(ctx context.Context, q db.Querier, id channel.ID) error {
	scan := func(row db.Row) (struct{}, error) { return struct{}{}, row.Scan(&c.Messages, db.Time(&c.FirstSeen)) }
	_, _, err := db.Find(ctx, q, scan, `SELECT COUNT(*), MIN(sent_at) FROM chat_message
		WHERE person = ? AND room_id IN (SELECT id FROM chat_room WHERE channel_id = ?)`, c.Person, id)
	if err != nil {
		return err
	}
	c.Removed, err = db.Value[int](ctx, q, "SELECT COUNT(*) FROM chat_log WHERE channel_id = ? AND target = ? AND action IN ('retract', 'reject')", id, c.Person)
	return err
}

func nicksOf(ctx context.Context, q db.Querier, id channel.ID, person PersonKey) ([]string, error) {
	return db.List(ctx, q, db.Column[string], `SELECT nick FROM chat_message WHERE person = ? AND room_id IN (SELECT id FROM chat_room WHERE channel_id = ?)
		GROUP BY nick ORDER BY MAX(id) DESC LIMIT ?`, person, id, maxCardNicks)
}

func sanctionsAgainst(ctx context.Context, q db.Querier, id channel.ID, person PersonKey, now time.Time) ([]Sanction, error) {
	return db.List(ctx, q, scanSanction, `SELECT channel_id, kind, target, nick, reason, by_account, at, until FROM chat_sanction
		WHERE channel_id = ? AND target IN (?, ?) AND (until IS NULL OR until > ?) ORDER BY at DESC, kind`, id, person, person.domain(), now)
}

func entriesAbout(ctx context.Context, q db.Querier, id channel.ID, person PersonKey) ([]Entry, error) {
	return db.List(ctx, q, scanEntry, `SELECT id, channel_id, room_id, action, by_account, by_name, target, nick, reason, until, at FROM chat_log
		WHERE channel_id = ? AND target = ? ORDER BY id DESC LIMIT ?`, id, person, maxCardEntries)
}
