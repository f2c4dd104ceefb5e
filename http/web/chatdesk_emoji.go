package web

import (
	"io"
	"net/http"
	"slices"
	"strings"

	"lucarne/channel"
	"lucarne/chat"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
)

func (p *Pages) chatEmojiRoutes() []route {
	const one = myChannelsPath + "/{name}/chat/emoji"
	return []route{
		{method: "GET", pattern: one, access: signedIn, do: p.chatEmojiPage},
		{method: "POST", pattern: one, access: signedIn, maxBody: 2*chat.MaxEmojiPicture + maxFormText, do: p.addEmoji},
		{method: "POST", pattern: one + "/change", access: signedIn, do: p.changeEmoji},
		{method: "POST", pattern: one + "/import", access: signedIn, maxBody: chat.MaxEmojiFile + maxFormText, do: p.importEmoji},
		{method: "GET", pattern: one + "/emoji.json", access: signedIn, do: p.exportEmoji},
		{method: "POST", pattern: one + "/only", access: signedIn, do: p.emojiOnly},
	}
}

const (
	maxEmojiName = 40
	pictureField = "picture"
	emojiFile    = "file"
)

func emojiPath(c channel.Channel) string { return channelChatPath(c) + "/emoji" }

func emojiPicture(c channel.Channel, e chat.Emoji) string {
	return chatEmoji + itoa(c.ID) + "/files/" + e.File
}

func (p *Pages) chatEmojiPage(w http.ResponseWriter, r *request) error {
	c, err := r.ownChannel()
	if err != nil {
		return err
	}
	return r.showEmoji(w, c, r.newForm())
}

func (r *request) showEmoji(w http.ResponseWriter, c channel.Channel, f *form) error {
	list, err := r.pages.Rooms.Emojis(r.Context(), c.ID)
	if err != nil {
		return err
	}
	return r.show(w, f.status(), r.myPage(r.chatTitle(c)), chatEmojiContent(r, c, list, f))
}

// kept are the emoji there are, to be set again.
func kept(list []chat.Emoji) []chat.NewEmoji {
	same := make([]chat.NewEmoji, len(list))
	for i, e := range list {
		same[i] = chat.NewEmoji{Name: e.Name, File: e.File, IsIcon: e.IsIcon}
	}
	return same
}

// setEmoji sets a channel's emoji, and shows the page again with what is wrong with them if something is.
func (r *request) setEmoji(w http.ResponseWriter, c channel.Channel, f *form, list []chat.NewEmoji, word string) error {
	if _, err := r.pages.Rooms.SetEmojis(r.Context(), r.viewer, c.ID, list); err != nil {
		if !f.takeEmoji(err) {
			return err
		}
		return r.showEmoji(w, c, f)
	}
	r.flash(w, ui.Good, word)
	return r.redirect(w, emojiPath(c))
}

// takeEmoji tells what is wrong with an emoji.
func (f *form) takeEmoji(err error) bool {
	words := told{
		fault.TooMany: f.r.t.T("chatemoji.too-many", "n", chat.MaxEmojis), fault.TooLarge: f.r.t.T("chatemoji.bad-picture"),
		fault.Unsupported: f.r.t.T("chatemoji.bad-picture"), fault.Invalid: f.r.t.T("chatemoji.bad-picture"),
	}
	if !f.take(err, words) {
		return false
	}
	f.rename("sn", "name", f.r.t.T("chatemoji.bad-name"))
	f.rename("url", pictureField, f.r.t.T("chatemoji.bad-picture"))
	return true
}

func (p *Pages) addEmoji(w http.ResponseWriter, r *request) error {
	c, err := r.ownChannel()
	if err != nil {
		return err
	}
	f, sent, done, err := r.sentFiles(map[string]int64{pictureField: chat.MaxEmojiPicture})
	if err != nil {
		return err
	}
	defer done()
	picture, err := sent.read(pictureField)
	if err != nil {
		return err
	}
	if len(picture) == 0 {
		f.refuse(pictureField, r.t.T("chatemoji.bad-picture"))
		return r.showEmoji(w, c, f)
	}
	list, err := p.Rooms.Emojis(r.Context(), c.ID)
	if err != nil {
		return err
	}
	added := chat.NewEmoji{Name: f.get("name"), Picture: picture}
	return r.setEmoji(w, c, f, append(kept(list), added), r.t.T("chatemoji.added"))
}

