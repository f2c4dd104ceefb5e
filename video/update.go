package video

import (
	"context"
	"fmt"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Change is what an update sets; nil fields stay as they are, and zero values clear.
type Change struct {
	Name                  *string
	Description           *string
	Support               *string
	Category              *int
	Licence               *int
	Language              *string
	Tags                  *[]string
	Privacy               *Privacy
	NSFW                  *bool
	NSFWFlags             *int
	NSFWSummary           *string
	CommentsPolicy        *CommentsPolicy
	DownloadEnabled       *bool
	WaitTranscoding       *bool
	OriginallyPublishedAt *time.Time
	Schedule              **Schedule
	Passwords             []string // with Privacy Password: replaces those there are
	ChannelID             *channel.ID
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func (c Change) apply(m *Metadata) {
	set(&m.Name, c.Name)
	set(&m.Description, c.Description)
	set(&m.Support, c.Support)
	set(&m.Category, c.Category)
	set(&m.Licence, c.Licence)
	set(&m.Language, c.Language)
	set(&m.Tags, c.Tags)
	set(&m.Privacy, c.Privacy)
	set(&m.NSFW, c.NSFW)
	set(&m.NSFWFlags, c.NSFWFlags)
	set(&m.NSFWSummary, c.NSFWSummary)
	set(&m.CommentsPolicy, c.CommentsPolicy)
	set(&m.DownloadEnabled, c.DownloadEnabled)
	set(&m.WaitTranscoding, c.WaitTranscoding)
	set(&m.OriginallyPublishedAt, c.OriginallyPublishedAt)
	set(&m.Schedule, c.Schedule)
	if c.NSFW != nil && !*c.NSFW {
		m.NSFWFlags, m.NSFWSummary = 0, ""
	}
}

// Update changes a video, for its owner and those who update any video. What also does, such as replacing pictures, happens in the
// same transaction.
func (v *Videos) Update(ctx context.Context, viewer account.Viewer, id ID, c Change, also ...func(context.Context, *db.Tx) error) error {
	return v.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := v.updateIn(ctx, tx, viewer, id, c); err != nil {
			return err
		}
		for _, more := range also {
			if err := more(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}

func (v *Videos) updateIn(ctx context.Context, tx *db.Tx, viewer account.Viewer, id ID, c Change) error {
	found, err := read(ctx, tx, id)
	if err != nil {
		return fmt.Errorf("update video %d: %w", id, err)
	}
	if err := checkManage(found.CanManage(viewer), viewer); err != nil {
		return err
	}
	changed := found.Video
	m := changed.metadata()
	c.apply(&m)
	if err := v.checkChange(ctx, tx, found.Video, m, c); err != nil {
		return err
	}
	changed.describe(m)
	if err := v.moveChannel(ctx, tx, viewer, &changed, c.ChannelID); err != nil {
		return err
	}
	if err := v.save(ctx, tx, found.Video, changed, c); err != nil {
		return fmt.Errorf("update video %d: %w", id, err)
	}
	return nil
}

// checkChange holds the result to the rules of new videos, and asks for a password only where none would be left.
func (v *Videos) checkChange(ctx context.Context, tx *db.Tx, from Video, m Metadata, c Change) error {
	needsPasswords := m.Privacy == Password && (c.Passwords != nil || from.Privacy != Password)
	if err := refused(append(m.rules(), rule{"videoPasswords", !needsPasswords || arePasswords(c.Passwords), nil, badPasswords})); err != nil {
		return err
	}
	return checkLivePrivacy(from, c)
}

// moveChannel puts the video in another channel of the same owner.
func (v *Videos) moveChannel(ctx context.Context, tx *db.Tx, viewer account.Viewer, of *Video, to *channel.ID) error {
	if to == nil || *to == of.Channel.ID {
		return nil
	}
	in, err := ownChannel(ctx, tx, viewer, *to)
	if err != nil {
		return err
	}
	if in.Owner.ID != of.Channel.Owner.ID {
		return fault.New(fault.Invalid, "Unknown video \"video channel\" for this account.")
	}
	of.Channel = in
	return nil
}

// save writes a changed video, with what follows from the change.
func (v *Videos) save(ctx context.Context, tx *db.Tx, from, to Video, c Change) error {
	to.UpdatedAt = v.o.Clock.Now()
	if err := v.announce(ctx, tx, &to); err != nil {
		return err
	}
	if err := update(ctx, tx, to); err != nil {
		return err
	}
	if err := replaceTags(ctx, tx, to.ID, to.Tags); err != nil {
		return err
	}
	if err := followDescription(ctx, tx, from.Description, to); err != nil {
		return err
	}
	if err := replaceSchedule(ctx, tx, to.ID, to.Schedule); err != nil {
		return err
	}
	if err := v.savePasswords(ctx, tx, to, c.Passwords); err != nil {
		return err
	}
	if err := index(ctx, tx, to); err != nil {
		return err
	}
	tx.Touch(Topic)
	if from.Privacy != to.Privacy {
		if err := v.o.Outbox.Record(ctx, tx, PrivacyChanged{VideoID: to.ID, UUID: to.UUID, From: from.Privacy, To: to.Privacy}); err != nil {
			return err
		}
	}
	return v.o.Outbox.Record(ctx, tx, Updated{VideoID: to.ID})
}

// savePasswords replaces the passwords when new ones are given, and drops them with the privacy that asks for them.
func (v *Videos) savePasswords(ctx context.Context, tx *db.Tx, of Video, passwords []string) error {
	if of.Privacy != Password {
		return replacePasswords(ctx, tx, of.ID, nil, of.UpdatedAt)
	}
	if passwords == nil {
		return nil
	}
	return replacePasswords(ctx, tx, of.ID, passwords, of.UpdatedAt)
}

// SetSupport gives all videos of a channel the same support text, for those who may change the channel.
func (v *Videos) SetSupport(ctx context.Context, viewer account.Viewer, of channel.ID, text string) error {
	if !hasLength(text, 0, maxSupport) {
		return fault.InvalidParam("support", text, badValue)
	}
	return v.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := ownChannel(ctx, tx, viewer, of); err != nil {
			return err
		}
		tx.Touch(Topic)
		return updateSupport(ctx, tx, of, text, v.o.Clock.Now())
	})
}

// Draft is a new video with what the change sets; base says the rest.
func (c Change) Draft(base Metadata) Draft {
	d := Draft{Metadata: base}
	c.apply(&d.Metadata)
	d.Passwords = c.Passwords
	set(&d.ChannelID, c.ChannelID)
	return d
}
