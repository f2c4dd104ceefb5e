package chat

import "context"

// Board is what a room shows to who only looks in, without entering.
type Board struct {
	Messages []Message // the last ones, oldest first
	Pinned   *Message
	Poll     *Poll // the open one
	Terms    []string
}

// Board reads what everybody sees of a room, which is as Find gave it.
func (r *Rooms) Board(ctx context.Context, room Room) (b Board, err error) {
	if b.Messages, err = r.History(ctx, room, 0, historyOnJoin); err != nil {
		return Board{}, err
	}
	if b.Pinned, err = pinnedMessage(ctx, r.o.DB, room); err != nil {
		return Board{}, err
	}
	if b.Poll, err = openPoll(ctx, r.o.DB, room.ID); err != nil {
		return Board{}, err
	}
	settings, err := channelSettings(ctx, r.o.DB, room.ChannelID)
	for _, terms := range []string{r.o.Settings().Terms, settings.Terms} {
		if terms != "" {
			b.Terms = append(b.Terms, terms)
		}
	}
	return b, err
}
