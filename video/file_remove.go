package video

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"lucarne/platform/blob"
	"lucarne/platform/event"
)

// FilesRemoved tells of stored files no row names any more.
type FilesRemoved struct {
	VideoID ID
	UUID    uuid.UUID // of the video, where Blobs have bare names
	Blobs   []BlobName
}

// BlobName is a stored file.
type BlobName struct {
	Kind    blob.Kind
	Storage Storage
	Key     string // where it is
	Name    string // instead of Key: its last part, of a video file that lies in the public or the private folder
}

// Listeners removes and moves stored files after what happened to their videos.
func (f *Files) Listeners() []event.Listener {
	return []event.Listener{
		event.On("video files: removed", f.onRemoved),
		event.On("video files: video deleted", f.onDeleted),
		event.On("video files: privacy changed", f.onPrivacyChanged),
	}
}

func (f *Files) onRemoved(ctx context.Context, fact FilesRemoved) error {
	for _, name := range fact.Blobs {
		for _, key := range name.keys(fact.UUID) {
			if err := f.remove(ctx, BlobName{Kind: name.Kind, Storage: name.Storage, Key: key}); err != nil {
				return err
			}
		}
	}
	return nil
}

// keys are the places where the file can be.
func (n BlobName) keys(id uuid.UUID) []string {
	switch {
	case n.Key != "":
		return []string{n.Key}
	case n.Kind == blob.StreamingPlaylists:
		return []string{PlaylistKey(Public, id, n.Name), PlaylistKey(Private, id, n.Name)}
	}
	return []string{WebVideoKey(Public, n.Name), WebVideoKey(Private, n.Name)}
}

// remove deletes a file. Thumbnails and their like have no column for where they are: both places are looked at.
func (f *Files) remove(ctx context.Context, name BlobName) error {
	err := storeOf(f.o.Blobs, name.Kind, name.Storage).Delete(ctx, name.Key)
	if err != nil {
		return fmt.Errorf("remove %s/%s: %w", name.Kind, name.Key, err)
	}
	if remote, ok := f.o.Blobs.Remote(name.Kind); ok && name.Storage == FileSystem {
		return remote.Delete(ctx, name.Key)
	}
	return nil
}

func (f *Files) removeAll(ctx context.Context, names []BlobName) {
	for _, name := range names {
		if err := f.remove(ctx, name); err != nil {
			f.o.Logger.Warn("a file nobody needs stays in the storage", "file", name.Key, "error", err)
		}
	}
}

// onDeleted removes everything a video was made of.
func (f *Files) onDeleted(ctx context.Context, fact Deleted) error {
	gone := FilesRemoved{VideoID: fact.VideoID, UUID: fact.UUID}
	for _, name := range fact.Files.WebVideos {
		gone.Blobs = append(gone.Blobs, BlobName{Kind: blob.WebVideos, Name: name})
	}
	for kind, names := range map[blob.Kind][]string{
		blob.Torrents: fact.Files.Torrents, blob.Thumbnails: fact.Files.Thumbnails, blob.Previews: fact.Files.Previews,
		blob.Storyboards: fact.Files.Storyboards, blob.Captions: fact.Files.Captions, blob.OriginalVideoFiles: fact.Files.Originals,
	} {
		for _, name := range names {
			gone.Blobs = append(gone.Blobs, BlobName{Kind: kind, Key: name})
		}
	}
	if err := f.onRemoved(ctx, gone); err != nil {
		return err
	}
	if !fact.IsLocal {
		return nil
	}
	return f.removePlaylistFolders(ctx, fact.UUID)
}

// removePlaylistFolders also takes what an interrupted transcoding left there.
func (f *Files) removePlaylistFolders(ctx context.Context, id uuid.UUID) error {
	stores := []blob.Store{f.o.Blobs.Local(blob.StreamingPlaylists)}
	if remote, ok := f.o.Blobs.Remote(blob.StreamingPlaylists); ok {
		stores = append(stores, remote)
	}
	for _, store := range stores {
		for _, p := range []Privacy{Public, Private} {
			if err := store.DeletePrefix(ctx, PlaylistFolder(p, id)); err != nil {
				return fmt.Errorf("remove playlists of %s: %w", id, err)
			}
		}
	}
	return nil
}
