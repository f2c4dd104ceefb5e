package chat

import (
	"context"

	"lucarne/channel"
	"lucarne/platform/db"
	"lucarne/video"
)

const roomColumns = `r.id, r.name, r.video_id, r.channel_id, c.account_id, r.settings, r.before_panic IS NOT NULL, r.pinned_id, r.created_at,
	r.last_seq, a.actor_id, c.actor_id`

func (r *Room) targets() []any {
	return []any{
		&r.ID, &r.Name, db.Null(&r.VideoID), &r.ChannelID, &r.OwnerID, db.JSON(&r.Settings), &r.IsPanic, db.Null(&r.PinnedID),
		db.Time(&r.CreatedAt), &r.lastSeq, &r.ownerActor, &r.channelActor,
	}
}

func scanRoom(row db.Row) (r Room, err error) {
	err = row.Scan(r.targets()...)
	return r, err
}

// roomWhere reads the one room of a condition, or fails with fault.NotFound.
func roomWhere(ctx context.Context, q db.Querier, condition string, arg any) (Room, error) {
	room, found, err := db.Find(ctx, q, scanRoom, "SELECT "+roomColumns+` FROM chat_room r JOIN channel c ON c.id = r.channel_id
		JOIN account a ON a.id = c.account_id WHERE `+condition, arg)
	if err == nil && !found {
		err = notFound()
	}
	return room, err
}

// insertRoom leaves a room of that name as it is.
func insertRoom(ctx context.Context, tx *db.Tx, r Room) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO chat_room (name, video_id, channel_id, settings, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		r.Name, db.OrNull(r.VideoID), r.ChannelID, db.AsJSON(r.Settings), r.CreatedAt)
	return err
}

func setRoomSettings(ctx context.Context, tx *db.Tx, id RoomID, s Settings) error {
	_, err := db.Exec(ctx, tx, "UPDATE chat_room SET settings = ? WHERE id = ?", db.AsJSON(s), id)
	return err
}

func setPinned(ctx context.Context, tx *db.Tx, id RoomID, pinned MessageID) error {
	_, err := db.Exec(ctx, tx, "UPDATE chat_room SET pinned_id = ? WHERE id = ?", db.OrNull(pinned), id)
	return err
}

func beginPanic(ctx context.Context, tx *db.Tx, room Room, s Settings) error {
	_, err := db.Exec(ctx, tx, "UPDATE chat_room SET before_panic = ?, settings = ? WHERE id = ?", db.AsJSON(room.Settings), db.AsJSON(s), room.ID)
	return err
}

func endPanic(ctx context.Context, tx *db.Tx, id RoomID) error {
	_, err := db.Exec(ctx, tx, "UPDATE chat_room SET settings = before_panic, before_panic = NULL WHERE id = ? AND before_panic IS NOT NULL", id)
	return err
}

func channelSettings(ctx context.Context, q db.Querier, id channel.ID) (ChannelSettings, error) {
	scan := func(row db.Row) (ChannelSettings, error) {
		s := DefaultChannelSettings()
		return s, row.Scan(db.JSON(&s))
	}
	s, found, err := db.Find(ctx, q, scan, "SELECT settings FROM chat_channel WHERE channel_id = ?", id)
	if !found {
		s = DefaultChannelSettings()
	}
	return s, err
}

func setChannelSettings(ctx context.Context, tx *db.Tx, id channel.ID, s ChannelSettings) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO chat_channel (channel_id, settings) VALUES (?, ?)
		ON CONFLICT (channel_id) DO UPDATE SET settings = excluded.settings`, id, db.AsJSON(s))
	return err
}

func chooseForVideo(ctx context.Context, tx *db.Tx, id video.ID, isOn bool) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO chat_video (video_id, is_on) VALUES (?, ?) ON CONFLICT (video_id) DO UPDATE SET is_on = excluded.is_on", id, isOn)
	return err
}
