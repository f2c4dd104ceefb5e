package video

import (
	"context"
	"slices"
	"strings"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/search"
	"lucarne/platform/shortid"
)

// query is a list as SQL: the same filter counts and pages.
type query struct {
	filter  db.Filter
	page    Page
	join    string // of the search index, when sorting by it
	joinArg string
	isEmpty bool // nothing can match
}

func (v *Videos) query(viewer account.Viewer, f Filter, p Page) query {
	q := query{page: p.bounded()}
	if q.page.Sort.By == "" {
		q.page.Sort = Sort{By: "publishedAt", IsDescending: true}
	}
	v.search(&q, f.Search)
	f.whose(&q.filter)
	f.visible(&q.filter, viewer, v.o.Clock.Now())
	f.about(&q.filter)
	f.sensitive(&q.filter)
	f.made(&q.filter, v.o.Site, viewer)
	f.when(&q.filter)
	return q
}

func (p Page) bounded() Page {
	if p.Count <= 0 {
		p.Count = DefaultPage
	}
	p.Count = min(p.Count, MaxPage)
	p.Start = max(p.Start, 0)
	return p
}

// search restricts to what matches; the score is only computed for the order that needs it.
func (v *Videos) search(q *query, question string) {
	if question == "" {
		if q.page.Sort.By == byMatch {
			q.page.Sort = Sort{By: "publishedAt", IsDescending: true}
		}
		return
	}
	asked := search.SQLiteFTS(question)
	if v.o.DB.Engine() == db.PostgreSQL {
		asked = search.PostgresTSQuery(question)
	}
	switch {
	case isAddress(question):
		v.byAddress(q, question)
	case asked == "":
		q.isEmpty = true
	case q.page.Sort.By == byMatch:
		q.join, q.joinArg = " "+searchIndex.Join(v.o.DB.Engine(), "v.id"), asked
	default:
		q.filter.And(searchIndex.Match(v.o.DB.Engine(), "v.id"), asked)
	}
}

func isAddress(question string) bool {
	return strings.HasPrefix(question, "https://") || strings.HasPrefix(question, "http://")
}

// byAddress restricts to the video whose page or ActivityPub id was asked for.
func (v *Videos) byAddress(q *query, address string) {
	if q.page.Sort.By == byMatch {
		q.page.Sort = Sort{By: "publishedAt", IsDescending: true}
	}
	condition, args := "v.url = ?", []any{address}
	if rest, isOurs := strings.CutPrefix(address, v.o.Site.Origin+"/"); isOurs {
		last, _, _ := strings.Cut(rest[strings.LastIndex(rest, "/")+1:], "?")
		if ref, err := shortid.Parse(last); err == nil && ref.IsUUID() {
			condition, args = "(v.url = ? OR v.uuid = ?)", append(args, ref.UUID.String())
		}
	}
	q.filter.And(condition, args...)
}

func (f Filter) whose(to *db.Filter) {
	for _, owner := range []account.ID{f.Owner, f.Account} {
		if owner != 0 {
			to.And("v.channel_id IN (SELECT id FROM channel WHERE account_id = ?)", owner)
		}
	}
	if f.Channels != nil {
		db.In(to, "v.channel_id", db.Padded(f.Channels))
	}
	if len(f.UUIDs) > 0 {
		db.In(to, "v.uuid", f.UUIDs)
	}
}

// visible keeps to what the viewer may find. "listed AND privacy IN (1, 4)" is, to the letter, the condition of the indexes.
func (f Filter) visible(to *db.Filter, viewer account.Viewer, now time.Time) {
	if f.Owner != 0 {
		f.chosen(to)
		return
	}
	if !f.Include.Has(IncludeNotPublished) && len(f.States) == 0 {
		if f.IncludeScheduledLive {
			to.And("(v.listed OR v.state = 4 AND v.id IN (SELECT video_id FROM live_schedule WHERE start_at >= ?))", expectedSince(now))
		} else {
			to.And("v.listed")
		}
	}
	if len(f.Privacies) == 0 {
		to.And("v.privacy IN (1, 4)")
		if !viewer.IsSignedIn() {
			to.And("v.privacy = 1")
		}
	}
	if !f.Include.Has(IncludeBlocked) {
		to.And("NOT v.blocked")
	}
	f.chosen(to)
}

func (f Filter) chosen(to *db.Filter) {
	if len(f.Privacies) > 0 {
		db.In(to, "v.privacy", f.Privacies)
	}
	if len(f.States) > 0 {
		db.In(to, "v.state", f.States)
	}
}

