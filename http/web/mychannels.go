package web

import (
	"net/http"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
)

func (p *Pages) myChannelsRoutes() []route {
	const one = myChannelsPath + "/{name}"
	const maxBody = 2*maxPicture + maxFormText
	return []route{
		{method: "GET", pattern: myChannelsPath, access: signedIn, do: p.myChannels},
		{method: "GET", pattern: newChannelPath, access: signedIn, do: p.newChannelPage},
		{method: "POST", pattern: newChannelPath, access: signedIn, maxBody: maxBody, do: p.createChannel},
		{method: "GET", pattern: one, access: signedIn, do: p.editChannelPage},
		{method: "POST", pattern: one, access: signedIn, maxBody: maxBody, do: p.saveChannel},
		{method: "POST", pattern: one + "/delete-image", access: signedIn, do: p.deleteChannelImage},
		{method: "POST", pattern: one + "/delete", access: signedIn, do: p.deleteChannel},
	}
}

const (
	myChannelsPath = "/my/channels"
	newChannelPath = "/my/channels/new"
	avatarField    = "avatarfile"
	bannerField    = "bannerfile"
)

// The bounds of what a channel says of itself, as the subject has them, for the counters.
const (
	maxChannelName        = 120
	maxChannelDescription = 1000
	maxChannelSupport     = 1000
)

func myChannelPath(c channel.Channel) string { return myChannelsPath + "/" + c.Actor.Username }

func (p *Pages) myChannels(w http.ResponseWriter, r *request) error {
	list, err := r.ownChannels()
	if err != nil {
		return err
	}
	return r.show(w, http.StatusOK, r.myPage(r.t.T("site.my-channels")), myChannelsContent(r, list))
}

// channelFormView is the form of a channel; a zero channel is a new one.
type channelFormView struct {
	channel channel.Channel
	form    *form
}

func (v channelFormView) isNew() bool { return v.channel.ID == 0 }

func (r *request) showChannel(w http.ResponseWriter, c channel.Channel, f *form) error {
	title := r.t.T("mychannels.new")
	if c.ID != 0 {
		title = nameOr(c.Name, c.Actor.Username)
	}
	return r.show(w, f.status(), r.myPage(title), channelForm(r, channelFormView{channel: c, form: f}))
}

func (p *Pages) newChannelPage(w http.ResponseWriter, r *request) error {
	return r.showChannel(w, channel.Channel{}, r.newForm())
}

// sentChannel is the form of a channel with its pictures.
func (r *request) sentChannel() (*form, files, func(), error) {
	most := r.pages.MaxImageBytes()
	return r.sentFiles(map[string]int64{avatarField: most, bannerField: most})
}

func (p *Pages) createChannel(w http.ResponseWriter, r *request) error {
	f, sent, done, err := r.sentChannel()
	if err != nil {
		return err
	}
	defer done()
	made, err := p.Channels.Create(r.Context(), r.viewer, channel.Draft{
		Username: f.get("username"), Name: f.get("displayName"), Description: f.get("description"), Support: f.get("support"),
	})
	if err != nil {
		if f.take(err, told{fault.Conflict: r.t.T("mychannels.taken")}) {
			f.rename("name", "username", r.t.T("problem.username")) // as channels call what their addresses hold
			return r.showChannel(w, channel.Channel{}, f)
		}
		return err
	}
	if err := r.setChannelImages(made, sent); err != nil { // the channel is there: its page tells what to do about the picture
		if f.take(err, nil) {
			return r.showChannel(w, made, f)
		}
		return err
	}
	r.flash(w, ui.Good, r.t.T("mychannels.created"))
	return r.redirect(w, myChannelsPath)
}

// setChannelImages stores the pictures that were sent.
func (r *request) setChannelImages(c channel.Channel, sent files) error {
	for field, kind := range map[string]account.ImageKind{avatarField: account.Avatar, bannerField: account.Banner} {
		file, err := sent.open(field)
		if err != nil {
			return err
		}
		if file == nil {
			continue
		}
		_, err = r.pages.Channels.SetImage(r.Context(), r.viewer, c.ID, kind, file)
		file.Close()
		if err != nil {
			return pictureFault(field, err)
		}
	}
	return nil
}

// ownChannel is the channel of the address, for its owner and those who manage all.
func (r *request) ownChannel() (channel.Channel, error) {
	found, err := r.pages.Channels.ByHandle(r.Context(), r.PathValue("name"))
	if err != nil {
		return found, err
	}
	if !found.Actor.IsLocal() || !found.IsOwnedBy(r.viewer) && !r.viewer.Can(account.ManageAnyChannel) {
		return found, fault.New(fault.Forbidden, "This channel is not yours")
	}
	return found, nil
}

func (p *Pages) editChannelPage(w http.ResponseWriter, r *request) error {
	c, err := r.ownChannel()
	if err != nil {
		return err
	}
	f := r.newForm().set("displayName", c.Name).set("description", c.Description).set("support", c.Support)
	return r.showChannel(w, c, f)
}

func (p *Pages) saveChannel(w http.ResponseWriter, r *request) error {
	c, err := r.ownChannel()
	if err != nil {
		return err
	}
	f, sent, done, err := r.sentChannel()
	if err != nil {
		return err
	}
	defer done()
	name, description, support := f.get("displayName"), f.get("description"), f.get("support")
	err = p.Channels.Update(r.Context(), r.viewer, c.ID, channel.Change{Name: &name, Description: &description, Support: &support})
	if err == nil {
		err = r.setChannelImages(c, sent)
	}
	if err != nil {
		if f.take(err, nil) {
			return r.showChannel(w, c, f)
		}
		return err
	}
	r.flash(w, ui.Good, r.t.T("mychannels.saved"))
	return r.redirect(w, myChannelPath(c))
}

func (p *Pages) deleteChannelImage(w http.ResponseWriter, r *request) error {
	c, err := r.ownChannel()
	if err != nil {
		return err
	}
	kind := account.ImageKind(r.PostFormValue("kind"))
	if kind != account.Avatar && kind != account.Banner {
		return fault.New(fault.Invalid, "There is no such picture")
	}
	if err := p.Channels.DeleteImage(r.Context(), r.viewer, c.ID, kind); err != nil {
		return err
	}
	r.flash(w, ui.Good, r.t.T("mychannels.picture-removed"))
	return r.redirect(w, myChannelPath(c))
}

// deleteChannel takes the channel's name as a yes: its videos go with it.
func (p *Pages) deleteChannel(w http.ResponseWriter, r *request) error {
	c, err := r.ownChannel()
	if err != nil {
		return err
	}
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	if f.get("confirmName") != c.Actor.Username {
		f.set("displayName", c.Name).set("description", c.Description).set("support", c.Support)
		f.refuse("confirmName", r.t.T("mychannels.name-differs", "name", c.Actor.Username))
		return r.showChannel(w, c, f)
	}
	if err := p.Channels.Delete(r.Context(), r.viewer, c.ID); err != nil {
		return err
	}
	r.flash(w, ui.Good, r.t.T("mychannels.deleted"))
	return r.redirect(w, myChannelsPath)
}

func (v channelFormView) action() string {
	if v.isNew() {
		return newChannelPath
	}
	return myChannelPath(v.channel)
}
