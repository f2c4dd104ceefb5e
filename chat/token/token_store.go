package token

import (
	"context"
	"encoding/hex"
	"time"

	"lucarne/account"
	"lucarne/chat/sasl"
	"lucarne/platform/db"
)

// newToken is what is kept of a token.
type newToken struct {
	Token
	hash   digest
	sha1   sasl.Stored
	sha256 sasl.Stored
}

func insertToken(ctx context.Context, tx *db.Tx, n newToken) (ID, error) {
	return db.Insert[ID](ctx, tx, `INSERT INTO chat_token (user_id, label, hash, sha1_stored, sha1_server, sha256_stored, sha256_server, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`, n.UserID, n.Label, n.hash.text(), hex.EncodeToString(n.sha1.StoredKey),
		hex.EncodeToString(n.sha1.ServerKey), hex.EncodeToString(n.sha256.StoredKey), hex.EncodeToString(n.sha256.ServerKey), n.CreatedAt)
}

func (d digest) text() string { return hex.EncodeToString(d[:]) }

func countTokens(ctx context.Context, q db.Querier, user account.UserID) (int, error) {
	return db.Value[int](ctx, q, "SELECT COUNT(*) FROM chat_token WHERE user_id = ?", user)
}

const tokenColumns = "SELECT id, user_id, label, created_at, used_at FROM chat_token WHERE "

func scanToken(r db.Row) (Token, error) {
	var t Token
	err := r.Scan(&t.ID, &t.UserID, &t.Label, db.Time(&t.CreatedAt), db.Time(&t.UsedAt))
	return t, err
}

func listTokens(ctx context.Context, q db.Querier, user account.UserID) ([]Token, error) {
	return db.List(ctx, q, scanToken, tokenColumns+"user_id = ? ORDER BY created_at DESC, id DESC LIMIT ?", user, maxTokens)
}

func tokenByHash(ctx context.Context, q db.Querier, hash digest) (Token, bool, error) {
	return db.Find(ctx, q, scanToken, tokenColumns+"hash = ?", hash.text())
}

func tokenByID(ctx context.Context, q db.Querier, id ID) (Token, bool, error) {
	return db.Find(ctx, q, scanToken, tokenColumns+"id = ?", id)
}

func deleteToken(ctx context.Context, tx *db.Tx, user account.UserID, id ID) (bool, error) {
	deleted, err := db.Exec(ctx, tx, "DELETE FROM chat_token WHERE id = ? AND user_id = ?", id, user)
	return deleted > 0, err
}

func setUsed(ctx context.Context, d *db.DB, id ID, at time.Time) error {
	_, err := db.Exec(ctx, d, "UPDATE chat_token SET used_at = ? WHERE id = ?", at, id)
	return err
}

// kept are the SCRAM keys of a token.
type kept struct {
	id ID
	sasl.Stored
}

func scramKeys(ctx context.Context, q db.Querier, h sasl.Hash, username string) ([]kept, error) {
	columns := "t.sha256_stored, t.sha256_server"
	if h == sasl.SHA1 {
		columns = "t.sha1_stored, t.sha1_server"
	}
	return db.List(ctx, q, scanKept, "SELECT t.id, "+columns+` FROM users u JOIN chat_token t ON t.user_id = u.id
		WHERE LOWER(u.username) = ? ORDER BY t.id DESC LIMIT ?`, nameInAddress(username), maxTokens)
}

func scanKept(r db.Row) (kept, error) {
	var k kept
	var stored, server string
	if err := r.Scan(&k.id, &stored, &server); err != nil {
		return kept{}, err
	}
	var err error
	if k.StoredKey, err = hex.DecodeString(stored); err != nil {
		return kept{}, err
	}
	k.ServerKey, err = hex.DecodeString(server)
	return k, err
}
