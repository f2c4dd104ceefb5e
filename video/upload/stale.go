package upload

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lucarne/platform/blob"
	"lucarne/platform/db"
)

// RemoveStale ends the uploads nobody has sent a part of for Settings.MaxAge, and gives their room back.
func (u *Uploads) RemoveStale(ctx context.Context) error {
	before := u.o.Clock.Now().Add(-u.o.Settings().MaxAge)
	stale, err := untouchedSince(ctx, u.o.DB, before)
	if err != nil {
		return fmt.Errorf("remove stale uploads: %w", err)
	}
	for _, id := range stale {
		if err := u.removeOne(ctx, id, before); err != nil {
			return fmt.Errorf("remove stale upload: %w", err)
		}
	}
	return u.removeOrphans(ctx, before)
}

func (u *Uploads) removeOne(ctx context.Context, id string, before time.Time) error {
	if s := u.session(id); !s.isIdle() || s.isBusy() {
		return nil // a slow part is still coming in
	}
	err := u.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return removeUntouched(ctx, tx, id, before) })
	if err != nil {
		return err
	}
	if _, isThere, err := get(ctx, u.o.DB, id); err != nil || isThere {
		return err // a part came in after all
	}
	u.removeFiles(id)
	u.forget(id)
	return nil
}

// removeOrphans removes the files of uploads that went with their user, or were never finished beginning.
func (u *Uploads) removeOrphans(ctx context.Context, before time.Time) error {
	root := u.o.Blobs.Local(blob.TemporaryKept).Root()
	entries, err := os.ReadDir(root)
	if err != nil {
		return fmt.Errorf("remove stale uploads: %w", err)
	}
	for _, entry := range entries {
		name, isOurs := strings.CutPrefix(entry.Name(), filePrefix)
		stat, err := entry.Info()
		if !isOurs || err != nil || stat.ModTime().After(before) {
			continue
		}
		id, _, _ := strings.Cut(name, ".")
		if _, isThere, err := get(ctx, u.o.DB, id); err != nil || isThere {
			if err != nil {
				return err
			}
			continue
		}
		if err := os.Remove(filepath.Join(root, entry.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove stale uploads: %w", err)
		}
	}
	return nil
}
