package account

import (
	"context"
	"strings"

	"lucarne/platform/db"
)

func (f UserFilter) conditions() *db.Filter {
	var where db.Filter
	if f.Search != "" {
		pattern := containing(f.Search)
		where.And(`(LOWER(users.username) LIKE ? ESCAPE '!' OR LOWER(users.email) LIKE ? ESCAPE '!')`, pattern, pattern)
	}
	if f.IsBlocked != nil {
		where.And("users.blocked = ?", *f.IsBlocked)
	}
	if f.Role != nil {
		where.And("users.role = ?", *f.Role)
	}
	return &where
}

var wildcards = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// containing is the LIKE pattern, with ESCAPE '!', of what holds the text in any case.
func containing(text string) string { return "%" + wildcards.Replace(strings.ToLower(text)) + "%" }

func listUsers(ctx context.Context, q db.Querier, f UserFilter) ([]User, int, error) {
	where := f.conditions()
	limit, offset := page(f.Start, f.Count)
	users, err := db.List(ctx, q, scanUser, "SELECT "+userColumns+userTables+where.Where()+
		f.Sort.orderBy("users.id", "users.created_at DESC, users.id DESC")+" LIMIT ? OFFSET ?", where.Args(limit, offset)...)
	if err != nil {
		return nil, 0, err
	}
	actors := make([]*Actor, len(users))
	for i := range users {
		actors[i] = &users[i].Account.Actor
	}
	if err := LoadImages(ctx, q, actors...); err != nil {
		return nil, 0, err
	}
	total, err := db.Value[int](ctx, q, "SELECT COUNT(*) FROM users"+where.Where(), where.Args()...)
	return users, total, err
}

func completeNames(ctx context.Context, q db.Querier, text string, most int) ([]string, error) {
	return db.List(ctx, q, db.Column[string], `SELECT username FROM users WHERE LOWER(username) LIKE ? ESCAPE '!' ORDER BY username LIMIT ?`, containing(text), most)
}
