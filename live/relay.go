package live

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

// RelayID names a relay.
type RelayID int64

// Relay is another place a live is sent to while it is on air.
type Relay struct {
	ID        RelayID
	VideoID   video.ID
	Name      string
	Address   string // rtmp:// or rtmps://, without the key
	Key       string // secret of the other site: for who sends there, never for surfaces
	IsEnabled bool
}

// Target is the address with the key, as encoders take it.
func (r Relay) Target() string { return strings.TrimRight(r.Address, "/") + "/" + r.Key }

// RelayChange is what somebody wants of a relay; nil fields stay as they are.
type RelayChange struct {
	Name      *string
	Address   *string
	Key       *string
	IsEnabled *bool
}

// Bounds of relays.
const (
	MaxRelays       = 5 // of one live: each is a second upload
	maxRelayName    = 100
	maxRelayAddress = 500
	maxRelayKey     = 500
)

// Relays are the other places lives are sent to.
type Relays struct {
	o     Options
	lives *Lives
}

// NewRelays makes the subject of relays.
func NewRelays(o Options) *Relays { return &Relays{o: o, lives: New(o)} }

// List gives the relays of a live to who manages it, without their keys.
func (r *Relays) List(ctx context.Context, viewer account.Viewer, id video.ID) ([]Relay, error) {
	if _, _, err := r.lives.Manage(ctx, viewer, shortid.Ref{Number: int64(id)}); err != nil {
		return nil, err
	}
	list, err := relaysOf(ctx, r.o.DB, id, false)
	for i := range list {
		list[i].Key = ""
	}
	return list, err
}

// Enabled gives the relays a live is to be sent to, with their keys, whoever asks.
func (r *Relays) Enabled(ctx context.Context, id video.ID) ([]Relay, error) {
	return relaysOf(ctx, r.o.DB, id, true)
}

// Add makes a relay of a live. It is enabled unless the change says otherwise.
func (r *Relays) Add(ctx context.Context, viewer account.Viewer, id video.ID, c RelayChange) (Relay, error) {
	if _, _, err := r.lives.Manage(ctx, viewer, shortid.Ref{Number: int64(id)}); err != nil {
		return Relay{}, err
	}
	made := Relay{VideoID: id, IsEnabled: true}
	c.apply(&made)
	if err := made.check(); err != nil {
		return Relay{}, err
	}
	err := r.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := db.Value[int](ctx, tx, "SELECT COUNT(*) FROM live_relay WHERE video_id = ?", id)
		if err != nil {
			return err
		}
		if n >= MaxRelays {
			return fault.New(fault.Invalid, "A live can be sent to at most %d other addresses", MaxRelays)
		}
		made.ID, err = insertRelay(ctx, tx, made, r.o.Clock.Now())
		return err
	})
	if err != nil {
		return Relay{}, fmt.Errorf("add a relay of live %d: %w", id, err)
	}
	made.Key = ""
	return made, nil
}

// Update changes a relay.
func (r *Relays) Update(ctx context.Context, viewer account.Viewer, id video.ID, relay RelayID, c RelayChange) error {
	if _, _, err := r.lives.Manage(ctx, viewer, shortid.Ref{Number: int64(id)}); err != nil {
		return err
	}
	return r.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := getRelay(ctx, tx, id, relay)
		if err != nil {
			return err
		}
		c.apply(&found)
		if err := found.check(); err != nil {
			return err
		}
		return updateRelay(ctx, tx, found, r.o.Clock.Now())
	})
}

// Remove forgets a relay.
func (r *Relays) Remove(ctx context.Context, viewer account.Viewer, id video.ID, relay RelayID) error {
	if _, _, err := r.lives.Manage(ctx, viewer, shortid.Ref{Number: int64(id)}); err != nil {
		return err
	}
	return r.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := getRelay(ctx, tx, id, relay); err != nil {
			return err
		}
		return deleteRelay(ctx, tx, relay)
	})
}

func (c RelayChange) apply(r *Relay) {
	set(&r.Name, c.Name)
	set(&r.Address, c.Address)
	set(&r.Key, c.Key)
	set(&r.IsEnabled, c.IsEnabled)
}

func (r Relay) check() error {
	var params []fault.Param
	if !isLine(r.Name, 1, maxRelayName) {
		params = append(params, fault.Param{Name: "name", Value: r.Name, Message: fmt.Sprintf("Should have a name between 1 and %d characters long", maxRelayName)})
	}
	if !isRelayAddress(r.Address) {
		params = append(params, fault.Param{Name: "address", Value: r.Address, Message: "Should be an address that begins with rtmp:// or rtmps://, without user and key"})
	}
	if !isLine(r.Key, 1, maxRelayKey) {
		params = append(params, fault.Param{Name: "key", Message: fmt.Sprintf("Should have a stream key of at most %d characters", maxRelayKey)})
	}
	return fault.InvalidParams(params)
}

func isLine(text string, least, most int) bool {
	n := utf8.RuneCountInString(text)
	return n >= least && n <= most && utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// isRelayAddress knows what an RTMP server is named by. Where it leads is looked at when it is called.
func isRelayAddress(text string) bool {
	if !isLine(text, 1, maxRelayAddress) || strings.ContainsFunc(text, unicode.IsSpace) {
		return false
	}
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "rtmp" || u.Scheme == "rtmps") && u.Hostname() != "" && u.User == nil && u.Fragment == ""
}
