package chat

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// SiteWide is the scope of what administrators do for all channels at once, where others name their channel.
const SiteWide channel.ID = 0

// mayList fails for who may not publish and subscribe to lists: those who may configure the channel; administrators for the site.
func (r *Rooms) mayList(ctx context.Context, viewer account.Viewer, scope channel.ID) error {
	if scope != SiteWide {
		return r.mayConfigure(ctx, viewer, scope)
	}
	if !viewer.Can(account.ManageConfiguration) {
		return fault.New(fault.Forbidden, "Only administrators may do this")
	}
	return nil
}

// PublishList offers a list to others, in the place of the one before.
func (r *Rooms) PublishList(ctx context.Context, viewer account.Viewer, scope channel.ID, l SharedList) error {
	if err := r.mayList(ctx, viewer, scope); err != nil {
		return err
	}
	l, err := l.check()
	if err != nil {
		return err
	}
	l.UpdatedAt = r.o.Clock.Now()
	if file, err := l.sign(make(ed25519.PrivateKey, ed25519.PrivateKeySize)); err != nil || len(file) > MaxListDocument {
		return fault.New(fault.TooLarge, "A shared list has at most %d bytes", MaxListDocument).Because(err)
	}
	err = r.do(ctx, func(ctx context.Context, tx *db.Tx, _ *batch) error { return putList(ctx, tx, scope, l) })
	if err != nil {
		return fmt.Errorf("publish list of channel %d: %w", scope, err)
	}
	return nil
}

// WithdrawList offers the list no longer. It may be repeated.
func (r *Rooms) WithdrawList(ctx context.Context, viewer account.Viewer, scope channel.ID) error {
	if err := r.mayList(ctx, viewer, scope); err != nil {
		return err
	}
	return r.do(ctx, func(ctx context.Context, tx *db.Tx, _ *batch) error {
		_, err := db.Exec(ctx, tx, "DELETE FROM chat_list WHERE scope = ?", scope)
		return err
	})
}

// PublishedList reads what is offered to others. It fails with fault.NotFound.
func (r *Rooms) PublishedList(ctx context.Context, scope channel.ID) (SharedList, error) {
	text, found, err := db.Find(ctx, r.o.DB, db.Column[string], "SELECT content FROM chat_list WHERE scope = ?", scope)
	if err != nil {
		return SharedList{}, err
	}
	if !found {
		return SharedList{}, fault.New(fault.NotFound, "There is no shared list")
	}
	return parseListContent(text)
}

// ListDocument is the published list as others fetch it, signed. It is the same as long as the list is, and changes with its UpdatedAt.
func (r *Rooms) ListDocument(ctx context.Context, scope channel.ID) ([]byte, SharedList, error) {
	l, err := r.PublishedList(ctx, scope)
	if err != nil {
		return nil, l, err
	}
	key, err := r.listKey(ctx)
	if err != nil {
		return nil, l, fmt.Errorf("sign list: %w", err)
	}
	file, err := l.sign(key)
	return file, l, err
}

// listKey is what lists are signed with, made when it is needed for the first time.
func (r *Rooms) listKey(ctx context.Context) (ed25519.PrivateKey, error) {
	seed, found, err := findListKey(ctx, r.o.DB)
	if err != nil {
		return nil, err
	}
	if !found {
		fresh := make([]byte, ed25519.SeedSize)
		_, _ = rand.Read(fresh) // never fails
		err := r.do(ctx, func(ctx context.Context, tx *db.Tx, _ *batch) error {
			if _, err := db.Exec(ctx, tx, "INSERT INTO chat_list_key (id, private) VALUES (1, ?) ON CONFLICT DO NOTHING", encode64(fresh)); err != nil {
				return err
			}
			seed, _, err = findListKey(ctx, tx)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	raw, err := base64.StdEncoding.DecodeString(seed)
	if err != nil || len(raw) != ed25519.SeedSize {
		return nil, fmt.Errorf("the key of the lists is damaged: %w", err)
	}
	return ed25519.NewKeyFromSeed(raw), nil
}

// forgetLists drops what a channel that is gone published and subscribed to.
func (r *Rooms) forgetLists(ctx context.Context, scope channel.ID) error {
	return r.do(ctx, func(ctx context.Context, tx *db.Tx, _ *batch) error {
		if _, err := db.Exec(ctx, tx, "DELETE FROM chat_list WHERE scope = ?", scope); err != nil {
			return err
		}
		_, err := db.Exec(ctx, tx, "DELETE FROM chat_subscription WHERE scope = ?", scope)
		return err
	})
}
