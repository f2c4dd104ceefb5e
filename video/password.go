package video

import (
	"context"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

const badPasswords = "Should have at least one password, each between 2 and 100 characters long"

// PasswordID names one of the passwords of a video.
type PasswordID int64

// Key is one of the passwords that open a video.
type Key struct {
	ID        PasswordID
	VideoID   ID
	Password  string
	CreatedAt time.Time
	UpdatedAt time.Time
}

func arePasswords(passwords []string) bool {
	if len(passwords) == 0 || len(passwords) > maxPasswords {
		return false
	}
	for _, password := range passwords {
		if !hasLength(password, minPassword, maxPassword) {
			return false
		}
	}
	return true
}

// Passwords lists the passwords of a video, newest first unless the page says otherwise, for those who may change it.
func (v *Videos) Passwords(ctx context.Context, viewer account.Viewer, id ID, p Page) (total int, keys []Key, err error) {
	found, err := v.Get(ctx, id)
	if err != nil {
		return 0, nil, err
	}
	if err := checkKeys(found.Video, viewer); err != nil {
		return 0, nil, err
	}
	if p.Sort.By == "" {
		p.Sort.IsDescending = true
	}
	if keys, err = listPasswords(ctx, v.o.DB, id, p.bounded()); err != nil {
		return 0, nil, err
	}
	total, err = countPasswords(ctx, v.o.DB, id)
	return total, keys, err
}

// ReplacePasswords sets the passwords of a video; there must be at least one.
func (v *Videos) ReplacePasswords(ctx context.Context, viewer account.Viewer, id ID, passwords []string) error {
	if !arePasswords(passwords) {
		return fault.InvalidParam("passwords", nil, badPasswords)
	}
	return v.withKeys(ctx, viewer, id, func(ctx context.Context, tx *db.Tx) error {
		return replacePasswords(ctx, tx, id, passwords, v.o.Clock.Now())
	})
}

// AddPassword gives a video one more password.
func (v *Videos) AddPassword(ctx context.Context, viewer account.Viewer, id ID, password string) error {
	if !arePasswords([]string{password}) {
		return fault.InvalidParam("password", nil, badPasswords)
	}
	return v.withKeys(ctx, viewer, id, func(ctx context.Context, tx *db.Tx) error {
		count, err := countPasswords(ctx, tx, id)
		if err == nil && count >= maxPasswords {
			err = fault.New(fault.Invalid, "A video has at most %d passwords", maxPasswords)
		}
		if err != nil {
			return err
		}
		return addPassword(ctx, tx, id, password, v.o.Clock.Now())
	})
}

// DeletePassword takes a password away; the last one stays, failing with fault.Invalid.
func (v *Videos) DeletePassword(ctx context.Context, viewer account.Viewer, id ID, key PasswordID) error {
	return v.withKeys(ctx, viewer, id, func(ctx context.Context, tx *db.Tx) error {
		gone, err := deletePassword(ctx, tx, id, key)
		if err == nil && gone == 0 {
			err = fault.New(fault.NotFound, "This video does not have this password")
		}
		if err != nil {
			return err
		}
		left, err := countPasswords(ctx, tx, id)
		if err == nil && left == 0 {
			err = fault.New(fault.Invalid, "Cannot delete the last password of the protected video")
		}
		return err
	})
}

func (v *Videos) withKeys(ctx context.Context, viewer account.Viewer, id ID, work func(context.Context, *db.Tx) error) error {
	return v.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := read(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := checkKeys(found.Video, viewer); err != nil {
			return err
		}
		return work(ctx, tx)
	})
}

func checkKeys(of Video, viewer account.Viewer) error {
	if err := checkManage(of.CanManage(viewer), viewer); err != nil {
		return err
	}
	if of.Privacy != Password {
		return fault.New(fault.Invalid, "The video is not password protected")
	}
	return nil
}
