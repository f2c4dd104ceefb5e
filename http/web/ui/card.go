package ui

import (
	"fmt"
	"strconv"
	"time"

	"github.com/a-h/templ"
)

// Card is a video in a list. Times and counts are raw: the card writes them in the visitor's language.
type Card struct {
	URL         string
	Title       string
	Language    string // of the title, when known, for screen readers
	Thumbnail   string // 16:9 image, or empty
	Duration    time.Duration
	IsLive      bool
	Viewers     int64     // watching now, when live
	Starts      time.Time // of a live that is announced; zero for others
	Views       int64
	Published   time.Time // zero when it is not
	Channel     string
	ChannelURL  string
	Avatar      string
	Sensitive   bool   // blurred
	Watched     int    // percent of it the visitor has seen
	Mark        string // "Private", "Unlisted", or what its owner should know; already translated
	Row         bool   // a small card beside text, as in "up next"
	Eager       bool   // among the first on screen: not loaded lazily
	ShortCounts bool   // 1.2K instead of 1,234
}

func (c Card) class() string {
	if c.Row {
		return "video-card is-row"
	}
	return "video-card"
}

func (c Card) loading() string {
	if c.Eager {
		return "eager"
	}
	return "lazy"
}

func (c Card) count(t Translator) string {
	if c.IsLive {
		return t.T("video.viewers", "n", c.Viewers)
	}
	if c.ShortCounts && c.Views >= 1000 {
		return t.T("video.views-short", "count", t.Compact(c.Views))
	}
	return t.T("video.views", "n", c.Views)
}

// Clock writes a duration as players do: 4:05, 1:02:03.
func Clock(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

func watchedStyle(percent int) templ.SafeCSS {
	return templ.SafeCSS("inline-size:" + strconv.Itoa(min(max(percent, 0), 100)) + "%")
}

func asRow(c Card) Card {
	c.Row = true
	return c
}
