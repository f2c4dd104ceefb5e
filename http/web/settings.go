package web

import "lucarne/http/web/ui"

// Settings are what administrators may change while the program runs.
type Settings struct {
	Name             string
	ShortDescription string
	Description      string // Markdown, as all long texts here
	Terms            string
	CodeOfConduct    string
	Moderation       string
	CreationReason   string
	Administrator    string
	Maintenance      string // how long they mean to keep it running
	BusinessModel    string
	Hardware         string
	Support          string // how to help the instance
	Languages        []string
	Categories       []int

	Theme          string // "light", "dark", or "" for the device's choice
	Language       string // of visitors who ask for none of ours
	IsSignupOpen   bool
	HasContactForm bool
	NSFWPolicy     string
	Autoplay       bool
	CanDownload    bool // downloads are offered where the video's author allows them
	TwitterName    string
	Broadcast      Broadcast
	Sharing        Sharing
	ViewSeconds    int      // between the heartbeats of a viewer
	MediaOrigins   []string // where besides here the files of videos are fetched from: a bucket, a CDN
	PictureURL     string   // of the instance, for previews elsewhere; "" none
	Version        string
	SourceURL      string // of the program's source code (AGPL-3.0, section 13)
	PageSize       int    // videos on a page of a list
}

// Broadcast is a message of the administrators on every page.
type Broadcast struct {
	Message       string // Markdown; "" none
	Tone          ui.Tone
	IsDismissable bool
}

// Sharing is how viewers pass the parts of a video to one another. Nothing else is ever contacted.
type Sharing struct {
	Enabled        bool // there is a tracker for them to meet at
	StartsOnPages  bool // without being asked for, as long as the viewer does not say otherwise
	StartsInEmbeds bool
	STUNServers    []string
}

// Figures are how large and how used the instance is.
type Figures struct {
	Users, ActiveMonth, Videos, Views, Channels int64
	Bytes                                       int64 // of the files of its videos
}

const defaultPageSize = 24

func (s Settings) pageSize() int {
	if s.PageSize <= 0 {
		return defaultPageSize
	}
	return s.PageSize
}
