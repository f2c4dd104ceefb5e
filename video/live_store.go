package video

import (
	"context"
	"time"

	"lucarne/platform/db"
)

func replaceLiveSchedules(ctx context.Context, tx *db.Tx, id ID, at []time.Time) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM live_schedule WHERE video_id = ?", id); err != nil {
		return err
	}
	for _, one := range at {
		_, err := db.Exec(ctx, tx, "INSERT INTO live_schedule (video_id, start_at) VALUES (?, ?) ON CONFLICT DO NOTHING", id, one)
		if err != nil {
			return err
		}
	}
	return nil
}

// loadLiveSchedules fills when the lives among the videos are to begin.
func loadLiveSchedules(ctx context.Context, q db.Querier, videos []*Video) error {
	lives := make(map[ID]*Video)
	for _, v := range videos {
		if v.IsLive {
			lives[v.ID] = v
		}
	}
	if len(lives) == 0 {
		return nil
	}
	marks, args := in(lives)
	_, err := db.List(ctx, q, func(row db.Row) (struct{}, error) {
		var id ID
		var at time.Time
		err := row.Scan(&id, db.Time(&at))
		lives[id].LiveSchedules = append(lives[id].LiveSchedules, at)
		return struct{}{}, err
	}, "SELECT video_id, start_at FROM live_schedule WHERE video_id"+marks+" ORDER BY video_id, start_at", args...)
	return err
}

func deletePlaylist(ctx context.Context, tx *db.Tx, id ID) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM streaming_playlist WHERE video_id = ?", id)
	return err
}

// replaceLivePlaylist makes the row that says a video is played from what is on air.
func replaceLivePlaylist(ctx context.Context, tx *db.Tx, id ID, infoHashes []string, at time.Time) error {
	if err := deletePlaylist(ctx, tx, id); err != nil {
		return err
	}
	live := Playlist{VideoID: id, PlaylistFilename: LiveMaster, SHA256Filename: LiveDigests, InfoHashes: infoHashes, Storage: FileSystem}
	_, err := insertPlaylist(ctx, tx, live, at)
	return err
}
