package chat

import (
	"context"
	"time"

	"lucarne/platform/db"
)

func scanPoll(row db.Row) (*Poll, error) {
	p := &Poll{}
	err := row.Scan(&p.ID, &p.Question, db.JSON(&p.Choices), db.Time(&p.EndsAt))
	p.Votes = make([]int, len(p.Choices))
	return p, err
}

// openPoll is the poll that goes on in a room, nil without one.
func openPoll(ctx context.Context, q db.Querier, room RoomID) (*Poll, error) {
	p, found, err := db.Find(ctx, q, scanPoll, "SELECT id, question, choices, ends_at FROM chat_poll WHERE room_id = ? AND NOT is_over ORDER BY id DESC LIMIT 1", room)
	if err != nil || !found {
		return nil, err
	}
	type tally struct{ choice, votes int }
	scan := func(row db.Row) (tally, error) {
		var t tally
		err := row.Scan(&t.choice, &t.votes)
		return t, err
	}
	tallies, err := db.List(ctx, q, scan, "SELECT choice, COUNT(*) FROM chat_vote WHERE poll_id = ? GROUP BY choice", p.ID)
	for _, t := range tallies {
		p.Votes[t.choice] = t.votes
	}
	return p, err
}

func insertPoll(ctx context.Context, tx *db.Tx, room RoomID, p Poll) (PollID, error) {
	return db.Insert[PollID](ctx, tx, "INSERT INTO chat_poll (room_id, question, choices, ends_at) VALUES (?, ?, ?, ?) RETURNING id",
		room, p.Question, db.AsJSON(p.Choices), p.EndsAt)
}

func closePoll(ctx context.Context, tx *db.Tx, id PollID) error {
	_, err := db.Exec(ctx, tx, "UPDATE chat_poll SET is_over = TRUE WHERE id = ?", id)
	return err
}

func putVote(ctx context.Context, tx *db.Tx, id PollID, voter string, choice int) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO chat_vote (poll_id, voter, choice) VALUES (?, ?, ?) ON CONFLICT (poll_id, voter) DO UPDATE SET choice = excluded.choice",
		id, voter, choice)
	return err
}

func pollsOver(ctx context.Context, q db.Querier, now time.Time) ([]RoomID, error) {
	return db.List(ctx, q, db.Column[RoomID], "SELECT DISTINCT room_id FROM chat_poll WHERE NOT is_over AND ends_at <= ? LIMIT ?", now, maxBatch)
}
