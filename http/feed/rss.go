package feed

// RSS 2.0 with Media RSS. The names carry their prefixes, which rss declares.
type rss struct {
	XMLName string     `xml:"rss"`
	Version string     `xml:"version,attr"`
	DC      string     `xml:"xmlns:dc,attr"`
	Media   string     `xml:"xmlns:media,attr,omitempty"`
	Content string     `xml:"xmlns:content,attr"`
	Atom    string     `xml:"xmlns:atom,attr"`
	Podcast string     `xml:"xmlns:podcast,attr,omitempty"`
	ITunes  string     `xml:"xmlns:itunes,attr,omitempty"`
	Channel rssChannel `xml:"channel"`
}

type rssChannel struct {
	Title         string   `xml:"title"`
	Link          string   `xml:"link"`
	Description   string   `xml:"description"`
	LastBuildDate string   `xml:"lastBuildDate"`
	Docs          string   `xml:"docs"`
	Generator     string   `xml:"generator"`
	Image         rssImage `xml:"image"`
	Copyright     string   `xml:"copyright"`
	Self          atomLink `xml:"atom:link"`
	*podcastChannel
	Items []rssItem `xml:"item"`
}

type rssImage struct {
	Title string `xml:"title"`
	URL   string `xml:"url"`
	Link  string `xml:"link"`
}

type rssItem struct {
	Title       string         `xml:"title"`
	Link        string         `xml:"link"`
	GUID        rssGUID        `xml:"guid"`
	PubDate     string         `xml:"pubDate"`
	Description string         `xml:"description,omitempty"`
	Content     string         `xml:"content:encoded,omitempty"`
	Creator     string         `xml:"dc:creator,omitempty"`
	Category    string         `xml:"category,omitempty"`
	Enclosure   *rssEnclosure  `xml:"enclosure"`
	Community   *rssCommunity  `xml:"media:community"`
	Embed       *rssReference  `xml:"media:embed"`
	Player      *rssReference  `xml:"media:player"`
	Group       *rssGroup      `xml:"media:group"`
	Thumbnails  []rssReference `xml:"media:thumbnail"`
	Rating      string         `xml:"media:rating,omitempty"`
	MediaTitle  *rssPlainText  `xml:"media:title"`
	*podcastItem
}

type rssGUID struct {
	IsPermaLink bool   `xml:"isPermaLink,attr"`
	Value       string `xml:",chardata"`
}

type rssEnclosure struct {
	Length int64  `xml:"length,attr"`
	Type   string `xml:"type,attr"`
	URL    string `xml:"url,attr"`
}

type rssReference struct {
	URL string `xml:"url,attr"`
}

type rssCommunity struct {
	Statistics struct {
		Views int `xml:"views,attr"`
	} `xml:"media:statistics"`
}

type rssGroup struct {
	PeerLinks []rssPeerLink `xml:"media:peerLink"`
	Contents  []rssContent  `xml:"media:content"`
}

type rssPeerLink struct {
	Type      string `xml:"type,attr"`
	Href      string `xml:"href,attr"`
	IsDefault bool   `xml:"isDefault,attr"`
}

type rssContent struct {
	Type      string `xml:"type,attr"`
	Medium    string `xml:"medium,attr"`
	Height    int    `xml:"height,attr"`
	FileSize  int64  `xml:"fileSize,attr"`
	URL       string `xml:"url,attr"`
	Framerate int    `xml:"framerate,attr,omitempty"`
	Duration  int    `xml:"duration,attr"`
	IsDefault bool   `xml:"isDefault,attr"`
}

type rssPlainText struct {
	Type  string `xml:"type,attr"`
	Value string `xml:",chardata"`
}

const (
	dcNamespace      = "http://purl.org/dc/elements/1.1/"
	mediaNamespace   = "http://search.yahoo.com/mrss/"
	contentNamespace = "http://purl.org/rss/1.0/modules/content/"
	atomNamespace    = "http://www.w3.org/2005/Atom"
	rssDocs          = "https://www.rssboard.org/rss-specification"
)

func encodeRSS(d document) ([]byte, error) { return encodeXML(rssOf(d)) }

func rssOf(d document) rss {
	feed := rss{
		Version: "2.0", DC: dcNamespace, Media: mediaNamespace, Content: contentNamespace, Atom: atomNamespace,
		Channel: rssChannel{
			Title: d.Title, Link: d.Link, Description: d.Description, LastBuildDate: rfc822(d.Updated), Docs: rssDocs, Generator: d.Generator,
			Image: rssImage{Title: d.Title, URL: d.Image, Link: d.Link}, Copyright: d.Rights,
			Self: atomLink{Href: d.Self, Rel: "self", Type: "application/rss+xml"},
		},
	}
	for _, i := range d.Items {
		feed.Channel.Items = append(feed.Channel.Items, rssItemOf(i))
	}
	return feed
}

func rssItemOf(i item) rssItem {
	encoded := rssItem{
		Title: i.Title, Link: i.Link, GUID: rssGUID{IsPermaLink: true, Value: i.Link}, PubDate: rfc822(i.Published),
		Description: i.Summary, Content: i.Content, Creator: i.Author, Category: i.Category,
	}
	if i.Media != nil {
		i.Media.addTo(&encoded)
	}
	return encoded
}

// addTo writes what Media RSS says of a video.
func (m *media) addTo(i *rssItem) {
	if len(m.Files) > 0 {
		i.Enclosure = &rssEnclosure{Length: m.Files[0].Size, Type: m.Files[0].Type, URL: m.Files[0].URL}
	}
	i.Community = new(rssCommunity)
	i.Community.Statistics.Views = m.Views
	i.Embed, i.Player = &rssReference{m.EmbedURL}, &rssReference{i.Link}
	i.Group = m.group()
	for _, url := range m.Pictures {
		i.Thumbnails = append(i.Thumbnails, rssReference{url})
	}
	i.Rating = "nonadult"
	if m.IsSensitive {
		i.Rating = "adult"
	}
	i.MediaTitle = &rssPlainText{Type: "plain", Value: i.Title}
}

func (m *media) group() *rssGroup {
	if len(m.Files) == 0 {
		return nil
	}
	group := &rssGroup{}
	for n, file := range m.Files {
		if file.TorrentURL != "" {
			group.PeerLinks = append(group.PeerLinks, rssPeerLink{Type: torrentType, Href: file.TorrentURL})
		}
		group.Contents = append(group.Contents, rssContent{
			Type: file.Type, Medium: "video", Height: file.Height, FileSize: file.Size, URL: file.URL, Framerate: file.FPS,
			Duration: m.Seconds, IsDefault: n == 0,
		})
	}
	return group
}
