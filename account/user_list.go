package account

import (
	"context"
	"fmt"
	"strings"

	"lucarne/platform/fault"
)

// UserFilter says which users a list holds and which part of it is wanted; zero fields filter nothing.
type UserFilter struct {
	Search    string // found in the name or the mail address, whatever the case
	IsBlocked *bool
	Role      *Role
	Sort      UserSort
	Start     int
	Count     int // at most MaxPage; 0 means 15
}

// MaxPage bounds a page of any list.
const (
	MaxPage     = 100
	defaultPage = 15
)

// UserSort is an order of users. The zero UserSort is newest first.
type UserSort struct{ sort }

// sort is a column to order by.
type sort struct {
	column       string
	isDescending bool
}

var userSorts = map[string]string{
	"id": "users.id", "username": "LOWER(users.username)", "createdAt": "users.created_at", "lastLoginDate": "COALESCE(users.last_login_at, 0)", "role": "users.role",
	"videoQuota": "users.video_quota",
}

// ParseUserSort reads an order as the API writes it: "-createdAt" is newest first.
func ParseUserSort(text string) (UserSort, error) {
	s, err := parseSort(text, userSorts)
	return UserSort{s}, err
}

func parseSort(text string, columns map[string]string) (sort, error) {
	if text == "" {
		return sort{}, nil
	}
	name, isDescending := strings.CutPrefix(text, "-")
	column, known := columns[name]
	if !known {
		return sort{}, fault.InvalidParam("sort", text, "Should have a valid sort column")
	}
	return sort{column: column, isDescending: isDescending}, nil
}

// orderBy is the clause, with the id to settle ties; without a column it is that of otherwise.
func (s sort) orderBy(id, otherwise string) string {
	switch {
	case s.column == "":
		return " ORDER BY " + otherwise
	case s.isDescending:
		return " ORDER BY " + s.column + " DESC, " + id + " DESC"
	}
	return " ORDER BY " + s.column + ", " + id
}

// page bounds what a caller asks for.
func page(start, count int) (limit, offset int) {
	if count <= 0 {
		count = defaultPage
	}
	return min(count, MaxPage), max(start, 0)
}

// List pages the users for those who manage them, and tells how many there are in all.
func (u *Users) List(ctx context.Context, f UserFilter) ([]User, int, error) {
	users, total, err := listUsers(ctx, u.o.DB, f)
	if err != nil {
		return nil, 0, fmt.Errorf("list users: %w", err)
	}
	return users, total, nil
}

// maxCompletions is how many names Complete gives.
const maxCompletions = 5

// Complete gives the names of accounts here that begin with or hold the text, for forms where one writes a name.
func (u *Users) Complete(ctx context.Context, text string) ([]string, error) {
	names, err := completeNames(ctx, u.o.DB, text, maxCompletions)
	if err != nil {
		return nil, fmt.Errorf("complete user name: %w", err)
	}
	return names, nil
}
