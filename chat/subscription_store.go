package chat

import (
	"context"

	"lucarne/channel"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

func putList(ctx context.Context, tx *db.Tx, scope channel.ID, l SharedList) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO chat_list (scope, content, updated_at) VALUES (?, ?, ?)
		ON CONFLICT (scope) DO UPDATE SET content = excluded.content, updated_at = excluded.updated_at`, scope, l.text(), l.UpdatedAt)
	return err
}

func findListKey(ctx context.Context, q db.Querier) (seed string, found bool, err error) {
	return db.Find(ctx, q, db.Column[string], "SELECT private FROM chat_list_key WHERE id = 1")
}

func scanSubscription(row db.Row) (s Subscription, err error) {
	var content string
	err = row.Scan(&s.ID, &s.Scope, &s.URL, &s.PublicKey, &content, &s.etag, &s.IsOn, &s.Action, db.Time(&s.FetchedAt), db.Time(&s.TriedAt), &s.Error)
	if err != nil {
		return s, err
	}
	var unread error
	if s.List, unread = parseListContent(content); unread != nil { // an earlier version took it: it is fetched again in a while
		s.Error = errorFor(unread)
	}
	return s, nil
}

func subscriptionsWhere(ctx context.Context, q db.Querier, rest string, args ...any) ([]Subscription, error) {
	return db.List(ctx, q, scanSubscription, `SELECT id, scope, url, public_key, content, etag, is_on, action, fetched_at, tried_at, error
		FROM chat_subscription WHERE `+rest, args...)
}

func getSubscription(ctx context.Context, q db.Querier, id SubscriptionID) (Subscription, error) {
	found, err := subscriptionsWhere(ctx, q, "id = ?", id)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "There is no such subscription")
	}
	if err != nil {
		return Subscription{}, err
	}
	return found[0], nil
}

func insertSubscription(ctx context.Context, tx *db.Tx, s Subscription) (SubscriptionID, error) {
	return db.Insert[SubscriptionID](ctx, tx, `INSERT INTO chat_subscription (scope, url, public_key, name, content, etag, is_on, action, updated_at, fetched_at,
		tried_at, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`, s.Scope, s.URL, s.PublicKey, s.List.Name, s.List.text(), s.etag, s.IsOn,
		s.Action, s.List.UpdatedAt, s.FetchedAt, s.TriedAt, s.Error)
}

func updateSubscription(ctx context.Context, tx *db.Tx, s Subscription) error {
	_, err := db.Exec(ctx, tx, `UPDATE chat_subscription SET public_key = ?, name = ?, content = ?, etag = ?, updated_at = ?, fetched_at = ?, tried_at = ?, error = ?
		WHERE id = ?`, s.PublicKey, s.List.Name, s.List.text(), s.etag, s.List.UpdatedAt, s.FetchedAt, s.TriedAt, s.Error, s.ID)
	return err
}

// listsInUse tells which lists are on in a channel's rooms, and of when they are.
func listsInUse(ctx context.Context, q db.Querier, id channel.ID) ([]listReady, error) {
	scan := func(row db.Row) (v listReady, err error) {
		err = row.Scan(&v.id, &v.updatedAt, &v.action)
		return v, err
	}
	return db.List(ctx, q, scan, "SELECT id, updated_at, action FROM chat_subscription WHERE scope IN (?, ?) AND is_on ORDER BY id LIMIT ?",
		SiteWide, id, 2*maxSubscriptions)
}
