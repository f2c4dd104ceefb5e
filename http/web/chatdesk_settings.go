package web

import (
	"net/http"
	"time"

	"lucarne/channel"
	"lucarne/chat"
	"lucarne/http/web/ui"
)

func (p *Pages) chatSettingsRoutes() []route {
	const one = myChannelsPath + "/{name}/chat"
	return []route{
		{method: "GET", pattern: one, access: signedIn, do: p.chatSettings},
		{method: "POST", pattern: one, access: signedIn, do: p.saveChatSettings},
	}
}

// The bounds of a room's settings, as the subject has them.
const (
	maxSlowMode  = 1000
	maxChatDelay = 60
	maxChatTerms = 400
)

func (p *Pages) chatSettings(w http.ResponseWriter, r *request) error {
	c, s, err := r.ownChat()
	if err != nil {
		return err
	}
	f := r.newForm().setRoom(s.Defaults).setIf("hasRoom", s.HasRoom).set("terms", s.Terms)
	return r.showChatSettings(w, c, f)
}

// ownChat is the channel of the address with what its chats have in common, for who may change it.
func (r *request) ownChat() (channel.Channel, chat.ChannelSettings, error) {
	c, err := r.ownChannel()
	if err != nil {
		return c, chat.ChannelSettings{}, err
	}
	s, err := r.pages.Rooms.ChannelSettings(r.Context(), r.viewer, c.ID)
	return c, s, err
}

func (r *request) showChatSettings(w http.ResponseWriter, c channel.Channel, f *form) error {
	return r.show(w, f.status(), r.myPage(r.chatTitle(c)), chatSettingsContent(r, c, f))
}

func (r *request) chatTitle(c channel.Channel) string {
	return r.t.T("chatsettings.title", "name", nameOr(c.Name, c.Actor.Username))
}

func (p *Pages) saveChatSettings(w http.ResponseWriter, r *request) error {
	c, s, err := r.ownChat()
	if err != nil {
		return err
	}
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	s.HasRoom, s.Terms, s.Defaults = f.has("hasRoom"), f.get("terms"), f.room(s.Defaults)
	if !f.isRefused() {
		err = p.Rooms.ConfigureChannel(r.Context(), r.viewer, c.ID, s)
	}
	if err != nil && !f.take(err, nil) {
		return err
	}
	if f.isRefused() {
		return r.showChatSettings(w, c, f)
	}
	r.flash(w, ui.Good, r.t.T("chatsettings.saved"))
	return r.redirect(w, channelChatPath(c))
}

// setRoom fills in the settings of a room.
func (f *form) setRoom(s chat.Settings) *form {
	f.set("mode", string(s.Mode)).set("slowMode", itoa(int64(s.SlowMode/time.Second))).set("delay", itoa(int64(s.ModerationDelay/time.Second)))
	return f.setIf("holdLinks", s.HoldLinks).setIf("anonymize", s.AnonymizeModeration).setIf("emojiOnly", s.EmojiOnly)
}

// room reads the settings of a room, which were others before.
func (f *form) room(s chat.Settings) chat.Settings {
	s.Mode = chat.Mode(f.get("mode"))
	s.SlowMode = time.Duration(f.whole("slowMode", 0, maxSlowMode)) * time.Second
	s.ModerationDelay = time.Duration(f.whole("delay", 0, maxChatDelay)) * time.Second
	s.HoldLinks, s.AnonymizeModeration, s.EmojiOnly = f.has("holdLinks"), f.has("anonymize"), f.has("emojiOnly")
	return s
}

func (r *request) modeOptions(chosen string) []ui.Option {
	return choices(
		chosen, string(chat.Everybody), r.t.T("chatsettings.mode-everybody"), string(chat.AnonymousMuted), r.t.T("chatsettings.mode-anonymous-muted"),
		string(chat.SignedInOnly), r.t.T("chatsettings.mode-signed-in"), string(chat.FollowersOnly), r.t.T("chatsettings.mode-followers"),
		string(chat.ReadOnly), r.t.T("chatsettings.mode-read-only"),
	)
}
