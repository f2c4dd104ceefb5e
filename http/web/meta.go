package web

import (
	"net/url"
	"strings"

	"lucarne/account"
	"lucarne/http/web/ui"
	"lucarne/video"
)

// maxDescription is how much of a text previews elsewhere and search engines show.
const maxDescription = 250

// platform is by what programs recognize the sites whose players they can talk to.
var platform = ui.Property{Name: "og:platform", Content: "PeerTube"}

// properties are what previews elsewhere tell of any page.
func (r *request) properties(kind, title, description, address string) []ui.Property {
	list := []ui.Property{
		{Name: "og:type", Content: kind},
		platform,
		{Name: "og:site_name", Content: r.settings.Name},
		{Name: "og:title", Content: title},
		{Name: "og:url", Content: address},
		{Name: "og:locale", Content: openGraphLocale(r.t.Code())},
		{Name: "twitter:card", Content: "summary"},
		{Name: "twitter:title", Content: title},
	}
	if description != "" {
		list = append(list, ui.Property{Name: "og:description", Content: description}, ui.Property{Name: "twitter:description", Content: description})
	}
	if r.settings.TwitterName != "" {
		list = append(list, ui.Property{Name: "twitter:site", Content: r.settings.TwitterName})
	}
	return list
}

// openGraphLocale writes a language as OpenGraph does, with a territory.
func openGraphLocale(code string) string {
	if code == "en" {
		return "en_US"
	}
	return code + "_" + strings.ToUpper(code)
}

// profilePicture is the avatar, or the picture of the site for who has none.
func (r *request) profilePicture(of account.Actor) []ui.Property {
	avatar := avatarOf(of)
	if avatar == nil {
		return r.sitePicture()
	}
	return append(r.pictureProperties(r.absolute(avatarURL(of))), sizeProperties(avatar.Width, avatar.Height)...)
}

// sizeProperties are those of the picture told of before; nothing for an unknown size.
func sizeProperties(width, height int) []ui.Property {
	if width <= 0 || height <= 0 {
		return nil
	}
	return []ui.Property{{Name: "og:image:width", Content: itoa(width)}, {Name: "og:image:height", Content: itoa(height)}}
}

func (r *request) pictureProperties(address string) []ui.Property {
	if address == "" {
		return nil
	}
	return []ui.Property{{Name: "og:image", Content: address}, {Name: "twitter:image", Content: address}}
}

func (r *request) sitePicture() []ui.Property { return r.pictureProperties(r.settings.PictureURL) }

// feeds are a list of videos for feed readers; query narrows it ("videoChannelId=3").
func (r *request) feeds(title, query string) []ui.Feed {
	address := func(format string) string {
		at := "/feeds/videos." + format
		if query != "" {
			at += "?" + query
		}
		return at
	}
	return []ui.Feed{
		{Title: title + " (RSS)", Type: "application/rss+xml", URL: address("rss")},
		{Title: title + " (Atom)", Type: "application/atom+xml", URL: address("atom")},
		{Title: title + " (JSON)", Type: "application/feed+json", URL: address("json")},
	}
}

// oembedURL is where other sites ask how to show a video; "" for one that they may not.
func (r *request) oembedURL(v video.Video) string {
	if v.Privacy != video.Public && v.Privacy != video.Unlisted {
		return ""
	}
	return r.absolute("/services/oembed?") + url.Values{"format": {"json"}, "url": {r.absolute(watchPath(v))}}.Encode()
}
