package video

import (
	"github.com/google/uuid"

	"lucarne/account"
	"lucarne/platform/blob"
)

// privateFolder holds the files only some may fetch, so that a web server in front can be kept out of it.
const privateFolder = "private/"

func folderOf(p Privacy) string {
	if p.HasPrivateFiles() {
		return privateFolder
	}
	return ""
}

// WebVideoKey is where a progressive file lies in the web videos' store.
func WebVideoKey(p Privacy, filename string) string { return folderOf(p) + filename }

// PlaylistKey is where a file of a video's HLS form lies in the streaming playlists' store.
func PlaylistKey(p Privacy, id uuid.UUID, filename string) string {
	return PlaylistFolder(p, id) + "/" + filename
}

// PlaylistFolder is the folder of a video's HLS form in the streaming playlists' store.
func PlaylistFolder(p Privacy, id uuid.UUID) string { return folderOf(p) + id.String() }

// WebVideoURL is where this site serves a progressive file.
func WebVideoURL(site account.Site, p Privacy, filename string) string {
	return site.Origin + "/static/web-videos/" + WebVideoKey(p, filename)
}

// PlaylistURL is where this site serves a file of a video's HLS form.
func PlaylistURL(site account.Site, p Privacy, id uuid.UUID, filename string) string {
	return site.Origin + "/static/streaming-playlists/hls/" + PlaylistKey(p, id, filename)
}

// storageOf says where new files of a kind go.
func storageOf(blobs *blob.Set, kind blob.Kind) Storage {
	if _, ok := blobs.Remote(kind); ok {
		return ObjectStorage
	}
	return FileSystem
}

// storeOf is where the files of a row are. A bucket that is no longer configured leaves the local folder.
func storeOf(blobs *blob.Set, kind blob.Kind, storage Storage) blob.Store {
	if storage == ObjectStorage {
		if remote, ok := blobs.Remote(kind); ok {
			return remote
		}
	}
	return blobs.Local(kind)
}
