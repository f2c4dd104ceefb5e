package account

import (
	"context"
	"strings"
	"time"

	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Topic is what transactions touch (db.Tx.Touch) when they change what pages and lists show of accounts.
const Topic = "account"

// NewActor describes an actor to make on this site.
type NewActor struct {
	Site     Site
	Kind     ActorKind
	Username string
	Keys     KeyPair
	At       time.Time
}

// ActorURL is the ActivityPub id of a local actor.
func (s Site) ActorURL(kind ActorKind, username string) string {
	if kind == ChannelActor {
		return s.Origin + "/video-channels/" + username
	}
	return s.Origin + "/accounts/" + username
}

// CreateActor makes a local actor. It fails with fault.Conflict when an account or channel here has the name already, whatever its case.
func CreateActor(ctx context.Context, tx *db.Tx, n NewActor) (Actor, error) {
	url := n.Site.ActorURL(n.Kind, n.Username)
	a := Actor{
		Kind: n.Kind, Username: n.Username, URL: url, InboxURL: url + "/inbox", OutboxURL: url + "/outbox",
		SharedInboxURL: n.Site.Origin + "/inbox", FollowersURL: url + "/followers", FollowingURL: url + "/following",
		CreatedAt: n.At, UpdatedAt: n.At,
	}
	if err := nameIsFree(ctx, tx, n.Username); err != nil {
		return Actor{}, err
	}
	id, err := db.Insert[ActorID](ctx, tx, `INSERT INTO actor (kind, username, host, url, inbox_url, outbox_url, shared_inbox_url, followers_url,
		following_url, public_key, private_key, created_at, updated_at) VALUES (?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		a.Kind, a.Username, a.URL, a.InboxURL, a.OutboxURL, a.SharedInboxURL, a.FollowersURL, a.FollowingURL, n.Keys.Public, n.Keys.Private, n.At, n.At)
	if db.IsDuplicate(err) {
		return Actor{}, nameTaken()
	}
	a.ID = id
	return a, err
}

// nameIsFree asks before inserting: a refused INSERT would end the whole transaction on PostgreSQL.
func nameIsFree(ctx context.Context, tx *db.Tx, username string) error {
	taken, err := db.Value[int](ctx, tx, "SELECT COUNT(*) FROM actor WHERE LOWER(username) = ? AND host = ''", strings.ToLower(username))
	if err == nil && taken > 0 {
		return nameTaken()
	}
	return err
}

func nameTaken() error {
	return fault.New(fault.Conflict, "Another actor (account/channel) with this name on this instance already exists or has already existed.")
}

// ActorColumns are the columns of an actor, for the queries of those who join it; Actor.Destinations scans them.
func ActorColumns(alias string) string {
	return prefixed(alias, "id", "kind", "username", "host", "url", "inbox_url", "outbox_url", "shared_inbox_url", "followers_url", "following_url",
		"followers_count", "following_count", "created_at", "updated_at")
}

func prefixed(alias string, columns ...string) string {
	return alias + "." + strings.Join(columns, ", "+alias+".")
}

// Destinations are where Scan puts ActorColumns.
func (a *Actor) Destinations() []any {
	return []any{
		&a.ID, &a.Kind, &a.Username, &a.Host, &a.URL, &a.InboxURL, &a.OutboxURL, &a.SharedInboxURL, &a.FollowersURL, &a.FollowingURL,
		&a.FollowersCount, &a.FollowingCount, db.Time(&a.CreatedAt), db.Time(&a.UpdatedAt),
	}
}

// Columns are the columns of an account and its actor, for the queries of those who join them; Account.Destinations scans them.
func Columns(alias, actorAlias string) string {
	return prefixed(alias, "id", "user_id", "name", "description", "created_at", "updated_at") + ", " + ActorColumns(actorAlias)
}

// Destinations are where Scan puts Columns.
func (a *Account) Destinations() []any {
	own := []any{&a.ID, db.Null(&a.UserID), &a.Name, &a.Description, db.Time(&a.CreatedAt), db.Time(&a.UpdatedAt)}
	return append(own, a.Actor.Destinations()...)
}

// LoadImages fills the avatars and banners of the actors with one query. The same actor may be given several times.
func LoadImages(ctx context.Context, q db.Querier, actors ...*Actor) error {
	byID := make(map[ActorID][]*Actor, len(actors))
	var ids []ActorID
	for _, a := range actors {
		if byID[a.ID] == nil {
			ids = append(ids, a.ID)
		}
		byID[a.ID] = append(byID[a.ID], a)
	}
	if len(ids) == 0 {
		return nil
	}
	ids = db.Padded(ids)
	images, err := db.List(ctx, q, scanImage, `SELECT actor_id, kind, width, height, filename, remote_url, created_at, updated_at
		FROM actor_image WHERE actor_id IN (`+db.Marks(len(ids))+") ORDER BY width", db.Anys(ids)...)
	for _, image := range images {
		for _, a := range byID[image.actor] {
			a.addImage(image)
		}
	}
	return err
}

type ownedImage struct {
	actor ActorID
	kind  string
	Image
}

func scanImage(row db.Row) (ownedImage, error) {
	var i ownedImage
	err := row.Scan(&i.actor, &i.kind, &i.Width, &i.Height, &i.Filename, &i.RemoteURL, db.Time(&i.CreatedAt), db.Time(&i.UpdatedAt))
	return i, err
}

// addImage keeps avatars smallest first and banners widest first; images come by growing width.
func (a *Actor) addImage(i ownedImage) {
	if i.kind == "avatar" {
		a.Avatars = append(a.Avatars, i.Image)
		return
	}
	a.Banners = append([]Image{i.Image}, a.Banners...)
}
