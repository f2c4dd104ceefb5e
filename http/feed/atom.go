package feed

// atomFeed is an Atom feed (RFC 4287).
type atomFeed struct {
	XMLName   string      `xml:"feed"`
	Namespace string      `xml:"xmlns,attr"`
	ID        string      `xml:"id"`
	Title     string      `xml:"title"`
	Updated   string      `xml:"updated"`
	Generator string      `xml:"generator"`
	Author    *atomPerson `xml:"author"`
	Links     []atomLink  `xml:"link"`
	Subtitle  string      `xml:"subtitle,omitempty"`
	Logo      string      `xml:"logo,omitempty"`
	Icon      string      `xml:"icon,omitempty"`
	Rights    string      `xml:"rights,omitempty"`
	Entries   []atomEntry `xml:"entry"`
}

type atomLink struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr,omitempty"`
	Type string `xml:"type,attr,omitempty"`
}

type atomPerson struct {
	Name string `xml:"name"`
	URI  string `xml:"uri,omitempty"`
}

type atomEntry struct {
	Title    atomText      `xml:"title"`
	ID       string        `xml:"id"`
	Link     atomLink      `xml:"link"`
	Updated  string        `xml:"updated"`
	Summary  *atomText     `xml:"summary"`
	Content  *atomText     `xml:"content"`
	Author   atomPerson    `xml:"author"`
	Category *atomCategory `xml:"category"`
}

type atomText struct {
	Type  string `xml:"type,attr"`
	Value string `xml:",chardata"`
}

type atomCategory struct {
	Term  string `xml:"term,attr"` // RFC 4287 §4.2.2.1: required
	Label string `xml:"label,attr"`
}

func encodeAtom(d document) ([]byte, error) {
	feed := atomFeed{
		Namespace: atomNamespace, ID: d.Link, Title: d.Title, Updated: iso(d.Updated), Generator: d.Generator,
		Links:    []atomLink{{Href: d.Link, Rel: "alternate"}, {Href: d.Self, Rel: "self", Type: "application/atom+xml"}},
		Subtitle: d.Description, Logo: d.Image, Icon: d.Icon, Rights: d.Rights,
	}
	if d.Author != "" {
		feed.Author = &atomPerson{Name: d.Author}
	}
	for _, i := range d.Items {
		feed.Entries = append(feed.Entries, atomEntryOf(i))
	}
	return encodeXML(feed)
}

func atomEntryOf(i item) atomEntry {
	entry := atomEntry{
		Title: atomText{Type: "text", Value: i.Title}, ID: i.Link, Link: atomLink{Href: i.Link}, Updated: iso(i.Published),
		Author: atomPerson{Name: i.Author, URI: i.AuthorURL},
	}
	if i.Summary != "" {
		entry.Summary = &atomText{Type: "text", Value: i.Summary}
	}
	if i.Content != "" {
		entry.Content = &atomText{Type: "html", Value: i.Content}
	}
	if i.Category != "" {
		entry.Category = &atomCategory{Term: i.Category, Label: i.Category}
	}
	return entry
}
