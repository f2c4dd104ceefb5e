package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"lucarne/channel"
	"lucarne/chat"
)

func (a *API) chatEmojiRoutes() []route {
	const emojis = channelChatPath + "/emojis"
	return []route{
		{method: "GET", pattern: emojis, do: a.listEmojis},
		{method: "PUT", pattern: emojis, access: signedIn, maxBody: chat.MaxEmojiFile, do: a.setEmojis},
		{method: "GET", pattern: emojis + "/export", access: signedIn, do: a.exportEmojis},
	}
}

// emojiJSON is one of a channel's own emoji, in the words of the file channels exchange them by.
type emojiJSON struct {
	SN     string `json:"sn"` // ":name:"
	URL    string `json:"url"`
	IsIcon bool   `json:"isCategoryEmoji"`
}

// emoji encodes one of a channel's; the pictures are where the livechat plugin has them.
func (a *API) emoji(id channel.ID) func(chat.Emoji) emojiJSON {
	return func(e chat.Emoji) emojiJSON {
		address := fmt.Sprintf("%s/plugins/livechat/router/emojis/channel/%d/files/%s", a.Site.Origin, id, e.File)
		return emojiJSON{SN: ":" + e.Name + ":", URL: address, IsIcon: e.IsIcon}
	}
}

func (a *API) listEmojis(w http.ResponseWriter, r *request) error {
	id, err := r.channelID()
	if err != nil {
		return err
	}
	list, err := a.Rooms.Emojis(r.Context(), id)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(len(list), list, a.emoji(id)))
}

// setEmojis replaces a channel's own: {emojis}, each with the address of one there is or a picture as data URL.
func (a *API) setEmojis(w http.ResponseWriter, r *request) error {
	id, err := r.channelID()
	if err != nil {
		return err
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	in.require("emojis", "Should have a list of emoji")
	if err := in.err(); err != nil {
		return err
	}
	file, err := json.Marshal(in.fields["emojis"])
	if err != nil {
		return err
	}
	wanted, err := chat.ParseEmojis(bytes.NewReader(file))
	if err != nil {
		return err
	}
	made, err := a.Rooms.SetEmojis(r.Context(), r.viewer, id, wanted)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(len(made), made, a.emoji(id)))
}

// exportEmojis gives a channel's own with their pictures, as a file that can be given to another.
func (a *API) exportEmojis(w http.ResponseWriter, r *request) error {
	id, err := r.channelID()
	if err != nil {
		return err
	}
	file, err := a.Rooms.ExportEmojis(r.Context(), r.viewer, id)
	if err != nil {
		return err
	}
	beginDownload(w, "emojis.json")
	_, err = w.Write(file)
	return err
}
