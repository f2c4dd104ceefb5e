package video

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Include asks for more than what everybody may see, or for more of each video: a bit mask numbered as PeerTube's API does.
type Include int

// The bits of Include.
const (
	IncludeNotPublished Include = 1
	IncludeBlocked      Include = 2
	IncludeBlockedOwner Include = 4
	IncludeFiles        Include = 8
	IncludeCaptions     Include = 16
	IncludeSource       Include = 32
	IncludeTags         Include = 64
)

// Has reports whether all bits of other are set.
func (i Include) Has(other Include) bool { return i&other == other }

// revealing are the bits that only those who see all videos may set.
const revealing = IncludeNotPublished | IncludeBlocked | IncludeBlockedOwner

// UnknownLanguage stands in Filter.Languages for videos that say none.
const UnknownLanguage = "_unknown"

// Page is a part of a list.
type Page struct {
	Start     int
	Count     int // at most MaxPage; 0 means DefaultPage
	Sort      Sort
	SkipTotal bool
}

// The sizes of pages.
const (
	DefaultPage = 15
	MaxPage     = 100
)

// Filter says which videos a list holds. Empty fields filter nothing; nil pointers neither.
type Filter struct {
	Owner    account.ID   // only this account's, also those others cannot find
	Account  account.ID   // only this account's
	Channels []channel.ID // only these; nil all, empty none

	Include    Include
	Search     string
	Categories []int
	Licences   []int
	Languages  []string
	TagsOneOf  []string
	TagsAllOf  []string
	AutoTags   []string
	Privacies  []Privacy
	States     []State
	UUIDs      []string
	Host       *string // as in handles: the site's own host is here

	NSFW              *bool
	NSFWFlagsIncluded int // with NSFW false: sensitive videos with one of these flags are listed all the same
	NSFWFlagsExcluded int

	IsLocal               *bool
	IsLive                *bool
	IncludeScheduledLive  bool
	HasHLSFiles           *bool
	HasWebVideoFiles      *bool
	ExcludeAlreadyWatched bool

	MinSeconds, MaxSeconds                           *int
	PublishedAfter, PublishedBefore                  time.Time
	OriginallyPublishedAfter, OriginallyPublishedEnd time.Time
}

// List is a page of videos, with how many there are in all (0 when the page skipped counting).
type List struct {
	Total  int
	Videos []Details
}

// List finds the videos the viewer may find. Its cost does not grow with the number of videos for the orders that have an index.
func (v *Videos) List(ctx context.Context, viewer account.Viewer, f Filter, p Page) (List, error) {
	if err := f.checkRights(viewer); err != nil {
		return List{}, err
	}
	var err error
	if f.IncludeScheduledLive {
		if f.IncludeScheduledLive, err = v.expectsLives(ctx); err != nil {
			return List{}, fmt.Errorf("list videos: %w", err)
		}
	}
	q := v.query(viewer, f, p)
	if q.isEmpty {
		return List{Videos: []Details{}}, nil
	}
	found, err := v.find(ctx, q)
	if err != nil {
		return List{}, fmt.Errorf("list videos: %w", err)
	}
	if err := load(ctx, v.o.DB, found, parts{tags: f.Include.Has(IncludeTags), schedule: f.Owner != 0}); err != nil {
		return List{}, fmt.Errorf("list videos: %w", err)
	}
	list := List{Videos: make([]Details, len(found))}
	for i, one := range found {
		list.Videos[i].Video = *one
	}
	if f.Include.Has(IncludeFiles) {
		if err := loadFiles(ctx, v.o.DB, list.Videos); err != nil {
			return List{}, fmt.Errorf("list videos: %w", err)
		}
	}
	if !p.SkipTotal {
		list.Total, err = v.total(ctx, q)
	}
	return list, err
}

func (f Filter) checkRights(viewer account.Viewer) error {
	if viewer.Can(account.SeeAllVideos) {
		return nil
	}
	isOwn := f.Owner != 0 && f.Owner == viewer.AccountID()
	if !isOwn && (f.Owner != 0 || f.Include&revealing != 0 || len(f.Privacies) > 0 || len(f.States) > 0) || len(f.AutoTags) > 0 {
		return fault.New(fault.Unauthenticated, "You are not allowed to see all videos, specify a custom include or auto tags filter.")
	}
	return nil
}

// find reads the rows of a page.
func (v *Videos) find(ctx context.Context, q query) ([]*Video, error) {
	if q.page.Sort.By != byRandom {
		return db.List(ctx, v.o.DB, scan, q.text(), q.args()...)
	}
	return v.findRandom(ctx, q)
}

// findRandom begins at a random id and shuffles what follows: sorting all videos by chance would read them all.
func (v *Videos) findRandom(ctx context.Context, q query) ([]*Video, error) {
	highest, err := db.Value[int64](ctx, v.o.DB, "SELECT COALESCE(MAX(id), 0) FROM video")
	if err != nil || highest == 0 {
		return nil, err
	}
	pivot := 1 + rand.Int64N(highest)
	q.page.Sort, q.page.Start = Sort{By: "id"}, 0
	after, before := q, q
	after.filter.And("v.id >= ?", pivot)
	found, err := db.List(ctx, v.o.DB, scan, after.text(), after.args()...)
	if err != nil {
		return nil, err
	}
	if missing := q.page.Count - len(found); missing > 0 {
		before.filter.And("v.id < ?", pivot)
		before.page.Count = missing
		rest, err := db.List(ctx, v.o.DB, scan, before.text(), before.args()...)
		if err != nil {
			return nil, err
		}
		found = append(found, rest...)
	}
	rand.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
	return found, nil
}
