package video

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"lucarne/channel"
	"lucarne/platform/collation"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/search"
	"lucarne/platform/shortid"
)

const searchIndex = db.SearchIndex("video_search")

const columns = `v.id, v.uuid, v.url, v.host, v.channel_id, v.name, v.description, v.support, v.category, v.licence, v.language, v.privacy, v.state,
	v.failure, v.listed, v.blocked, v.blocked_reason, v.nsfw, v.nsfw_flags, v.nsfw_summary, v.duration, v.aspect_ratio, v.views, v.likes, v.dislikes,
	v.comments, v.downloads, v.files_size, v.wait_transcoding, v.download_enabled, v.comments_policy, v.is_live, v.announced, v.published_at,
	v.originally_published_at, v.created_at, v.updated_at`

func (v *Video) destinations() []any {
	return []any{
		&v.ID,
		uuidText{&v.UUID},
		&v.URL, &v.Host, &v.Channel.ID, &v.Name, &v.Description, &v.Support, db.Null(&v.Category), db.Null(&v.Licence),
		db.Null(&v.Language), &v.Privacy, &v.State, &v.Failure, &v.IsListed, &v.IsBlocked, &v.BlockedReason, &v.NSFW, &v.NSFWFlags, &v.NSFWSummary,
		&v.DurationSeconds, &v.AspectRatio, &v.Views, &v.Likes, &v.Dislikes, &v.Comments, &v.Downloads, &v.FilesSize, &v.WaitTranscoding,
		&v.DownloadEnabled, &v.CommentsPolicy, &v.IsLive, &v.isAnnounced, db.Time(&v.PublishedAt), db.Time(&v.OriginallyPublishedAt),
		db.Time(&v.CreatedAt), db.Time(&v.UpdatedAt),
	}
}

// uuidText scans the canonical text of a UUID, whichever way the driver gives texts.
type uuidText struct{ id *uuid.UUID }

func (u uuidText) Scan(src any) error { return u.id.Scan(src) }

func scan(row db.Row) (*Video, error) {
	var v Video
	return &v, row.Scan(v.destinations()...)
}

// getBare reads the row alone, without channel, tags, schedule and thumbnails.
func getBare(ctx context.Context, q db.Querier, id ID) (Video, error) {
	found, ok, err := db.Find(ctx, q, scan, "SELECT "+columns+" FROM video v WHERE v.id = ?", id)
	if err != nil {
		return Video{}, err
	}
	if !ok {
		return Video{}, notFound()
	}
	return *found, nil
}

func notFound() error { return fault.New(fault.NotFound, "Video not found") }

// idOf resolves what a caller named a video by.
func idOf(ctx context.Context, q db.Querier, ref shortid.Ref) (ID, error) {
	if !ref.IsUUID() {
		return ID(ref.Number), nil
	}
	id, ok, err := db.Find(ctx, q, db.Column[ID], "SELECT id FROM video WHERE uuid = ?", ref.UUID.String())
	if err == nil && !ok {
		err = notFound()
	}
	return id, err
}

// parts says what is read beside the rows.
type parts struct {
	tags     bool
	schedule bool
}

// load fills what other tables hold of the videos: a fixed number of queries, however many videos there are.
func load(ctx context.Context, q db.Querier, videos []*Video, want parts) error {
	if len(videos) == 0 {
		return nil
	}
	if err := loadChannels(ctx, q, videos); err != nil {
		return err
	}
	byID := byVideo(videos)
	if err := loadThumbnails(ctx, q, byID); err != nil {
		return err
	}
	if err := loadLiveSchedules(ctx, q, videos); err != nil {
		return err
	}
	if want.tags {
		if err := loadTags(ctx, q, byID); err != nil {
			return err
		}
	}
	if want.schedule {
		return loadSchedules(ctx, q, byID)
	}
	return nil
}

func byVideo(videos []*Video) map[ID]*Video {
	byID := make(map[ID]*Video, len(videos))
	for _, v := range videos {
		byID[v.ID] = v
	}
	return byID
}

func loadChannels(ctx context.Context, q db.Querier, videos []*Video) error {
	seen := make(map[channel.ID]bool, len(videos))
	var ids []channel.ID
	for _, v := range videos {
		if !seen[v.Channel.ID] {
			seen[v.Channel.ID] = true
			ids = append(ids, v.Channel.ID)
		}
	}
	all, err := channel.ByIDs(ctx, q, ids...)
	for _, v := range videos {
		v.Channel = all[v.Channel.ID]
	}
	return err
}

// in is an IN list over the keys of byID, for a set of texts that stays small.
func in(byID map[ID]*Video) (marks string, args []any) {
	ids := make([]ID, 0, len(byID))
	for id := range byID {
		ids = append(ids, id)
	}
	ids = db.Padded(ids)
	return " IN (" + db.Marks(len(ids)) + ")", db.Anys(ids)
}

