package api

import (
	"context"
	"net/http"

	"lucarne/account"
	"lucarne/chat"
)

func (a *API) chatItemRoutes() []route {
	return []route{
		{method: "GET", pattern: roomPath + "/tasks", access: signedIn, do: a.listItems(a.Rooms.Tasks)},
		{method: "GET", pattern: roomPath + "/notes", access: signedIn, do: a.listItems(a.Rooms.Notes)},
		{method: "POST", pattern: roomPath + "/items", access: signedIn, do: a.putItem},
		{method: "PUT", pattern: roomPath + "/items/{itemId}", access: signedIn, do: a.putItem},
		{method: "DELETE", pattern: roomPath + "/items/{itemId}", access: signedIn, do: a.dropItem},
	}
}

// itemJSON is a list of tasks, a task or a note.
type itemJSON struct {
	ID          string          `json:"id"`
	Kind        chat.ItemKind   `json:"kind"`
	ListID      *string         `json:"listId"` // of a task
	Order       int             `json:"order"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Done        bool            `json:"done"`
	Person      *chat.PersonKey `json:"person"` // whom a note is about
	Nickname    *string         `json:"nickname"`
	ChangedAt   timestamp       `json:"changedAt"`
}

func itemOf(i chat.Item) itemJSON {
	j := itemJSON{
		ID: i.ID, Kind: i.Kind, ListID: orNull(i.ListID), Order: i.Order, Name: i.Name, Description: i.Description, Done: i.IsDone,
		Nickname: orNull(i.Nick), ChangedAt: timestamp(i.ChangedAt),
	}
	if i.Person != "" {
		j.Person = &i.Person
	}
	return j
}

func (a *API) listItems(read func(context.Context, account.Viewer, chat.RoomID) ([]chat.Item, error)) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		room, err := r.room()
		if err != nil {
			return err
		}
		items, err := read(r.Context(), r.viewer, room.ID)
		if err != nil {
			return err
		}
		return answer(w, r, listOf(len(items), items, itemOf))
	}
}

// putItem keeps an item: a new one, or in the place of the one the path names.
func (a *API) putItem(w http.ResponseWriter, r *request) error {
	room, err := r.room()
	if err != nil {
		return err
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	i := chat.Item{
		ID: r.PathValue("itemId"), Kind: chat.ItemKind(valueOf(in.optString("kind"))), ListID: valueOf(in.optString("listId")),
		Order: valueOf(in.optInt("order")), Name: valueOf(in.optString("name")), Description: valueOf(in.optString("description")),
		IsDone: valueOf(in.optBool("done")), Person: chat.PersonKey(valueOf(in.optString("person"))), Nick: valueOf(in.optString("nickname")),
	}
	if err := in.err(); err != nil {
		return err
	}
	kept, err := a.Rooms.PutItem(r.Context(), r.viewer, room.ID, i)
	if err != nil {
		return err
	}
	return answer(w, r, map[string]itemJSON{"item": itemOf(kept)})
}

func (a *API) dropItem(w http.ResponseWriter, r *request) error {
	room, err := r.room()
	if err != nil {
		return err
	}
	if err := a.Rooms.DropItem(r.Context(), r.viewer, room.ID, r.PathValue("itemId")); err != nil {
		return err
	}
	return noContent(w)
}
