package feed

import (
	"net/http"
	"strconv"
	"strings"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/video"
)

const (
	podcastNamespace = "https://podcastindex.org/namespace/1.0"
	itunesNamespace  = "http://www.itunes.com/dtds/podcast-1.0.dtd"
	hlsType          = "application/x-mpegURL"
)

// podcastChannel is what podcasts say of a channel beside RSS: the podcast namespace, and Apple's.
type podcastChannel struct {
	Medium   string         `xml:"podcast:medium"`
	Language string         `xml:"language,omitempty"`
	Person   podcastPerson  `xml:"podcast:person"`
	Author   string         `xml:"itunes:author"`
	Owner    itunesOwner    `xml:"itunes:owner"`
	Explicit string         `xml:"itunes:explicit"`
	Picture  *itunesPicture `xml:"itunes:image"`
	Category itunesCategory `xml:"itunes:category"`

	Lives []podcastLive `xml:"podcast:liveItem"`
}

type podcastPerson struct {
	Href string `xml:"href,attr"`
	Img  string `xml:"img,attr,omitempty"`
	Name string `xml:",chardata"`
}

type itunesOwner struct {
	Name string `xml:"itunes:name"`
}

type itunesPicture struct {
	Href string `xml:"href,attr"`
}

type itunesCategory struct {
	Text string `xml:"text,attr"`
}

// podcastItem is what podcasts say of a video beside RSS.
type podcastItem struct {
	Person      podcastPerson        `xml:"podcast:person"`
	Trackers    []string             `xml:"podcast:tracker"`
	Social      podcastSocial        `xml:"podcast:socialInteract"`
	Transcripts []podcastTranscript  `xml:"podcast:transcript"`
	Alternates  []alternateEnclosure `xml:"podcast:alternateEnclosure"`
	Picture     *itunesPicture       `xml:"itunes:image"`
	Duration    int                  `xml:"itunes:duration,omitempty"`
	Explicit    string               `xml:"itunes:explicit"`
}

type podcastTranscript struct {
	URL      string `xml:"url,attr"`
	Type     string `xml:"type,attr"`
	Language string `xml:"language,attr"`
	Rel      string `xml:"rel,attr"`
}

type podcastSocial struct {
	URI        string `xml:"uri,attr"`
	Protocol   string `xml:"protocol,attr"`
	AccountURL string `xml:"accountUrl,attr"`
}

type alternateEnclosure struct {
	Type      string          `xml:"type,attr"`
	Length    int64           `xml:"length,attr,omitempty"`
	Height    int             `xml:"height,attr,omitempty"`
	Language  string          `xml:"lang,attr,omitempty"`
	Title     string          `xml:"title,attr"`
	IsDefault bool            `xml:"default,attr"`
	Sources   []podcastSource `xml:"podcast:source"`
}

type podcastSource struct {
	URI         string `xml:"uri,attr"`
	ContentType string `xml:"contentType,attr,omitempty"`
}

// podcast is the feed of a channel for podcast applications.
func (f *Feeds) podcast(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r)
	if err != nil {
		return err
	}
	id := q.id("videoChannelId")
	if id == 0 {
		q.refuse("videoChannelId", "Should have a valid id")
	}
	if err := q.err(); err != nil {
		return err
	}
	of, err := f.o.Channels.Get(r.Context(), channel.ID(id))
	if err != nil {
		return err
	}
	body, d, err := f.podcastOf(r, of)
	if err != nil {
		return err
	}
	return f.writeFeed(w, r, format{func(document) ([]byte, error) { return encodeXML(body) }, formats["rss"].contentType}, d)
}

func (f *Feeds) podcastOf(r *http.Request, of channel.Channel) (rss, document, error) {
	d := f.ofChannel(of)
	d.Self = f.o.Site.Origin + r.URL.RequestURI()
	filter := video.Filter{Include: video.IncludeFiles, Channels: []channel.ID{of.ID}, IsLive: new(false)}
	page := video.Page{Count: f.o.Settings().Videos, Sort: video.Sort{By: "publishedAt", IsDescending: true}, SkipTotal: true}
	found, err := f.o.Videos.List(r.Context(), account.Viewer{}, filter, page)
	if err != nil {
		return rss{}, d, err
	}
	isExplicit := false
	var ids []video.ID
	for _, v := range found.Videos {
		ids = append(ids, v.ID)
		d.Items = append(d.Items, f.itemOf(v))
		isExplicit = isExplicit || v.NSFW
	}
	captions, err := f.o.Captions.ByVideo(r.Context(), ids)
	if err != nil {
		return rss{}, d, err
	}
	d.Updated = newest(d.Items, d.Updated)
	body := rssOf(d)
	body.Media, body.Podcast, body.ITunes = "", podcastNamespace, itunesNamespace
	body.Channel.podcastChannel = f.podcastChannelOf(of, d, isExplicit)
	if body.Channel.Lives, err = f.livesOf(r, of); err != nil {
		return rss{}, d, err
	}
	for i, v := range found.Videos {
		f.makeEpisode(&body.Channel.Items[i], d.Items[i], v.Video)
		body.Channel.Items[i].Transcripts = f.transcriptsOf(captions[v.ID])
	}
	return body, d, nil
}

