package video

import (
	"context"
	"time"

	"lucarne/platform/db"
)

// maxFiles bounds what is read of one video: two kinds of a ladder of at most a dozen rungs.
const maxFiles = 200

func filesWithSegments(ctx context.Context, q db.Querier, id ID) ([]formFile, error) {
	return db.List(ctx, q, func(row db.Row) (f formFile, err error) {
		var segments string
		err = row.Scan(&f.ID, &f.VideoID, db.Null(&f.PlaylistID), &f.Resolution, &f.Width, &f.Height, &f.FPS, &f.Size, &f.Extname, &f.Filename,
			&f.PlaylistFilename, &f.Codecs, &f.Bandwidth, &f.AverageBandwidth, &f.HasAudio, &f.HasVideo, &f.InfoHash, &f.TorrentFilename, &f.Storage, &segments)
		f.segments = []byte(segments)
		return f, err
	}, `SELECT id, video_id, playlist_id, resolution, width, height, fps, size, extname, filename, playlist_filename, codecs, bandwidth,
		average_bandwidth, has_audio, has_video, info_hash, torrent_filename, storage, segments FROM video_file WHERE video_id = ?
		ORDER BY resolution DESC, fps DESC, id LIMIT ?`, id, maxFiles)
}

// writeFile inserts a rendition in the place of the one of its resolution.
func writeFile(ctx context.Context, tx *db.Tx, n NewFile) error {
	where, args := "playlist_id IS NULL", []any{n.VideoID, n.Resolution}
	if n.IsHLS {
		where, args = "playlist_id = ?", append(args, n.PlaylistID)
	}
	if _, err := db.Exec(ctx, tx, "DELETE FROM video_file WHERE video_id = ? AND resolution = ? AND "+where, args...); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO video_file (video_id, playlist_id, resolution, width, height, fps, size, extname, filename, playlist_filename,
		codecs, bandwidth, average_bandwidth, has_audio, has_video, info_hash, torrent_filename, metadata, segments, storage, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		n.VideoID, db.OrNull(n.PlaylistID), n.Resolution, n.Width, n.Height, n.FPS, n.Size, n.Extname, n.Filename, n.PlaylistFilename,
		n.Codecs, n.Bandwidth, n.AverageBandwidth, n.HasAudio, n.HasVideo, n.InfoHash, n.TorrentFilename, string(n.Metadata), string(n.Segments),
		n.Storage, n.CreatedAt, n.CreatedAt)
	return err
}

func deleteFile(ctx context.Context, tx *db.Tx, id FileID) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM video_file WHERE id = ?", id)
	return err
}

func deleteResolution(ctx context.Context, tx *db.Tx, id ID, resolution int) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM video_file WHERE video_id = ? AND resolution = ?", id, resolution)
	return err
}

func deleteFiles(ctx context.Context, tx *db.Tx, id ID, kind RenditionKind) error {
	text := "DELETE FROM video_file WHERE video_id = ? AND playlist_id IS NULL"
	if kind == HLS {
		text = "DELETE FROM video_file WHERE video_id = ? AND playlist_id IS NOT NULL"
	}
	_, err := db.Exec(ctx, tx, text, id)
	return err
}

func playlistOf(ctx context.Context, q db.Querier, id ID) (Playlist, bool, error) {
	return db.Find(ctx, q, func(row db.Row) (p Playlist, err error) {
		return p, row.Scan(&p.ID, &p.VideoID, &p.PlaylistFilename, &p.SHA256Filename, db.JSON(&p.InfoHashes), &p.P2PVersion, &p.Storage)
	}, `SELECT id, video_id, playlist_filename, sha256_filename, info_hashes, p2p_version, storage FROM streaming_playlist
		WHERE video_id = ? AND kind = 1`, id)
}

// writePlaylistRow keeps the row of a form with HLS files, and removes that of one without.
func (f *Files) writePlaylistRow(ctx context.Context, tx *db.Tx, of Video, after form) (int64, error) {
	now := f.o.Clock.Now()
	if len(after.hls) == 0 {
		return 0, deletePlaylist(ctx, tx, of.ID)
	}
	p := after.playlist
	if p.ID != 0 {
		return p.ID, updatePlaylist(ctx, tx, p, now)
	}
	p.VideoID = of.ID
	return insertPlaylist(ctx, tx, p, now)
}

func insertPlaylist(ctx context.Context, tx *db.Tx, p Playlist, at time.Time) (int64, error) {
	id, err := db.Insert[int64](ctx, tx, `INSERT INTO streaming_playlist (video_id, kind, playlist_filename, sha256_filename, info_hashes, p2p_version,
		storage, created_at, updated_at) VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		p.VideoID, p.PlaylistFilename, p.SHA256Filename, db.AsJSON(p.InfoHashes), p2pVersion, p.Storage, at, at)
	if err != nil {
		return 0, err
	}
	return id, replaceSwarms(ctx, tx, id, p.InfoHashes)
}

func updatePlaylist(ctx context.Context, tx *db.Tx, p Playlist, at time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE streaming_playlist SET playlist_filename = ?, sha256_filename = ?, info_hashes = ?, p2p_version = ?, storage = ?,
		updated_at = ? WHERE id = ?`, p.PlaylistFilename, p.SHA256Filename, db.AsJSON(p.InfoHashes), p2pVersion, p.Storage, at, p.ID)
	if err != nil {
		return err
	}
	return replaceSwarms(ctx, tx, p.ID, p.InfoHashes)
}

func captionPlaylists(ctx context.Context, q db.Querier, id ID) ([]formCaption, error) {
	return db.List(ctx, q, func(row db.Row) (c formCaption, err error) {
		return c, row.Scan(&c.language, &c.playlist, &c.automatic)
	}, "SELECT language, m3u8_filename, is_automatic FROM caption WHERE video_id = ? AND m3u8_filename <> '' ORDER BY language LIMIT ?", id, maxFiles)
}

func metadataOf(ctx context.Context, q db.Querier, id ID, file FileID) (string, bool, error) {
	return db.Find(ctx, q, db.Column[string], "SELECT metadata FROM video_file WHERE id = ? AND video_id = ?", file, id)
}

// IsPlayable reports whether a video has a file to be watched from.
func (f *Files) IsPlayable(ctx context.Context, q db.Querier, id ID) (bool, error) {
	n, err := db.Value[int](ctx, q, "SELECT COUNT(*) FROM video_file WHERE video_id = ? AND has_video", id)
	return n > 0, err
}
