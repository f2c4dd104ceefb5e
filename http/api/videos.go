package api

import (
	"context"
	"net/http"

	"lucarne/video"
)

func (a *API) videoRoutes() []route {
	if a.Videos == nil {
		return nil
	}
	const one = "/videos/{id}"
	return []route{
		{method: "GET", pattern: one, operation: "getVideo", access: optional, do: a.getVideo},
		{method: "PUT", pattern: one, operation: "putVideo", access: signedIn, maxBody: 2*maxImageForm + maxFormText, do: a.updateVideo},
		{method: "DELETE", pattern: one, operation: "delVideo", access: signedIn, do: a.deleteVideo},
		{method: "GET", pattern: one + "/description", operation: "getVideoDesc", access: optional, do: a.videoDescription},
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
		return a.videoDetails(found), nil
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
var videoPictures = parts{"thumbnailfile": maxImageBytes, "previewfile": maxImageBytes}

func (a *API) updateVideo(w http.ResponseWriter, r *request) error {
	id, err := r.pathVideo()
	if err != nil {
		return err
	}
	in, files, done, err := r.multipart("", videoPictures)
	if err != nil {
		return err
	}
	defer done()
	change := videoChange(in)
	if err := in.err(); err != nil {
		return err
	}
	if err := a.Videos.Update(r.Context(), r.viewer, id, change); err != nil {
		return err
	}
	if err := a.setPictures(r.Context(), id, files); err != nil {
		return err
	}
	return noContent(w)
}

// setPictures gives a video the pictures of its form, if there are any.
func (a *API) setPictures(ctx context.Context, id video.ID, files map[string]*part) error {
	var pictures video.Pictures
	for name, part := range files {
		file, err := part.open()
		if err != nil {
			return err
		}
		defer file.Close()
		if name == "previewfile" {
			pictures.Preview = file
		} else {
			pictures.Thumbnail = file
		}
	}
	if pictures.IsZero() || a.Thumbnails == nil {
		return nil
	}
	if err := a.Thumbnails.Set(ctx, id, pictures, false); err != nil {
		return imageFault("thumbnailfile", err)
	}
	return nil
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