func (f Filter) about(to *db.Filter) {
	if len(f.Categories) > 0 {
		db.In(to, "v.category", f.Categories)
	}
	if len(f.Licences) > 0 {
		db.In(to, "v.licence", f.Licences)
	}
	f.spoken(to)
	if len(f.TagsOneOf) > 0 {
		tags := foldTags(f.TagsOneOf)
		to.And("v.id IN (SELECT video_id FROM video_tag WHERE folded IN ("+db.Marks(len(tags))+"))", db.Anys(tags)...)
	}
	for _, tag := range foldTags(f.TagsAllOf) {
		to.And("v.id IN (SELECT video_id FROM video_tag WHERE folded = ?)", tag)
	}
	if len(f.AutoTags) > 0 {
		to.And("1 = 0") // tags are put automatically by rules of moderation; there are none here
	}
}

func (f Filter) spoken(to *db.Filter) {
	if len(f.Languages) == 0 {
		return
	}
	known := slices.DeleteFunc(slices.Clone(f.Languages), func(l string) bool { return l == UnknownLanguage })
	var conditions []string
	if len(known) > 0 {
		conditions = append(conditions, "v.language IN ("+db.Marks(len(known))+")")
	}
	if len(known) < len(f.Languages) {
		conditions = append(conditions, "v.language IS NULL")
	}
	to.And("("+strings.Join(conditions, " OR ")+")", db.Anys(known)...)
}

func (f Filter) sensitive(to *db.Filter) {
	if f.NSFW != nil && *f.NSFW {
		to.And("v.nsfw")
	}
	if f.NSFW != nil && !*f.NSFW {
		if f.NSFWFlagsIncluded != 0 {
			to.And("(NOT v.nsfw OR (v.nsfw_flags & ?) <> 0)", f.NSFWFlagsIncluded)
		} else {
			to.And("NOT v.nsfw")
		}
	}
	if f.NSFWFlagsExcluded != 0 {
		to.And("(v.nsfw_flags & ?) = 0", f.NSFWFlagsExcluded)
	}
}

// made filters on where videos live and what they are made of.
func (f Filter) made(to *db.Filter, site account.Site, viewer account.Viewer) {
	if f.Host != nil {
		_, host := site.SplitHandle("anyone@" + *f.Host)
		to.And("v.host = ?", host)
	}
	flag(to, f.IsLocal, "v.host = ''")
	flag(to, f.IsLive, "v.is_live")
	flag(to, f.HasHLSFiles, "EXISTS (SELECT 1 FROM streaming_playlist p WHERE p.video_id = v.id)")
	flag(to, f.HasWebVideoFiles, "EXISTS (SELECT 1 FROM video_file f WHERE f.video_id = v.id AND f.playlist_id IS NULL)")
	if f.ExcludeAlreadyWatched && viewer.IsSignedIn() {
		to.And("NOT EXISTS (SELECT 1 FROM watch_history h WHERE h.user_id = ? AND h.video_id = v.id)", viewer.UserID())
	}
}

func flag(to *db.Filter, wanted *bool, condition string) {
	switch {
	case wanted == nil:
	case *wanted:
		to.And(condition)
	default:
		to.And("NOT (" + condition + ")")
	}
}

func (f Filter) when(to *db.Filter) {
	if f.MinSeconds != nil {
		to.And("v.duration >= ?", *f.MinSeconds)
	}
	if f.MaxSeconds != nil {
		to.And("v.duration <= ?", *f.MaxSeconds)
	}
	if !f.PublishedAfter.IsZero() {
		to.And("v.published_at >= ?", f.PublishedAfter)
	}
	if !f.PublishedBefore.IsZero() {
		to.And("v.published_at <= ?", f.PublishedBefore)
	}
	if !f.OriginallyPublishedAfter.IsZero() {
		to.And("v.originally_published_at >= ?", f.OriginallyPublishedAfter)
	}
	if !f.OriginallyPublishedEnd.IsZero() {
		to.And("v.originally_published_at <= ?", f.OriginallyPublishedEnd)
	}
}

func (q query) from() string { return " FROM video v" + q.join + q.filter.Where() }

func (q query) text() string {
	return "SELECT " + columns + q.from() + q.page.Sort.orderBy() + " LIMIT ? OFFSET ?"
}

func (q query) args() []any { return append(q.countArgs(), q.page.Count, q.page.Start) }

func (q query) countText() string { return "SELECT COUNT(*)" + q.from() }

func (q query) countArgs() []any {
	if q.join == "" {
		return q.filter.Args()
	}
	return append([]any{q.joinArg}, q.filter.Args()...)
}

// total counts what the filter matches; commits that touch no video, channel or account do not make it count again.
func (v *Videos) total(ctx context.Context, q query) (int, error) {
	ctx = context.WithoutCancel(ctx) // others may wait for the number after this request is gone
	return v.totals.count(totalKey(q), v.membership(), func() (int, error) {
		return db.Value[int](ctx, v.o.DB, q.countText(), q.countArgs()...)
	})
}
