package chat

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/blob"
	"lucarne/platform/fault"
)

// emojiEntry is one of the file channels exchange their emoji by, which is an array of them.
type emojiEntry struct {
	SN     string `json:"sn"`  // ":name:"
	URL    string `json:"url"` // "data:image/png;base64,…", or the address of one the channel has
	IsIcon bool   `json:"isCategoryEmoji,omitempty"`
}

const maxEmojiURL = MaxEmojiPicture*4/3 + 100

// MaxEmojiFile is how large a file of emoji can be.
const MaxEmojiFile = MaxEmojis * (maxEmojiURL + 200)

// ParseEmojis reads a file of emoji. It stops at the first that is one too many.
func ParseEmojis(file io.Reader) ([]NewEmoji, error) {
	decoder := json.NewDecoder(io.LimitReader(file, MaxEmojiFile))
	if token, err := decoder.Token(); err != nil || token != json.Delim('[') {
		return nil, noEmojiFile(err)
	}
	list := []NewEmoji{}
	for decoder.More() {
		if len(list) == MaxEmojis {
			return nil, tooManyEmojis()
		}
		var entry emojiEntry
		if err := decoder.Decode(&entry); err != nil {
			return nil, noEmojiFile(err)
		}
		e, err := entry.emoji()
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, noEmojiFile(err)
	}
	return list, nil
}

func noEmojiFile(cause error) error {
	return fault.New(fault.Invalid, "This is no file of emoji").Because(cause)
}

func (e emojiEntry) emoji() (NewEmoji, error) {
	made := NewEmoji{Name: e.SN, IsIcon: e.IsIcon}
	if len(e.URL) > maxEmojiURL {
		return made, fault.New(fault.TooLarge, "The picture of an emoji has more than %d bytes", MaxEmojiPicture)
	}
	if data, isData := strings.CutPrefix(e.URL, "data:"); isData {
		// RFC 2397: the media type says nothing the picture does not.
		_, encoded, found := strings.Cut(data, ";base64,")
		picture, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil || !found {
			return made, fault.InvalidParam("url", nil, "Should be a data URL in base64")
		}
		made.Picture = picture
		return made, nil
	}
	u, err := url.Parse(e.URL)
	if err != nil || u.Path == "" {
		return made, fault.InvalidParam("url", nil, "Should be an address")
	}
	made.File = path.Base(u.Path)
	return made, nil
}

// ExportEmojis writes a channel's own with their pictures as a file ParseEmojis reads, for its owner and moderators of the instance.
func (r *Rooms) ExportEmojis(ctx context.Context, viewer account.Viewer, id channel.ID) ([]byte, error) {
	if err := r.mayConfigure(ctx, viewer, id); err != nil {
		return nil, err
	}
	list, err := r.Emojis(ctx, id)
	if err != nil {
		return nil, err
	}
	entries := make([]emojiEntry, 0, len(list))
	for _, e := range list {
		data, err := r.readEmoji(ctx, id, e.File)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("export emoji of channel %d: %w", id, err)
		}
		address := "data:" + blob.ContentType(e.File) + ";base64," + base64.StdEncoding.EncodeToString(data)
		entries = append(entries, emojiEntry{SN: ":" + e.Name + ":", URL: address, IsIcon: e.IsIcon})
	}
	return json.Marshal(entries)
}

func (r *Rooms) readEmoji(ctx context.Context, id channel.ID, file string) ([]byte, error) {
	object, err := r.OpenEmoji(ctx, id, file)
	if err != nil {
		return nil, err
	}
	defer object.Close()
	var data bytes.Buffer
	_, err = io.Copy(&data, io.LimitReader(object.Content, MaxEmojiPicture))
	return data.Bytes(), err
}
