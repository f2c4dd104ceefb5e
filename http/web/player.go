package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lucarne/http/web/ui"
	"lucarne/platform/constant"
	"lucarne/video"
)

// playerParts is what a player needs besides the video itself.
type playerParts struct {
	captions   []ui.Caption
	chapters   []ui.Chapter
	storyboard *ui.Storyboard
	token      string // of private files
	until      time.Time
	resumeAt   int
	live       *ui.LivePlayback // nil unless it is on air
}

func (r *request) playerParts(d video.Details) (playerParts, error) {
	var parts playerParts
	if d.Privacy.HasPrivateFiles() {
		parts.token, parts.until = r.pages.FileTokens.Issue(d.UUID)
	}
	captions, err := r.pages.Captions.List(r.Context(), d.ID)
	if err != nil {
		return parts, err
	}
	for _, c := range captions {
		parts.captions = append(parts.captions, ui.Caption{
			Language: c.Language, Label: r.captionLabel(c), URL: parts.sign(video.CaptionPath(c)),
		})
	}
	chapters, err := r.pages.Chapters.List(r.Context(), d.ID)
	if err != nil {
		return parts, err
	}
	for _, c := range chapters {
		parts.chapters = append(parts.chapters, ui.Chapter{Timecode: c.Second, Title: c.Title})
	}
	if parts.live, err = r.livePlayback(d); err != nil {
		return parts, err
	}
	parts.storyboard, err = r.storyboard(d)
	parts.resumeAt = r.positions([]video.Details{d})[d.ID]
	return parts, err
}

func (r *request) captionLabel(c video.Caption) string {
	name := nameOr(label(r, constant.Languages(), c.Language), c.Language)
	if c.IsAutomatic {
		return r.t.T("watch.caption-automatic", "language", name)
	}
	return name
}

func (r *request) storyboard(d video.Details) (*ui.Storyboard, error) {
	board, found, err := r.pages.Storyboards.Find(r.Context(), d.ID)
	if err != nil || !found || board.Filename == "" {
		return nil, err
	}
	return &ui.Storyboard{
		URL: storyboardFolder + board.Filename, TotalWidth: board.TotalWidth, TotalHeight: board.TotalHeight,
		SpriteWidth: board.SpriteWidth, SpriteHeight: board.SpriteHeight, SpriteDuration: float64(board.SpriteDuration),
	}, nil
}

// sign adds the token of private files to an address of ours, for a browser that runs no script.
func (p playerParts) sign(address string) string {
	if p.token == "" {
		return address
	}
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	return address + separator + "videoFileToken=" + url.QueryEscape(p.token)
}

// player is how the video is shown and played.
func (r *request) player(d video.Details, parts playerParts) ui.PlayerProps {
	width, height := pictureSize(d)
	p := ui.PlayerProps{
		Poster: posterURL(d.Video), Sources: r.sources(d, parts), Width: width, Height: height,
		Settings: ui.PlayerSettings{
			UUID: d.UUID.String(), Title: d.Name, IsLive: parts.live != nil, Duration: d.DurationSeconds,
			WatchURL: r.absolute(watchPath(d.Video)), EmbedURL: r.absolute(embedPath(d.Video)),
			ViewsURL: "/api/v1/videos/" + d.UUID.String() + "/views", ViewEvery: r.settings.ViewSeconds,
			RemembersHere: !r.viewer.IsSignedIn(), ResumeAt: float64(parts.resumeAt), Captions: parts.captions, Chapters: parts.chapters,
			Storyboard: parts.storyboard, Live: parts.live,
		},
	}
	if d.NSFW && r.veils(d.Video) {
		p.Poster = ""
	}
	if parts.token != "" {
		p.Settings.FileToken, p.Settings.FileTokenUntil = parts.token, parts.until.UTC().Format(time.RFC3339)
		p.Settings.FileTokenURL = "/api/v1/videos/" + d.UUID.String() + "/token"
	}
	r.addHLS(&p.Settings, d)
	if p.Settings.Live != nil && p.Settings.HLS != "" {
		p.Sources = []ui.Source{{URL: parts.sign(p.Settings.HLS), Type: hlsType}}
	}
	return p
}

// hlsType is what the browsers that play HLS themselves know it by.
const hlsType = "application/vnd.apple.mpegurl"

func (r *request) addHLS(s *ui.PlayerSettings, d video.Details) {
	if len(d.Playlists) == 0 || len(d.Playlists[0].Files) == 0 && s.Live == nil {
		return
	}
	playlist := d.Playlists[0]
	s.HLS = r.fileURL(playlist.PlaylistURL, video.PlaylistURL(r.pages.Site, d.Privacy, d.UUID, playlist.PlaylistFilename))
	if r.shares(d.Video) && (s.Live == nil || !s.Live.SharesLittle) {
		s.P2P = r.sharing(d, playlist)
	}
}

