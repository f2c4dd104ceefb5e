package signin

import (
	"context"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
)

// kind tells tokens from cookies: neither may be used as the other.
type kind string

const (
	oauthSession kind = "oauth"
	pageSession  kind = "page"
)

// row is what a request needs of a session.
type row struct {
	id        ID
	userID    account.UserID
	kind      kind
	expiresAt time.Time
	activeAt  time.Time
}

func findByAccess(ctx context.Context, q db.Querier, hash string) (row, bool, error) {
	return db.Find(ctx, q, func(r db.Row) (row, error) {
		var s row
		err := r.Scan(&s.id, &s.userID, &s.kind, db.Time(&s.expiresAt), db.Time(&s.activeAt))
		return s, err
	}, "SELECT id, user_id, kind, access_expires_at, active_at FROM session WHERE access_hash = ?", hash)
}

// newSession is a session as it begins. Pages have no application and no refresh token.
type newSession struct {
	userID           account.UserID
	kind             kind
	application      int64
	accessHash       string
	accessExpiresAt  time.Time
	refreshHash      string
	refreshExpiresAt time.Time
	client           Client
	at               time.Time
}

func insertSession(ctx context.Context, tx *db.Tx, n newSession) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO session (user_id, kind, client_id, access_hash, access_expires_at, refresh_hash, refresh_expires_at,
		login_device, login_ip, login_at, active_device, active_ip, active_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		n.userID, n.kind, db.OrNull(n.application), n.accessHash, n.accessExpiresAt, db.OrNull(n.refreshHash), n.refreshExpiresAt,
		n.client.Device, n.client.IP, n.at, n.client.Device, n.client.IP, n.at, n.at)
	return err
}

// rotate gives a session new tokens in place of those of a refresh token, if that is still good, and tells whose it is.
func rotate(ctx context.Context, tx *db.Tx, oldRefreshHash string, n newSession) (account.UserID, bool, error) {
	return db.Find(ctx, tx, db.Column[account.UserID], `UPDATE session SET access_hash = ?, access_expires_at = ?, refresh_hash = ?, refresh_expires_at = ?,
		active_device = ?, active_ip = ?, active_at = ? WHERE refresh_hash = ? AND refresh_expires_at > ? AND client_id = ? RETURNING user_id`,
		n.accessHash, n.accessExpiresAt, n.refreshHash, n.refreshExpiresAt, n.client.Device, n.client.IP, n.at, oldRefreshHash, n.at, n.application)
}

func setActivity(ctx context.Context, d *db.DB, id ID, at, expiresAt time.Time, client Client) error {
	_, err := db.Exec(ctx, d, "UPDATE session SET active_at = ?, active_device = ?, active_ip = ?, access_expires_at = ? WHERE id = ?",
		at, client.Device, client.IP, expiresAt, id)
	return err
}

func deleteSessions(ctx context.Context, tx *db.Tx, condition string, args ...any) (int64, error) {
	return db.Exec(ctx, tx, "DELETE FROM session WHERE "+condition, args...)
}

const usable = " FROM session WHERE user_id = ? AND (access_expires_at > ? OR refresh_expires_at > ?)"

func listSessions(ctx context.Context, q db.Querier, owner account.UserID, now time.Time, p Page) (int, []Session, error) {
	total, err := db.Value[int](ctx, q, "SELECT COUNT(*)"+usable, owner, now, now)
	if err != nil {
		return 0, nil, err
	}
	current := hash(p.Credential)
	list, err := db.List(ctx, q, func(r db.Row) (Session, error) {
		var s Session
		var accessHash string
		err := r.Scan(&s.ID, &accessHash, &s.LoginDevice, &s.LoginIP, db.Time(&s.LoginAt), &s.ActiveDevice, &s.ActiveIP, db.Time(&s.ActiveAt), db.Time(&s.CreatedAt))
		s.IsCurrent = accessHash == current
		return s, err
	}, "SELECT id, access_hash, login_device, login_ip, login_at, active_device, active_ip, active_at, created_at"+usable+
		" ORDER BY active_at DESC, id DESC LIMIT ? OFFSET ?", owner, now, now, p.Count, p.Start)
	return total, list, err
}

func firstApplication(ctx context.Context, q db.Querier) (Application, bool, error) {
	return db.Find(ctx, q, func(r db.Row) (Application, error) {
		var a Application
		err := r.Scan(&a.id, &a.ID, &a.Secret)
		return a, err
	}, "SELECT id, client_id, client_secret FROM oauth_client ORDER BY id LIMIT 1")
}

func insertApplication(ctx context.Context, tx *db.Tx, a Application, at time.Time) (Application, error) {
	var err error
	a.id, err = db.Insert[int64](ctx, tx, "INSERT INTO oauth_client (client_id, client_secret, created_at) VALUES (?, ?, ?) RETURNING id", a.ID, a.Secret, at)
	return a, err
}
