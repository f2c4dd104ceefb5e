package web

import (
	"cmp"
	"net/url"
	"strings"

	"lucarne/http/web/ui"
	"lucarne/video"
)

// shares reports whether viewers may pass parts of the video to one another: where instance and viewer agree, and everybody may have the
// files.
func (r *request) shares(v video.Video) bool {
	isWanted := !r.viewer.IsSignedIn() || r.viewer.User.Preferences.P2PEnabled
	return r.settings.Sharing.Enabled && isWanted && !v.Privacy.HasPrivateFiles()
}

// What is to be played within so many seconds does not wait for other viewers. Lives are watched a few segments behind: all of it would be
// urgent if it were as much as for videos.
const (
	urgentOfVideo = 15
	urgentOfLive  = 4
)

// sharing is how the viewers of a playlist find one another; nil where what they get from others cannot be checked.
func (r *request) sharing(d video.Details, playlist video.Playlist) *ui.P2P {
	if playlist.SHA256Filename == "" && playlist.SHA256URL == "" {
		return nil
	}
	urgent := urgentOfVideo
	if d.IsLive {
		urgent = urgentOfLive
	}
	return &ui.P2P{
		Trackers:      []string{"ws" + strings.TrimPrefix(r.pages.Site.Origin, "http") + "/tracker/socket"},
		StunServers:   append([]string{}, r.settings.Sharing.STUNServers...),
		SwarmID:       cmp.Or(playlist.PlaylistURL, video.PlaylistURL(r.pages.Site, d.Privacy, d.UUID, playlist.PlaylistFilename)),
		Starts:        r.settings.Sharing.StartsOnPages || r.viewer.IsSignedIn(), // whose account says no is not asked: see shares
		Urgent:        urgent,
		SegmentHashes: r.fileURL(playlist.SHA256URL, video.PlaylistURL(r.pages.Site, d.Privacy, d.UUID, playlist.SHA256Filename)),
	}
}

// sharingInEmbed is sharing as the page around wants it: p2p=0 ends it, p2p=1 begins it.
func (r *request) sharingInEmbed(sharing *ui.P2P, query url.Values) *ui.P2P {
	if sharing == nil || !isOn(query, "p2p", true) {
		return nil
	}
	sharing.Starts = isOn(query, "p2p", r.settings.Sharing.StartsInEmbeds)
	return sharing
}
