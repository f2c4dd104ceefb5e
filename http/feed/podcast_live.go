package feed

import (
	"context"
	"net/http"
	"strings"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/video"
)

// podcastLive is a live of a channel: on air, or to come.
type podcastLive struct {
	Status string `xml:"status,attr"` // "live" or "pending"
	Start  string `xml:"start,attr"`
	rssItem
	Chat *podcastChat        `xml:"podcast:chat"`
	Link *podcastContentLink `xml:"podcast:contentLink"`
}

// podcastChat is where people talk beside a live.
type podcastChat struct {
	Server   string `xml:"server,attr"`
	Protocol string `xml:"protocol,attr"`
	EmbedURL string `xml:"embedUrl,attr"`
	Space    string `xml:"space,attr,omitempty"` // the room, where other servers may join it
}

type podcastContentLink struct {
	Href string `xml:"href,attr"`
	Text string `xml:",chardata"`
}

// maxPodcastLives of one channel are in its feed.
const maxPodcastLives = 10

// livesOf are the lives of a channel that are on air or have a date.
func (f *Feeds) livesOf(r *http.Request, of channel.Channel) ([]podcastLive, error) {
	filter := video.Filter{Include: video.IncludeFiles, Channels: []channel.ID{of.ID}, IsLive: new(true), IncludeScheduledLive: true}
	page := video.Page{Count: maxPodcastLives, Sort: video.Sort{By: "publishedAt", IsDescending: true}, SkipTotal: true}
	found, err := f.o.Videos.List(r.Context(), account.Viewer{}, filter, page)
	if err != nil {
		return nil, err
	}
	var list []podcastLive
	for _, v := range found.Videos {
		start, isKnown := startOf(v.Video, f.o.Clock.Now())
		if !isKnown {
			continue
		}
		one, err := f.liveOf(r.Context(), v)
		if err != nil {
			return nil, err
		}
		one.Start = iso(start)
		list = append(list, one)
	}
	return list, nil
}

// startOf is when a live went on air, or will: at the first of its dates to come, or the last of those that passed.
func startOf(v video.Video, now time.Time) (start time.Time, isKnown bool) {
	if v.State == video.Published {
		return v.PublishedAt, true
	}
	for _, at := range v.LiveSchedules {
		if start = at; at.After(now) {
			break
		}
	}
	return start, !start.IsZero()
}

func (f *Feeds) liveOf(ctx context.Context, v video.Details) (podcastLive, error) {
	from := f.itemOf(v)
	one := podcastLive{Status: "pending", rssItem: rssItemOf(from), Link: &podcastContentLink{Href: from.Link, Text: v.Name}}
	f.makeEpisode(&one.rssItem, from, v.Video)
	if v.State == video.Published {
		one.Status = "live"
	}
	if from.Media.HLS != "" {
		one.Enclosure = &rssEnclosure{Type: hlsType, URL: from.Media.HLS}
	}
	var err error
	one.Chat, err = f.chatOf(ctx, v.Video)
	return one, err
}

func (f *Feeds) chatOf(ctx context.Context, v video.Video) (*podcastChat, error) {
	if f.o.Rooms == nil {
		return nil, nil
	}
	isOn, err := f.o.Rooms.IsOn(ctx, v)
	if err != nil || !isOn {
		return nil, err
	}
	domain, _, _ := strings.Cut(f.o.Site.Host, ":")
	c := &podcastChat{
		Server: domain, Protocol: "xmpp", EmbedURL: f.o.Site.Origin + "/plugins/livechat/router/webchat/room/" + v.UUID.String(),
	}
	if f.o.IsChatFederated != nil && f.o.IsChatFederated() {
		c.Space = v.UUID.String() + "@room." + domain
	}
	return c, nil
}
