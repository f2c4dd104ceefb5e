package chat

import (
	"bytes"
	"context"
	"fmt"
	"image/gif"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/picture"
)

// Emoji is one of a channel's own, written ":name:".
type Emoji struct {
	Name   string
	File   string // the last part of its address; another picture has another one
	IsIcon bool   // stands for the channel's emoji in pickers
}

// NewEmoji is one to be: with a picture, or with the file of one there is.
type NewEmoji struct {
	Name    string // colons around it are dropped
	File    string
	Picture []byte // PNG, JPEG or GIF
	IsIcon  bool
}

// Bounds of emoji.
const (
	MaxEmojis       = 200      // of a channel
	MaxEmojiPicture = 30 << 10 // bytes, as sent
	maxEmojiName    = 60
	emojiSide       = 96  // pixels; larger pictures are made smaller
	smallEmojiSide  = 64  // of pictures that take too many bytes otherwise
	maxAnimatedSide = 256 // pixels: animations keep their size
)

var emojiName = regexp.MustCompile(`^[\w-]+$`)

func (e NewEmoji) check() (NewEmoji, error) {
	e.Name = strings.TrimSuffix(strings.TrimPrefix(e.Name, ":"), ":")
	switch {
	case len(e.Name) > maxEmojiName || !emojiName.MatchString(e.Name):
		return e, fault.InvalidParam("sn", nil, "Should have 1 to %d letters, digits, _ and -", maxEmojiName)
	case len(e.Picture) > MaxEmojiPicture:
		return e, fault.New(fault.TooLarge, "The picture of :%s: has more than %d bytes", e.Name, MaxEmojiPicture)
	case (len(e.Picture) == 0) == (e.File == ""):
		return e, fault.InvalidParam("url", nil, "Should be a picture, or one there is already")
	}
	return e, nil
}

func checkEmojis(list []NewEmoji) ([]NewEmoji, error) {
	if len(list) > MaxEmojis {
		return nil, tooManyEmojis()
	}
	seen, hasIcon := make(map[string]bool, len(list)), false
	checked := make([]NewEmoji, len(list))
	for i, e := range list {
		e, err := e.check()
		if err != nil {
			return nil, err
		}
		if seen[e.Name] || e.IsIcon && hasIcon {
			return nil, fault.InvalidParam("sn", e.Name, "Should be there once, and one at most may be the icon")
		}
		seen[e.Name], hasIcon = true, hasIcon || e.IsIcon
		checked[i] = e
	}
	return checked, nil
}

func tooManyEmojis() error {
	return fault.New(fault.TooMany, "A channel has at most %d emoji of its own", MaxEmojis)
}

// Emojis lists a channel's own, as ordered.
func (r *Rooms) Emojis(ctx context.Context, id channel.ID) ([]Emoji, error) {
	return emojisOf(ctx, r.o.DB, id)
}

// SetEmojis makes these and no others a channel's own, for its owner and moderators of the instance. Pictures are made anew, so that nothing
// but the picture gets through.
func (r *Rooms) SetEmojis(ctx context.Context, viewer account.Viewer, id channel.ID, list []NewEmoji) ([]Emoji, error) {
	list, err := checkEmojis(list)
	if err != nil {
		return nil, err
	}
	if err := r.mayConfigure(ctx, viewer, id); err != nil {
		return nil, err
	}
	before, err := r.Emojis(ctx, id)
	if err != nil {
		return nil, err
	}
	known := filesOf(before)
	made := make([]Emoji, 0, len(list))
	for _, e := range list {
		one := Emoji{Name: e.Name, File: e.File, IsIcon: e.IsIcon}
		switch {
		case len(e.Picture) > 0:
			one.File, err = r.storeEmoji(ctx, id, e)
		case !known[e.File]:
			err = fault.InvalidParam("url", nil, "Should be a picture of this channel's emoji")
		}
		if err != nil {
			r.dropEmojis(ctx, id, made, known)
			return nil, err
		}
		made = append(made, one)
	}
	if err := r.replaceEmojis(ctx, id, made); err != nil {
		r.dropEmojis(ctx, id, made, known)
		return nil, fmt.Errorf("set emoji of channel %d: %w", id, err)
	}
	r.dropEmojis(ctx, id, before, filesOf(made))
	return made, nil
}

func (r *Rooms) replaceEmojis(ctx context.Context, id channel.ID, list []Emoji) error {
	return r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) error {
		names := namesOf(list)
		b.updateChannel(id, func(h *hall) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.emoji = names
		})
		return storeEmojis(ctx, tx, id, list)
	})
}

func namesOf(list []Emoji) map[string]bool {
	names := make(map[string]bool, len(list))
	for _, e := range list {
		names[e.Name] = true
	}
	return names
}

