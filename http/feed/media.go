package feed

import (
	"cmp"
	"mime"
	"slices"

	"golang.org/x/text/language"

	"lucarne/platform/constant"
	"lucarne/platform/markdown"
	"lucarne/video"
)

// media is what of a video is no text.
type media struct {
	Files       []file // best first
	HLS         string // address of the master playlist; "" without
	EmbedURL    string
	Pictures    []string // largest first
	Square      string   // a picture as high as wide; "" without
	Seconds     int
	Views       int
	IsSensitive bool
}

// file is a rendition anybody can fetch in one piece.
type file struct {
	URL        string
	TorrentURL string // "" without
	Type       string // media type
	Size       int64
	Height     int
	FPS        int
}

const torrentType = "application/x-bittorrent"

func (f *Feeds) itemOf(v video.Details) item {
	return item{
		Title: v.Name, Link: f.watchURL(v.Video), Published: v.PublishedAt,
		Summary: markdown.Plain(v.Description), Content: contentOf(v.Description),
		Author: v.Channel.Name, AuthorURL: f.channelURL(v.Channel.Actor.Handle()), Category: categoryOf(v.Video),
		Media: f.mediaOf(v),
	}
}

func contentOf(description string) string {
	if description == "" {
		return ""
	}
	return markdown.HTML(description)
}

func categoryOf(v video.Video) string {
	return constant.Categories().Label(v.Category, language.English)
}

func (f *Feeds) mediaOf(v video.Details) *media {
	m := &media{EmbedURL: f.embedURL(v.Video), Seconds: v.DurationSeconds, Views: v.Views, IsSensitive: v.NSFW}
	for _, one := range v.WebFiles {
		m.add(f.fileOf(v.Video, one))
	}
	for _, playlist := range v.Playlists {
		m.HLS = f.masterURL(v.Video, playlist)
		for _, one := range playlist.Files {
			m.add(f.fileOf(v.Video, one))
		}
	}
	f.addPictures(m, v.Video)
	return m
}

func (m *media) add(one file) {
	if one.URL != "" {
		m.Files = append(m.Files, one)
	}
}

func (f *Feeds) fileOf(v video.Video, one video.File) file {
	made := file{URL: one.FileURL, TorrentURL: one.TorrentURL, Size: one.Size, Height: one.Resolution, FPS: one.FPS, Type: typeOf(one)}
	if made.URL == "" && one.Filename != "" {
		made.URL = video.WebVideoURL(f.o.Site, v.Privacy, one.Filename)
		if one.PlaylistID != 0 {
			made.URL = video.PlaylistURL(f.o.Site, v.Privacy, v.UUID, one.Filename)
		}
	}
	if made.TorrentURL == "" && one.TorrentFilename != "" {
		made.TorrentURL = f.o.Site.Origin + "/lazy-static/torrents/" + one.TorrentFilename
	}
	return made
}

// typeOf is the media type of a rendition; one of sound alone is audio, whatever its container.
func typeOf(one video.File) string {
	kind := mime.TypeByExtension(one.Extname)
	switch {
	case one.Extname == ".mp4" && !one.HasVideo:
		return "audio/mp4"
	case one.Extname == ".mp4":
		return "video/mp4"
	case kind == "":
		return "application/octet-stream"
	}
	return kind
}

func (f *Feeds) masterURL(v video.Video, p video.Playlist) string {
	if p.PlaylistURL != "" || p.PlaylistFilename == "" {
		return p.PlaylistURL
	}
	return video.PlaylistURL(f.o.Site, v.Privacy, v.UUID, p.PlaylistFilename)
}

func (f *Feeds) addPictures(m *media, v video.Video) {
	largestFirst := slices.SortedFunc(slices.Values(v.Thumbnails), func(a, b video.Thumbnail) int { return cmp.Compare(b.Width, a.Width) })
	for _, t := range largestFirst {
		url := f.thumbnailURL(t)
		if t.Width == t.Height {
			m.Square = cmp.Or(m.Square, url)
			continue
		}
		m.Pictures = append(m.Pictures, url)
	}
}

func (f *Feeds) thumbnailURL(t video.Thumbnail) string {
	switch {
	case t.Filename == "":
		return t.RemoteURL
	case t.Kind == video.Preview:
		return f.o.Site.Origin + "/lazy-static/previews/" + t.Filename
	}
	return f.o.Site.Origin + "/lazy-static/thumbnails/" + t.Filename
}

func (f *Feeds) watchURL(v video.Video) string { return f.o.Site.Origin + "/w/" + v.ShortUUID() }

func (f *Feeds) embedURL(v video.Video) string {
	return f.o.Site.Origin + "/videos/embed/" + v.UUID.String()
}

func (f *Feeds) channelURL(handle string) string { return f.o.Site.Origin + "/c/" + handle + "/videos" }

func (f *Feeds) accountURL(handle string) string {
	return f.o.Site.Origin + "/a/" + handle + "/video-channels"
}
