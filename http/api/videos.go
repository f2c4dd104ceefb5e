package api

import (
	"context"
	"net/http"

	"lucarne/platform/db"
	"lucarne/video"
)

func (a *API) videoRoutes() []route {
	if a.Videos == nil {
		return nil
	}
	const one = "/videos/{id}"
	return []route{
		{method: "GET", pattern: one, operation: "getVideo", access: optional, do: a.getVideo},
		{method: "PUT", pattern: one, operation: "putVideo", access: signedIn, maxBody: a.maxVideoForm(), do: a.updateVideo},
		{method: "DELETE", pattern: one, operation: "delVideo", access: signedIn, do: a.deleteVideo},
		{method: "GET", pattern: one + "/description", access: optional, do: a.videoDescription},
	}
}

// passwordHeader carries the password of a protected video.
const passwordHeader = "X-PeerTube-Video-Password"

// seen is the video the path names, for somebody who may see it.
func (r *request) seen() (video.Details, error) {
	ref, err := r.ref("id")
	if err != nil {
		return video.Details{}, err
	}
	return r.api.Videos.See(r.Context(), ref, video.Access{Viewer: r.viewer, Password: r.Header.Get(passwordHeader)})
}

// pathVideo is the id of the video the path names, for operations whose subject decides who may do them.
func (r *request) pathVideo() (video.ID, error) {
	ref, err := r.ref("id")
	if err != nil {
		return 0, err
	}
	return r.api.Videos.Resolve(r.Context(), ref)
}

func (a *API) getVideo(w http.ResponseWriter, r *request) error {
	return a.remembered(w, r, func() (any, error) {
		found, err := r.seen()
		if err != nil {
			return nil, err
		}
		details := a.videoDetails(found, r.viewer)
		one := []videoJSON{details.videoJSON}
		err = a.addPositions(r, one)
		details.UserHistory = one[0].UserHistory
		if err == nil {
			err = a.addPluginData(r.Context(), &details, found.Video)
		}
		return details, err
	})
}

func (a *API) videoDescription(w http.ResponseWriter, r *request) error {
	found, err := r.seen()
	if err != nil {
		return err
	}
	return answer(w, r, map[string]*string{"description": orNull(found.Description)})
}

// videoPictures are the files a video's form may hold; the second is the name before version 8.1.
func (a *API) videoPictures() parts {
	return parts{"thumbnailfile": a.maxImage(), "previewfile": a.maxImage()}
}

// maxVideoForm bounds a video's form without its file.
func (a *API) maxVideoForm() int64 { return maxFormText + 2*a.maxImageForm() }

func (a *API) updateVideo(w http.ResponseWriter, r *request) error {
	ref, err := r.ref("id")
	if err != nil {
		return err
	}
	found, err := a.Videos.Manage(r.Context(), r.viewer, ref)
	if err != nil {
		return err
	}
	in, files, done, err := r.multipart(a.TemporaryFolder, a.videoPictures())
	if err != nil {
		return err
	}
	defer done()
	change, hasChat := videoChange(in), chatChoice(in)
	if err := in.err(); err != nil {
		return err
	}
	prepared, err := a.preparePictures(r.Context(), files)
	if err != nil {
		return err
	}
	err = a.Videos.Update(r.Context(), r.viewer, found.ID, change, func(ctx context.Context, tx *db.Tx) error {
		if len(files) == 0 || a.Thumbnails == nil {
			return nil
		}
		return a.Thumbnails.SetIn(ctx, tx, found.ID, prepared)
	})
	if err != nil {
		a.discardPictures(r.Context(), prepared)
		return err
	}
	if err := a.keepChatChoice(r, found.Video, hasChat); err != nil {
		return err
	}
	return noContent(w)
}

// preparePictures makes the thumbnails of the files in a video's form; nothing comes of a form without files.
func (a *API) preparePictures(ctx context.Context, files map[string]*part) (video.Prepared, error) {
	var pictures video.Pictures
	for name, part := range files {
		file, err := part.open()
		if err != nil {
			return video.Prepared{}, err
		}
		defer file.Close()
		if name == "previewfile" {
			pictures.Preview = file
		} else {
			pictures.Thumbnail = file
		}
	}
	if pictures.IsZero() || a.Thumbnails == nil {
		return video.Prepared{}, nil
	}
	prepared, err := a.Thumbnails.Prepare(ctx, pictures, false)
	if err != nil {
		return prepared, imageFault("thumbnailfile", err)
	}
	return prepared, nil
}

func (a *API) discardPictures(ctx context.Context, prepared video.Prepared) {
	if a.Thumbnails != nil {
		a.Thumbnails.Discard(context.WithoutCancel(ctx), prepared)
	}
}

func (a *API) deleteVideo(w http.ResponseWriter, r *request) error {
	id, err := r.pathVideo()
	if err != nil {
		return err
	}
	if err := a.Videos.Delete(r.Context(), r.viewer, id); err != nil {
		return err
	}
	return noContent(w)
}
