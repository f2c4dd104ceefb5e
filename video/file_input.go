package video

import (
	"context"
	"fmt"

	"lucarne/platform/blob"
	"lucarne/platform/fault"
)

// Input is what a video can be made from again.
type Input struct {
	Paths    []string // one file, or its picture and its sound
	SourceID SourceID // 0: the files are renditions of our own
	Release  func()   // to be called when the files are no longer read
}

// Input finds the uploaded file, or else the best renditions, on the local disk; what lies elsewhere is fetched into folder. It fails
// with fault.NotFound when there is nothing.
func (f *Files) Input(ctx context.Context, id ID, folder string) (Input, error) {
	s, found, err := sourceOf(ctx, f.o.DB, id)
	if err != nil {
		return Input{}, err
	}
	if found && s.HasFile() {
		path, release, err := blob.Local(ctx, storeOf(f.o.Blobs, blob.OriginalVideoFiles, s.Storage), s.Filename, folder)
		return Input{Paths: []string{path}, SourceID: s.ID, Release: release}, err
	}
	of, err := getBare(ctx, f.o.DB, id)
	if err != nil {
		return Input{}, err
	}
	now, err := f.formOf(ctx, f.o.DB, of)
	if err != nil {
		return Input{}, err
	}
	return f.fetch(ctx, of, now.best(), folder)
}

// best are the files that together are the video at its best.
func (now form) best() []formFile {
	for _, list := range [][]formFile{now.hls, now.web} {
		if len(list) == 0 || !list[0].HasVideo {
			continue
		}
		if sound, isSplit := now.split(); isSplit && !list[0].HasAudio {
			return []formFile{list[0], sound}
		}
		return list[:1]
	}
	return nil
}

func (f *Files) fetch(ctx context.Context, of Video, files []formFile, folder string) (Input, error) {
	if len(files) == 0 {
		return Input{}, fault.New(fault.NotFound, "No file of this video is left to transcode from")
	}
	var releases []func()
	in := Input{Release: func() {
		for _, release := range releases {
			release()
		}
	}}
	for _, one := range files {
		kind, key := blob.WebVideos, WebVideoKey(of.Privacy, one.Filename)
		if one.PlaylistID != 0 {
			kind, key = blob.StreamingPlaylists, PlaylistKey(of.Privacy, of.UUID, one.Filename)
		}
		path, release, err := blob.Local(ctx, storeOf(f.o.Blobs, kind, one.Storage), key, folder)
		if err != nil {
			in.Release()
			return Input{}, fmt.Errorf("fetch file %d: %w", one.ID, err)
		}
		in.Paths, releases = append(in.Paths, path), append(releases, release)
	}
	return in, nil
}

// SharedSound fetches the rendition of sound that the others of a video share, as Input does.
func (f *Files) SharedSound(ctx context.Context, id ID, folder string) (Input, error) {
	of, err := getBare(ctx, f.o.DB, id)
	if err != nil {
		return Input{}, err
	}
	now, err := f.formOf(ctx, f.o.DB, of)
	if err != nil {
		return Input{}, err
	}
	for _, one := range now.hls {
		if !one.HasVideo {
			return f.fetch(ctx, of, []formFile{one}, folder)
		}
	}
	return Input{}, fault.New(fault.NotFound, "The video has no sound of its own")
}
