package chat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/chat/rule"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/outbound"
)

// SubscriptionID names a subscription.
type SubscriptionID int64

// Subscription is a list of somebody else's, for a channel or the whole site.
type Subscription struct {
	ID        SubscriptionID
	Scope     channel.ID // SiteWide, or a channel
	URL       string
	PublicKey string // base64; the list is taken only as long as it is signed with it
	List      SharedList
	IsOn      bool
	Action    rule.Action // Hold or Refuse
	FetchedAt time.Time   // the last time that went well
	TriedAt   time.Time
	Error     string // why the last time did not go well; "" it did

	etag string
}

// Bounds of subscriptions.
const (
	maxSubscriptions = 10 // of a channel, and of the site
	maxListURL       = 1000
	listTimeout      = 15 * time.Second
	refreshEvery     = 6 * time.Hour
	refreshAtATime   = 50
	maxListETag      = 200
)

// Subscriptions lists those of a channel or the site, for who may change them.
func (r *Rooms) Subscriptions(ctx context.Context, viewer account.Viewer, scope channel.ID) ([]Subscription, error) {
	if err := r.mayList(ctx, viewer, scope); err != nil {
		return nil, err
	}
	return subscriptionsWhere(ctx, r.o.DB, "scope = ? ORDER BY id LIMIT ?", scope, maxSubscriptions)
}

// Subscribe fetches a list for the first time and remembers whose key it is signed with. It is not applied before it is switched on.
func (r *Rooms) Subscribe(ctx context.Context, viewer account.Viewer, scope channel.ID, address string) (Subscription, error) {
	if err := r.mayList(ctx, viewer, scope); err != nil {
		return Subscription{}, err
	}
	if len(address) > maxListURL {
		return Subscription{}, fault.InvalidParam("url", nil, "Should have at most %d characters", maxListURL)
	}
	now := r.o.Clock.Now()
	s := Subscription{Scope: scope, URL: address, Action: rule.Hold, TriedAt: now}
	if _, err := r.fetchList(ctx, &s, now); err != nil {
		return Subscription{}, fmt.Errorf("subscribe to list: %w", err)
	}
	err := r.do(ctx, func(ctx context.Context, tx *db.Tx, _ *batch) (err error) {
		count, err := db.Value[int](ctx, tx, "SELECT COUNT(*) FROM chat_subscription WHERE scope = ?", scope)
		if err != nil {
			return err
		}
		if count >= maxSubscriptions {
			return fault.New(fault.TooMany, "There are %d subscriptions already, remove one", maxSubscriptions)
		}
		s.ID, err = insertSubscription(ctx, tx, s)
		if db.IsDuplicate(err) {
			err = fault.New(fault.Conflict, "This list is subscribed to already")
		}
		return err
	})
	return s, err
}

// SwitchList applies a list that is subscribed to, or does so no longer, and says what becomes of the messages it catches.
func (r *Rooms) SwitchList(ctx context.Context, viewer account.Viewer, id SubscriptionID, isOn bool, action rule.Action) error {
	if action != rule.Hold && action != rule.Refuse {
		return fault.InvalidParam("action", string(action), "Should be %s or %s", rule.Hold, rule.Refuse)
	}
	return r.changeSubscription(ctx, viewer, id, func(ctx context.Context, tx *db.Tx, s Subscription) error {
		_, err := db.Exec(ctx, tx, "UPDATE chat_subscription SET is_on = ?, action = ? WHERE id = ?", isOn, action, s.ID)
		return err
	})
}

// Unsubscribe forgets a list, and whose key it was signed with.
func (r *Rooms) Unsubscribe(ctx context.Context, viewer account.Viewer, id SubscriptionID) error {
	return r.changeSubscription(ctx, viewer, id, func(ctx context.Context, tx *db.Tx, s Subscription) error {
		_, err := db.Exec(ctx, tx, "DELETE FROM chat_subscription WHERE id = ?", s.ID)
		return err
	})
}

func (r *Rooms) changeSubscription(ctx context.Context, viewer account.Viewer, id SubscriptionID, change func(context.Context, *db.Tx, Subscription) error) error {
	s, err := getSubscription(ctx, r.o.DB, id)
	if err != nil {
		return err
	}
	if err := r.mayList(ctx, viewer, s.Scope); err != nil {
		return err
	}
	err = r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) error {
		if err := change(ctx, tx, s); err != nil {
			return err
		}
		return r.relist(ctx, tx, b, s.Scope)
	})
	if err != nil {
		return fmt.Errorf("change subscription %d: %w", id, err)
	}
	return nil
}

// TryList tells what a list that is subscribed to would have caught of the last messages of a room, for moderators who may change it.
func (r *Rooms) TryList(ctx context.Context, by account.Viewer, room RoomID, id SubscriptionID) ([]rule.Caught, error) {
	s, err := getSubscription(ctx, r.o.DB, id)
	if err != nil {
		return nil, err
	}
	if err := r.mayList(ctx, by, s.Scope); err != nil {
		return nil, err
	}
	shared, err := s.List.compile(s.Action)
	if err != nil {
		return nil, err
	}
	own, err := rule.Compile(rule.Set{}, rule.Options{})
	if err != nil {
		return nil, err
	}
	return r.try(ctx, by, room, own.With([]*rule.Shared{shared}))
}

