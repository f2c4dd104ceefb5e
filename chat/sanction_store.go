package chat

import (
	"context"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/chat/rule"
	"lucarne/platform/db"
)

func scanSanction(row db.Row) (s Sanction, err error) {
	err = row.Scan(&s.ChannelID, &s.Kind, &s.Target, &s.Nick, &s.Reason, &s.ByAccount, db.Time(&s.At), db.Time(&s.Until))
	return s, err
}

func sanctionsOf(ctx context.Context, q db.Querier, id channel.ID, now time.Time) ([]Sanction, error) {
	return db.List(ctx, q, scanSanction, `SELECT channel_id, kind, target, nick, reason, by_account, at, until FROM chat_sanction
		WHERE channel_id = ? AND (until IS NULL OR until > ?) ORDER BY at DESC, target LIMIT ?`, id, now, maxSanctions)
}

func countSanctions(ctx context.Context, q db.Querier, id channel.ID, now time.Time) (int, error) {
	return db.Value[int](ctx, q, "SELECT COUNT(*) FROM chat_sanction WHERE channel_id = ? AND (until IS NULL OR until > ?)", id, now)
}

func putSanction(ctx context.Context, tx *db.Tx, s Sanction) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO chat_sanction (channel_id, kind, target, nick, reason, by_account, at, until) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (channel_id, kind, target) DO UPDATE SET nick = excluded.nick, reason = excluded.reason, by_account = excluded.by_account,
		at = excluded.at, until = excluded.until`, s.ChannelID, s.Kind, s.Target, s.Nick, s.Reason, s.ByAccount, s.At, s.Until)
	return err
}

func deleteSanction(ctx context.Context, tx *db.Tx, id channel.ID, kind SanctionKind, target PersonKey) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM chat_sanction WHERE channel_id = ? AND kind = ? AND target = ?", id, kind, target)
	return err
}

// Moderator is somebody the owner of a channel invited.
type Moderator struct {
	AccountID account.ID
	Name      string
}

func scanModerator(row db.Row) (m Moderator, err error) {
	err = row.Scan(&m.AccountID, &m.Name)
	return m, err
}

func moderatorsOf(ctx context.Context, q db.Querier, id channel.ID) ([]Moderator, error) {
	return db.List(ctx, q, scanModerator, `SELECT m.account_id, a.username FROM chat_moderator m JOIN account c ON c.id = m.account_id
		JOIN actor a ON a.id = c.actor_id WHERE m.channel_id = ? ORDER BY m.created_at, m.account_id LIMIT ?`, id, maxModerators)
}

const maxStaff = 500 // whose names nobody else may have

// staffNames are the names of all who moderate a channel's rooms, by rule.Skeleton, with whose they are.
func staffNames(ctx context.Context, q db.Querier, id channel.ID) (map[string]PersonKey, error) {
	names := make(map[string]PersonKey)
	scan := func(row db.Row) (struct{}, error) {
		var who account.ID
		var username, name string
		err := row.Scan(&who, &username, &name)
		for _, one := range []string{username, name} {
			if key := rule.Skeleton(one); key != "" {
				names[key] = OfAccount(who)
			}
		}
		return struct{}{}, err
	}
	_, err := db.List(ctx, q, scan, `SELECT a.id, o.username, a.name FROM account a JOIN actor o ON o.id = a.actor_id WHERE a.id IN (
		SELECT account_id FROM channel WHERE id = ? UNION SELECT account_id FROM chat_moderator WHERE channel_id = ?
		UNION SELECT s.id FROM account s JOIN users u ON u.id = s.user_id WHERE u.role IN (?, ?)) ORDER BY a.id LIMIT ?`,
		id, id, account.Administrator, account.Moderator, maxStaff)
	return names, err
}

func isModerator(ctx context.Context, q db.Querier, id channel.ID, who account.ID) (bool, error) {
	n, err := db.Value[int](ctx, q, "SELECT COUNT(*) FROM chat_moderator WHERE channel_id = ? AND account_id = ?", id, who)
	return n > 0, err
}

// isStaffAccount reports whether an account moderates the channel's rooms: invited, or by its role here.
func isStaffAccount(ctx context.Context, q db.Querier, id channel.ID, who account.ID) (bool, error) {
	if isInvited, err := isModerator(ctx, q, id, who); err != nil || isInvited {
		return isInvited, err
	}
	role, found, err := db.Find(ctx, q, db.Column[account.Role], "SELECT u.role FROM users u JOIN account a ON a.user_id = u.id WHERE a.id = ?", who)
	return found && role.Has(account.ManageModeration), err
}

func addModerator(ctx context.Context, tx *db.Tx, id channel.ID, who account.ID, at time.Time) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO chat_moderator (channel_id, account_id, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", id, who, at)
	return err
}

func removeModerator(ctx context.Context, tx *db.Tx, id channel.ID, who account.ID) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM chat_moderator WHERE channel_id = ? AND account_id = ?", id, who)
	return err
}

// follows reports whether somebody follows the room's channel or its owner.
func follows(ctx context.Context, q db.Querier, room Room, viewer account.Viewer) (bool, error) {
	if !viewer.IsSignedIn() {
		return false, nil
	}
	n, err := db.Value[int](ctx, q, "SELECT COUNT(*) FROM follow WHERE actor_id = ? AND target_actor_id IN (?, ?) AND state = 'accepted'",
		viewer.User.Account.Actor.ID, room.channelActor, room.ownerActor)
	return n > 0, err
}
