package ui

import (
	"strconv"
	"time"

	"github.com/a-h/templ"
)

// PlayerProps are what the player shows and plays. The <video> alone plays without JavaScript; Settings are for the script.
type PlayerProps struct {
	Poster        string
	Sources       []Source // progressive files, best first; the script takes HLS when Settings.HLS is set
	Width, Height int      // of the picture, to keep its place; 16:9 when 0
	Loop, Muted   bool
	Autoplay      bool
	Settings      PlayerSettings
}

// Source is one progressive file.
type Source struct {
	URL   string `json:"url"`
	Type  string `json:"type"`  // "video/mp4"
	Label string `json:"label"` // "720p"
	Size  int    `json:"size"`  // height in pixels
}

// PlayerSettings is the JSON the player's script reads. Every URL may be relative.
type PlayerSettings struct {
	UUID      string `json:"uuid"`
	Title     string `json:"title"`
	IsLive    bool   `json:"isLive"`
	IsEmbed   bool   `json:"isEmbed"`
	Duration  int    `json:"duration"`            // seconds
	HLS       string `json:"hls,omitempty"`       // master playlist
	WatchURL  string `json:"watchUrl"`            // absolute, for "share at time"
	EmbedURL  string `json:"embedUrl,omitempty"`  // absolute
	ViewsURL  string `json:"viewsUrl,omitempty"`  // POST of the heartbeat; none is sent when empty
	ViewEvery int    `json:"viewEvery,omitempty"` // seconds between heartbeats, 5 when 0
	FileToken string `json:"fileToken,omitempty"` // of a private video: sent as videoFileToken with every file
	// FileTokenURL is POSTed to for a new token before the old one ends ("/api/v1/videos/{id}/token").
	FileTokenURL   string      `json:"fileTokenUrl,omitempty"`
	FileTokenUntil string      `json:"fileTokenUntil,omitempty"` // RFC 3339
	ResumeAt       float64     `json:"resumeAt,omitempty"`       // seconds, of a signed-in user
	RemembersHere  bool        `json:"remembersHere"`            // keeps the position in the browser: for anonymous visitors
	Captions       []Caption   `json:"captions,omitempty"`
	Chapters       []Chapter   `json:"chapters,omitempty"`
	Storyboard     *Storyboard `json:"storyboard,omitempty"`
	P2P            *P2P        `json:"p2p,omitempty"` // nil: everything comes from the server
	API            bool        `json:"api"`           // answers the embed API
	// Live is how a live on air is followed; nil for other videos.
	Live *LivePlayback `json:"live,omitempty"`

	// Messages is filled by Player.
	Messages map[string]any `json:"messages"`
}

// LivePlayback is how the player follows a live.
type LivePlayback struct {
	IsLowLatency bool `json:"lowLatency"` // parts of segments are played as they come
	SharesLittle bool `json:"-"`          // there is no time for parts from other viewers
	CanRewind    bool `json:"canRewind"`
}

// Caption is one caption file, in WebVTT.
type Caption struct {
	Language string `json:"language"`
	Label    string `json:"label"`
	URL      string `json:"url"`
}

// Chapter is a named part of the video.
type Chapter struct {
	Timecode int    `json:"timecode"`
	Title    string `json:"title"`
}

// Storyboard is one picture of small frames in rows, one frame every SpriteDuration seconds.
type Storyboard struct {
	URL            string  `json:"url"`
	TotalWidth     int     `json:"totalWidth"`
	TotalHeight    int     `json:"totalHeight"`
	SpriteWidth    int     `json:"spriteWidth"`
	SpriteHeight   int     `json:"spriteHeight"`
	SpriteDuration float64 `json:"spriteDuration"`
}

// P2P is how viewers share segments. No tracker or STUN server but these is ever asked.
type P2P struct {
	Trackers      []string `json:"trackers"`
	StunServers   []string `json:"stunServers"`
	SwarmID       string   `json:"swarmId"`
	Starts        bool     `json:"starts"`        // by itself, until the viewer chooses otherwise in this browser
	Urgent        int      `json:"urgent"`        // seconds to come that the server is asked for, whoever else has them
	SegmentHashes string   `json:"segmentHashes"` // URL of segments-sha256.json; peers' segments are checked against it
}

func (p PlayerProps) ratio() templ.SafeCSS {
	if p.Width <= 0 || p.Height <= 0 {
		return "--ratio:16/9"
	}
	return templ.SafeCSS("--ratio:" + strconv.Itoa(p.Width) + "/" + strconv.Itoa(p.Height))
}

func (p PlayerProps) settings(t Translator) PlayerSettings {
	s := p.Settings
	s.Messages = t.Messages("player")
	return s
}

func chapterClock(c Chapter) string { return Clock(time.Duration(c.Timecode) * time.Second) }
