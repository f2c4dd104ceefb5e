package livechat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"lucarne/channel"
	"lucarne/chat"
	"lucarne/http/router"
	"lucarne/platform/blob"
	"lucarne/platform/fault"
)

type emojiJSON struct {
	SN     string `json:"sn"` // ":name:"
	URL    string `json:"url"`
	IsIcon bool   `json:"isCategoryEmoji,omitempty"`
}

type emojisJSON struct {
	CustomEmojis []emojiJSON `json:"customEmojis"`
}

type channelEmojisJSON struct {
	Channel channelJSON `json:"channel"`
	Emojis  emojisJSON  `json:"emojis"`
}

func (s *surface) emojisOf(id channel.ID, list []chat.Emoji) emojisJSON {
	j := emojisJSON{CustomEmojis: make([]emojiJSON, len(list))}
	for i, e := range list {
		url := s.address(fmt.Sprintf("/router/emojis/channel/%d/files/%s", id, e.File))
		j.CustomEmojis[i] = emojiJSON{SN: ":" + e.Name + ":", URL: url, IsIcon: e.IsIcon}
	}
	return j
}

// emojisAddress is where clients find the emoji of a room's channel; "" where it has none.
func (s *surface) emojisAddress(r *request, id channel.ID) (string, error) {
	list, err := s.o.Rooms.Emojis(r.Context(), id)
	if err != nil || len(list) == 0 {
		return "", err
	}
	return s.address(fmt.Sprintf("/router/emojis/channel/%d/definition", id)), nil
}

// emojis are a channel's own, for who may change them.
func (s *surface) emojis(w http.ResponseWriter, r *request) error {
	of, _, err := s.configured(r)
	if err != nil {
		return err
	}
	list, err := s.o.Rooms.Emojis(r.Context(), of.ID)
	if err != nil {
		return err
	}
	return answer(w, r, channelEmojisJSON{channelOf(of), s.emojisOf(of.ID, list)})
}

// setEmojis replaces them all. Those that stay are named by their address, new ones come as data URLs.
func (s *surface) setEmojis(w http.ResponseWriter, r *request) error {
	of, _, err := s.configured(r)
	if err != nil {
		return err
	}
	list, err := readEmojis(r)
	if err == nil {
		_, err = s.o.Rooms.SetEmojis(r.Context(), r.viewer, of.ID, list)
	}
	switch {
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.TooLarge), fault.Is(err, fault.TooMany), fault.Is(err, fault.Unsupported):
		return refuse(w, err)
	case err != nil:
		return err
	}
	return s.emojis(w, r)
}

func readEmojis(r *request) ([]chat.NewEmoji, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var sent struct {
		CustomEmojis json.RawMessage `json:"customEmojis"`
	}
	if err := json.Unmarshal(body, &sent); err != nil {
		return nil, fault.New(fault.Invalid, "The emoji cannot be read: %s", err)
	}
	return chat.ParseEmojis(bytes.NewReader(sent.CustomEmojis))
}

// emojiOnly has all rooms of a channel take emoji only.
func (s *surface) emojiOnly(w http.ResponseWriter, r *request) error {
	of, err := s.channelOf(r)
	if err != nil {
		return err
	}
	if err := s.o.Rooms.EmojiOnlyEverywhere(r.Context(), r.viewer, of.ID); err != nil {
		return err
	}
	return answer(w, r, map[string]bool{"ok": true})
}

var errNoEmoji = fault.New(fault.NotFound, "This channel has no emoji of its own")

// emojiDefinition is for everybody, other sites included.
func (s *surface) emojiDefinition(w http.ResponseWriter, r *request) error {
	of, err := s.channelOf(r)
	if err != nil {
		return err
	}
	list, err := s.o.Rooms.Emojis(r.Context(), of.ID)
	if err == nil && len(list) == 0 {
		err = errNoEmoji
	}
	if err != nil {
		return err
	}
	return answer(w, r, s.emojisOf(of.ID, list))
}

// emojiFile gives a picture. Another picture has another address, so it may be kept.
func (s *surface) emojiFile(w http.ResponseWriter, r *request) error {
	id, err := r.number("id")
	if err != nil {
		return err
	}
	name := r.PathValue("file")
	object, err := s.o.Rooms.OpenEmoji(r.Context(), channel.ID(id), name)
	if err != nil {
		return err
	}
	defer object.Close()
	body, err := io.ReadAll(io.LimitReader(object.Content, chat.MaxEmojiPicture))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=86400, immutable")
	return router.WriteBody(w, r.Request, blob.ContentType(name), body)
}