// read gives a file of a form whole: the form bounded it. nil stands for none.
func (f files) read(field string) ([]byte, error) {
	file, err := f.open(field)
	if err != nil || file == nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

// changeEmoji takes one away, or makes it stand for all.
func (p *Pages) changeEmoji(w http.ResponseWriter, r *request) error {
	c, err := r.ownChannel()
	if err != nil {
		return err
	}
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	before, err := p.Rooms.Emojis(r.Context(), c.ID)
	if err != nil {
		return err
	}
	list, word := kept(before), r.t.T("chatemoji.removed")
	name := f.get("remove")
	if f.has("icon") {
		name, word = f.get("icon"), r.t.T("chatemoji.icon-set")
	}
	i := slices.IndexFunc(list, func(e chat.NewEmoji) bool { return e.Name == name })
	if i < 0 {
		return fault.New(fault.NotFound, "There is no such emoji")
	}
	if f.has("icon") {
		for j := range list {
			list[j].IsIcon = j == i
		}
	} else {
		list = slices.Delete(list, i, i+1)
	}
	return r.setEmoji(w, c, f, list, word)
}

// importEmoji adds those of a file; one of a name there is already takes its place.
func (p *Pages) importEmoji(w http.ResponseWriter, r *request) error {
	c, err := r.ownChannel()
	if err != nil {
		return err
	}
	f, sent, done, err := r.sentFiles(map[string]int64{emojiFile: chat.MaxEmojiFile})
	if err != nil {
		return err
	}
	defer done()
	file, err := sent.open(emojiFile)
	if err != nil {
		return err
	}
	if file == nil {
		f.refuse(emojiFile, r.t.T("chatemoji.bad-file"))
		return r.showEmoji(w, c, f)
	}
	defer file.Close()
	brought, err := chat.ParseEmojis(file)
	if err != nil {
		f.refuse(emojiFile, r.t.T("chatemoji.bad-file"))
		return r.showEmoji(w, c, f)
	}
	before, err := p.Rooms.Emojis(r.Context(), c.ID)
	if err != nil {
		return err
	}
	list := slices.DeleteFunc(kept(before), func(e chat.NewEmoji) bool {
		return slices.ContainsFunc(brought, func(one chat.NewEmoji) bool { return strings.Trim(one.Name, ":") == e.Name })
	})
	return r.setEmoji(w, c, f, append(list, withoutSecondIcon(list, brought)...), r.t.T("chatemoji.imported", "n", len(brought)))
}

// withoutSecondIcon leaves the icon to the emoji there are, where one of them is it.
func withoutSecondIcon(list, brought []chat.NewEmoji) []chat.NewEmoji {
	if !slices.ContainsFunc(list, func(e chat.NewEmoji) bool { return e.IsIcon }) {
		return brought
	}
	for i := range brought {
		brought[i].IsIcon = false
	}
	return brought
}

func (p *Pages) exportEmoji(w http.ResponseWriter, r *request) error {
	c, err := r.ownChannel()
	if err != nil {
		return err
	}
	file, err := p.Rooms.ExportEmojis(r.Context(), r.viewer, c.ID)
	if err != nil {
		return err
	}
	header := w.Header()
	header.Set("Content-Type", "application/json; charset=utf-8")
	header.Set("Content-Disposition", `attachment; filename="emoji.json"`)
	header.Set("Cache-Control", "no-store")
	_, err = w.Write(file)
	return err
}

// emojiOnly has all rooms of the channel take nothing but emoji.
func (p *Pages) emojiOnly(w http.ResponseWriter, r *request) error {
	c, err := r.ownChannel()
	if err != nil {
		return err
	}
	if err := p.Rooms.EmojiOnlyEverywhere(r.Context(), r.viewer, c.ID); err != nil {
		return err
	}
	r.flash(w, ui.Good, r.t.T("chatemoji.only-done"))
	return r.redirect(w, emojiPath(c))
}
