package api

import (
	"context"
	"net/http"
	"time"

	"lucarne/account"
	"lucarne/chat"
)

func (a *API) chatModerationRoutes() []route {
	const person = roomPath + "/people/{person}"
	moderators := func(method, path string, do func(http.ResponseWriter, *request) error) route {
		return route{method: method, pattern: path, access: signedIn, do: do}
	}
	return []route{
		moderators("GET", roomPath+"/held", a.listHeld),
		moderators("POST", roomPath+"/messages/{messageId}/approve", a.aboutMessage(a.Rooms.Approve)),
		moderators("POST", roomPath+"/messages/{messageId}/reject", a.aboutMessage(a.Rooms.Reject)),
		moderators("DELETE", roomPath+"/messages/{messageId}", a.aboutMessage(a.Rooms.Reject)),
		moderators("PUT", roomPath+"/pinned/{messageId}", a.aboutMessage(a.Rooms.Pin)),
		moderators("DELETE", roomPath+"/pinned", a.unpin),
		moderators("PUT", roomPath+"/panic", a.aboutRoom(a.Rooms.Panic)),
		moderators("DELETE", roomPath+"/panic", a.aboutRoom(a.Rooms.Calm)),
		moderators("POST", roomPath+"/polls", a.askRoom),
		moderators("GET", roomPath+"/log", a.listLog),
		moderators("GET", roomPath+"/sanctions", a.listSanctions),
		moderators("GET", person, a.getCard),
		moderators("GET", person+"/messages", a.listSaid),
		moderators("POST", person+"/kick", a.againstPerson(a.Rooms.Kick)),
		moderators("PUT", person+"/mute", a.againstPerson(a.Rooms.Mute)),
		moderators("PUT", person+"/ban", a.againstPerson(a.Rooms.Ban)),
		moderators("DELETE", person+"/mute", a.lift(chat.Mute)),
		moderators("DELETE", person+"/ban", a.lift(chat.Ban)),
	}
}

// aboutRoom does something to the room of the path.
func (a *API) aboutRoom(do func(context.Context, account.Viewer, chat.RoomID) error) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		room, err := r.room()
		if err != nil {
			return err
		}
		if err := do(r.Context(), r.viewer, room.ID); err != nil {
			return err
		}
		return noContent(w)
	}
}

// aboutMessage does something to the message of the path.
func (a *API) aboutMessage(do func(context.Context, account.Viewer, chat.RoomID, chat.MessageID) error) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		room, err := r.room()
		if err != nil {
			return err
		}
		id, err := r.pathID("messageId")
		if err != nil {
			return err
		}
		if err := do(r.Context(), r.viewer, room.ID, chat.MessageID(id)); err != nil {
			return err
		}
		return noContent(w)
	}
}

func (a *API) unpin(w http.ResponseWriter, r *request) error {
	return a.aboutRoom(func(ctx context.Context, by account.Viewer, room chat.RoomID) error {
		return a.Rooms.Pin(ctx, by, room, 0)
	})(w, r)
}

// againstPerson takes a measure against the person of the path: {reason, duration (seconds; 0 for good), retract}.
func (a *API) againstPerson(do func(context.Context, account.Viewer, chat.Measure) error) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		room, err := r.room()
		if err != nil {
			return err
		}
		in, err := r.body()
		if err != nil {
			return err
		}
		m := chat.Measure{
			Room: room.ID, Person: r.person(), Reason: valueOf(in.optString("reason")), For: lasting(in, "duration", maxMeasure),
			Retract: valueOf(in.optBool("retract")),
		}
		if err := in.err(); err != nil {
			return err
		}
		if err := do(r.Context(), r.viewer, m); err != nil {
			return err
		}
		return noContent(w)
	}
}

// maxMeasure is the longest a measure lasts that is not for good.
const maxMeasure = 10 * 365 * 24 * time.Hour

func (r *request) person() chat.PersonKey { return chat.PersonKey(r.PathValue("person")) }

func (a *API) lift(kind chat.SanctionKind) func(http.ResponseWriter, *request) error {
	return a.againstPerson(func(ctx context.Context, by account.Viewer, m chat.Measure) error {
		return a.Rooms.Lift(ctx, by, kind, m)
	})
}

func (a *API) listHeld(w http.ResponseWriter, r *request) error {
	room, err := r.room()
	if err != nil {
		return err
	}
	held, err := a.Rooms.Waiting(r.Context(), r.viewer, room.ID)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(len(held), held, a.heldMessage))
}

// listSaid lists what the person of the path said in the rooms of the channel, newest first.
func (a *API) listSaid(w http.ResponseWriter, r *request) error {
	room, err := r.room()
	if err != nil {
		return err
	}
	said, err := a.Rooms.Said(r.Context(), r.viewer, room.ID, r.person())
	if err != nil {
		return err
	}
	return answer(w, r, listOf(len(said), said, a.heldMessage))
}

// askRoom begins a poll: {question, choices, duration (seconds)}.
func (a *API) askRoom(w http.ResponseWriter, r *request) error {
	room, err := r.room()
	if err != nil {
		return err
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	in.require("question", "Should have a question")
	question, choices, lasts := valueOf(in.optString("question")), in.strings("choices"), lasting(in, "duration", maxMeasure)
	if err := in.err(); err != nil {
		return err
	}
	asked, err := a.Rooms.Ask(r.Context(), r.viewer, room.ID, question, choices, lasts)
	if err != nil {
		return err
	}
	return answer(w, r, map[string]pollJSON{"poll": pollOf(asked)})
}

type pollJSON struct {
	ID       chat.PollID      `json:"id"`
	Question string           `json:"question"`
	Choices  []pollChoiceJSON `json:"choices"`
	EndsAt   timestamp        `json:"endsAt"`
}

type pollChoiceJSON struct {
	Label string `json:"label"`
	Votes int    `json:"votes"`
}

func pollOf(p chat.Poll) pollJSON {
	j := pollJSON{ID: p.ID, Question: p.Question, Choices: make([]pollChoiceJSON, len(p.Choices)), EndsAt: timestamp(p.EndsAt)}
	for i, label := range p.Choices {
		j.Choices[i] = pollChoiceJSON{Label: label, Votes: p.Votes[i]}
	}
	return j
}
