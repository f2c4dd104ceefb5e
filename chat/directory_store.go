package chat

import (
	"context"

	"lucarne/platform/db"
)

func roomsListed(ctx context.Context, q db.Querier, start, count int) ([]Listed, error) {
	scan := func(row db.Row) (l Listed, err error) {
		err = row.Scan(append(l.targets(), &l.Title, &l.Description, &l.Language, db.Time(&l.LastSaidAt))...)
		return l, err
	}
	return db.List(ctx, q, scan, "SELECT "+roomColumns+`, COALESCE(v.name, c.name), COALESCE(v.description, c.description), COALESCE(v.language, ''),
		(SELECT m.sent_at FROM chat_message m WHERE m.room_id = r.id AND m.seq IS NOT NULL ORDER BY m.seq DESC LIMIT 1)
		FROM chat_room r JOIN channel c ON c.id = r.channel_id JOIN account a ON a.id = c.account_id
		LEFT JOIN video v ON v.id = r.video_id ORDER BY r.id DESC LIMIT ? OFFSET ?`, count, start)
}
