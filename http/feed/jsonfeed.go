package feed

// jsonFeed is a JSON Feed of version 1.
type jsonFeed struct {
	Version     string          `json:"version"`
	Title       string          `json:"title"`
	HomePageURL string          `json:"home_page_url"`
	FeedURL     string          `json:"feed_url"`
	Description string          `json:"description,omitempty"`
	Icon        string          `json:"icon,omitempty"`
	Author      *jsonFeedPerson `json:"author,omitempty"`
	Items       []jsonFeedItem  `json:"items"`
}

type jsonFeedPerson struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

type jsonFeedItem struct {
	ID            string               `json:"id"`
	ContentHTML   string               `json:"content_html"`
	URL           string               `json:"url"`
	Title         string               `json:"title"`
	Summary       string               `json:"summary,omitempty"`
	Image         string               `json:"image,omitempty"`
	Attachments   []jsonFeedAttachment `json:"attachments,omitempty"`
	DatePublished string               `json:"date_published"`
	DateModified  string               `json:"date_modified"`
	Author        jsonFeedPerson       `json:"author"`
	Tags          []string             `json:"tags,omitempty"`
}

type jsonFeedAttachment struct {
	Title       string `json:"title"`
	URL         string `json:"url"`
	SizeInBytes int64  `json:"size_in_bytes"`
	MIMEType    string `json:"mime_type"`
}

func encodeJSONFeed(d document) ([]byte, error) {
	feed := jsonFeed{
		Version: "https://jsonfeed.org/version/1", Title: d.Title, HomePageURL: d.Link, FeedURL: d.Self, Description: d.Description, Icon: d.Image,
		Items: []jsonFeedItem{},
	}
	if d.Author != "" {
		feed.Author = &jsonFeedPerson{Name: d.Author}
	}
	for _, i := range d.Items {
		feed.Items = append(feed.Items, jsonFeedItemOf(i))
	}
	return encodeJSON(feed)
}

func jsonFeedItemOf(i item) jsonFeedItem {
	encoded := jsonFeedItem{
		ID: i.Link, ContentHTML: i.Content, URL: i.Link, Title: i.Title, Summary: i.Summary, DatePublished: iso(i.Published),
		DateModified: iso(i.Published), Author: jsonFeedPerson{Name: i.Author, URL: i.AuthorURL},
	}
	if i.Category != "" {
		encoded.Tags = []string{i.Category}
	}
	if i.Media == nil {
		return encoded
	}
	if len(i.Media.Pictures) > 0 {
		encoded.Image = i.Media.Pictures[0]
	}
	for _, file := range i.Media.Files {
		if file.TorrentURL != "" {
			encoded.Attachments = append(encoded.Attachments, jsonFeedAttachment{Title: i.Title, URL: file.TorrentURL, SizeInBytes: file.Size, MIMEType: torrentType})
		}
	}
	return encoded
}
