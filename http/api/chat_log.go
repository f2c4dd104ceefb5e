package api

import (
	"net/http"

	"lucarne/chat"
)

// entryJSON is what a moderator did.
type entryJSON struct {
	ID       int64           `json:"id"`
	Action   string          `json:"action"`
	By       string          `json:"by"`
	Person   *chat.PersonKey `json:"person"` // null: nobody's matter
	Nickname *string         `json:"nickname"`
	Reason   *string         `json:"reason"`
	Until    timestamp       `json:"until"`
	At       timestamp       `json:"at"`
}

func entryOf(e chat.Entry) entryJSON {
	j := entryJSON{
		ID: e.ID, Action: e.Action, By: e.ByName, Nickname: orNull(e.Nick), Reason: orNull(e.Reason), Until: timestamp(e.Until), At: timestamp(e.At),
	}
	if e.Target != "" {
		j.Person = &e.Target
	}
	return j
}

// listLog pages what was done in the rooms of the channel, newest first.
func (a *API) listLog(w http.ResponseWriter, r *request) error {
	room, err := r.room()
	if err != nil {
		return err
	}
	in, err := r.query()
	if err != nil {
		return err
	}
	before := valueOf(in.optInt64("before", atLeast(int64(1))))
	if err := in.err(); err != nil {
		return err
	}
	entries, err := a.Rooms.Log(r.Context(), r.viewer, room.ID, before)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(len(entries), entries, entryOf))
}

// sanctionJSON is a mute or a ban that holds.
type sanctionJSON struct {
	Kind     chat.SanctionKind `json:"kind"`
	Person   chat.PersonKey    `json:"person"`
	Nickname *string           `json:"nickname"`
	Reason   *string           `json:"reason"`
	At       timestamp         `json:"at"`
	Until    timestamp         `json:"until"` // null: for good
}

func sanctionOf(s chat.Sanction) sanctionJSON {
	return sanctionJSON{
		Kind: s.Kind, Person: s.Target, Nickname: orNull(s.Nick), Reason: orNull(s.Reason), At: timestamp(s.At), Until: timestamp(s.Until),
	}
}

func (a *API) listSanctions(w http.ResponseWriter, r *request) error {
	room, err := r.room()
	if err != nil {
		return err
	}
	held, err := a.Rooms.Sanctions(r.Context(), r.viewer, room.ID)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(len(held), held, sanctionOf))
}

// cardJSON is what moderators see of a person.
type cardJSON struct {
	Person    chat.PersonKey `json:"person"`
	Account   *string        `json:"accountName"`
	Avatar    *string        `json:"avatarPath"`
	Nicknames []string       `json:"nicknames"`
	IsPresent bool           `json:"isPresent"`
	Messages  int            `json:"messages"`
	Removed   int            `json:"removed"`
	FirstSeen timestamp      `json:"firstSeen"`
	Sanctions []sanctionJSON `json:"sanctions"`
	Log       []entryJSON    `json:"log"`
}

func cardOf(c chat.Card) cardJSON {
	return cardJSON{
		Person: c.Person, Account: orNull(c.Account), Avatar: orNull(c.Avatar), Nicknames: append([]string{}, c.Nicks...), IsPresent: c.IsPresent,
		Messages: c.Messages, Removed: c.Removed, FirstSeen: timestamp(c.FirstSeen), Sanctions: listOf(0, c.Sanctions, sanctionOf).Data,
		Log: listOf(0, c.Entries, entryOf).Data,
	}
}

func (a *API) getCard(w http.ResponseWriter, r *request) error {
	room, err := r.room()
	if err != nil {
		return err
	}
	card, err := a.Rooms.Card(r.Context(), r.viewer, room.ID, r.person())
	if err != nil {
		return err
	}
	return answer(w, r, cardOf(card))
}
