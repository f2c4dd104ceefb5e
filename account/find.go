package account

import (
	"context"
	"fmt"

	"lucarne/platform/fault"
)

// AccountByID finds an account, here or elsewhere, and fails with fault.NotFound.
func (u *Users) AccountByID(ctx context.Context, id ID) (Account, error) {
	return u.account(ctx, "account.id = ?", id)
}

// AccountByHandle finds an account by "name" or "name@host", whatever the case, and fails with fault.NotFound.
func (u *Users) AccountByHandle(ctx context.Context, handle string) (Account, error) {
	username, host := u.o.Site.SplitHandle(handle)
	return u.account(ctx, "LOWER(actor.username) = LOWER(?) AND actor.host = ?", username, host)
}

func (u *Users) account(ctx context.Context, condition string, args ...any) (Account, error) {
	found, ok, err := findAccount(ctx, u.o.DB, condition, args...)
	if err != nil {
		return Account{}, fmt.Errorf("get account: %w", err)
	}
	if !ok {
		return Account{}, fault.New(fault.NotFound, "Account not found")
	}
	return found, nil
}
