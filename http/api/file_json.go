package api

import (
	"fmt"
	"strconv"
	"strings"

	"lucarne/video"
	"lucarne/video/torrent"
)

type fileJSON struct {
	ID                 video.FileID  `json:"id"`
	Resolution         label[int]    `json:"resolution"`
	Width              int           `json:"width"`
	Height             int           `json:"height"`
	MagnetURI          string        `json:"magnetUri,omitempty"`
	Size               int64         `json:"size"`
	FPS                int           `json:"fps"`
	TorrentURL         *string       `json:"torrentUrl"`
	TorrentDownloadURL *string       `json:"torrentDownloadUrl"`
	FileURL            string        `json:"fileUrl"`
	FileDownloadURL    string        `json:"fileDownloadUrl"`
	PlaylistURL        string        `json:"playlistUrl,omitempty"`
	MetadataURL        string        `json:"metadataUrl"`
	HasAudio           bool          `json:"hasAudio"`
	HasVideo           bool          `json:"hasVideo"`
	Storage            video.Storage `json:"storage"`
}

type playlistJSON struct {
	ID                int64      `json:"id"`
	Type              int        `json:"type"` // always 1, HLS
	PlaylistURL       string     `json:"playlistUrl"`
	SegmentsSHA256URL string     `json:"segmentsSha256Url"`
	Redundancies      []struct{} `json:"redundancies"`
	Files             []fileJSON `json:"files"`
}

const hlsType = 1

func (a *API) files(d video.Details) *videoFilesJSON {
	j := &videoFilesJSON{StreamingPlaylists: []playlistJSON{}, Files: []fileJSON{}}
	for _, f := range d.WebFiles {
		j.Files = append(j.Files, a.webFile(d.Video, f))
	}
	for _, p := range d.Playlists {
		encoded := playlistJSON{
			ID: p.ID, Type: hlsType, PlaylistURL: or(p.PlaylistURL, video.PlaylistURL(a.Site, d.Privacy, d.UUID, p.PlaylistFilename)),
			SegmentsSHA256URL: or(p.SHA256URL, video.PlaylistURL(a.Site, d.Privacy, d.UUID, p.SHA256Filename)),
			Redundancies:      []struct{}{}, Files: []fileJSON{},
		}
		for _, f := range p.Files {
			encoded.Files = append(encoded.Files, a.hlsFile(d.Video, f))
		}
		j.StreamingPlaylists = append(j.StreamingPlaylists, encoded)
	}
	return j
}

// or gives the remote address where there is one, else ours.
func or(remote, local string) string {
	if remote != "" {
		return remote
	}
	return local
}

func (a *API) webFile(v video.Video, f video.File) fileJSON {
	j := a.file(v, f, or(f.FileURL, video.WebVideoURL(a.Site, v.Privacy, f.Filename)))
	j.FileDownloadURL = or(f.FileURL, fmt.Sprintf("%s/download/web-videos/%s-%d%s", a.Site.Origin, v.UUID, f.Resolution, f.Extname))
	return j
}

func (a *API) hlsFile(v video.Video, f video.File) fileJSON {
	j := a.file(v, f, or(f.FileURL, video.PlaylistURL(a.Site, v.Privacy, v.UUID, f.Filename)))
	j.FileDownloadURL = or(f.FileURL, fmt.Sprintf("%s/download/streaming-playlists/hls/videos/%s-%d-fragmented%s", a.Site.Origin, v.UUID, f.Resolution, f.Extname))
	if f.PlaylistFilename != "" {
		j.PlaylistURL = video.PlaylistURL(a.Site, v.Privacy, v.UUID, f.PlaylistFilename)
	}
	return j
}

func (a *API) file(v video.Video, f video.File, url string) fileJSON {
	j := fileJSON{
		ID: f.ID, Resolution: label[int]{f.Resolution, resolutionLabel(f.Resolution)}, Width: f.Width, Height: f.Height, Size: f.Size, FPS: f.FPS,
		FileURL: url, HasAudio: f.HasAudio, HasVideo: f.HasVideo, Storage: f.Storage,
		MetadataURL: or(f.MetadataURL, fmt.Sprintf("%s%s/videos/%s/metadata/%d", a.Site.Origin, Prefix, v.UUID, f.ID)),
	}
	a.addTorrent(&j, v, f)
	return j
}

// addTorrent tells where the torrent is. The magnet link of a file only some may fetch names no web seed.
func (a *API) addTorrent(j *fileJSON, v video.Video, f video.File) {
	at, download := f.TorrentURL, f.TorrentURL
	if f.TorrentFilename != "" {
		at, download = a.Site.Origin+"/lazy-static/torrents/"+f.TorrentFilename, a.Site.Origin+"/download/torrents/"+f.TorrentFilename
	}
	if at == "" {
		return
	}
	j.TorrentURL, j.TorrentDownloadURL = &at, &download
	if f.InfoHash == "" {
		return
	}
	link := torrent.Link{InfoHash: f.InfoHash, TorrentURL: at, Name: v.Name, Trackers: a.trackers()}
	if !v.Privacy.HasPrivateFiles() {
		link.WebSeeds = []string{j.FileURL}
	}
	j.MagnetURI = link.String()
}

func resolutionLabel(resolution int) string {
	if resolution == 0 {
		return "Audio only"
	}
	return strconv.Itoa(resolution) + "p"
}

// trackers are where players find one another.
func (a *API) trackers() []string {
	return []string{a.Site.Origin + "/tracker/announce", "ws" + strings.TrimPrefix(a.Site.Origin, "http") + "/tracker/socket"}
}
