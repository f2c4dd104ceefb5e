package web

import (
	"fmt"

	"lucarne/video"
)

// download is one file a visitor may keep.
type download struct {
	label string
	url   string
	bytes int64 // 0 unknown
}

// downloads are the files of a video, best first, where its author and the instance let them be taken along.
func (r *request) downloads(d video.Details, parts playerParts) []download {
	if !d.DownloadEnabled || !r.settings.CanDownload || !d.IsLocal() {
		return nil
	}
	var list []download
	sound := soundOf(d)
	for _, f := range allFiles(d) {
		one := download{label: r.resolution(f.Resolution), url: parts.sign(downloadURL(d.Video, f)), bytes: f.Size}
		if f.HasVideo && !f.HasAudio && sound != nil {
			one.url, one.bytes = parts.sign(generatedURL(d.Video, f, sound)), f.Size+sound.Size
		}
		list = append(list, one)
	}
	for _, c := range parts.captions {
		list = append(list, download{label: r.t.T("watch.captions-in", "language", c.Label), url: c.URL})
	}
	return list
}

// allFiles are those of each resolution once, best first.
func allFiles(d video.Details) []video.File {
	var files []video.File
	known := map[int]bool{}
	add := func(list []video.File) {
		for _, f := range list {
			if !known[f.Resolution] {
				known[f.Resolution] = true
				files = append(files, f)
			}
		}
	}
	add(d.WebFiles)
	for _, p := range d.Playlists {
		add(p.Files)
	}
	return files
}

// downloadURL names the video and the resolution, as PeerTube does.
func downloadURL(v video.Video, f video.File) string {
	if f.PlaylistID == 0 {
		return fmt.Sprintf("/download/web-videos/%s-%d%s", v.UUID, f.Resolution, f.Extname)
	}
	return fmt.Sprintf("/download/streaming-playlists/hls/videos/%s-%d-fragmented%s", v.UUID, f.Resolution, f.Extname)
}

// generatedURL is picture and sound as one file.
func generatedURL(v video.Video, picture video.File, sound *video.File) string {
	return fmt.Sprintf("/download/videos/generate/%s?videoFileIds=%d&videoFileIds=%d", v.UUID, picture.ID, sound.ID)
}
