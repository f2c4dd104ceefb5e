package video

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"lucarne/platform/blob"
	"lucarne/platform/db"
)

// form is everything a video is made of, as rows.
type form struct {
	playlist Playlist // zero ID and names: there is none
	hls      []formFile
	web      []formFile
	captions []formCaption
}

// formFile is a file with what its playlists need.
type formFile struct {
	File
	segments json.RawMessage
}

// formCaption is a caption that has a media playlist.
type formCaption struct {
	language  string
	playlist  string
	automatic bool
}

func (f *Files) formOf(ctx context.Context, q db.Querier, of Video) (form, error) {
	var now form
	all, err := filesWithSegments(ctx, q, of.ID)
	if err != nil {
		return now, err
	}
	for _, one := range all {
		if one.PlaylistID != 0 {
			now.hls = append(now.hls, one)
		} else {
			now.web = append(now.web, one)
		}
	}
	if now.playlist, _, err = playlistOf(ctx, q, of.ID); err != nil {
		return now, err
	}
	now.captions, err = captionPlaylists(ctx, q, of.ID)
	return now, err
}

// with is the form once an addition is made, and what of the present one is then to be removed. Renditions replace those of their
// resolution, as the tables' unique indexes demand.
func (now form) with(a Addition) (after form, gone FilesRemoved) {
	after = form{playlist: now.playlist, hls: slices.Clone(now.hls), web: slices.Clone(now.web), captions: now.captions}
	dropped := form{}
	if slices.Contains(a.Replaces, HLS) {
		dropped.hls, after.hls = after.hls, nil
		dropped.playlist, after.playlist.PlaylistFilename, after.playlist.SHA256Filename = now.playlist, "", ""
	}
	if slices.Contains(a.Replaces, WebVideo) {
		dropped.web, after.web = after.web, nil
	}
	for _, resolution := range a.Drops {
		dropped.hls = append(dropped.hls, take(&after.hls, resolution)...)
		dropped.web = append(dropped.web, take(&after.web, resolution)...)
	}
	for _, n := range a.Files {
		list, out := &after.web, &dropped.web
		if n.IsHLS {
			list, out = &after.hls, &dropped.hls
		}
		*out = append(*out, take(list, n.Resolution)...)
		*list = append(*list, formFile{File: n.File, segments: n.Segments})
	}
	sortBestFirst(after.hls)
	return after, dropped.removal(after)
}

// take removes the files of a resolution from a list and gives them.
func take(list *[]formFile, resolution int) []formFile {
	var taken, kept []formFile
	for _, one := range *list {
		if one.Resolution == resolution {
			taken = append(taken, one)
		} else {
			kept = append(kept, one)
		}
	}
	*list = kept
	return taken
}

func sortBestFirst(files []formFile) {
	slices.SortStableFunc(files, func(a, b formFile) int { return b.Resolution - a.Resolution })
}

// removal names the blobs of a form that is no longer wanted. Names that the new form uses again (a job that ran twice) stay.
func (now form) removal(kept form) FilesRemoved {
	inUse := make(map[string]bool)
	for _, one := range append(slices.Clone(kept.hls), kept.web...) {
		inUse[one.Filename] = true
	}
	var gone FilesRemoved
	for _, one := range append(slices.Clone(now.hls), now.web...) {
		if !inUse[one.Filename] {
			gone.Blobs = append(gone.Blobs, one.blobs()...)
		}
	}
	for _, name := range []string{now.playlist.PlaylistFilename, now.playlist.SHA256Filename} {
		if name != "" {
			gone.Blobs = append(gone.Blobs, BlobName{Kind: blob.StreamingPlaylists, Storage: now.playlist.Storage, Name: name})
		}
	}
	return gone
}

// blobs are the files of a row, named without their folder: it depends on the video's privacy when they are removed.
func (one formFile) blobs() []BlobName {
	kind := blob.WebVideos
	if one.PlaylistID != 0 {
		kind = blob.StreamingPlaylists
	}
	names := []BlobName{{Kind: kind, Storage: one.Storage, Name: one.Filename}}
	if one.PlaylistFilename != "" {
		names = append(names, BlobName{Kind: kind, Storage: one.Storage, Name: one.PlaylistFilename})
	}
	if one.TorrentFilename != "" {
		names = append(names, BlobName{Kind: blob.Torrents, Key: one.TorrentFilename})
	}
	return names
}

// playlistNames gives the master playlist and the digests their names, when they have none yet.
func (now *form) playlistNames() {
	if now.playlist.PlaylistFilename == "" {
		now.playlist.PlaylistFilename = uuid.NewString() + "-master.m3u8"
		now.playlist.SHA256Filename = uuid.NewString() + "-segments-sha256.json"
	}
}