func filesOf(list []Emoji) map[string]bool {
	files := make(map[string]bool, len(list))
	for _, e := range list {
		files[e.File] = true
	}
	return files
}

func emojiFolder(id channel.ID) string { return "emoji/" + strconv.FormatInt(int64(id), 10) }

// OpenEmoji gives a picture for reading; the caller closes it. It fails with fault.NotFound.
func (r *Rooms) OpenEmoji(ctx context.Context, id channel.ID, file string) (*blob.Object, error) {
	if strings.Contains(file, "/") {
		return nil, fault.New(fault.NotFound, "Emoji not found")
	}
	return r.o.Images.Open(ctx, emojiFolder(id)+"/"+file)
}

func (r *Rooms) storeEmoji(ctx context.Context, id channel.ID, e NewEmoji) (file string, err error) {
	data, extension, err := r.drawEmoji(ctx, e.Picture)
	if err != nil {
		return "", fmt.Errorf("picture of :%s:: %w", e.Name, err)
	}
	file = uuid.NewString() + extension
	err = r.o.Images.Put(ctx, emojiFolder(id)+"/"+file, bytes.NewReader(data), blob.PutOptions{Size: int64(len(data))})
	return file, err
}

// drawEmoji makes a picture anew.
func (r *Rooms) drawEmoji(ctx context.Context, file []byte) (data []byte, extension string, err error) {
	header, err := r.o.Pictures.Inspect(bytes.NewReader(file))
	if err != nil {
		return nil, "", err
	}
	if header.Format == picture.WebP {
		return nil, "", fault.New(fault.Unsupported, "Emoji are PNG, JPEG or GIF pictures")
	}
	if header.Format == picture.GIF && header.Width <= maxAnimatedSide && header.Height <= maxAnimatedSide {
		data, isAnimated, err := redrawAnimation(file)
		if err != nil || isAnimated {
			return data, picture.GIF.Extension(), err
		}
	}
	made, err := r.o.Pictures.Render(ctx, bytes.NewReader(file), picture.Target{Width: emojiSide, Height: emojiSide, Mode: picture.Fit},
		picture.Target{Width: smallEmojiSide, Height: smallEmojiSide, Mode: picture.Fit})
	if err != nil {
		return nil, "", err
	}
	best := made[0]
	if len(best.Data) > MaxEmojiPicture {
		best = made[1]
	}
	return best.Data, best.Format.Extension(), nil
}

// redrawAnimation writes an animation anew. What it decodes to is bounded by the size of the file and of its frames: each frame begins with
// an empty table of codes (GIF89a, Appendix F), and one of 256 × 256 pixels takes about 500 bytes.
func redrawAnimation(file []byte) (data []byte, isAnimated bool, err error) {
	animation, err := gif.DecodeAll(bytes.NewReader(file))
	if err != nil {
		return nil, false, fault.New(fault.Invalid, "This picture is damaged and cannot be read").Because(err)
	}
	if len(animation.Image) < 2 {
		return nil, false, nil
	}
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, animation); err != nil {
		return nil, false, fault.New(fault.Invalid, "This picture is damaged and cannot be read").Because(err)
	}
	if out.Len() > MaxEmojiPicture {
		return nil, false, fault.New(fault.TooLarge, "This animation is too large")
	}
	return out.Bytes(), true, nil
}

// dropEmojis removes files that are not kept, as far as the store lets it.
func (r *Rooms) dropEmojis(ctx context.Context, id channel.ID, list []Emoji, kept map[string]bool) {
	for _, e := range list {
		if !kept[e.File] {
			_ = r.o.Images.Delete(context.WithoutCancel(ctx), emojiFolder(id)+"/"+e.File)
		}
	}
}

// EmojiOnlyEverywhere has all rooms of a channel there are take emoji only, for its owner and moderators of the instance.
func (r *Rooms) EmojiOnlyEverywhere(ctx context.Context, viewer account.Viewer, id channel.ID) error {
	if err := r.mayConfigure(ctx, viewer, id); err != nil {
		return err
	}
	rooms, err := roomsOf(ctx, r.o.DB, id)
	if err != nil {
		return err
	}
	for _, room := range rooms {
		err := r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) error {
			found, err := roomWhere(ctx, tx, "r.id = ?", room)
			if err != nil || found.Settings.EmojiOnly {
				return err
			}
			s := found.Settings
			s.EmojiOnly = true
			if err := setRoomSettings(ctx, tx, room, s); err != nil {
				return err
			}
			a := act{by: viewer, room: found, at: r.o.Clock.Now()}
			return b.changed(ctx, tx, a, s, found.IsPanic)
		})
		if err != nil && !fault.Is(err, fault.NotFound) {
			return fmt.Errorf("emoji only in room %d: %w", room, err)
		}
	}
	return nil
}
