package chat

import (
	"context"
	"slices"
	"time"

	"lucarne/platform/db"
	"lucarne/platform/fault"
)

const messageColumns = `m.id, m.room_id, m.seq, m.person, m.nick, m.affiliation, m.body, m.kind, m.reply_to, m.mentions, m.origin, m.state, m.rule,
	m.sent_at, m.release_at, m.shown_at, m.edited_at`

func (m *Message) targets() []any {
	return []any{
		&m.ID, &m.RoomID, db.Null(&m.Seq), &m.Person, &m.Nick, &m.Affiliation, &m.Body, &m.Kind, db.Null(&m.ReplyTo), db.JSON(&m.Mentions), &m.Origin,
		&m.State, &m.Rule, db.Time(&m.SentAt), db.Time(&m.ReleaseAt), db.Time(&m.ShownAt), db.Time(&m.EditedAt),
	}
}

func scanMessage(row db.Row) (m Message, err error) {
	err = row.Scan(m.targets()...)
	return m, err
}

// messagesWhere reads messages; the rest of the text bounds them.
func messagesWhere(ctx context.Context, q db.Querier, rest string, args ...any) ([]Message, error) {
	return db.List(ctx, q, scanMessage, "SELECT "+messageColumns+" FROM chat_message m WHERE "+rest, args...)
}

// describedWhere reads messages with all there is to say of them.
func describedWhere(ctx context.Context, q db.Querier, rest string, args ...any) ([]Message, error) {
	list, err := messagesWhere(ctx, q, rest, args...)
	if err != nil {
		return nil, err
	}
	return list, describe(ctx, q, list)
}

func noMessage() error { return fault.New(fault.NotFound, "Message not found") }

func getMessage(ctx context.Context, q db.Querier, room RoomID, id MessageID) (Message, error) {
	found, err := messagesWhere(ctx, q, "m.id = ? AND m.room_id = ? AND m.state <> ?", id, room, IsRemoved)
	if err == nil && len(found) == 0 {
		err = noMessage()
	}
	if err != nil {
		return Message{}, err
	}
	return found[0], nil
}

// pinnedMessage is what is shown above the others of a room, nil when it is gone.
func pinnedMessage(ctx context.Context, q db.Querier, room Room) (*Message, error) {
	m, err := getMessage(ctx, q, room.ID, room.PinnedID)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	list := []Message{m}
	return &list[0], describe(ctx, q, list)
}

func messageByOrigin(ctx context.Context, q db.Querier, m Message) (Message, bool, error) {
	if m.Origin == "" {
		return m, false, nil
	}
	found, err := messagesWhere(ctx, q, "m.room_id = ? AND m.person = ? AND m.origin = ?", m.RoomID, m.Person, m.Origin)
	if err != nil || len(found) == 0 {
		return m, false, err
	}
	return found[0], true, nil
}

// visibleMessages gives the last messages shown before a number (0: the last of all), oldest first, with all there is to say of them.
func visibleMessages(ctx context.Context, q db.Querier, room RoomID, before int64, limit int) ([]Message, error) {
	var f db.Filter
	f.And("m.room_id = ?", room)
	f.And("m.seq IS NOT NULL")
	f.And("m.state = ?", Visible)
	if before > 0 {
		f.And("m.seq < ?", before)
	}
	list, err := db.List(ctx, q, scanMessage, "SELECT "+messageColumns+" FROM chat_message m"+f.Where()+" ORDER BY m.seq DESC LIMIT ?", f.Args(limit)...)
	if err != nil {
		return nil, err
	}
	slices.Reverse(list)
	return list, describe(ctx, q, list)
}

// wakeBot has the bot of a room go on from what it said before.
func (h *hall) wakeBot(ctx context.Context, q db.Querier, now time.Time) error {
	said, err := messagesWhere(ctx, q, "m.room_id = ? AND m.person = ? AND m.state = ? ORDER BY m.id DESC LIMIT ?", h.room.ID, BotPerson, Visible, rememberedLines)
	if err != nil {
		return err
	}
	h.bot.arm(h.channel.Bot, said, now)
	for _, m := range h.history {
		if m.Person != BotPerson {
			h.bot.heard = later(h.bot.heard, m.ShownAt)
		}
	}
	return nil
}

