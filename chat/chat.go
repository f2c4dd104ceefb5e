// Package chat holds the rooms people talk in beside videos: who is in them, what was said, who may say it, and what moderators did.
// It knows no wire: a connection joins as an Occupant, takes events and sends messages.
package chat

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/chat/rule"
	"lucarne/live"
	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/fault"
	"lucarne/platform/outbound"
	"lucarne/platform/picture"
	"lucarne/platform/shortid"
	"lucarne/video"
)

// RoomID names a room, MessageID a message: for good, and the same for everybody.
type (
	RoomID    int64
	MessageID int64
)

// Room is where people talk: of a video, or of a channel.
type Room struct {
	ID        RoomID
	Name      string   // "<uuid of the video>" or "channel.<id>"
	VideoID   video.ID // 0: of the channel
	ChannelID channel.ID
	OwnerID   account.ID // of the channel
	Settings  Settings
	IsPanic   bool
	PinnedID  MessageID // 0: none
	CreatedAt time.Time

	lastSeq      int64
	ownerActor   account.ActorID
	channelActor account.ActorID
}

// Options set up Rooms.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Outbox   *event.Outbox
	Videos   *video.Videos
	Channels *channel.Channels
	Lives    *live.Lives
	Images   blob.Store // of emoji
	Pictures *picture.Pictures
	Outbound *outbound.Client // to publishers of lists
	Logger   *slog.Logger
	Settings func() SiteSettings
	// Secret keys the hashes of addresses and voters. It must stay the same, or bans of addresses are forgotten.
	Secret []byte
}

// Bounds of the rooms. Those of messages, of the memory of a room and of what is written at a time stand with them.
const (
	maxOccupants  = 20_000 // of one room
	maxPerPerson  = 20     // of one room: pages and devices
	maxPerAddress = 1_000  // of one room: a school or a hall has one address
	maxHalls      = 5_000  // rooms in memory
	idleHall      = time.Minute
)

// Rooms are the rooms of this instance. They work while Run runs.
type Rooms struct {
	o      Options
	queue  chan *task
	closed chan struct{}
	// delayed is whether messages may wait for their time: true until looked at.
	delayed   atomic.Bool
	countedAt time.Time                  // polls; the writer's own
	lists     map[listReady]*rule.Shared // the writer's own

	erasing chan struct{} // holds who erases their words

	mu    sync.Mutex
	halls map[RoomID]*hall
}

// New makes the subject of chats. Nothing is joined or written before Run runs.
func New(o Options) *Rooms {
	r := &Rooms{
		o: o, queue: make(chan *task, maxQueued), closed: make(chan struct{}), erasing: make(chan struct{}, mineAtATime),
		halls: make(map[RoomID]*hall), lists: make(map[listReady]*rule.Shared),
	}
	r.delayed.Store(true)
	return r
}

func notFound() error { return fault.New(fault.NotFound, "Chat room not found") }

// Find gives the room of a name, as addresses have it: "<uuid or short uuid>" or "channel.<id>". It is made when it is asked for the first
// time. It fails with fault.NotFound where there is no chat, and as the video does for who may not see it.
func (r *Rooms) Find(ctx context.Context, name string, a video.Access) (Room, error) {
	if r.IsHiddenFrom(a.Viewer) {
		return Room{}, fault.New(fault.Forbidden, "The chat is for people with an account")
	}
	if number, ok := strings.CutPrefix(name, "channel."); ok {
		return r.ofChannel(ctx, number)
	}
	ref, err := shortid.Parse(name)
	if err != nil || !ref.IsUUID() {
		return Room{}, notFound()
	}
	of, err := r.o.Videos.See(ctx, ref, a)
	if err != nil {
		return Room{}, err
	}
	return r.ofVideo(ctx, of.Video)
}

// IsHiddenFrom tells whether the site keeps all its chats from somebody.
func (r *Rooms) IsHiddenFrom(viewer account.Viewer) bool {
	return r.o.Settings().HideFromAnonymous && !viewer.IsSignedIn()
}

func (r *Rooms) ofVideo(ctx context.Context, of video.Video) (Room, error) {
	isOn, err := r.IsOn(ctx, of)
	if err != nil {
		return Room{}, err
	}
	if !isOn {
		return Room{}, notFound()
	}
	return r.ensure(ctx, Room{Name: of.UUID.String(), VideoID: of.ID, ChannelID: of.Channel.ID})
}

// IsOn tells whether a video has a chat: as its owner chose, otherwise as the site does for lives and for others. Videos of other sites
// have theirs there.
func (r *Rooms) IsOn(ctx context.Context, of video.Video) (bool, error) {
	if !of.IsLocal() {
		return false, nil
	}
	chosen, found, err := db.Find(ctx, r.o.DB, db.Column[bool], "SELECT is_on FROM chat_video WHERE video_id = ?", of.ID)
	if err != nil || found {
		return chosen, err
	}
	if r.o.Settings().AllVideos {
		return true, nil
	}
	_, err = r.o.Lives.Get(ctx, of.ID) // the replay of a live keeps its chat
	if fault.Is(err, fault.NotFound) {
		return of.IsLive, nil
	}
	return err == nil, err
}

func (r *Rooms) ofChannel(ctx context.Context, number string) (Room, error) {
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil || strconv.FormatInt(id, 10) != number {
		return Room{}, notFound()
	}
	settings, err := channelSettings(ctx, r.o.DB, channel.ID(id))
	if err != nil {
		return Room{}, err
	}
	if !settings.HasRoom {
		return Room{}, notFound()
	}
	return r.ensure(ctx, Room{Name: "channel." + number, ChannelID: channel.ID(id)})
}

func (r *Rooms) ensure(ctx context.Context, room Room) (Room, error) {
	found, err := roomWhere(ctx, r.o.DB, "r.name = ?", room.Name)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return found, err
	}
	err = r.do(ctx, func(ctx context.Context, tx *db.Tx, _ *batch) error {
		settings, err := channelSettings(ctx, tx, room.ChannelID)
		if err != nil {
			return err
		}
		room.Settings, room.CreatedAt = settings.Defaults, r.o.Clock.Now()
		if err := insertRoom(ctx, tx, room); err != nil {
			return err
		}
		found, err = roomWhere(ctx, tx, "r.name = ?", room.Name)
		return err
	})
	if err != nil {
		return Room{}, fmt.Errorf("make chat room %s: %w", room.Name, err)
	}
	return found, nil
}

// Get reads a room, whoever asks. It fails with fault.NotFound.
func (r *Rooms) Get(ctx context.Context, id RoomID) (Room, error) {
	return roomWhere(ctx, r.o.DB, "r.id = ?", id)
}

// SetOnVideo chooses whether a video has a chat, for who may change it.
func (r *Rooms) SetOnVideo(ctx context.Context, viewer account.Viewer, of uuid.UUID, isOn bool) error {
	d, err := r.o.Videos.Manage(ctx, viewer, shortid.Of(of))
	if err != nil {
		return err
	}
	return r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) error {
		tx.Touch(video.Topic) // pages and answers of the video say whether it has a chat
		if err := chooseForVideo(ctx, tx, d.ID, isOn); err != nil || isOn {
			return err
		}
		room, err := roomWhere(ctx, tx, "r.video_id = ?", d.ID)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		b.closes(room.ID)
		return err
	})
}
