package video

import (
	"context"

	"lucarne/channel"
	"lucarne/platform/db"
)

// someOf reads a few videos of a channel at a time, since a channel may have very many.
func someOf(ctx context.Context, q db.Querier, of channel.ID) ([]*Video, error) {
	return db.List(ctx, q, scan, "SELECT "+columns+" FROM video v WHERE v.channel_id = ? ORDER BY v.id LIMIT 100", of)
}

func remove(ctx context.Context, tx *db.Tx, id ID) error {
	if err := searchIndex.Delete(ctx, tx, int64(id)); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, "DELETE FROM video WHERE id = ?", id)
	return err
}

// filenames collects the names of all files of a video, which its rows take with them.
func filenames(ctx context.Context, q db.Querier, id ID) (Filenames, error) {
	var f Filenames
	playlists, err := db.Value[int](ctx, q, "SELECT COUNT(*) FROM streaming_playlist WHERE video_id = ?", id)
	if err != nil {
		return f, err
	}
	f.HasPlaylist = playlists > 0
	for _, list := range []struct {
		to   *[]string
		text string
	}{
		{&f.WebVideos, "SELECT filename FROM video_file WHERE video_id = ? AND playlist_id IS NULL AND filename <> ''"},
		{&f.Torrents, "SELECT torrent_filename FROM video_file WHERE video_id = ? AND torrent_filename <> ''"},
		{&f.Thumbnails, "SELECT filename FROM thumbnail WHERE video_id = ? AND kind = 'thumbnail'"},
		{&f.Previews, "SELECT filename FROM thumbnail WHERE video_id = ? AND kind = 'preview'"},
		{&f.Storyboards, "SELECT filename FROM storyboard WHERE video_id = ?"},
		{&f.Captions, "SELECT filename FROM caption WHERE video_id = ?"},
		{&f.Originals, "SELECT filename FROM video_source WHERE video_id = ? AND filename <> ''"},
	} {
		if *list.to, err = db.List(ctx, q, db.Column[string], list.text, id); err != nil {
			return f, err
		}
	}
	return f, nil
}
