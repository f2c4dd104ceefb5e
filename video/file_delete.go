package video

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"lucarne/platform/fault"
)

// DeleteHLS removes all streaming files of a video that has progressive ones too.
func (f *Files) DeleteHLS(ctx context.Context, id ID) error {
	return f.delete(ctx, id, func(now form) (form, error) {
		switch {
		case len(now.hls) == 0:
			return now, fault.New(fault.Invalid, "This video does not have HLS files")
		case len(now.web) == 0:
			return now, fault.New(fault.Invalid, "The HLS files are the only ones of this video: it could not be watched any more")
		}
		now.hls, now.playlist = nil, Playlist{ID: now.playlist.ID}
		return now, nil
	})
}

// DeleteWebVideos removes all progressive files of a video that has streaming ones too.
func (f *Files) DeleteWebVideos(ctx context.Context, id ID) error {
	return f.delete(ctx, id, func(now form) (form, error) {
		switch {
		case len(now.web) == 0:
			return now, fault.New(fault.Invalid, "This video does not have Web Video files")
		case len(now.hls) == 0:
			return now, fault.New(fault.Invalid, "The web videos are the only files of this video: it could not be watched any more")
		}
		now.web = nil
		return now, nil
	})
}

// DeleteHLSFile removes one streaming rendition that others can stand in for.
func (f *Files) DeleteHLSFile(ctx context.Context, id ID, file FileID) error {
	return f.delete(ctx, id, func(now form) (form, error) {
		at := indexOf(now.hls, file)
		if at < 0 {
			return now, fault.New(fault.NotFound, "This HLS playlist does not have this file id")
		}
		sound, isSplit := now.split()
		if len(now.hls) == 1 || pictures(now.hls) == 1 && now.hls[at].HasVideo {
			return now, fault.New(fault.Invalid, "This is the last HLS file of the video: delete the whole playlist instead")
		}
		if isSplit && sound.ID == file {
			return now, fault.New(fault.Invalid, "The other HLS files of this video have no sound of their own")
		}
		now.hls = slices.Delete(slices.Clone(now.hls), at, at+1)
		return now, nil
	})
}

// DeleteWebVideo removes one progressive file of several.
func (f *Files) DeleteWebVideo(ctx context.Context, id ID, file FileID) error {
	return f.delete(ctx, id, func(now form) (form, error) {
		at := indexOf(now.web, file)
		if at < 0 {
			return now, fault.New(fault.NotFound, "This video does not have this file id")
		}
		if len(now.web) == 1 && len(now.hls) == 0 {
			return now, fault.New(fault.Invalid, "This is the last file of the video: it could not be watched any more")
		}
		now.web = slices.Delete(slices.Clone(now.web), at, at+1)
		return now, nil
	})
}

func indexOf(files []formFile, id FileID) int {
	return slices.IndexFunc(files, func(one formFile) bool { return one.ID == id })
}

func pictures(files []formFile) int {
	n := 0
	for _, one := range files {
		if one.HasVideo {
			n++
		}
	}
	return n
}

func (f *Files) delete(ctx context.Context, id ID, to func(form) (form, error)) error {
	err := f.change(ctx, id, func(now form) (form, FilesRemoved, error) {
		after, err := to(now)
		if err != nil {
			return now, FilesRemoved{}, err
		}
		dropped := form{}
		dropped.hls = append(dropped.hls, now.missingIn(after)...)
		if len(after.hls) == 0 {
			dropped.playlist = now.playlist
		}
		return after, dropped.removal(after), nil
	})
	if err != nil {
		return fmt.Errorf("delete files of video %d: %w", id, err)
	}
	return nil
}

// Metadata is ffprobe's view of a file of a video, and fails with fault.NotFound.
func (f *Files) Metadata(ctx context.Context, id ID, file FileID) (json.RawMessage, error) {
	text, found, err := metadataOf(ctx, f.o.DB, id, file)
	if err != nil {
		return nil, err
	}
	if !found || text == "" {
		return nil, fault.New(fault.NotFound, "Video file not found")
	}
	return json.RawMessage(text), nil
}
