package chat

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"lucarne/account"
	"lucarne/chat/rule"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Entrance is how somebody comes in.
type Entrance struct {
	Viewer  account.Viewer
	JID     string     // bare, of who is signed in on another server; "" otherwise
	Visitor string     // of who is signed in nowhere: a secret of the browser's own, by which it is recognised
	Nick    string     // of who has no account here; others go by the name of theirs
	Address netip.Addr // zero: unknown
	// Since is the last event seen before the line was lost; 0 for who comes anew.
	Since int64
}

// Welcome is what a room tells who comes in. What happens later comes by Occupant.Next, with nothing in between missing.
type Welcome struct {
	Room Room
	Seq  int64 // of the last event told of here
	// IsReset tells who came back that Missed does not go back far enough: History stands in its place.
	IsReset   bool
	History   []*Message // the last ones, oldest first; none for who came back without a reset
	Missed    []*Event   // since Entrance.Since
	Present   []Presence // moderators and speakers
	Self      Presence   // who came in
	Pinned    *Message
	Poll      *Poll
	Terms     string // of the channel
	SiteTerms string
}

// MaxVisitorBytes bounds Entrance.Visitor.
const MaxVisitorBytes = 128

// Join lets somebody into a room, which is as Find gave it to them.
func (r *Rooms) Join(ctx context.Context, room Room, e Entrance) (*Occupant, Welcome, error) {
	o, err := r.occupant(ctx, room, e)
	if err != nil {
		return nil, Welcome{}, err
	}
	for {
		h, err := r.enter(ctx, room.ID)
		if err != nil {
			return nil, Welcome{}, fmt.Errorf("join room %d: %w", room.ID, err)
		}
		missed, isReset, err := r.missed(ctx, h, o, e.Since)
		if err != nil {
			return nil, Welcome{}, err
		}
		w, err := h.admit(o, missed, e.Since, isReset, r.o.Clock.Now())
		if errors.Is(err, errClosed) && ctx.Err() == nil {
			continue // it is forgotten in a moment
		}
		w.SiteTerms = r.o.Settings().Terms
		return o, w, err
	}
}

func (r *Rooms) occupant(ctx context.Context, room Room, e Entrance) (*Occupant, error) {
	o := &Occupant{
		RoomID: room.ID, Affiliation: NoAffiliation, viewer: e.Viewer, address: r.ofAddress(e.Address), Nick: e.Nick,
		events: make(chan *Event, queuedEvents), gone: make(chan struct{}),
	}
	var err error
	switch {
	case e.Viewer.IsSignedIn():
		err = o.signIn(ctx, r.o.DB)
	case e.JID != "":
		o.Person = OfJID(e.JID)
	case e.Visitor != "" && len(e.Visitor) <= MaxVisitorBytes:
		o.Person = r.OfVisitor(e.Visitor)
	default:
		err = fault.InvalidParam("visitor", nil, "Should be there, and at most %d bytes long", MaxVisitorBytes)
	}
	if err != nil {
		return nil, err
	}
	if o.Nick, err = cleanNick(o.Nick); err != nil {
		return nil, err
	}
	if o.Affiliation, err = r.affiliationIn(ctx, r.o.DB, room, e.Viewer); err != nil {
		return nil, err
	}
	o.followsAt = r.o.Clock.Now()
	o.follows, err = follows(ctx, r.o.DB, room, e.Viewer)
	return o, err
}

// signIn makes the occupant somebody with an account here: the nickname is the account's name, or its username where that is no nickname.
func (o *Occupant) signIn(ctx context.Context, q db.Querier) error {
	id := o.viewer.AccountID()
	o.Person, o.Nick = OfAccount(id), o.viewer.User.Account.Name
	known, err := profiles(ctx, q, []account.ID{id})
	o.profile = known[id]
	if _, isBad := cleanNick(o.Nick); isBad != nil {
		o.Nick = o.profile.username
	}
	return err
}

// affiliationIn is what somebody is to a room.
func (r *Rooms) affiliationIn(ctx context.Context, q db.Querier, room Room, viewer account.Viewer) (Affiliation, error) {
	switch {
	case !viewer.IsSignedIn():
		return NoAffiliation, nil
	case viewer.AccountID() == room.OwnerID, viewer.User.Role == account.Administrator:
		return OwnerAffiliate, nil
	case viewer.Can(account.ManageModeration):
		return AdminAffiliate, nil
	}
	isInvited, err := isModerator(ctx, q, room.ChannelID, viewer.AccountID())
	if isInvited {
		return AdminAffiliate, err
	}
	return NoAffiliation, err
}