func insertMessage(ctx context.Context, tx *db.Tx, m Message) (MessageID, error) {
	return db.Insert[MessageID](ctx, tx, `INSERT INTO chat_message (room_id, person, nick, affiliation, body, kind, reply_to, mentions, origin, state, rule,
		sent_at, release_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		m.RoomID, m.Person, m.Nick, m.Affiliation, m.Body, m.Kind, db.OrNull(m.ReplyTo), db.AsJSON(m.Mentions), m.Origin, m.State, m.Rule, m.SentAt,
		m.ReleaseAt)
}

func setVisible(ctx context.Context, tx *db.Tx, m *Message) error {
	_, err := db.Exec(ctx, tx, "UPDATE chat_message SET seq = ?, state = ?, rule = '', shown_at = ? WHERE id = ?", m.Seq, Visible, m.ShownAt, m.ID)
	return err
}

func setBody(ctx context.Context, tx *db.Tx, m Message, at time.Time) error {
	_, err := db.Exec(ctx, tx, "UPDATE chat_message SET body = ?, mentions = ?, edited_at = ? WHERE id = ?", m.Body, db.AsJSON(m.Mentions), at, m.ID)
	return err
}

// removeMessage keeps that there was a message, and nothing of what it said.
func removeMessage(ctx context.Context, tx *db.Tx, id MessageID) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM chat_reaction WHERE message_id = ?", id); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, "UPDATE chat_message SET body = '', mentions = '[]', state = ?, rule = '' WHERE id = ?", IsRemoved, id)
	return err
}

func mustExist(ctx context.Context, q db.Querier, id RoomID) error {
	_, found, err := db.Find(ctx, q, db.Column[RoomID], "SELECT id FROM chat_room WHERE id = ?", id)
	if err == nil && !found {
		err = notFound()
	}
	return err
}

func nextSeq(ctx context.Context, tx *db.Tx, id RoomID) (int64, error) {
	seq, found, err := db.Find(ctx, tx, db.Column[int64], "UPDATE chat_room SET last_seq = last_seq + 1 WHERE id = ? RETURNING last_seq", id)
	if err == nil && !found {
		err = notFound()
	}
	return seq, err
}

func insertEvent(ctx context.Context, tx *db.Tx, room RoomID, e *Event) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO chat_event (room_id, seq, kind, audience, person, message_id, detail, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		room, e.Seq, e.Kind, e.Audience, e.Person, db.OrNull(e.MessageID), db.AsJSON(e.Detail), e.At)
	return err
}

func scanEvent(row db.Row) (*Event, error) {
	e := &Event{}
	err := row.Scan(&e.Seq, &e.Kind, &e.Audience, &e.Person, db.Null(&e.MessageID), db.JSON(&e.Detail), db.Time(&e.At))
	return e, err
}

// eventsAfter gives what happened after a number, messages as they are now; what was retracted meanwhile is left out but for its retraction.
func eventsAfter(ctx context.Context, q db.Querier, room RoomID, seq int64, limit int) ([]*Event, error) {
	events, err := db.List(ctx, q, scanEvent, `SELECT seq, kind, audience, person, message_id, detail, at FROM chat_event WHERE room_id = ? AND seq > ?
		ORDER BY seq LIMIT ?`, room, seq, limit)
	if err != nil || len(events) == 0 {
		return events, err
	}
	messages, err := messagesWhere(ctx, q, `m.id IN (SELECT message_id FROM chat_event WHERE room_id = ? AND seq > ? AND seq <= ?) AND m.state <> ?`,
		room, seq, events[len(events)-1].Seq, IsRemoved)
	if err == nil {
		err = introduceAuthors(ctx, q, messages)
	}
	if err != nil {
		return nil, err
	}
	byID := make(map[MessageID]*Message, len(messages))
	for i := range messages {
		byID[messages[i].ID] = &messages[i]
	}
	return slices.DeleteFunc(events, func(e *Event) bool { return !e.attach(byID[e.MessageID]) }), nil
}

// attach gives the event its message, and reports whether there is still something to tell.
func (e *Event) attach(m *Message) bool {
	switch e.Kind {
	case Posted, Edited:
		e.Message = m
		return m != nil
	case Pending:
		e.Message = m
		return m != nil && m.State != Visible
	case Pinned:
		e.Message = m
	}
	return true
}

func hasEvent(ctx context.Context, q db.Querier, room RoomID, seq int64) (bool, error) {
	n, err := db.Value[int](ctx, q, "SELECT COUNT(*) FROM chat_event WHERE room_id = ? AND seq = ?", room, seq)
	return n > 0, err
}
