package api

import (
	"context"
	"fmt"
	"net/http"

	"lucarne/account"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/transcode"
	"lucarne/video/upload"
)

// Media is what the API speaks for about the files of videos. TemporaryFolder must be on the disk they end on.
type Media struct {
	Uploads     *upload.Uploads
	Files       *video.Files
	Storyboards *video.Storyboards
	FileTokens  *video.FileTokens
	Pipeline    *transcode.Pipeline
	// PublishDefaults are what a new video has where its form says nothing.
	PublishDefaults func() video.Metadata
}

func (a *API) mediaRoutes() []route {
	if a.Uploads == nil {
		return nil
	}
	const one = "/videos/{id}"
	files := func(method, pattern, operation string, do func(http.ResponseWriter, *request) error) route {
		return route{method: method, pattern: one + pattern, operation: operation, access: privileged, right: account.ManageVideoFiles, do: do}
	}
	routes := []route{
		{method: "POST", pattern: "/videos/upload", operation: "uploadLegacy", access: signedIn, maxBody: -1, do: a.uploadVideo},
		{method: "GET", pattern: one + "/source", operation: "getVideoSource", access: signedIn, do: a.videoSource},
		{
			method: "DELETE", pattern: one + "/source/file", operation: "deleteVideoSourceFile", access: privileged, right: account.RemoveAnyVideo,
			do: a.deleteSourceFile,
		},
		{
			method: "POST", pattern: one + "/transcoding", operation: "createVideoTranscoding", access: privileged, right: account.RunTranscoding,
			do: a.runTranscoding,
		},
		{method: "GET", pattern: one + "/storyboards", operation: "listVideoStoryboards", access: optional, do: a.storyboards},
		{method: "GET", pattern: one + "/metadata/{fileId}", operation: "getVideoFileMetadata", access: optional, do: a.fileMetadata},
		files("DELETE", "/hls", "delVideoHLS", a.deleteFiles((*video.Files).DeleteHLS)),
		files("DELETE", "/web-videos", "delVideoWebVideos", a.deleteFiles((*video.Files).DeleteWebVideos)),
		files("DELETE", "/hls/{fileId}", "", a.deleteFile((*video.Files).DeleteHLSFile)),
		files("DELETE", "/web-videos/{fileId}", "", a.deleteFile((*video.Files).DeleteWebVideo)),
	}
	return append(append(routes, a.resumableRoutes()...), a.tokenRoutes()...)
}

type storyboardJSON struct {
	StoryboardPath string `json:"storyboardPath"` // replaced by FileURL in version 8.0
	FileURL        string `json:"fileUrl"`
	TotalHeight    int    `json:"totalHeight"`
	TotalWidth     int    `json:"totalWidth"`
	SpriteWidth    int    `json:"spriteWidth"`
	SpriteHeight   int    `json:"spriteHeight"`
	SpriteDuration int    `json:"spriteDuration"`
}

func (a *API) storyboards(w http.ResponseWriter, r *request) error {
	seen, err := r.seen()
	if err != nil {
		return err
	}
	board, found, err := a.Storyboards.Find(r.Context(), seen.ID)
	if err != nil {
		return err
	}
	list := []storyboardJSON{}
	if found {
		list = append(list, a.storyboard(board))
	}
	return answer(w, r, map[string]any{"storyboards": list})
}

func (a *API) storyboard(s video.Storyboard) storyboardJSON {
	path := "/lazy-static/storyboards/" + s.Filename
	return storyboardJSON{
		StoryboardPath: path, FileURL: or(s.RemoteURL, a.Site.Origin+path), TotalHeight: s.TotalHeight, TotalWidth: s.TotalWidth,
		SpriteWidth: s.SpriteWidth, SpriteHeight: s.SpriteHeight, SpriteDuration: s.SpriteDuration,
	}
}

func (a *API) fileMetadata(w http.ResponseWriter, r *request) error {
	seen, err := r.seen()
	if err != nil {
		return err
	}
	file, err := r.pathID("fileId")
	if err != nil {
		return err
	}
	metadata, err := a.Files.Metadata(r.Context(), seen.ID, video.FileID(file))
	if err != nil {
		return err
	}
	return answer(w, r, metadata)
}

func (a *API) deleteFiles(do func(*video.Files, context.Context, video.ID) error) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		id, err := r.localVideo()
		if err != nil {
			return err
		}
		if err := do(a.Files, r.Context(), id); err != nil {
			return err
		}
		return noContent(w)
	}
}

func (a *API) deleteFile(do func(*video.Files, context.Context, video.ID, video.FileID) error) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		id, err := r.localVideo()
		if err != nil {
			return err
		}
		file, err := r.pathID("fileId")
		if err != nil {
			return err
		}
		if err := do(a.Files, r.Context(), id, video.FileID(file)); err != nil {
			return err
		}
		return noContent(w)
	}
}

// localVideo is the video the path names, when its files are ours.
func (r *request) localVideo() (video.ID, error) {
	id, err := r.pathVideo()
	if err != nil {
		return 0, err
	}
	found, err := r.api.Videos.Get(r.Context(), id)
	if err == nil && !found.IsLocal() {
		err = fault.New(fault.Invalid, "Cannot delete files of remote video")
	}
	return id, err
}

func (a *API) runTranscoding(w http.ResponseWriter, r *request) error {
	id, err := r.pathVideo()
	if err != nil {
		return err
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	const message = "Should have a valid transcoding type"
	in.require("transcodingType", message)
	kind := in.optString("transcodingType", oneOf("", string(video.HLS), string(video.WebVideo)).saying(message))
	isForced := valueOf(in.optBool("forceTranscoding"))
	if err := in.err(); err != nil {
		return err
	}
	if err := a.Pipeline.Run(r.Context(), id, video.RenditionKind(*kind), isForced); err != nil {
		return err
	}
	return noContent(w)
}

// sourceDownload is where the owner gets the kept original.
func (a *API) sourceDownload(filename string) string {
	return fmt.Sprintf("%s/download/original-video-files/%s", a.Site.Origin, filename)
}
