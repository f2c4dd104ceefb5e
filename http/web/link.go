package web

import (
	"fmt"
	"net/url"
	"strconv"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/video"
)

func watchPath(v video.Video) string { return "/w/" + v.ShortUUID() }

func channelPath(c channel.Channel) string { return "/c/" + c.Actor.Handle() }

func accountPath(a account.Account) string { return "/a/" + a.Actor.Handle() }

// handle is how the rest of the world writes an actor: @name@host.
func (r *request) handle(of account.Actor) string {
	host := of.Host
	if host == "" {
		host = r.pages.Site.Host
	}
	return "@" + of.Username + "@" + host
}

// absolute makes an address of ours one that means the same elsewhere.
func (r *request) absolute(path string) string { return r.pages.Site.Origin + path }

// The folders pictures are served from.
const (
	avatarFolder     = "/lazy-static/avatars/"
	bannerFolder     = "/lazy-static/banners/"
	thumbnailFolder  = "/lazy-static/thumbnails/"
	previewFolder    = "/lazy-static/previews/"
	storyboardFolder = "/lazy-static/storyboards/"
)

// maxAvatar is the width in pixels above which an avatar is larger than we draw it, on a dense screen.
const maxAvatar = 240

// avatarOf is the largest avatar worth sending; nil without one.
func avatarOf(of account.Actor) *account.Image {
	var found *account.Image
	for _, image := range of.Avatars {
		if image.Filename != "" && (found == nil || image.Width <= maxAvatar) {
			found = &image
		}
	}
	return found
}

// avatarURL is where avatarOf is; "" without one.
func avatarURL(of account.Actor) string {
	image := avatarOf(of)
	if image == nil {
		return ""
	}
	return avatarFolder + image.Filename
}

func bannerOf(of account.Actor) *account.Image {
	for _, image := range of.Banners {
		if image.Filename != "" {
			return &image
		}
	}
	return nil
}

// widest is the largest thumbnail of a kind; nil without one.
func widest(v video.Video, kind video.ThumbnailKind) *video.Thumbnail {
	var found *video.Thumbnail
	for _, t := range v.Thumbnails {
		if t.Kind == kind && t.Filename != "" && (found == nil || t.Width > found.Width) {
			found = &t
		}
	}
	return found
}

func thumbnailURL(t *video.Thumbnail) string {
	if t == nil {
		return ""
	}
	if t.Kind == video.Preview {
		return previewFolder + t.Filename
	}
	return thumbnailFolder + t.Filename
}

// posterURL is the picture a player shows before it plays.
func posterURL(v video.Video) string {
	if t := widest(v, video.Preview); t != nil {
		return thumbnailURL(t)
	}
	return thumbnailURL(widest(v, video.Miniature))
}

// withQuery adds values to a path; those that are empty are left out.
func withQuery(path string, values url.Values) string {
	kept := url.Values{}
	for name, list := range values {
		for _, value := range list {
			if value != "" {
				kept.Add(name, value)
			}
		}
	}
	if len(kept) == 0 {
		return path
	}
	return path + "?" + kept.Encode()
}

func itoa[N ~int | ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// isoDuration is a length in ISO 8601, as schema.org wants it.
func isoDuration(seconds int) string { return fmt.Sprintf("PT%dS", max(seconds, 0)) }
