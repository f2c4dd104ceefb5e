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
