package account

import (
	"context"
	"fmt"
)

// AccountFilter says which part of the list of accounts is wanted.
type AccountFilter struct {
	Sort  AccountSort
	Start int
	Count int // at most MaxPage; 0 means 15
}

// AccountSort is an order of accounts. The zero AccountSort is newest first.
type AccountSort struct{ sort }

var accountSorts = map[string]string{
	"id": "account.id", "createdAt": "account.created_at", "updatedAt": "account.updated_at", "name": "account.name_sort", "displayName": "account.name_sort",
}

// ParseAccountSort reads an order as the API writes it: "-createdAt" is newest first.
func ParseAccountSort(text string) (AccountSort, error) {
	s, err := parseSort(text, accountSorts)
	return AccountSort{s}, err
}

// Accounts pages the accounts known here, ours and remote ones, and tells how many there are in all.
func (u *Users) Accounts(ctx context.Context, f AccountFilter) ([]Account, int, error) {
	found, total, err := listAccounts(ctx, u.o.DB, f)
	if err != nil {
		return nil, 0, fmt.Errorf("list accounts: %w", err)
	}
	return found, total, nil
}
