package api

import (
	"bufio"
	"encoding/json"
	"net/http"
	"time"

	"lucarne/chat"
)

func (a *API) chatMessageRoutes() []route {
	const mine = "/chat/me/messages"
	return []route{
		{method: "GET", pattern: roomPath + "/messages", access: optional, do: a.listMessages},
		{method: "GET", pattern: roomPath + "/messages/search", access: signedIn, do: a.searchMessages},
		{method: "GET", pattern: mine, access: signedIn, do: a.listOwnMessages},
		{method: "GET", pattern: mine + "/export", access: signedIn, do: a.exportOwnMessages},
		{method: "DELETE", pattern: mine, access: signedIn, do: a.eraseOwnMessages},
	}
}

// messageJSON is a message as everybody sees it.
type messageJSON struct {
	ID          chat.MessageID   `json:"id"`
	Nickname    string           `json:"nickname"`
	OccupantID  string           `json:"occupantId"`
	Account     *string          `json:"accountName"` // null: no account here
	AvatarPath  *string          `json:"avatarPath"`
	Affiliation chat.Affiliation `json:"affiliation"`
	Body        string           `json:"body"`
	Kind        *string          `json:"kind"` // null: ordinary
	ReplyTo     *chat.MessageID  `json:"replyTo"`
	Mentions    []string         `json:"mentions"` // occupant ids
	SentAt      timestamp        `json:"sentAt"`
	ShownAt     timestamp        `json:"shownAt"`
	EditedAt    timestamp        `json:"editedAt"`
	Reactions   []tallyJSON      `json:"reactions"`
}

type tallyJSON struct {
	Emoji string `json:"emoji"`
	Count int    `json:"count"`
}

func (a *API) message(m chat.Message) messageJSON {
	j := messageJSON{
		ID: m.ID, Nickname: m.Nick, OccupantID: a.Rooms.OccupantID(m.RoomID, m.Person), Account: orNull(m.Account), AvatarPath: orNull(m.Avatar),
		Affiliation: m.Affiliation, Body: m.Body, Kind: orNull(string(m.Kind)), Mentions: make([]string, len(m.Mentions)),
		SentAt: timestamp(m.SentAt), ShownAt: timestamp(m.ShownAt), EditedAt: timestamp(m.EditedAt), Reactions: make([]tallyJSON, len(m.Reactions)),
	}
	if m.ReplyTo != 0 {
		j.ReplyTo = &m.ReplyTo
	}
	for i, person := range m.Mentions {
		j.Mentions[i] = a.Rooms.OccupantID(m.RoomID, person)
	}
	for i, tally := range m.Reactions {
		j.Reactions[i] = tallyJSON(tally)
	}
	return j
}

// heldMessageJSON is a message as moderators and its author see it.
type heldMessageJSON struct {
	messageJSON
	Person chat.PersonKey    `json:"person"`
	State  chat.MessageState `json:"state"`
	Rule   *string           `json:"rule"` // null: not held by one
}

func (a *API) heldMessage(m chat.Message) heldMessageJSON {
	return heldMessageJSON{messageJSON: a.message(m), Person: m.Person, State: m.State, Rule: orNull(m.Rule)}
}

// listMessages pages what everybody sees of a room: the last messages, those before one, or those after one.
func (a *API) listMessages(w http.ResponseWriter, r *request) error {
	room, err := r.room()
	if err != nil {
		return err
	}
	in, err := r.query()
	if err != nil {
		return err
	}
	span := chat.Span{
		Before: chat.MessageID(valueOf(in.optInt64("before", atLeast(int64(1))))), After: chat.MessageID(valueOf(in.optInt64("after", atLeast(int64(1))))),
		Start: valueOf(in.optTime("startDate", "Should have a valid date")), End: valueOf(in.optTime("endDate", "Should have a valid date")),
		Max: r.page(in).count, Count: true,
	}
	span.FromEnd = span.After == 0 && span.Start.IsZero()
	if err := in.err(); err != nil {
		return err
	}
	found, err := a.Rooms.Archive(r.Context(), room, span)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(found.Total, found.Messages, a.message))
}

// searchMessages finds messages of a room by text and person, newest first. next is to be asked for as before; null when all was looked at.
func (a *API) searchMessages(w http.ResponseWriter, r *request) error {
	room, err := r.room()
	if err != nil {
		return err
	}
	in, err := r.query()
	if err != nil {
		return err
	}
	s := chat.Search{
		Text: valueOf(in.optString("search")), Person: chat.PersonKey(valueOf(in.optString("person"))), Max: r.page(in).count,
		Before: chat.MessageID(valueOf(in.optInt64("before", atLeast(int64(1))))),
	}
	if err := in.err(); err != nil {
		return err
	}
	found, err := a.Rooms.Search(r.Context(), r.viewer, room.ID, s)
	if err != nil {
		return err
	}
	j := searchJSON{list: listOf(len(found.Messages), found.Messages, a.heldMessage)}
	if found.Next != 0 {
		j.Next = &found.Next
	}
	return answer(w, r, j)
}

type searchJSON struct {
	list[heldMessageJSON]
	Next *chat.MessageID `json:"next"`
}

// ownMessageJSON is a message of one's own, with where it is.
type ownMessageJSON struct {
	heldMessageJSON
	Room string `json:"room"`
}

// listOwnMessages pages what the user said in all rooms, newest first.
func (a *API) listOwnMessages(w http.ResponseWriter, r *request) error {
	in, err := r.query()
	if err != nil {
		return err
	}
	before, count := chat.MessageID(valueOf(in.optInt64("before", atLeast(int64(1))))), r.page(in).count
	if err := in.err(); err != nil {
		return err
	}
	own, err := a.Rooms.Mine(r.Context(), chat.Self{Viewer: r.viewer}, before, count)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(len(own), own, a.ownMessage))
}

func (a *API) ownMessage(m chat.Own) ownMessageJSON {
	return ownMessageJSON{a.heldMessage(m.Message), m.Room}
}

// exportOwnMessages gives all the user said in one file: an array of messages, newest first.
func (a *API) exportOwnMessages(w http.ResponseWriter, r *request) error {
	out, before := bufio.NewWriter(w), "["
	encoder := json.NewEncoder(out)
	err := a.Rooms.EachOfMine(r.Context(), chat.Self{Viewer: r.viewer}, func(m chat.Own) error {
		if before == "[" {
			beginDownload(w, "chat.json")
		}
		_, _ = out.WriteString(before) // Flush tells of errors
		before = ","
		return encoder.Encode(a.ownMessage(m))
	})
	if err != nil && before == "[" {
		return err
	}
	if err != nil {
		a.Logger.Error("an export of chat messages broke off", "error", err)
		panic(http.ErrAbortHandler) // what is sent must not be taken for whole
	}
	if before == "[" {
		beginDownload(w, "chat.json")
		_, _ = out.WriteString(before)
	}
	_, _ = out.WriteString("]")
	return out.Flush()
}

func beginDownload(w http.ResponseWriter, name string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

// eraseOwnMessages takes back all the user said.
func (a *API) eraseOwnMessages(w http.ResponseWriter, r *request) error {
	if err := a.Rooms.EraseMine(r.Context(), chat.Self{Viewer: r.viewer}); err != nil {
		return err
	}
	return noContent(w)
}

// lasting reads a number of seconds.
func lasting(in *input, name string, most time.Duration) time.Duration {
	n := valueOf(in.optInt64(name, between(0, int64(most/time.Second)).saying("Should be between 0 and %d seconds", int64(most/time.Second))))
	return time.Duration(n) * time.Second
}
