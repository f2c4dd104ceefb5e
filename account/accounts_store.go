package account

import (
	"context"

	"lucarne/platform/db"
)

const accountTables = " FROM account JOIN actor ON actor.id = account.actor_id"

func scanAccount(row db.Row) (Account, error) {
	var a Account
	err := row.Scan(a.Destinations()...)
	return a, err
}

// findAccount reads an account with its images.
func findAccount(ctx context.Context, q db.Querier, condition string, args ...any) (Account, bool, error) {
	found, ok, err := db.Find(ctx, q, scanAccount, "SELECT "+Columns("account", "actor")+accountTables+" WHERE "+condition, args...)
	if err != nil || !ok {
		return Account{}, false, err
	}
	return found, true, LoadImages(ctx, q, &found.Actor)
}

func listAccounts(ctx context.Context, q db.Querier, f AccountFilter) ([]Account, int, error) {
	limit, offset := page(f.Start, f.Count)
	found, err := db.List(ctx, q, scanAccount, "SELECT "+Columns("account", "actor")+accountTables+
		f.Sort.orderBy("account.id", "account.created_at DESC, account.id DESC")+" LIMIT ? OFFSET ?", limit, offset)
	if err != nil {
		return nil, 0, err
	}
	actors := make([]*Actor, len(found))
	for i := range found {
		actors[i] = &found[i].Actor
	}
	if err := LoadImages(ctx, q, actors...); err != nil {
		return nil, 0, err
	}
	total, err := db.Value[int](ctx, q, "SELECT COUNT(*) FROM account")
	return found, total, err
}
