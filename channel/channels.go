package channel

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"lucarne/account"
	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/fault"
	"lucarne/platform/picture"
)

// Settings are the rules an administrator may change while the program runs.
type Settings struct {
	MaxPerUser int
}

// Videos is what goes with a channel: Forget removes its videos in the transaction that removes the channel.
type Videos interface {
	ForgetChannel(ctx context.Context, tx *db.Tx, id ID) error
}

// Options set up Channels.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Outbox   *event.Outbox
	Site     account.Site
	Keys     *account.Keys
	Images   blob.Store // of avatars and banners
	Pictures *picture.Pictures
	Videos   Videos
	Settings func() Settings
}

// Channels are the channels known here, ours and remote ones.
type Channels struct {
	o       Options
	gallery *account.Gallery
}

// New makes the channels' subject.
func New(o Options) *Channels {
	return &Channels{o: o, gallery: account.NewGallery(o.Images, o.Pictures, o.Clock)}
}

// Draft is what a channel is made from.
type Draft struct {
	Username    string
	Name        string // display name
	Description string
	Support     string
}

// Create makes a channel of the viewer's. It fails with fault.Conflict when the name is taken here, and with fault.Invalid past the
// number of channels a user may have.
func (c *Channels) Create(ctx context.Context, viewer account.Viewer, d Draft) (Channel, error) {
	if !viewer.IsSignedIn() {
		return Channel{}, fault.New(fault.Unauthenticated, "Not authenticated")
	}
	if err := d.check(); err != nil {
		return Channel{}, err
	}
	var made Channel
	err := c.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := c.checkRoom(ctx, tx, viewer.AccountID()); err != nil {
			return err
		}
		var err error
		made, err = c.create(ctx, tx, viewer.User.Account, d)
		return err
	})
	if err != nil {
		return Channel{}, fmt.Errorf("create channel %s: %w", d.Username, err)
	}
	return made, nil
}

// CreateDefault makes the channel a new user begins with, in the transaction that makes the user.
func (c *Channels) CreateDefault(ctx context.Context, tx *db.Tx, owner account.Account, username, displayName string) error {
	d := Draft{Username: username, Name: displayName}
	if err := d.check(); err != nil {
		return err
	}
	_, err := c.create(ctx, tx, owner, d)
	return err
}

func (c *Channels) create(ctx context.Context, tx *db.Tx, owner account.Account, d Draft) (Channel, error) {
	keys, err := c.o.Keys.Take()
	if err != nil {
		return Channel{}, err
	}
	now := c.o.Clock.Now()
	actor, err := account.CreateActor(ctx, tx, account.NewActor{Site: c.o.Site, Kind: account.ChannelActor, Username: d.Username, Keys: keys, At: now})
	if err != nil {
		return Channel{}, err
	}
	made := Channel{Actor: actor, Owner: owner, Name: d.Name, Description: d.Description, Support: d.Support, CreatedAt: now, UpdatedAt: now}
	if made.ID, err = insert(ctx, tx, made); err != nil {
		return Channel{}, err
	}
	if err := index(ctx, tx, made); err != nil {
		return Channel{}, err
	}
	tx.Touch(Topic)
	return made, c.o.Outbox.Record(ctx, tx, Created{ChannelID: made.ID})
}

func (c *Channels) checkRoom(ctx context.Context, tx *db.Tx, owner account.ID) error {
	most := c.o.Settings().MaxPerUser
	count, err := countOf(ctx, tx, owner)
	if err == nil && count >= most {
		return fault.New(fault.Invalid, "You cannot create more than %d channels", most)
	}
	return err
}

// Get finds a channel by its id, and fails with fault.NotFound.
func (c *Channels) Get(ctx context.Context, id ID) (Channel, error) {
	all, err := ByIDs(ctx, c.o.DB, id)
	if err != nil {
		return Channel{}, fmt.Errorf("get channel %d: %w", id, err)
	}
	found, ok := all[id]
	if !ok {
		return Channel{}, notFound()
	}
	return found, nil
}

// ByHandle finds a channel by "name" or "name@host", whatever the case, and fails with fault.NotFound.
func (c *Channels) ByHandle(ctx context.Context, handle string) (Channel, error) {
	username, host := c.o.Site.SplitHandle(handle)
	if !usernamePattern.MatchString(username) || !utf8.ValidString(host) || strings.ContainsRune(host, 0) {
		return Channel{}, notFound()
	}
	id, found, err := idOf(ctx, c.o.DB, strings.ToLower(username), host)
	if err != nil {
		return Channel{}, fmt.Errorf("get channel %q: %w", handle, err)
	}
	if !found {
		return Channel{}, notFound()
	}
	return c.Get(ctx, id)
}

func notFound() error { return fault.New(fault.NotFound, "Video channel not found") }
