package video

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"

	"lucarne/account"
	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/video/torrent"
)

// FilesOptions set up Files.
type FilesOptions struct {
	DB     *db.DB
	Clock  clock.Clock
	Outbox *event.Outbox
	Blobs  *blob.Set
	Site   account.Site
	Logger *slog.Logger
}

// Files writes what videos are made of: uploaded originals, renditions, playlists and torrents.
type Files struct {
	o     FilesOptions
	locks [lockStripes]sync.Mutex // by video: its playlists are rewritten by one at a time
}

// lockStripes is how many videos can be written at one time, unless two share a lock by chance.
const lockStripes = 256

// NewFiles makes the subject of video files.
func NewFiles(o FilesOptions) *Files { return &Files{o: o} }

// NewFile is a finished rendition on the local disk.
type NewFile struct {
	File                          // with everything known of it but ids and storage
	IsHLS         bool            // a fragmented file with its playlist; otherwise a progressive one
	Path          string          // local file, moved into the store
	MediaPlaylist []byte          // of an HLS rendition
	Segments      json.RawMessage // of an HLS rendition: byte range → SHA-256, as in segments-sha256.json
	Metadata      json.RawMessage // ffprobe's view of the file
	Torrent       torrent.Info    // without pieces: no torrent is made
}

// Addition is a set of renditions that become available together.
type Addition struct {
	Files []NewFile
	// Replaces drops all files of these kinds the video had before: those of an earlier upload or an earlier transcoding.
	Replaces []RenditionKind
	// Drops removes the files of these resolutions: provisional copies that better files now stand in for.
	Drops []int
	// Then does what belongs to the same transaction: the video's state, the next job.
	Then func(ctx context.Context, tx *db.Tx) error
}

// Add takes over finished renditions: their files are stored, the master playlist lists them, and the rows appear at once with Then.
// After an error none of it has happened, and the local files may be gone.
func (f *Files) Add(ctx context.Context, id ID, a Addition) error {
	db.NotInTransaction(ctx, "storing video files")
	defer f.lock(id)()
	of, err := getBare(ctx, f.o.DB, id)
	if err != nil {
		return fmt.Errorf("add files: %w", err)
	}
	written, err := f.addTo(ctx, of, a)
	if err != nil {
		f.removeAll(context.WithoutCancel(ctx), written)
		return fmt.Errorf("add files of video %d: %w", id, err)
	}
	return f.followPrivacy(ctx, id, of.Privacy)
}

func (f *Files) lock(id ID) (unlock func()) {
	mu := &f.locks[uint64(id)%lockStripes]
	mu.Lock()
	return mu.Unlock
}

// addTo stores the files, then the playlists that name them, then the rows: whatever is seen is complete.
func (f *Files) addTo(ctx context.Context, of Video, a Addition) (written []BlobName, err error) {
	for i := range a.Files {
		names, err := f.store(ctx, of, &a.Files[i])
		written = append(written, names...)
		if err != nil {
			return written, err
		}
	}
	before, err := f.formOf(ctx, f.o.DB, of)
	if err != nil {
		return written, err
	}
	after, gone := before.with(a)
	names, err := f.writePlaylists(ctx, of, &after)
	written = append(written, names...)
	if err != nil {
		return written, err
	}
	return written, f.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return f.commit(ctx, tx, of, after, a, gone) })
}

// store puts one rendition and what belongs to it under its keys.
func (f *Files) store(ctx context.Context, of Video, n *NewFile) ([]BlobName, error) {
	kind := blob.WebVideos
	if n.IsHLS {
		kind = blob.StreamingPlaylists
	}
	n.Storage = storageOf(f.o.Blobs, kind)
	var written []BlobName
	if n.IsHLS {
		playlist := BlobName{Kind: kind, Storage: n.Storage, Key: PlaylistKey(of.Privacy, of.UUID, n.PlaylistFilename)}
		written = append(written, playlist)
		if err := f.put(ctx, of, playlist, n.MediaPlaylist); err != nil {
			return written, err
		}
	}
	name := BlobName{Kind: kind, Storage: n.Storage, Key: n.key(of)}
	if err := storeOf(f.o.Blobs, kind, n.Storage).Adopt(ctx, name.Key, n.Path, blob.PutOptions{Private: of.Privacy.HasPrivateFiles()}); err != nil {
		return written, err
	}
	written = append(written, name)
	if len(n.Torrent.Pieces) == 0 {
		return written, nil
	}
	named, err := f.storeTorrent(ctx, of, n)
	return append(written, named), err
}

func (n NewFile) key(of Video) string {
	if n.IsHLS {
		return PlaylistKey(of.Privacy, of.UUID, n.Filename)
	}
	return WebVideoKey(of.Privacy, n.Filename)
}

func (f *Files) put(ctx context.Context, of Video, name BlobName, content []byte) error {
	o := blob.PutOptions{Size: int64(len(content)), Private: of.Privacy.HasPrivateFiles()}
	return storeOf(f.o.Blobs, name.Kind, name.Storage).Put(ctx, name.Key, bytes.NewReader(content), o)
}

// commit writes the rows. The video may have been deleted while its files were made.
func (f *Files) commit(ctx context.Context, tx *db.Tx, of Video, after form, a Addition, gone FilesRemoved) error {
	if _, err := getBare(ctx, tx, of.ID); err != nil {
		return err
	}
	for _, kind := range a.Replaces {
		if err := deleteFiles(ctx, tx, of.ID, kind); err != nil {
			return err
		}
	}
	for _, resolution := range a.Drops {
		if err := deleteResolution(ctx, tx, of.ID, resolution); err != nil {
			return err
		}
	}
	playlistID, err := f.writePlaylistRow(ctx, tx, of, after)
	if err != nil {
		return err
	}
	now := f.o.Clock.Now()
	for _, n := range a.Files {
		n.VideoID, n.CreatedAt = of.ID, now
		if n.IsHLS {
			n.PlaylistID = playlistID
		}
		if err := writeFile(ctx, tx, n); err != nil {
			return err
		}
	}
	return f.finish(ctx, tx, of, gone, a.Then)
}

// finish ends every change of the files: sizes, caches, facts.
func (f *Files) finish(ctx context.Context, tx *db.Tx, of Video, gone FilesRemoved, then func(context.Context, *db.Tx) error) error {
	if then != nil {
		if err := then(ctx, tx); err != nil {
			return err
		}
	}
	if err := refreshSize(ctx, tx, of.ID); err != nil {
		return err
	}
	tx.Touch(Topic)
	if err := f.o.Outbox.Record(ctx, tx, Updated{VideoID: of.ID}); err != nil || len(gone.Blobs) == 0 {
		return err
	}
	gone.VideoID, gone.UUID = of.ID, of.UUID
	return f.o.Outbox.Record(ctx, tx, gone)
}
