package web

import (
	"net/http"

	"lucarne/chat"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
	"lucarne/video"
)

func (p *Pages) videoChatRoutes() []route {
	const one = "/my/videos/{id}/chat"
	return []route{
		{method: "GET", pattern: one, access: signedIn, do: p.videoChat},
		{method: "POST", pattern: one, access: signedIn, do: p.saveVideoChat},
		{method: "POST", pattern: one + "/switch", access: signedIn, do: p.switchVideoChat},
	}
}

// videoChatView is the chat of one video.
type videoChatView struct {
	video video.Details
	room  *chat.Room // nil: switched off
	form  *form
}

// roomOf is the room of a video, nil when it has none.
func (r *request) roomOf(v video.Video) (*chat.Room, error) {
	room, err := r.pages.Rooms.Find(r.Context(), v.UUID.String(), video.Access{Viewer: r.viewer})
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return &room, err
}

func (r *request) videoChatView() (videoChatView, error) {
	d, err := r.managed()
	if err != nil {
		return videoChatView{}, err
	}
	view := videoChatView{video: d, form: r.newForm()}
	if view.room, err = r.roomOf(d.Video); view.room != nil {
		view.form.setRoom(view.room.Settings)
	}
	return view, err
}

func (p *Pages) videoChat(w http.ResponseWriter, r *request) error {
	view, err := r.videoChatView()
	if err != nil {
		return err
	}
	return r.showVideoChat(w, view)
}

func (r *request) showVideoChat(w http.ResponseWriter, view videoChatView) error {
	return r.show(w, view.form.status(), r.myPage(r.t.T("chatsettings.of-video", "name", view.video.Name)), videoChatContent(r, view))
}

func (p *Pages) saveVideoChat(w http.ResponseWriter, r *request) error {
	view, err := r.videoChatView()
	if err != nil {
		return err
	}
	if view.room == nil {
		return fault.New(fault.NotFound, "This video has no chat")
	}
	if view.form, err = r.sentForm(); err != nil {
		return err
	}
	settings := view.form.room(view.room.Settings)
	if !view.form.isRefused() {
		err = p.Rooms.Configure(r.Context(), r.viewer, view.room.ID, settings)
	}
	if err != nil && !view.form.take(err, nil) {
		return err
	}
	if view.form.isRefused() {
		return r.showVideoChat(w, view)
	}
	r.flash(w, ui.Good, r.t.T("chatsettings.saved"))
	return r.redirect(w, videoChatPath(view.video.Video))
}

// switchVideoChat gives a video a chat, or closes it.
func (p *Pages) switchVideoChat(w http.ResponseWriter, r *request) error {
	d, err := r.managed()
	if err != nil {
		return err
	}
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	isOn := f.get("do") == "on"
	if err := p.Rooms.SetOnVideo(r.Context(), r.viewer, d.UUID, isOn); err != nil {
		return err
	}
	if isOn {
		r.flash(w, ui.Good, r.t.T("chatsettings.switched-on"))
	} else {
		r.flash(w, ui.Good, r.t.T("chatsettings.switched-off"))
	}
	return r.redirect(w, videoChatPath(d.Video))
}

func videoChatPath(v video.Video) string { return editPath(v) + "/chat" }
