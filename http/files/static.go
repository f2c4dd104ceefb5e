package files

import (
	"context"
	"net/http"
	"path"
	"time"

	"github.com/google/uuid"

	"lucarne/platform/blob"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

func (f *Files) publicWebVideo(w http.ResponseWriter, r *http.Request) error {
	key := video.WebVideoKey(video.Public, r.PathValue("file"))
	return f.send(w, r, delivery{store: f.storeOf(blob.WebVideos), key: key, age: f.o.Settings().MediaAge})
}

func (f *Files) publicHLS(w http.ResponseWriter, r *http.Request) error {
	id, err := uuid.Parse(r.PathValue("uuid"))
	if err != nil {
		return errNoFile()
	}
	if isLive, err := f.live(w, r, id, false); isLive {
		return err
	}
	name := r.PathValue("file")
	key := video.PlaylistKey(video.Public, id, name)
	return f.send(w, r, delivery{store: f.storeOf(blob.StreamingPlaylists), key: key, age: f.ageOf(name)})
}

// ageOf is how long a file of an HLS form may be kept: its playlists and digests are written again with each new rendition.
func (f *Files) ageOf(name string) time.Duration {
	if path.Ext(name) == ".mp4" {
		return f.o.Settings().MediaAge
	}
	return 0
}

func (f *Files) privateWebVideo(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	id, found, err := f.o.Videos.FindByFile(r.Context(), name)
	if err != nil {
		return err
	}
	if !found {
		return errNoFile()
	}
	d, err := f.o.Videos.Get(r.Context(), id)
	if err != nil {
		return err
	}
	if err := f.mayRead(r, d.UUID); err != nil {
		return err
	}
	key := video.WebVideoKey(video.Private, name)
	return f.send(w, r, delivery{store: f.storeOf(blob.WebVideos), key: key, isPrivate: true, age: f.o.Settings().MediaAge})
}

func (f *Files) privateHLS(w http.ResponseWriter, r *http.Request) error {
	id, err := uuid.Parse(r.PathValue("uuid"))
	if err != nil {
		return errNoFile()
	}
	if err := f.mayRead(r, id); err != nil {
		return err
	}
	if isLive, err := f.live(w, r, id, true); isLive {
		return err
	}
	name := r.PathValue("file")
	d := delivery{
		store: f.storeOf(blob.StreamingPlaylists), key: video.PlaylistKey(video.Private, id, name), isPrivate: true, age: f.ageOf(name),
	}
	query := r.URL.Query()
	if token := query.Get("videoFileToken"); token != "" && path.Ext(name) == ".m3u8" && query.Get("reinjectVideoFileToken") == "true" {
		return f.sendWithToken(w, r, d, token)
	}
	return f.send(w, r, d)
}

// passwordHeader carries the password of a video.
const passwordHeader = "X-Peertube-Video-Password"

// mayRead asks whether the request may read a private file: by a token in the address, which any player can send along, or as
// somebody who may see the video.
func (f *Files) mayRead(r *http.Request, id uuid.UUID) error {
	if !f.o.Settings().PrivateFilesRequireAuth {
		return nil
	}
	token := r.URL.Query().Get("videoFileToken")
	if token != "" && f.o.Tokens.IsValid(id, token) {
		return nil
	}
	viewer, err := f.o.Auth.Viewer(r.Context(), r)
	if err != nil {
		return err
	}
	password := r.Header.Get(passwordHeader)
	if !viewer.IsSignedIn() && password == "" && token == "" {
		return fault.New(fault.Forbidden, "Video password header, video file token query parameter and bearer token are all missing")
	}
	_, err = f.o.Videos.See(r.Context(), shortid.Of(id), video.Access{Viewer: viewer, Password: password})
	if fault.Is(err, fault.Unauthenticated) {
		return fault.New(fault.Forbidden, "Cannot get file: the video file token is invalid or expired")
	}
	return err
}

// picture serves a store whose files anybody may read by their name.
func (f *Files) picture(kind blob.Kind) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		return f.send(w, r, delivery{store: f.storeOf(kind), key: r.PathValue("file"), age: f.o.Settings().PictureAge})
	}
}

// caption serves the captions of public videos to anybody, and those of private ones to whom the video is shown.
func (f *Files) caption(w http.ResponseWriter, r *http.Request) error {
	caption, found, err := f.o.Captions.FindByFilename(r.Context(), r.PathValue("file"))
	if err != nil {
		return err
	}
	if !found {
		return errNoFile()
	}
	d, err := f.o.Videos.Get(r.Context(), caption.VideoID)
	if err != nil {
		return err
	}
	isPrivate := d.Privacy.HasPrivateFiles()
	if isPrivate {
		if err := f.mayRead(r, d.UUID); err != nil {
			return err
		}
	}
	return f.send(w, r, delivery{store: captionStore{f.o.Captions, caption}, key: caption.Filename, isPrivate: isPrivate, age: f.o.Settings().PictureAge})
}

// captionStore opens the one file of a caption, wherever it is.
type captionStore struct {
	captions *video.Captions
	caption  video.Caption
}

func (s captionStore) Open(ctx context.Context, _ string) (*blob.Object, error) {
	return s.captions.Open(ctx, s.caption)
}

func (captionStore) URL(string) string { return "" }
