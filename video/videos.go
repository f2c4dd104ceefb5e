package video

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/fault"
)

// Settings are the rules an administrator may change while the program runs.
type Settings struct {
	TrendingDays int // how far back views count for the trending order
	ShelfLength  int // most videos on a shelf of an overview; 0 means 12
}

// Options set up Videos.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Outbox   *event.Outbox
	Site     account.Site
	Settings func() Settings
}

// Videos are the videos known here, ours and remote ones.
type Videos struct {
	o      Options
	totals *totals
}

// New makes the videos' subject.
func New(o Options) *Videos { return &Videos{o: o, totals: newTotals(o.Clock, maxTotals)} }

// Metadata is what people say of a video, and the rules they give it.
type Metadata struct {
	Name                  string
	Description           string
	Support               string
	Category              int    // 0 none
	Licence               int    // 0 none
	Language              string // "" unknown
	Tags                  []string
	Privacy               Privacy
	NSFW                  bool
	NSFWFlags             int
	NSFWSummary           string
	CommentsPolicy        CommentsPolicy
	DownloadEnabled       bool
	WaitTranscoding       bool
	OriginallyPublishedAt time.Time // zero unknown
	Schedule              *Schedule // nil: none
	Passwords             []string  // needed when Privacy is Password
}

// Draft is what a video is made from.
type Draft struct {
	Metadata
	ChannelID       channel.ID
	State           State // 0 means ToTranscode
	DurationSeconds int
	AspectRatio     float64
	IsLive          bool
}

// CheckDraft tells whether Create would take the draft, before a file is received for it.
func (v *Videos) CheckDraft(ctx context.Context, viewer account.Viewer, d Draft) error {
	if err := d.check(); err != nil {
		return err
	}
	_, err := ownChannel(ctx, v.o.DB, viewer, d.ChannelID)
	return err
}

// Create makes a video in a channel of the viewer's. Its files are added later.
func (v *Videos) Create(ctx context.Context, viewer account.Viewer, d Draft) (Video, error) {
	var made Video
	err := v.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		made, err = v.CreateIn(ctx, tx, viewer, d)
		return err
	})
	return made, err
}

// CreateIn makes a video as Create does, in a transaction that does more, such as ending an upload.
func (v *Videos) CreateIn(ctx context.Context, tx *db.Tx, viewer account.Viewer, d Draft) (Video, error) {
	if err := d.check(); err != nil {
		return Video{}, err
	}
	in, err := ownChannel(ctx, tx, viewer, d.ChannelID)
	if err != nil {
		return Video{}, err
	}
	return v.createIn(ctx, tx, in, d)
}

func (v *Videos) createIn(ctx context.Context, tx *db.Tx, in channel.Channel, d Draft) (made Video, err error) {
	made = d.video(v.o.Site, in, v.o.Clock.Now())
	if made.ID, err = insert(ctx, tx, made); err != nil {
		return Video{}, fmt.Errorf("create video: %w", err)
	}
	if err := v.writeParts(ctx, tx, made, d.Passwords); err != nil {
		return Video{}, fmt.Errorf("create video: %w", err)
	}
	if err := v.o.Outbox.Record(ctx, tx, Created{VideoID: made.ID}); err != nil {
		return Video{}, err
	}
	if err := v.announce(ctx, tx, &made); err != nil || !made.isAnnounced {
		return made, err
	}
	return made, update(ctx, tx, made)
}

// writeParts writes what a new video keeps in other tables.
func (v *Videos) writeParts(ctx context.Context, tx *db.Tx, made Video, passwords []string) error {
	if err := replaceTags(ctx, tx, made.ID, made.Tags); err != nil {
		return err
	}
	if err := followDescription(ctx, tx, "", made); err != nil {
		return err
	}
	if err := replaceSchedule(ctx, tx, made.ID, made.Schedule); err != nil {
		return err
	}
	if made.Privacy == Password {
		if err := replacePasswords(ctx, tx, made.ID, passwords, made.CreatedAt); err != nil {
			return err
		}
	}
	tx.Touch(Topic)
	return index(ctx, tx, made)
}

func (d Draft) video(site account.Site, in channel.Channel, now time.Time) Video {
	id := uuid.New()
	made := Video{
		UUID: id, URL: site.Origin + "/videos/watch/" + id.String(), Channel: in,
		State: d.State, DurationSeconds: d.DurationSeconds, AspectRatio: d.AspectRatio, IsLive: d.IsLive,
		PublishedAt: now, CreatedAt: now, UpdatedAt: now,
	}
	if made.State == 0 {
		made.State = ToTranscode
	}
	made.describe(d.Metadata)
	return made
}

// describe sets everything Metadata holds but the passwords.
func (v *Video) describe(m Metadata) {
	v.Name, v.Description, v.Support = m.Name, m.Description, m.Support
	v.Category, v.Licence, v.Language, v.Tags = m.Category, m.Licence, m.Language, m.Tags
	v.Privacy, v.NSFW, v.NSFWFlags, v.NSFWSummary = m.Privacy, m.NSFW, m.NSFWFlags, m.NSFWSummary
	v.CommentsPolicy, v.DownloadEnabled, v.WaitTranscoding = m.CommentsPolicy, m.DownloadEnabled, m.WaitTranscoding
	v.OriginallyPublishedAt, v.Schedule = m.OriginallyPublishedAt, m.Schedule
	v.IsListed = isListed(v.State, v.WaitTranscoding)
}

// metadata is what describe set, for those who change a part of it.
func (v Video) metadata() Metadata {
	return Metadata{
		Name: v.Name, Description: v.Description, Support: v.Support, Category: v.Category, Licence: v.Licence, Language: v.Language, Tags: v.Tags,
		Privacy: v.Privacy, NSFW: v.NSFW, NSFWFlags: v.NSFWFlags, NSFWSummary: v.NSFWSummary, CommentsPolicy: v.CommentsPolicy,
		DownloadEnabled: v.DownloadEnabled, WaitTranscoding: v.WaitTranscoding, OriginallyPublishedAt: v.OriginallyPublishedAt, Schedule: v.Schedule,
	}
}

// ownChannel finds a channel the viewer may publish in.
func ownChannel(ctx context.Context, q db.Querier, viewer account.Viewer, id channel.ID) (channel.Channel, error) {
	if !viewer.IsSignedIn() {
		return channel.Channel{}, fault.New(fault.Unauthenticated, "Not authenticated")
	}
	all, err := channel.ByIDs(ctx, q, id)
	if err != nil {
		return channel.Channel{}, err
	}
	in, ok := all[id]
	if !ok || !in.Actor.IsLocal() {
		return channel.Channel{}, fault.New(fault.Invalid, "Unknown video \"video channel\" for this instance.")
	}
	if !in.IsOwnedBy(viewer) && !viewer.Can(account.ManageAnyChannel) {
		return channel.Channel{}, fault.New(fault.Invalid, "Unknown video \"video channel\" for this account.")
	}
	return in, nil
}
