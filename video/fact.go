package video

import "github.com/google/uuid"

// Created tells of a new video, whose files may not be there yet.
type Created struct{ VideoID ID }

// Announced tells that a video is published and others can find it, once in its life.
type Announced struct{ VideoID ID }

// Updated tells that what is known of a video changed.
type Updated struct{ VideoID ID }

// PrivacyChanged tells that a video's privacy moved. When only one of the two has private files, the files move with it.
type PrivacyChanged struct {
	VideoID ID
	UUID    uuid.UUID
	From    Privacy
	To      Privacy
}

// StateChanged tells how far a video came.
type StateChanged struct {
	VideoID ID
	From    State
	To      State
}

// Deleted tells that a video is gone, with the names of the files that are left to remove.
type Deleted struct {
	VideoID ID
	UUID    uuid.UUID
	URL     string
	IsLocal bool
	Privacy Privacy // where the files lie: see Privacy.HasPrivateFiles
	Files   Filenames
}

// Filenames are the last parts of blob keys, by the store that holds them.
type Filenames struct {
	WebVideos   []string
	HasPlaylist bool // the streaming playlists' folder named by the UUID
	Torrents    []string
	Thumbnails  []string
	Previews    []string
	Storyboards []string
	Captions    []string
	Originals   []string
}