// fileURL is a path for a file of ours, so that it is found under every name this site is reached by; a remote file keeps its address.
func (r *request) fileURL(remote, ours string) string {
	if remote != "" {
		r.origins = append(r.origins, remote)
		return remote
	}
	return strings.TrimPrefix(ours, r.pages.Site.Origin)
}

// readyResolution is what a browser without scripts, which cannot choose, is given first: fit for a phone and for most connections.
const readyResolution = 720

// sources are the files a browser plays as they are, the one for everybody first.
func (r *request) sources(d video.Details, parts playerParts) []ui.Source {
	var sources []ui.Source
	for _, f := range progressive(d) {
		at := r.fileURL(f.FileURL, r.address(d.Video, f))
		if f.FileURL == "" {
			at = parts.sign(at)
		}
		sources = append(sources, ui.Source{URL: at + r.fragment(), Type: mediaType(f), Label: r.resolution(f.Resolution), Size: f.Resolution})
	}
	if len(sources) == 0 {
		sources = r.muxed(d, parts)
	}
	return sources
}

// progressive are the files with picture and sound in one, each resolution once: plain ones, and those of HLS, which are plain MP4 too.
func progressive(d video.Details) []video.File {
	files := slices.Clone(d.WebFiles)
	for _, p := range d.Playlists {
		for _, f := range p.Files {
			if isWhole(f, d) && !slices.ContainsFunc(files, func(other video.File) bool { return other.Resolution == f.Resolution }) {
				files = append(files, f)
			}
		}
	}
	slices.SortStableFunc(files, func(a, b video.File) int {
		if aLarge, bLarge := a.Resolution > readyResolution, b.Resolution > readyResolution; aLarge != bLarge {
			return map[bool]int{true: 1, false: -1}[aLarge]
		} else if aLarge {
			return a.Resolution - b.Resolution
		}
		return b.Resolution - a.Resolution
	})
	return files
}

// isWhole reports whether a file of HLS has all there is: those of split renditions have picture or sound.
func isWhole(f video.File, d video.Details) bool {
	if f.Resolution == 0 {
		return len(d.WebFiles) == 0 && !slices.ContainsFunc(d.Playlists[0].Files, func(other video.File) bool { return other.HasVideo })
	}
	if f.HasAudio {
		return f.HasVideo
	}
	return f.HasVideo && soundOf(d) == nil
}

// soundOf is the file of sound alone, where picture and sound are apart.
func soundOf(d video.Details) *video.File {
	for _, p := range d.Playlists {
		for _, f := range p.Files {
			if f.HasAudio && !f.HasVideo {
				return &f
			}
		}
	}
	return nil
}

func (r *request) address(v video.Video, f video.File) string {
	if f.PlaylistID == 0 {
		return video.WebVideoURL(r.pages.Site, v.Privacy, f.Filename)
	}
	return video.PlaylistURL(r.pages.Site, v.Privacy, v.UUID, f.Filename)
}

// muxed is picture and sound put together on the way out: all a browser without scripts can play where they are apart.
func (r *request) muxed(d video.Details, parts playerParts) []ui.Source {
	sound := soundOf(d)
	if sound == nil || !d.IsLocal() || !d.DownloadEnabled {
		return nil
	}
	var best *video.File
	for _, f := range d.Playlists[0].Files {
		if f.HasVideo && (best == nil || (f.Resolution <= readyResolution && (f.Resolution > best.Resolution || best.Resolution > readyResolution))) {
			best = &f
		}
	}
	if best == nil {
		return nil
	}
	return []ui.Source{{
		URL: parts.sign(generatedURL(d.Video, *best, sound)), Type: "video/mp4", Label: r.resolution(best.Resolution), Size: best.Resolution,
	}}
}

func mediaType(f video.File) string {
	switch f.Extname {
	case ".webm":
		return "video/webm"
	case ".ogv":
		return "video/ogg"
	case ".m4a", ".mp3":
		return "audio/mp4"
	}
	return "video/mp4"
}

func (r *request) resolution(height int) string {
	if height == 0 {
		return r.t.T("watch.audio-only")
	}
	return strconv.Itoa(height) + "p"
}

// pictureSize keeps the place of the picture before anything of it is loaded.
func pictureSize(d video.Details) (width, height int) {
	for _, f := range progressive(d) {
		if f.Width > 0 && f.Height > 0 {
			return f.Width, f.Height
		}
	}
	if d.AspectRatio > 0 {
		return int(1000 * d.AspectRatio), 1000
	}
	return 0, 0
}
