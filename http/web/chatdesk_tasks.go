package web

import (
	"net/http"

	"lucarne/chat"
	"lucarne/platform/fault"
)

// boardView is what the moderators of a room share: lists of tasks, and notes about nobody in particular.
type boardView struct {
	lists []taskList
	notes []chat.Item
	form  *form
}

type taskList struct {
	chat.Item
	tasks []chat.Item
}

func (p *Pages) moderatorsBoard(w http.ResponseWriter, r *request, m moderation) error {
	return r.showBoard(w, m, r.newForm())
}

func (r *request) showBoard(w http.ResponseWriter, m moderation, f *form) error {
	items, err := r.pages.Rooms.Tasks(r.Context(), r.viewer, m.room.ID)
	if err != nil {
		return err
	}
	notes, err := r.pages.Rooms.Notes(r.Context(), r.viewer, m.room.ID)
	if err != nil {
		return err
	}
	view := boardView{lists: taskLists(items), form: f}
	for _, note := range notes {
		if note.Person == "" { // the others are on the cards of whom they are about
			view.notes = append(view.notes, note)
		}
	}
	return r.showModeration(w, f.status(), m, moderationPage{tab: "/tasks", content: boardContent(r, m, view)})
}

// taskLists puts tasks into their lists.
func taskLists(items []chat.Item) []taskList {
	var lists []taskList
	for _, list := range items {
		if list.Kind != chat.TaskList {
			continue
		}
		one := taskList{Item: list}
		for _, task := range items {
			if task.Kind == chat.Task && task.ListID == list.ID {
				one.tasks = append(one.tasks, task)
			}
		}
		lists = append(lists, one)
	}
	return lists
}

// changeBoard does what the button says: each form of the page has one.
func (p *Pages) changeBoard(w http.ResponseWriter, r *request, m moderation) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	switch f.get("do") {
	case "list":
		_, err = p.Rooms.PutItem(r.Context(), r.viewer, m.room.ID, chat.Item{Kind: chat.TaskList, Name: f.get("name")})
	case "task":
		_, err = p.Rooms.PutItem(r.Context(), r.viewer, m.room.ID, chat.Item{Kind: chat.Task, ListID: f.get("list"), Name: f.get("name")})
	case "note":
		_, err = p.Rooms.PutItem(r.Context(), r.viewer, m.room.ID, chat.Item{Kind: chat.Note, Description: f.get("name")})
	case "drop":
		err = p.Rooms.DropItem(r.Context(), r.viewer, m.room.ID, f.get("item"))
	case "done", "open":
		err = r.tick(m, f.get("item"), f.get("do") == "done")
	default:
		return fault.New(fault.Invalid, "Choose what to do")
	}
	if fault.Is(err, fault.Invalid) {
		f.refuse("name", r.t.T("moderation.task-name"))
		return r.showBoard(w, m, f)
	}
	if err != nil {
		return err
	}
	return r.redirect(w, m.path("/tasks"))
}

// tick marks a task as done, or as open again.
func (r *request) tick(m moderation, id string, isDone bool) error {
	items, err := r.pages.Rooms.Tasks(r.Context(), r.viewer, m.room.ID)
	if err != nil {
		return err
	}
	for _, task := range items {
		if task.Kind == chat.Task && task.ID == id {
			task.IsDone = isDone
			_, err := r.pages.Rooms.PutItem(r.Context(), r.viewer, m.room.ID, task)
			return err
		}
	}
	return fault.New(fault.NotFound, "The task is gone")
}
