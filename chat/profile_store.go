package chat

import (
	"context"

	"lucarne/account"
	"lucarne/platform/db"
)

// profile is what everybody may know of somebody with an account here.
type profile struct {
	username string
	avatar   string // path; "" none
}

const (
	avatarFolder = "/lazy-static/avatars/"
	avatarWidth  = 96 // at least, where there is one
)

func profiles(ctx context.Context, q db.Querier, ids []account.ID) (map[account.ID]profile, error) {
	found := make(map[account.ID]profile, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	ids = db.Padded(ids)
	scan := func(row db.Row) (struct{}, error) {
		var id account.ID
		var p profile
		err := row.Scan(&id, &p.username, db.Null(&p.avatar))
		if p.avatar != "" {
			p.avatar = avatarFolder + p.avatar
		}
		found[id] = p
		return struct{}{}, err
	}
	_, err := db.List(ctx, q, scan, `SELECT a.id, o.username, (SELECT i.filename FROM actor_image i WHERE i.actor_id = o.id AND i.kind = 'avatar'
		ORDER BY i.width < ?, i.width LIMIT 1) FROM account a JOIN actor o ON o.id = a.actor_id WHERE a.id IN (`+db.Marks(len(ids))+")",
		append([]any{avatarWidth}, db.Anys(ids)...)...)
	return found, err
}

// introduceAuthors names the accounts of those who have one here.
func introduceAuthors(ctx context.Context, q db.Querier, list []Message) error {
	var ids []account.ID
	seen := make(map[account.ID]bool)
	for _, m := range list {
		if id := m.Person.accountID(); id != 0 && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	known, err := profiles(ctx, q, ids)
	for i := range list {
		p := known[list[i].Person.accountID()]
		list[i].Account, list[i].Avatar = p.username, p.avatar
	}
	return err
}

// describe adds to messages what is kept beside them: who their authors are, and reactions.
func describe(ctx context.Context, q db.Querier, list []Message) error {
	if err := introduceAuthors(ctx, q, list); err != nil {
		return err
	}
	ids := make([]MessageID, len(list))
	for i, m := range list {
		ids[i] = m.ID
	}
	tallies, err := tallyReactions(ctx, q, ids)
	for i := range list {
		list[i].Reactions = tallies[list[i].ID]
	}
	return err
}
