package web

import (
	"time"

	"lucarne/channel"
	"lucarne/http/web/ui"
	"lucarne/video"
)

// eagerCards are those a visitor may see without scrolling.
const eagerCards = 4

// cards are the videos of a list as a page shows them, with how much of each the viewer has seen.
func (r *request) cards(videos []video.Details) []ui.Card {
	seen := r.positions(videos)
	cards := make([]ui.Card, len(videos))
	for i, v := range videos {
		cards[i] = r.card(v.Video)
		cards[i].Eager = i < eagerCards
		if v.DurationSeconds > 0 {
			cards[i].Watched = min(100, 100*seen[v.ID]/v.DurationSeconds)
		}
	}
	return cards
}

func (r *request) card(v video.Video) ui.Card {
	c := ui.Card{
		URL: watchPath(v), Title: v.Name, Language: v.Language, Thumbnail: r.miniature(v), Duration: time.Duration(v.DurationSeconds) * time.Second,
		IsLive: v.IsLive && v.State == video.Published, Views: int64(v.Views), Published: v.PublishedAt, ShortCounts: true,
		Channel: nameOr(v.Channel.Name, v.Channel.Actor.Username), ChannelURL: channelPath(v.Channel), Avatar: avatarURL(v.Channel.Actor),
		Sensitive: v.NSFW && r.veils(v), Mark: r.mark(v),
	}
	c.Starts, _ = r.nextShow(v)
	if c.IsLive && r.pages.Viewers != nil {
		c.Viewers = int64(r.pages.Viewers(v.ID))
	}
	return c
}

func (r *request) miniature(v video.Video) string {
	if t := widest(v, video.Miniature); t != nil {
		return thumbnailURL(t)
	}
	return thumbnailURL(widest(v, video.Preview))
}

// mark says why others may not see the video.
func (r *request) mark(v video.Video) string {
	switch {
	case v.IsBlocked:
		return r.t.T("watch.mark-blocked")
	case v.Privacy == video.Unlisted:
		return r.t.T("watch.mark-unlisted")
	case v.Privacy == video.Private:
		return r.t.T("watch.mark-private")
	case v.Privacy == video.Internal:
		return r.t.T("watch.mark-internal")
	case v.Privacy == video.Password:
		return r.t.T("watch.mark-password")
	}
	return ""
}

// positions tell where the viewer stood in each video, in seconds. A list is worth showing without them.
func (r *request) positions(videos []video.Details) map[video.ID]int {
	if r.pages.History == nil || !r.viewer.IsSignedIn() || !r.viewer.User.Preferences.VideosHistoryEnabled {
		return nil
	}
	ids := make([]video.ID, len(videos))
	for i, v := range videos {
		ids[i] = v.ID
	}
	seen, err := r.pages.History.Positions(r.Context(), r.viewer, ids)
	if err != nil {
		r.pages.Logger.WarnContext(r.Context(), "positions of a list", "error", err)
	}
	return seen
}

func (r *request) channelCard(c channel.Channel) ui.Channel {
	return ui.Channel{
		URL: channelPath(c), Name: nameOr(c.Name, c.Actor.Username), Handle: r.handle(c.Actor), Avatar: avatarURL(c.Actor),
		Subscribers: int64(c.Actor.FollowersCount),
	}
}

func (r *request) channelCards(channels []channel.Channel) []ui.Channel {
	cards := make([]ui.Channel, len(channels))
	for i, c := range channels {
		cards[i] = r.channelCard(c)
	}
	return cards
}