// RefreshLists fetches what was not looked at for a while. What cannot be fetched or is not rightly signed leaves the list as it was, with the
// reason beside it. It is to be called every hour or so.
func (r *Rooms) RefreshLists(ctx context.Context) error {
	now := r.o.Clock.Now()
	due, err := subscriptionsWhere(ctx, r.o.DB, "tried_at <= ? ORDER BY tried_at LIMIT ?", now.Add(-refreshEvery), refreshAtATime)
	if err != nil {
		return err
	}
	for _, s := range due {
		if err := r.refreshList(ctx, s, now); err != nil {
			return fmt.Errorf("refresh list %d: %w", s.ID, err)
		}
	}
	return nil
}

func (r *Rooms) refreshList(ctx context.Context, s Subscription, now time.Time) error {
	s.TriedAt, s.Error = now, ""
	isNew, err := r.fetchList(ctx, &s, now)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		s.Error = errorFor(err)
	}
	return r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) error {
		if err := updateSubscription(ctx, tx, s); err != nil || !isNew {
			return err
		}
		return r.relist(ctx, tx, b, s.Scope)
	})
}

// errorFor is what people see of a failure.
func errorFor(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return "The list could not be read"
	}
	return f.Message
}

// fetchList reads a list from its publisher into the subscription, and reports whether there was another one than before.
func (r *Rooms) fetchList(ctx context.Context, s *Subscription, now time.Time) (isNew bool, err error) {
	client := r.o.Outbound.With(outbound.Limits{Timeout: listTimeout, MaxBody: MaxListDocument})
	u, err := client.ParseURL(s.URL)
	if err != nil {
		return false, err
	}
	request := (&http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: http.Header{}}).WithContext(ctx)
	if s.etag != "" {
		request.Header.Set("If-None-Match", s.etag)
	}
	response, err := client.Do(request)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusNotModified && s.etag != "":
		s.FetchedAt = now
		return false, nil
	case response.StatusCode != http.StatusOK:
		return false, fault.New(fault.Unavailable, "The publisher of the list answered %d", response.StatusCode)
	}
	file, err := io.ReadAll(response.Body)
	if err != nil {
		return false, err
	}
	if err := s.take(file, now); err != nil {
		return false, err
	}
	if s.etag = response.Header.Get("ETag"); len(s.etag) > maxListETag {
		s.etag = ""
	}
	return true, nil
}

// take puts a list that was fetched in the place of the one before, if it is by the same publisher and no older one.
func (s *Subscription) take(file []byte, now time.Time) error {
	l, key, err := ParseList(file)
	if err != nil {
		return err
	}
	switch {
	case s.PublicKey != "" && key != s.PublicKey:
		return fault.New(fault.Forbidden, "The list is signed with another key than before: subscribe anew if its publisher says so")
	case l.UpdatedAt.Before(s.List.UpdatedAt):
		return fault.New(fault.Conflict, "The list is older than the one before")
	case l.UpdatedAt.After(now.Add(maxListClockError)):
		return fault.New(fault.Invalid, "The list is of the future")
	}
	s.List, s.PublicKey, s.FetchedAt = l, key, now
	return nil
}

// relist has the open rooms a scope is about apply the lists that are on now.
func (r *Rooms) relist(ctx context.Context, tx *db.Tx, b *batch, scope channel.ID) error {
	for _, h := range r.opened() {
		if scope != SiteWide && h.room.ChannelID != scope {
			continue
		}
		lists, err := r.listsOn(ctx, tx, h.room.ChannelID)
		if err != nil {
			return err
		}
		b.update(h.room.ID, func(h *hall) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.lists = lists
			h.checker = h.checker.With(lists)
		})
	}
	return nil
}

// listsOn are the lists applied in a channel's rooms, each made ready once for all rooms. Only the writer asks.
func (r *Rooms) listsOn(ctx context.Context, q db.Querier, id channel.ID) ([]*rule.Shared, error) {
	on, err := listsInUse(ctx, q, id)
	if err != nil {
		return nil, err
	}
	lists := make([]*rule.Shared, 0, len(on))
	for _, version := range on {
		shared := r.lists[version]
		if shared == nil {
			s, err := getSubscription(ctx, q, version.id)
			if err != nil {
				return nil, err
			}
			if shared, err = s.List.compile(s.Action); err != nil {
				return nil, err
			}
			r.keepList(version, shared)
		}
		lists = append(lists, shared)
	}
	return lists, nil
}

const maxListsReady = 200

// listReady tells apart what was made ready of a list.
type listReady struct {
	id        SubscriptionID
	updatedAt int64
	action    rule.Action
}

func (r *Rooms) keepList(version listReady, shared *rule.Shared) {
	for old := range r.lists {
		if old.id == version.id || len(r.lists) >= maxListsReady {
			delete(r.lists, old)
		}
	}
	r.lists[version] = shared
}

// listed is the first list that names the server somebody is signed in on.
func (h *hall) listed(person PersonKey) error {
	domain := person.domain()
	if domain == "" {
		return nil
	}
	for _, l := range h.lists {
		if l.HasHost(string(domain[len("domain:"):])) {
			return fault.New(fault.Forbidden, "People of your server are not let in (%s)", strconv.Quote(l.Name())).WithCode(string(Ban))
		}
	}
	return nil
}
