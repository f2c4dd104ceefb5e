package web

import (
	"strings"
	"time"

	"lucarne/http/web/ui"
	"lucarne/platform/constant"
	"lucarne/video"
)

// watchPage tells the layout, other sites and search engines of a video.
func (r *request) watchPage(view watchView) ui.Page {
	v := view.video.Video
	page := r.page(v.Name)
	page.Description = plain(v.Description)
	page.Scripts = []string{"player.js"}
	if view.chat != nil {
		page.Scripts = append(page.Scripts, "chat.js")
	}
	page.Canonical = r.absolute(watchPath(v))
	if !v.IsLocal() {
		page.Canonical = v.URL
	}
	if v.Privacy != video.Public || v.IsBlocked || !v.IsLocal() {
		page.Robots = noIndex
	}
	page.OEmbed = r.oembedURL(v)
	channelName := nameOr(v.Channel.Name, v.Channel.Actor.Username)
	page.Feeds = r.feeds(channelName, "videoChannelId="+itoa(v.Channel.ID))
	page.Properties = r.videoProperties(view, page)
	if v.Privacy == video.Public {
		page.JSONLD = r.videoObject(view, page)
	}
	return page
}

// The size other sites give a player when they ask for none.
const (
	embedWidth  = "560"
	embedHeight = "315"
)

func (r *request) videoProperties(view watchView, page ui.Page) []ui.Property {
	v := view.video.Video
	embed := r.absolute(embedPath(v))
	list := r.properties("video.other", v.Name, page.Description, page.Canonical)
	for i := range list {
		if list[i].Name == "twitter:card" {
			list[i].Content = "player"
		}
	}
	list = append(list, r.poster(v)...)
	list = append(list,
		ui.Property{Name: "og:video", Content: embed}, ui.Property{Name: "og:video:url", Content: embed},
		ui.Property{Name: "og:video:type", Content: "text/html"},
		ui.Property{Name: "og:video:width", Content: embedWidth}, ui.Property{Name: "og:video:height", Content: embedHeight},
		ui.Property{Name: "video:duration", Content: itoa(v.DurationSeconds)},
		ui.Property{Name: "video:release_date", Content: v.PublishedAt.UTC().Format(time.RFC3339)},
		ui.Property{Name: "twitter:player", Content: embed}, ui.Property{Name: "twitter:player:width", Content: embedWidth},
		ui.Property{Name: "twitter:player:height", Content: embedHeight},
	)
	if strings.HasPrefix(embed, "https:") {
		list = append(list, ui.Property{Name: "og:video:secure_url", Content: embed})
	}
	for _, tag := range v.Tags {
		list = append(list, ui.Property{Name: "video:tag", Content: tag})
	}
	return list
}

// poster is the picture of previews; that of a sensitive video stays here.
func (r *request) poster(v video.Video) []ui.Property {
	t := widest(v, video.Preview)
	if t == nil || v.NSFW {
		return r.sitePicture()
	}
	return append(r.pictureProperties(r.absolute(thumbnailURL(t))), sizeProperties(t.Width, t.Height)...)
}

// videoObject is the video in the words of schema.org.
func (r *request) videoObject(view watchView, page ui.Page) map[string]any {
	v := view.video.Video
	o := map[string]any{
		"@context": "https://schema.org", "@type": "VideoObject", "name": v.Name, "description": nameOr(page.Description, v.Name),
		"url": page.Canonical, "embedUrl": r.absolute(embedPath(v)), "uploadDate": v.PublishedAt.UTC().Format(time.RFC3339),
		"duration": isoDuration(v.DurationSeconds), "isFamilyFriendly": !v.NSFW,
		"author": map[string]any{
			"@type": "Person", "name": nameOr(v.Channel.Name, v.Channel.Actor.Username), "url": r.absolute(channelPath(v.Channel)),
		},
		"interactionStatistic": []any{counter("WatchAction", v.Views), counter("LikeAction", v.Likes)},
	}
	if at := posterURL(v); at != "" && !v.NSFW {
		o["thumbnailUrl"] = r.absolute(at)
	}
	if v.Language != "" {
		o["inLanguage"] = v.Language
	}
	if genre := label(r, constant.Categories(), v.Category); genre != "" {
		o["genre"] = genre
	}
	if len(v.Tags) > 0 {
		o["keywords"] = strings.Join(v.Tags, ", ")
	}
	if sources := progressive(view.video); len(sources) > 0 {
		o["contentUrl"] = r.contentURL(v, sources[0])
	}
	if clips := clipsOf(view, page.Canonical); clips != nil {
		o["hasPart"] = clips
	}
	return o
}

func (r *request) contentURL(v video.Video, f video.File) string {
	if f.FileURL != "" {
		return f.FileURL
	}
	return r.address(v, f)
}

func counter(action string, n int) map[string]any {
	return map[string]any{
		"@type": "InteractionCounter", "interactionType": map[string]any{"@type": action}, "userInteractionCount": n,
	}
}

// clipsOf are the chapters, which search engines show below the video.
func clipsOf(view watchView, address string) []any {
	var clips []any
	for i, c := range view.chapters {
		end := view.video.DurationSeconds
		if i+1 < len(view.chapters) {
			end = view.chapters[i+1].Timecode
		}
		clips = append(clips, map[string]any{
			"@type": "Clip", "name": c.Title, "startOffset": c.Timecode, "endOffset": end, "url": address + "?start=" + itoa(c.Timecode) + "s",
		})
	}
	return clips
}
