package video

import (
	"context"

	"lucarne/platform/constant"
	"lucarne/platform/db"
)

const captionColumns = "c.video_id, c.language, c.filename, c.m3u8_filename, c.is_automatic, c.remote_url, c.storage, c.updated_at"

func scanCaption(row db.Row) (c Caption, err error) {
	return c, row.Scan(&c.VideoID, &c.Language, &c.Filename, &c.PlaylistFilename, &c.IsAutomatic, &c.RemoteURL, &c.Storage, db.Time(&c.UpdatedAt))
}

// captionsOf reads the captions of a page of videos. There are at most as many as languages for each.
func captionsOf(ctx context.Context, q db.Querier, ids []ID) (map[ID][]Caption, error) {
	byVideo := make(map[ID][]Caption, len(ids))
	if len(ids) == 0 {
		return byVideo, nil
	}
	args := db.Anys(db.Padded(ids))
	list, err := db.List(ctx, q, scanCaption, "SELECT "+captionColumns+" FROM caption c WHERE c.video_id IN ("+db.Marks(len(args))+
		") ORDER BY c.language LIMIT ?", append(args, len(ids)*constant.Languages().Len())...)
	for _, one := range list {
		byVideo[one.VideoID] = append(byVideo[one.VideoID], one)
	}
	return byVideo, err
}

func captionByFilename(ctx context.Context, q db.Querier, filename string) (Caption, bool, error) {
	return db.Find(ctx, q, scanCaption, "SELECT "+captionColumns+" FROM caption c WHERE c.filename = ?", filename)
}

func captionIn(ctx context.Context, q db.Querier, id ID, language string) (Caption, bool, error) {
	return db.Find(ctx, q, scanCaption, "SELECT "+captionColumns+" FROM caption c WHERE c.video_id = ? AND c.language = ?", id, language)
}

func writeCaption(ctx context.Context, tx *db.Tx, c Caption) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO caption (video_id, language, filename, m3u8_filename, is_automatic, storage, created_at, updated_at)
		VALUES (?, ?, ?, '', ?, ?, ?, ?) ON CONFLICT (video_id, language) DO UPDATE SET filename = excluded.filename, m3u8_filename = '',
		is_automatic = excluded.is_automatic, remote_url = '', storage = excluded.storage, updated_at = excluded.updated_at`,
		c.VideoID, c.Language, c.Filename, c.IsAutomatic, c.Storage, c.UpdatedAt, c.UpdatedAt)
	return err
}

func deleteCaption(ctx context.Context, tx *db.Tx, id ID, language string) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM caption WHERE video_id = ? AND language = ?", id, language)
	return err
}

// nameCaptionPlaylist keeps the name of a caption's media playlist, unless the caption was replaced meanwhile.
func nameCaptionPlaylist(ctx context.Context, tx *db.Tx, c Caption, name string) error {
	_, err := db.Exec(ctx, tx, "UPDATE caption SET m3u8_filename = ? WHERE video_id = ? AND filename = ?", name, c.VideoID, c.Filename)
	return err
}