func (f *Feeds) podcastChannelOf(of channel.Channel, d document, isExplicit bool) *podcastChannel {
	p := &podcastChannel{
		Medium: "video", Language: f.o.Settings().Language, Person: f.personOf(of.Owner), Author: of.Name, Owner: itunesOwner{of.Owner.Name},
		Explicit: explicit(isExplicit), Category: itunesCategory{"TV & Film"},
	}
	if d.Image != "" {
		p.Picture = &itunesPicture{d.Image}
	}
	return p
}

// makeEpisode turns an item of RSS into an episode: one file, and the others beside it.
func (f *Feeds) makeEpisode(i *rssItem, from item, v video.Video) {
	i.Community, i.Embed, i.Player, i.Group, i.Thumbnails, i.Rating, i.MediaTitle = nil, nil, nil, nil, nil, "", nil
	owner := v.Channel.Owner
	i.Creator = owner.Name
	i.podcastItem = &podcastItem{
		Person: f.personOf(owner), Trackers: f.trackers(), Duration: from.Media.Seconds, Explicit: explicit(v.NSFW),
		Social:     podcastSocial{URI: v.URL, Protocol: "activitypub", AccountURL: f.accountURL(owner.Actor.Handle())},
		Alternates: alternatesOf(from.Media, v.Language),
	}
	switch {
	case from.Media.Square != "":
		i.podcastItem.Picture = &itunesPicture{from.Media.Square}
	case len(from.Media.Pictures) > 0:
		i.podcastItem.Picture = &itunesPicture{from.Media.Pictures[0]}
	}
}

// transcriptsOf are the texts of a video: its captions, in each language.
func (f *Feeds) transcriptsOf(captions []video.Caption) []podcastTranscript {
	var list []podcastTranscript
	for _, c := range captions {
		list = append(list, podcastTranscript{URL: video.CaptionURL(f.o.Site, c), Type: "text/vtt", Language: c.Language, Rel: "captions"})
	}
	return list
}

func alternatesOf(m *media, language string) []alternateEnclosure {
	var list []alternateEnclosure
	if m.HLS != "" {
		list = append(list, alternateEnclosure{Type: hlsType, Language: language, Title: "HLS", Sources: []podcastSource{{URI: m.HLS}}})
	}
	for n, one := range m.Files {
		alternate := alternateEnclosure{
			Type: one.Type, Length: one.Size, Height: one.Height, Language: language, Title: label(one), IsDefault: n == 0,
			Sources: []podcastSource{{URI: one.URL}},
		}
		if one.TorrentURL != "" {
			alternate.Sources = append(alternate.Sources, podcastSource{URI: one.TorrentURL, ContentType: torrentType})
		}
		list = append(list, alternate)
	}
	return list
}

// trackers are where peers of the files meet.
func (f *Feeds) trackers() []string {
	if !f.o.Settings().TrackerEnabled {
		return nil
	}
	return []string{f.o.Site.Origin + "/tracker/announce", webSocket(f.o.Site) + "/tracker/socket"}
}

func (f *Feeds) personOf(a account.Account) podcastPerson {
	return podcastPerson{Href: f.accountURL(a.Actor.Handle()), Img: f.avatarURL(a.Actor, ""), Name: a.Name}
}

func explicit(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// label names a rendition by its height.
func label(one file) string {
	if one.Height == 0 {
		return "Audio"
	}
	return strconv.Itoa(one.Height) + "p"
}

// webSocket is the site's origin for web sockets: ws for http, wss for https.
func webSocket(site account.Site) string { return "ws" + strings.TrimPrefix(site.Origin, "http") }
