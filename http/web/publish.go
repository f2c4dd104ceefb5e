package web

import (
	"net/http"
	"path/filepath"
	"strings"

	"lucarne/channel"
	"lucarne/http/web/ui"
	"lucarne/platform/constant"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/upload"
)

func (p *Pages) publishRoutes() []route {
	return []route{
		{method: "GET", pattern: publishPath, access: signedIn, do: p.publishPage},
		{method: "POST", pattern: publishPath, access: signedIn, maxBody: anySize, do: p.publish},
		{method: "POST", pattern: "/my/videos/{id}/details", access: signedIn, do: p.saveDetails},
	}
}

const (
	publishPath  = "/publish"
	videoField   = "videofile"
	maxVideoName = 120
	minVideoName = 3
	// acceptedMedia is what the browser offers to choose; what is really media is seen when the file is here.
	acceptedMedia = "video/*,audio/*,.mkv,.avi,.flv,.ts,.mts,.m2ts,.mov,.webm"
)

// publishView is the page for new videos.
type publishView struct {
	form     *form
	channels []channel.Channel
	room     int64 // bytes that may be uploaded now
	reason   string
}

func (p *Pages) publishPage(w http.ResponseWriter, r *request) error {
	f := r.newForm().set("privacy", itoa(r.pages.PublishDefaults().Privacy))
	return r.showPublish(w, f)
}

func (r *request) showPublish(w http.ResponseWriter, f *form) error {
	view := publishView{form: f}
	room, beyond, err := r.pages.Uploads.Room(r.Context(), r.viewer)
	if err != nil {
		return err
	}
	if view.room = room; room <= 0 {
		view.reason = r.t.T("publish.no-room")
		if fault.Is(beyond, fault.Unavailable) {
			view.reason = r.t.T("publish.disk-full")
		}
	}
	if view.channels, err = r.ownChannels(); err != nil {
		return err
	}
	page := r.page(r.t.T("publish.title"))
	page.Section, page.Robots, page.Scripts = "publish", noIndex, []string{"upload.js"}
	return r.show(w, f.status(), page, publishContent(r, view))
}

// ownChannels are those of the viewer.
func (r *request) ownChannels() ([]channel.Channel, error) {
	list, err := r.pages.Channels.List(r.Context(), channel.Filter{Owner: r.viewer.AccountID()}, channel.Page{Count: channel.MaxPage})
	return list.Channels, err
}

// publish takes a video with its details in one form: the way without JavaScript.
func (p *Pages) publish(w http.ResponseWriter, r *request) error {
	room, beyond, err := p.Uploads.Room(r.Context(), r.viewer)
	if err != nil {
		return err
	}
	if r.ContentLength-maxFormText > room {
		return beyond
	}
	f, sent, done, err := r.sentFiles(map[string]int64{videoField: room})
	if err != nil {
		return err
	}
	defer done()
	file := sent[videoField]
	if file == nil {
		f.refuse(videoField, r.t.T("problem.video-file"))
		return r.showPublish(w, f)
	}
	made, err := p.Uploads.Store(r.Context(), r.viewer, upload.Single{
		Path: file.path, Size: file.size, MIMEType: file.kind, Filename: file.name, Draft: f.draft(p.PublishDefaults(), file.name),
	})
	if err != nil {
		if f.take(err, told{fault.Unsupported: r.t.T("problem.video-file")}) {
			return r.showPublish(w, f)
		}
		return err
	}
	r.flash(w, ui.Good, r.t.T("publish.arrived"))
	return r.redirect(w, editPath(made)+"/files")
}

// draft is the new video of a form; without a name it is called after its file.
func (f *form) draft(defaults video.Metadata, filename string) video.Draft {
	change := f.details()
	if !f.has("name") {
		name := nameOfFile(filename)
		change.Name = &name
	}
	d := change.Draft(defaults)
	d.WaitTranscoding = true
	return d
}

// nameOfFile makes a title of a file's name.
func nameOfFile(filename string) string {
	base := filepath.Base(strings.ReplaceAll(filename, "\\", "/"))
	name := clip(strings.TrimSpace(strings.ReplaceAll(strings.TrimSuffix(base, filepath.Ext(base)), "_", " ")), maxVideoName)
	for len([]rune(name)) < minVideoName {
		name += "…"
	}
	return name
}

// details are the fields every form of a video has.
func (f *form) details() video.Change {
	name, description := strings.TrimSpace(f.get("name")), strings.ReplaceAll(f.get("description"), "\r\n", "\n")
	privacy, tags := video.Privacy(numberOf(f.get("privacy"))), readTags([]string{f.get("tags")})
	c := video.Change{Name: &name, Description: &description, Privacy: &privacy, Tags: &tags}
	if f.has("channelId") {
		id := channel.ID(numberOf(f.get("channelId")))
		c.ChannelID = &id
	}
	if privacy == video.Password {
		c.Passwords = f.passwords()
	}
	return c
}

// passwords are one a line.
func (f *form) passwords() []string {
	list := []string{}
	for line := range strings.Lines(f.get("passwords")) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// saveDetails takes the form filled in while the file was on its way.
func (p *Pages) saveDetails(w http.ResponseWriter, r *request) error {
	d, err := r.managed()
	if err != nil {
		return err
	}
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	if err := p.Videos.Update(r.Context(), r.viewer, d.ID, f.details()); err != nil {
		if f.take(err, nil) {
			return r.showEdit(w, d, f)
		}
		return err
	}
	r.flash(w, ui.Good, r.t.T("publish.saved"))
	return r.redirect(w, editPath(d.Video)+"/files")
}

func (r *request) channelOptions(channels []channel.Channel, chosen string) []ui.Option {
	list := make([]ui.Option, len(channels))
	for i, c := range channels {
		list[i] = ui.Option{Value: itoa(c.ID), Label: nameOr(c.Name, c.Actor.Username), Selected: chosen == itoa(c.ID)}
	}
	return list
}

// privacyOptions are who may watch; a password is asked for beside them.
func (r *request) privacyOptions(chosen string) []ui.Option {
	list := options(r, constant.Privacies(), "", 0, itoa[int])[1:]
	for i := range list {
		list[i].Selected = list[i].Value == chosen
	}
	return list
}

func (v publishView) channelID() int64 {
	if len(v.channels) == 0 {
		return 0
	}
	return int64(v.channels[0].ID)
}
