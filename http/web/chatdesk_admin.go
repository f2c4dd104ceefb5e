package web

import (
	"net/http"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/http/web/ui"
)

const (
	adminChatsPath   = adminPath + "/chats"
	adminChatPerPage = 50
)

func (p *Pages) adminChatRoutes() []route {
	return []route{{method: "GET", pattern: adminChatsPath, access: privileged, right: account.ManageModeration, do: p.adminChats}}
}

// adminChatsView is the list of all rooms of the site.
type adminChatsView struct {
	page, total int
	rooms       []chat.Listed
}

func (p *Pages) adminChats(w http.ResponseWriter, r *request) error {
	view := adminChatsView{page: readPage(r.URL.Query())}
	var err error
	if view.rooms, view.total, err = p.Rooms.List(r.Context(), r.viewer, (view.page-1)*adminChatPerPage, adminChatPerPage); err != nil {
		return err
	}
	return r.show(w, http.StatusOK, r.adminPage(r.t.T("adminchat.title")), adminChatsContent(r, view))
}

func (r *request) chatRoomColumns() []ui.Column {
	return []ui.Column{
		{Label: r.t.T("adminchat.room")}, {Label: r.t.T("adminchat.here"), Number: true}, {Label: r.t.T("adminchat.last-said")}, {},
	}
}

func (r *request) chatRoomRows(rooms []chat.Listed) []ui.Row {
	rows := make([]ui.Row, len(rooms))
	for i, one := range rooms {
		rows[i] = ui.Row{
			listedRoom(r, one), ui.Text(r.t.Number(int64(r.pages.Rooms.Occupants(one.ID)))), lastSaid(r, one), moderateLink(r, one),
		}
	}
	return rows
}
