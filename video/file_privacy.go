package video

import (
	"context"
	"fmt"
	"path"

	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

func (f *Files) onPrivacyChanged(ctx context.Context, fact PrivacyChanged) error {
	if fact.From.HasPrivateFiles() == fact.To.HasPrivateFiles() {
		return nil
	}
	defer f.lock(fact.VideoID)()
	err := f.settle(ctx, fact.VideoID)
	if fault.Is(err, fault.NotFound) {
		return nil // deleted since: that fact removes the files
	}
	return err
}

// followPrivacy moves files that were stored while the video's privacy changed.
func (f *Files) followPrivacy(ctx context.Context, id ID, was Privacy) error {
	now, err := getBare(ctx, f.o.DB, id)
	if err != nil || now.Privacy.HasPrivateFiles() == was.HasPrivateFiles() {
		return err
	}
	return f.settle(ctx, id)
}

// settle brings every file of a video to the folder its privacy asks for. It may run again at any point: files that are there stay.
func (f *Files) settle(ctx context.Context, id ID) error {
	of, err := getBare(ctx, f.o.DB, id)
	if err != nil {
		return err
	}
	now, err := f.formOf(ctx, f.o.DB, of)
	if err != nil {
		return err
	}
	from := Private
	if of.Privacy.HasPrivateFiles() {
		from = Public
	}
	if err := f.moveWebVideos(ctx, of, now.web, from); err != nil {
		return fmt.Errorf("move files of video %d: %w", id, err)
	}
	if err := f.movePlaylists(ctx, of, now, from); err != nil {
		return fmt.Errorf("move files of video %d: %w", id, err)
	}
	for _, one := range append(now.web, now.hls...) {
		if err := f.reseed(ctx, of, one); err != nil {
			return err
		}
	}
	return nil
}

func (f *Files) moveWebVideos(ctx context.Context, of Video, files []formFile, from Privacy) error {
	for _, one := range files {
		store := storeOf(f.o.Blobs, blob.WebVideos, one.Storage)
		if err := move(ctx, store, WebVideoKey(from, one.Filename), WebVideoKey(of.Privacy, one.Filename), of.Privacy); err != nil {
			return err
		}
	}
	return nil
}

// movePlaylists moves the whole folder; its playlists name their files without folders. What peers find each other by is the master
// playlist's address, so that changes.
func (f *Files) movePlaylists(ctx context.Context, of Video, now form, from Privacy) error {
	if now.playlist.ID == 0 {
		return nil
	}
	store := storeOf(f.o.Blobs, blob.StreamingPlaylists, now.playlist.Storage)
	var names []string
	for entry, err := range store.List(ctx, PlaylistFolder(from, of.UUID)) {
		if err != nil {
			return err
		}
		names = append(names, path.Base(entry.Key))
	}
	for _, name := range names {
		if err := move(ctx, store, PlaylistKey(from, of.UUID, name), PlaylistKey(of.Privacy, of.UUID, name), of.Privacy); err != nil {
			return err
		}
	}
	now.playlist.InfoHashes = now.infoHashes(f.masterURL(of, now.playlist))
	return f.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		tx.Touch(Topic)
		return updatePlaylist(ctx, tx, now.playlist, f.o.Clock.Now())
	})
}

// move passes over a file that is not there: an earlier run moved it.
func move(ctx context.Context, store blob.Store, from, to string, p Privacy) error {
	err := store.Move(ctx, from, to, blob.PutOptions{Private: p.HasPrivateFiles()})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
