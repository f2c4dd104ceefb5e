package channel

import (
	"context"

	"lucarne/account"
	"lucarne/platform/collation"
	"lucarne/platform/db"
	"lucarne/platform/search"
)

const searchIndex = db.SearchIndex("channel_search")

var columns = "channel.id, channel.name, channel.description, channel.support, channel.created_at, channel.updated_at, " +
	account.ActorColumns("actor") + ", " + account.Columns("account", "owner")

const tables = ` FROM channel JOIN actor ON actor.id = channel.actor_id JOIN account ON account.id = channel.account_id
	JOIN actor AS owner ON owner.id = account.actor_id`

func scan(row db.Row) (*Channel, error) {
	var c Channel
	own := []any{&c.ID, &c.Name, &c.Description, &c.Support, db.Time(&c.CreatedAt), db.Time(&c.UpdatedAt)}
	own = append(append(own, c.Actor.Destinations()...), c.Owner.Destinations()...)
	return &c, row.Scan(own...)
}

// ByIDs reads channels with their owners and images, in two queries however many there are; unknown ids are left out.
func ByIDs(ctx context.Context, q db.Querier, ids ...ID) (map[ID]Channel, error) {
	all := make(map[ID]Channel, len(ids))
	if len(ids) == 0 {
		return all, nil
	}
	ids = db.Padded(ids)
	found, err := db.List(ctx, q, scan, "SELECT "+columns+tables+" WHERE channel.id IN ("+db.Marks(len(ids))+")", db.Anys(ids)...)
	if err != nil {
		return nil, err
	}
	if err := loadImages(ctx, q, found); err != nil {
		return nil, err
	}
	for _, c := range found {
		all[c.ID] = *c
	}
	return all, nil
}

func loadImages(ctx context.Context, q db.Querier, channels []*Channel) error {
	actors := make([]*account.Actor, 0, 2*len(channels))
	for _, c := range channels {
		actors = append(actors, &c.Actor, &c.Owner.Actor)
	}
	return account.LoadImages(ctx, q, actors...)
}

func idOf(ctx context.Context, q db.Querier, username, host string) (ID, bool, error) {
	return db.Find(ctx, q, db.Column[ID], `SELECT channel.id FROM channel JOIN actor ON actor.id = channel.actor_id
		WHERE LOWER(actor.username) = ? AND actor.host = ?`, username, host)
}

// maxIDs bounds the channels of one account that are handled at once; the settings keep users far below.
const maxIDs = 10_000

func idsOf(ctx context.Context, q db.Querier, owner account.ID) ([]ID, error) {
	return db.List(ctx, q, db.Column[ID], "SELECT id FROM channel WHERE account_id = ? ORDER BY id LIMIT ?", owner, maxIDs)
}

func countOf(ctx context.Context, q db.Querier, owner account.ID) (int, error) {
	return db.Value[int](ctx, q, "SELECT COUNT(*) FROM channel WHERE account_id = ?", owner)
}

func insert(ctx context.Context, tx *db.Tx, c Channel) (ID, error) {
	return db.Insert[ID](ctx, tx, `INSERT INTO channel (actor_id, account_id, name, name_sort, description, support, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		c.Actor.ID, c.Owner.ID, c.Name, collation.Key(c.Name), c.Description, c.Support, c.CreatedAt, c.UpdatedAt)
}

func update(ctx context.Context, tx *db.Tx, c Channel) error {
	_, err := db.Exec(ctx, tx, "UPDATE channel SET name = ?, name_sort = ?, description = ?, support = ?, updated_at = ? WHERE id = ?",
		c.Name, collation.Key(c.Name), c.Description, c.Support, c.UpdatedAt, c.ID)
	return err
}

// remove deletes the actor, and the channel's row with it.
func remove(ctx context.Context, tx *db.Tx, c Channel) error {
	if err := searchIndex.Delete(ctx, tx, int64(c.ID)); err != nil {
		return err
	}
	return account.DeleteActor(ctx, tx, c.Actor.ID)
}

func index(ctx context.Context, tx *db.Tx, c Channel) error {
	return searchIndex.Put(ctx, tx, int64(c.ID), search.Terms(c.Actor.Handle()+" "+c.Name+" "+c.Description))
}