func loadThumbnails(ctx context.Context, q db.Querier, byID map[ID]*Video) error {
	marks, args := in(byID)
	_, err := db.List(ctx, q, func(row db.Row) (struct{}, error) {
		var t Thumbnail
		var id ID
		err := row.Scan(&id, &t.Kind, &t.Width, &t.Height, &t.Filename, &t.RemoteURL, &t.IsAutomatic, db.Time(&t.UpdatedAt))
		byID[id].Thumbnails = append(byID[id].Thumbnails, t)
		return struct{}{}, err
	}, "SELECT video_id, kind, width, height, filename, remote_url, is_automatic, updated_at FROM thumbnail WHERE video_id"+marks+" ORDER BY width, id", args...)
	return err
}

func loadTags(ctx context.Context, q db.Querier, byID map[ID]*Video) error {
	marks, args := in(byID)
	_, err := db.List(ctx, q, func(row db.Row) (struct{}, error) {
		var id ID
		var name string
		err := row.Scan(&id, &name)
		byID[id].Tags = append(byID[id].Tags, name)
		return struct{}{}, err
	}, "SELECT video_id, name FROM video_tag WHERE video_id"+marks+" ORDER BY video_id, position", args...)
	return err
}

func loadSchedules(ctx context.Context, q db.Querier, byID map[ID]*Video) error {
	marks, args := in(byID)
	_, err := db.List(ctx, q, func(row db.Row) (struct{}, error) {
		var id ID
		var s Schedule
		err := row.Scan(&id, db.Time(&s.UpdateAt), db.Null(&s.Privacy))
		byID[id].Schedule = &s
		return struct{}{}, err
	}, "SELECT video_id, update_at, privacy FROM video_schedule WHERE video_id"+marks, args...)
	return err
}

func insert(ctx context.Context, tx *db.Tx, v Video) (ID, error) {
	return db.Insert[ID](ctx, tx, `INSERT INTO video (uuid, url, host, channel_id, name, name_sort, description, support, category, licence, language,
		privacy, state, failure, listed, nsfw, nsfw_flags, nsfw_summary, duration, aspect_ratio, wait_transcoding, download_enabled, comments_policy,
		is_live, announced, published_at, originally_published_at, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		v.UUID.String(), v.URL, v.Host, v.Channel.ID, v.Name, collation.Key(v.Name), v.Description, v.Support, db.OrNull(v.Category), db.OrNull(v.Licence),
		db.OrNull(v.Language), v.Privacy, v.State, v.Failure, v.IsListed, v.NSFW, v.NSFWFlags, v.NSFWSummary, v.DurationSeconds, v.AspectRatio,
		v.WaitTranscoding, v.DownloadEnabled, v.CommentsPolicy, v.IsLive, v.isAnnounced, v.PublishedAt, v.OriginallyPublishedAt, v.CreatedAt, v.UpdatedAt)
}

// update writes what the video's owner and its state decide; counters are written by those who count.
func update(ctx context.Context, tx *db.Tx, v Video) error {
	_, err := db.Exec(ctx, tx, `UPDATE video SET channel_id = ?, name = ?, name_sort = ?, description = ?, support = ?, category = ?, licence = ?,
		language = ?, privacy = ?, state = ?, failure = ?, listed = ?, nsfw = ?, nsfw_flags = ?, nsfw_summary = ?, wait_transcoding = ?,
		download_enabled = ?, comments_policy = ?, announced = ?, published_at = ?, originally_published_at = ?, updated_at = ? WHERE id = ?`,
		v.Channel.ID, v.Name, collation.Key(v.Name), v.Description, v.Support, db.OrNull(v.Category), db.OrNull(v.Licence), db.OrNull(v.Language),
		v.Privacy, v.State, v.Failure, v.IsListed, v.NSFW, v.NSFWFlags, v.NSFWSummary, v.WaitTranscoding, v.DownloadEnabled, v.CommentsPolicy,
		v.isAnnounced, v.PublishedAt, v.OriginallyPublishedAt, v.UpdatedAt, v.ID)
	return err
}

func updateSupport(ctx context.Context, tx *db.Tx, of channel.ID, text string, now time.Time) error {
	_, err := db.Exec(ctx, tx, "UPDATE video SET support = ?, updated_at = ? WHERE channel_id = ?", text, now, of)
	return err
}

// index makes the video findable. A word counts more in the name than in the tags, and there more than in the description.
func index(ctx context.Context, tx *db.Tx, v Video) error {
	name, tags := search.Terms(v.Name), search.Terms(strings.Join(v.Tags, " "))
	return searchIndex.Put(ctx, tx, int64(v.ID), strings.Join([]string{name, name, name, tags, tags, search.Terms(v.Description)}, " "))
}

func replaceTags(ctx context.Context, tx *db.Tx, id ID, tags []string) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM video_tag WHERE video_id = ?", id); err != nil {
		return err
	}
	seen := make(map[string]bool, len(tags))
	for position, tag := range tags {
		folded := FoldTag(tag)
		if seen[folded] {
			continue
		}
		seen[folded] = true
		_, err := db.Exec(ctx, tx, "INSERT INTO video_tag (video_id, position, name, folded) VALUES (?, ?, ?, ?)", id, position, tag, folded)
		if err != nil {
			return err
		}
	}
	return nil
}
