package account

import (
	"context"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/google/uuid"

	"lucarne/account/mailtext"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// MyChange is what users set of themselves; nil fields stay as they are.
type MyChange struct {
	CurrentPassword string // needed for Password and Email
	Password        *string
	Email           *string
	EmailPublic     *bool
	DisplayName     *string
	Description     *string
	Preferences     func(*Preferences) // edits them
}

var nsfwPolicies = []string{"display", "warn", "blur", "do_not_list"}

func (c MyChange) check(minPassword int) error {
	var refused []fault.Param
	if c.Password != nil {
		refused = check(refused, isPassword(*c.Password, minPassword), "password", nil, invalid)
	}
	if c.Email != nil {
		refused = check(refused, IsEmail(*c.Email), "email", *c.Email, invalid)
	}
	if c.DisplayName != nil {
		n := utf8.RuneCountInString(*c.DisplayName)
		refused = check(refused, n >= 1 && n <= maxName, "displayName", *c.DisplayName, invalid)
	}
	if c.Description != nil {
		refused = check(refused, utf8.RuneCountInString(*c.Description) <= maxDescription, "description", *c.Description, invalid)
	}
	return fault.InvalidParams(refused)
}

// The bounds of preferences.
const (
	maxLanguages   = 500
	maxLanguageTag = 35  // bytes; RFC 5646 §4.4.1
	maxTheme       = 100 // bytes
)

func (p Preferences) check() error {
	refused := check(nil, slices.Contains(nsfwPolicies, p.NSFWPolicy), "nsfwPolicy", p.NSFWPolicy, invalid)
	isLong := func(tag string) bool { return len(tag) > maxLanguageTag }
	areBounded := len(p.VideoLanguages) <= maxLanguages && !slices.ContainsFunc(p.VideoLanguages, isLong)
	refused = check(refused, areBounded, "videoLanguages", nil, invalid)
	refused = check(refused, len(p.Theme) <= maxTheme, "theme", p.Theme, invalid)
	refused = check(refused, !isLong(p.Language), "language", p.Language, invalid)
	return fault.InvalidParams(refused)
}

// UpdateMe changes what users may change of themselves. A new password or mail address needs the current password.
func (u *Users) UpdateMe(ctx context.Context, viewer Viewer, c MyChange) error {
	if !viewer.IsSignedIn() {
		return fault.New(fault.Unauthenticated, "Not authenticated")
	}
	if err := c.check(u.o.Settings().MinPasswordLength); err != nil {
		return err
	}
	if c.Password != nil || c.Email != nil && *c.Email != viewer.User.Email {
		if err := u.CheckPassword(ctx, viewer.UserID(), c.CurrentPassword); err != nil {
			return err
		}
	}
	hash, err := u.hashOf(ctx, c.Password)
	if err != nil {
		return fmt.Errorf("update myself: %w", err)
	}
	err = u.edit(ctx, viewer, func(ctx context.Context, tx *db.Tx, user *User) error {
		return u.applyMine(ctx, tx, user, c, hash)
	})
	if err != nil {
		return fmt.Errorf("update user %d by themselves: %w", viewer.UserID(), err)
	}
	return nil
}

// CheckPassword fails with fault.Unauthenticated unless the password is the user's: asked again before what matters.
func (u *Users) CheckPassword(ctx context.Context, id UserID, password string) error {
	if password == "" {
		return fault.New(fault.Invalid, "currentPassword parameter is missing.")
	}
	user, err := u.Get(ctx, id)
	if err != nil {
		return err
	}
	isRight, err := u.ConfirmPassword(ctx, user, password)
	if err == nil && !isRight {
		return fault.New(fault.Unauthenticated, "currentPassword is invalid.")
	}
	return err
}

func (u *Users) applyMine(ctx context.Context, tx *db.Tx, user *User, c MyChange, hash string) error {
	if c.Preferences != nil {
		c.Preferences(&user.Preferences)
		if err := user.Preferences.check(); err != nil {
			return err
		}
	}
	set(&user.EmailPublic, c.EmailPublic)
	if c.Email != nil && *c.Email != user.Email {
		if err := u.changeEmail(ctx, tx, user, *c.Email); err != nil {
			return err
		}
	}
	if c.DisplayName != nil || c.Description != nil {
		if err := u.updateAccount(ctx, tx, user.Account, c); err != nil {
			return err
		}
	}
	if hash == "" {
		return nil
	}
	return u.replacePassword(ctx, tx, user.ID, hash)
}

func (u *Users) changeEmail(ctx context.Context, tx *db.Tx, user *User, email string) error {
	if err := checkFree(ctx, tx, user.ID, user.Username, email); err != nil {
		return err
	}
	if !u.o.Settings().VerifiesEmail || !u.o.Letters.Enabled() {
		user.Email, user.PendingEmail = email, ""
		return nil
	}
	user.PendingEmail = email // until it is proved, see VerifyEmail
	return u.o.Letters.postIn(ctx, tx, letter{About: mailtext.VerifyEmail, User: user.ID})
}

func (u *Users) updateAccount(ctx context.Context, tx *db.Tx, a Account, c MyChange) error {
	set(&a.Name, c.DisplayName)
	set(&a.Description, c.Description)
	a.UpdatedAt = u.o.Clock.Now()
	if err := updateAccount(ctx, tx, a); err != nil {
		return err
	}
	return u.o.Outbox.Record(ctx, tx, Updated{AccountID: a.ID})
}

// SetAvatar gives the viewer's account a picture, in all sizes, largest first. The old ones go.
func (u *Users) SetAvatar(ctx context.Context, viewer Viewer, file io.ReadSeeker) ([]Image, error) {
	images, err := u.o.Gallery.Add(ctx, Avatar, file)
	if err != nil {
		return nil, fmt.Errorf("set avatar: %w", err)
	}
	if err := u.replaceAvatar(ctx, viewer, images); err != nil {
		u.o.Gallery.Drop(ctx, images)
		return nil, fmt.Errorf("set avatar: %w", err)
	}
	return images, nil
}

// DeleteAvatar takes the picture away; having none is no error.
func (u *Users) DeleteAvatar(ctx context.Context, viewer Viewer) error {
	if err := u.replaceAvatar(ctx, viewer, nil); err != nil {
		return fmt.Errorf("delete avatar: %w", err)
	}
	return nil
}

func (u *Users) replaceAvatar(ctx context.Context, viewer Viewer, images []Image) error {
	return u.edit(ctx, viewer, func(ctx context.Context, tx *db.Tx, user *User) error {
		owner := user.Account
		if err := ReplaceImages(ctx, tx, owner.Actor.ID, Avatar, images); err != nil {
			return err
		}
		if old := owner.Actor.Avatars; len(old) > 0 {
			if err := u.o.Outbox.Record(ctx, tx, ImagesReplaced{AccountID: owner.ID, Images: Filenames(old)}); err != nil {
				return err
			}
		}
		return u.o.Outbox.Record(ctx, tx, Updated{AccountID: owner.ID})
	})
}

// SetNotifications changes how news reaches the viewer; kinds that are not given stay as they are, unknown ones are refused.
func (u *Users) SetNotifications(ctx context.Context, viewer Viewer, settings NotificationSettings) error {
	if err := settings.check(); err != nil {
		return err
	}
	err := u.edit(ctx, viewer, func(_ context.Context, _ *db.Tx, user *User) error {
		for name, ways := range settings {
			user.Notifications[name] = ways
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set notifications: %w", err)
	}
	return nil
}

// RenewFeedToken gives the viewer a new token for private feeds; the old one opens nothing any more.
func (u *Users) RenewFeedToken(ctx context.Context, viewer Viewer) (string, error) {
	token := uuid.NewString()
	err := u.edit(ctx, viewer, func(_ context.Context, _ *db.Tx, user *User) error {
		user.FeedToken = token
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("renew feed token: %w", err)
	}
	return token, nil
}

// edit runs work on the viewer's own user, in one transaction, and stores what work changed.
func (u *Users) edit(ctx context.Context, viewer Viewer, work func(context.Context, *db.Tx, *User) error) error {
	return u.own(ctx, viewer, func(ctx context.Context, tx *db.Tx, own User) error {
		own.UpdatedAt = u.o.Clock.Now()
		if err := work(ctx, tx, &own); err != nil {
			return err
		}
		return updateUser(ctx, tx, own)
	})
}
