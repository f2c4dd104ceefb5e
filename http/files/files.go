// Package files serves bytes: renditions, playlists, pictures, captions, torrents and downloads. It decides nothing: who may read
// private files is asked of video.
package files

import (
	"context"
	"net/http"
	"strings"
	"time"

	"lucarne/account"
	"lucarne/http/router"
	"lucarne/platform/blob"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/ffmpeg"
)

// Authenticator turns a request's credentials into who asks; the zero Viewer when there are none.
type Authenticator interface {
	Viewer(ctx context.Context, r *http.Request) (account.Viewer, error)
}

// DownloadCounter hears of each download that begins, several times perhaps for one that comes in parts.
type DownloadCounter interface {
	Began(ctx context.Context, id video.ID, ip string)
}

// Settings are what an administrator may change while the program runs.
type Settings struct {
	PrivateFilesRequireAuth bool
	MediaAge                time.Duration // how long caches may keep renditions and captions, whose names change with their content
	PictureAge              time.Duration
	SignPrivate             bool  // private files and downloads in a bucket: sent there with a signed address, not through us
	MaxMuxes                int   // downloads put together at a time, one ffmpeg each
	MaxRate                 int64 // bytes a second all downloads together may take; 0 for no bound
	MaxRatePerIP            int64 // the same for those of one address
}

// Options set up the surface.
type Options struct {
	Blobs     *blob.Set
	Videos    *video.Videos
	Captions  *video.Captions
	Tokens    *video.FileTokens
	Downloads DownloadCounter
	Auth      Authenticator
	FFmpeg    *ffmpeg.Tools
	OnAir     OnAir // nil: nothing is broadcast here
	Settings  func() Settings
}

// Files is the surface.
type Files struct {
	o        Options
	muxes    counter
	throttle throttle
}

// New makes the surface.
func New(o Options) *Files { return &Files{o: o} }

// Handler serves /static, /lazy-static and /download. limit wraps a handler with the rate limit of a group; nil limits nothing.
func (f *Files) Handler(limit func(group string, next http.Handler) http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, rt := range f.routes() {
		var h http.Handler = f.serve(rt.do)
		if limit != nil && rt.group != "" {
			h = limit(rt.group, h)
		}
		mux.Handle("GET "+rt.pattern, h)
	}
	mux.Handle("/", f.serve(func(http.ResponseWriter, *http.Request) error { return errNoFile() }))
	return mux
}

type route struct {
	pattern string
	group   string // rate limit; "" none
	do      func(w http.ResponseWriter, r *http.Request) error
}

func (f *Files) routes() []route {
	return []route{
		{pattern: "/static/web-videos/{file}", do: f.publicWebVideo},
		{pattern: "/static/web-videos/private/{file}", do: f.privateWebVideo},
		{pattern: "/static/streaming-playlists/hls/{uuid}/{file}", do: f.publicHLS},
		{pattern: "/static/streaming-playlists/hls/private/{uuid}/{file}", do: f.privateHLS},
		{pattern: "/lazy-static/thumbnails/{file}", do: f.picture(blob.Thumbnails)},
		{pattern: "/lazy-static/previews/{file}", do: f.picture(blob.Previews)},
		{pattern: "/lazy-static/avatars/{file}", do: f.picture(blob.Avatars)},
		{pattern: "/lazy-static/banners/{file}", do: f.picture(blob.Avatars)},
		{pattern: "/lazy-static/storyboards/{file}", do: f.picture(blob.Storyboards)},
		{pattern: "/lazy-static/torrents/{file}", do: f.picture(blob.Torrents)},
		{pattern: "/lazy-static/uploads/{file}", do: f.picture(blob.Uploads)},
		{pattern: "/lazy-static/video-captions/{file}", do: f.caption},
		{pattern: "/download/torrents/{file}", do: f.downloadTorrent},
		{pattern: "/download/web-videos/{file}", do: f.downloadWebVideo},
		{pattern: "/download/streaming-playlists/hls/videos/{file}", do: f.downloadHLS},
		{pattern: "/download/original-video-files/{file}", do: f.downloadOriginal},
		{pattern: "/download/videos/generate/{id}", group: "download_generate_video", do: f.generate},
	}
}

func (f *Files) serve(do func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := errNoFile()
		if isOneName(r.PathValue("file")) {
			err = do(w, r)
		}
		if err != nil {
			router.WriteProblem(w, r, err, "")
		}
	}
}

// isOneName refuses what no store would take, before it gets into the address of a bucket, and what would lead into another folder:
// ServeMux takes an escaped slash for a part of the name, but the stores do not, and "private%2Fx.mp4" among the public files would be
// a private one. Routes without a name pass.
func isOneName(file string) bool {
	return file == "" || (!strings.Contains(file, "/") && blob.ValidateKey(file) == nil)
}

// errNoFile also stands for names that could not be one.
func errNoFile() error { return fault.New(fault.NotFound, "File not found") }
