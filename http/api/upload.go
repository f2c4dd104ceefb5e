package api

import (
	"errors"
	"net/http"

	"github.com/google/uuid"

	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/upload"
)

type newVideoJSON struct {
	ID        video.ID  `json:"id"`
	UUID      uuid.UUID `json:"uuid"`
	ShortUUID string    `json:"shortUUID"`
}

func answerNewVideo(w http.ResponseWriter, r *request, made video.Video) error {
	return answer(w, r, map[string]newVideoJSON{"video": {ID: made.ID, UUID: made.UUID, ShortUUID: made.ShortUUID()}})
}

const videoField = "videofile"

// uploadVideo receives a video with its fields in one form, in any order. The file goes straight to the disk it stays on.
func (a *API) uploadVideo(w http.ResponseWriter, r *request) error {
	room, beyond, err := a.Uploads.Room(r.Context(), r.viewer)
	if err != nil {
		return err
	}
	if r.ContentLength-a.maxVideoForm() > room {
		return beyond
	}
	bounds := a.videoPictures()
	bounds[videoField] = room
	in, files, done, err := r.multipart(a.TemporaryFolder, bounds)
	if err != nil {
		return tooLargeFor(videoField, err, beyond)
	}
	defer done()
	file := files[videoField]
	if file == nil {
		in.refuse(videoField, nil, "Should have a file")
	}
	draft, err := a.draft(r, in)
	if err != nil {
		return err
	}
	made, err := a.Uploads.Store(r.Context(), r.viewer, upload.Single{
		Path: file.Path, Size: file.Size, MIMEType: file.Type, Filename: file.Filename, Draft: draft, Pictures: picturesOf(files),
	})
	if err != nil {
		return err
	}
	return answerNewVideo(w, r, made)
}

// tooLargeFor says which bound a file went beyond.
func tooLargeFor(field string, err, beyond error) error {
	var f *fault.Error
	if beyond != nil && errors.As(err, &f) && len(f.Params) == 1 && f.Params[0].Name == field {
		return beyond
	}
	return err
}

// draft reads the fields of a new video and has them checked; everything refused is told in one answer.
func (a *API) draft(r *request, in *input) (video.Draft, error) {
	change := videoChange(in)
	in.require("channelId", "Should have correct video channel id")
	draft := change.Draft(a.PublishDefaults())
	if in.has("channelId") || in.err() == nil {
		return draft, joinRefused(in.err(), a.Videos.CheckDraft(r.Context(), r.viewer, draft))
	}
	return draft, in.err()
}

// joinRefused makes one error of the parameters two checks refused.
func joinRefused(first, second error) error {
	var a, b *fault.Error
	if !errors.As(first, &a) || !errors.As(second, &b) || len(b.Params) == 0 {
		return errors.Join(first, second)
	}
	known := make(map[string]bool)
	for _, p := range a.Params {
		known[p.Name] = true
	}
	all := a.Params
	for _, p := range b.Params {
		if !known[p.Name] {
			all = append(all, p)
		}
	}
	return fault.InvalidParams(all)
}

func picturesOf(files map[string]*part) upload.PicturePaths {
	var paths upload.PicturePaths
	if p := files["thumbnailfile"]; p != nil {
		paths.Thumbnail = p.Path
	}
	if p := files["previewfile"]; p != nil {
		paths.Preview = p.Path
	}
	return paths
}