var errClosed = fault.New(fault.Unavailable, "The room is being closed")

// enter gives the memory of a room, read by the writer so that nothing happens in between.
func (r *Rooms) enter(ctx context.Context, id RoomID) (*hall, error) {
	if h := r.hall(id); h != nil {
		return h, nil
	}
	var h *hall
	err := r.do(ctx, func(ctx context.Context, tx *db.Tx, _ *batch) (err error) {
		if h = r.hall(id); h != nil {
			return nil
		}
		if h, err = r.load(ctx, tx, id); err != nil {
			return err
		}
		return r.open(h)
	})
	return h, err
}

func (r *Rooms) load(ctx context.Context, tx *db.Tx, id RoomID) (*hall, error) {
	room, err := roomWhere(ctx, tx, "r.id = ?", id)
	if err != nil {
		return nil, err
	}
	h := newHall(room, r.o.Clock.Now())
	if h.channel, err = channelSettings(ctx, tx, room.ChannelID); err != nil {
		return nil, err
	}
	if h.lists, err = r.listsOn(ctx, tx, room.ChannelID); err != nil {
		return nil, err
	}
	checker, err := r.compile(h.channel)
	if err != nil {
		return nil, err
	}
	h.checker = checker.With(h.lists)
	emojis, err := emojisOf(ctx, tx, room.ChannelID)
	if err != nil {
		return nil, err
	}
	h.emoji = namesOf(emojis)
	if h.history, err = r.recent(ctx, tx, id); err != nil {
		return nil, err
	}
	if err := h.wakeBot(ctx, tx, r.o.Clock.Now()); err != nil {
		return nil, err
	}
	if h.poll, err = openPoll(ctx, tx, id); err != nil {
		return nil, err
	}
	if room.PinnedID != 0 {
		if h.pinned, err = pinnedMessage(ctx, tx, room); err != nil {
			return nil, err
		}
	}
	return h, h.readStaff(ctx, tx, r.o.Clock.Now())
}

func (h *hall) readStaff(ctx context.Context, tx *db.Tx, now time.Time) (err error) {
	if h.reserved, err = staffNames(ctx, tx, h.room.ChannelID); err != nil {
		return err
	}
	sanctions, err := sanctionsOf(ctx, tx, h.room.ChannelID, now)
	for _, s := range sanctions {
		h.sanctions[s.key()] = s
	}
	return err
}

func (r *Rooms) compile(s ChannelSettings) (*rule.Checker, error) {
	if !s.HasRules {
		s.Rules = rule.Set{}
	}
	return rule.Compile(s.Rules, rule.Options{Patterns: r.o.Settings().AllowPatterns})
}

// missed reads from the database what the memory of the room does not go back to.
func (r *Rooms) missed(ctx context.Context, h *hall, o *Occupant, since int64) (events []*Event, isReset bool, err error) {
	h.mu.Lock()
	inRing := since >= h.ringFrom && since <= h.lastSeq
	h.mu.Unlock()
	if since == 0 || inRing {
		return nil, since == 0, nil
	}
	known, err := hasEvent(ctx, r.o.DB, o.RoomID, since)
	if err != nil || !known {
		return nil, true, err
	}
	all, err := eventsAfter(ctx, r.o.DB, o.RoomID, since, maxReplay)
	if err != nil || len(all) == maxReplay {
		return nil, true, err
	}
	for _, e := range all {
		if o.sees(e) {
			events = append(events, e)
		}
	}
	return events, false, nil
}

func (r *Rooms) hall(id RoomID) *hall {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.halls[id]
}

func (r *Rooms) open(h *hall) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.halls) >= maxHalls {
		return fault.New(fault.Unavailable, "Too many rooms are open, try again later")
	}
	r.halls[h.room.ID] = h
	return nil
}

func (r *Rooms) forget(id RoomID) *hall {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.halls[id]
	delete(r.halls, id)
	return h
}

func (r *Rooms) opened() []*hall {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]*hall, 0, len(r.halls))
	for _, h := range r.halls {
		list = append(list, h)
	}
	return list
}

// inHall does something with the memory of a room, if there is one.
func (r *Rooms) inHall(id RoomID, do func(*hall)) {
	if h := r.hall(id); h != nil {
		do(h)
	}
}
