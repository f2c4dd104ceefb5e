package account

import (
	"context"

	"lucarne/platform/db"
)

const followTables = " FROM follow JOIN actor AS follower ON follower.id = follow.actor_id JOIN actor AS target ON target.id = follow.target_actor_id"

var followColumns = "SELECT " + prefixed("follow", "id", "state", "score", "created_at", "updated_at") + ", " + ActorColumns("follower") + ", " + ActorColumns("target")

func scanFollow(row db.Row) (Follow, error) {
	var f Follow
	to := append([]any{&f.ID, &f.State, &f.Score, db.Time(&f.CreatedAt), db.Time(&f.UpdatedAt)}, f.Follower.Destinations()...)
	err := row.Scan(append(to, f.Target.Destinations()...)...)
	return f, err
}

func listFollowers(ctx context.Context, q db.Querier, f FollowFilter) ([]Follow, int, error) {
	var where db.Filter
	where.And("follow.state = ?", "accepted")
	db.In(&where, "follow.target_actor_id", db.Padded(f.Targets))
	if f.Search != "" {
		pattern := containing(f.Search)
		where.And(`(LOWER(follower.username) LIKE ? ESCAPE '!' OR LOWER(follower.host) LIKE ? ESCAPE '!')`, pattern, pattern)
	}
	limit, offset := page(f.Start, f.Count)
	found, err := db.List(ctx, q, scanFollow, followColumns+followTables+where.Where()+
		f.Sort.orderBy("follow.id", "follow.created_at DESC, follow.id DESC")+" LIMIT ? OFFSET ?", where.Args(limit, offset)...)
	if err != nil {
		return nil, 0, err
	}
	actors := make([]*Actor, 0, 2*len(found))
	for i := range found {
		actors = append(actors, &found[i].Follower, &found[i].Target)
	}
	if err := LoadImages(ctx, q, actors...); err != nil {
		return nil, 0, err
	}
	total, err := db.Value[int](ctx, q, "SELECT COUNT(*)"+followTables+where.Where(), where.Args()...)
	return found, total, err
}
