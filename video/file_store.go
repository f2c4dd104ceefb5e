package video

import (
	"context"
	"time"

	"lucarne/platform/db"
)

const fileColumns = `f.id, f.video_id, f.playlist_id, f.resolution, f.width, f.height, f.fps, f.size, f.extname, f.filename, f.playlist_filename, f.codecs,
	f.bandwidth, f.average_bandwidth, f.has_audio, f.has_video, f.info_hash, f.torrent_filename, f.file_url, f.torrent_url, f.metadata_url, f.storage,
	f.created_at, f.updated_at`

func scanFile(row db.Row) (File, error) {
	var f File
	err := row.Scan(&f.ID, &f.VideoID, db.Null(&f.PlaylistID), &f.Resolution, &f.Width, &f.Height, &f.FPS, &f.Size, &f.Extname, &f.Filename,
		&f.PlaylistFilename, &f.Codecs, &f.Bandwidth, &f.AverageBandwidth, &f.HasAudio, &f.HasVideo, &f.InfoHash, &f.TorrentFilename, &f.FileURL,
		&f.TorrentURL, &f.MetadataURL, &f.Storage, db.Time(&f.CreatedAt), db.Time(&f.UpdatedAt))
	return f, err
}

func scanPlaylist(row db.Row) (Playlist, error) {
	var p Playlist
	err := row.Scan(&p.ID, &p.VideoID, &p.PlaylistFilename, &p.PlaylistURL, &p.SHA256Filename, &p.SHA256URL, db.JSON(&p.InfoHashes), &p.P2PVersion, &p.Storage)
	return p, err
}

// loadFiles fills the files and playlists of the videos with two queries.
func loadFiles(ctx context.Context, q db.Querier, videos []Details) error {
	byID := make(map[ID]*Details, len(videos))
	ids := make([]ID, len(videos))
	for i := range videos {
		byID[videos[i].ID] = &videos[i]
		ids[i] = videos[i].ID
	}
	if len(ids) == 0 {
		return nil
	}
	ids = db.Padded(ids)
	marks, args := " IN ("+db.Marks(len(ids))+")", db.Anys(ids)
	playlists, err := db.List(ctx, q, scanPlaylist, `SELECT id, video_id, playlist_filename, playlist_url, sha256_filename, sha256_url, info_hashes,
		p2p_version, storage FROM streaming_playlist WHERE video_id`+marks+" ORDER BY id", args...)
	if err != nil {
		return err
	}
	files, err := db.List(ctx, q, scanFile, "SELECT "+fileColumns+" FROM video_file f WHERE f.video_id"+marks+" ORDER BY f.resolution DESC, f.fps DESC", args...)
	for _, p := range playlists {
		byID[p.VideoID].Playlists = append(byID[p.VideoID].Playlists, p)
	}
	for _, f := range files {
		byID[f.VideoID].addFile(f)
	}
	return err
}

func (d *Details) addFile(f File) {
	if f.PlaylistID == 0 {
		d.WebFiles = append(d.WebFiles, f)
		return
	}
	for i := range d.Playlists {
		if d.Playlists[i].ID == f.PlaylistID {
			d.Playlists[i].Files = append(d.Playlists[i].Files, f)
		}
	}
}

// sourceReplacedAt is when the newest upload came in place of an older one.
func sourceReplacedAt(ctx context.Context, q db.Querier, id ID) (time.Time, error) {
	at, _, err := db.Find(ctx, q, func(row db.Row) (time.Time, error) {
		var at time.Time
		err := row.Scan(db.Time(&at))
		return at, err
	}, "SELECT MAX(created_at) FROM video_source WHERE video_id = ? HAVING COUNT(*) > 1", id)
	return at, err
}
