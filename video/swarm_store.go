package video

import (
	"context"
	"slices"

	"lucarne/platform/db"
)

// HasSwarm reports whether an info hash, in lower-case hex, is that of a file or of a rendition of a video here.
func (v *Videos) HasSwarm(ctx context.Context, infoHash string) (bool, error) {
	if infoHash == "" { // of files without torrent
		return false, nil
	}
	found, err := db.Value[int](ctx, v.o.DB, `SELECT CASE WHEN EXISTS (SELECT 1 FROM swarm WHERE info_hash = ?)
		OR EXISTS (SELECT 1 FROM video_file WHERE info_hash = ?) THEN 1 ELSE 0 END`, infoHash, infoHash)
	return found == 1, err
}

// replaceSwarms writes under which info hashes a playlist's renditions are shared.
func replaceSwarms(ctx context.Context, tx *db.Tx, playlist int64, infoHashes []string) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM swarm WHERE playlist_id = ?", playlist); err != nil {
		return err
	}
	for _, hash := range slices.Compact(slices.Sorted(slices.Values(infoHashes))) {
		if _, err := db.Exec(ctx, tx, "INSERT INTO swarm (info_hash, playlist_id) VALUES (?, ?)", hash, playlist); err != nil {
			return err
		}
	}
	return nil
}
