package main

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"lucarne/http/web/ui"
)

// now holds the showcase still, so that its screenshots can be compared.
var now = time.Date(2026, time.May, 14, 18, 30, 0, 0, time.UTC)

func samplePage(t ui.Translator, title, section string) ui.Page {
	return ui.Page{
		T: t, Title: title, Section: section, CSRF: "sample",
		Description: "Films, talks and broadcasts of the river quarter.",
		Site:        ui.Site{Name: "Rivergate TV", CanSignUp: true},
		Visitor:     &ui.Visitor{Name: "Nadia Okafor", Handle: "@nadia@rivergate.example", IsAdmin: true, CanUpload: true},
	}
}

func sampleCards() []ui.Card {
	return []ui.Card{
		sampleCard(1, "The footbridge, one year after: what the quarter gained and lost", "City in motion", 1394*time.Second, 18423, 26*time.Hour),
		{
			URL: "/watch", Title: "Evening assembly, live from the town hall", Thumbnail: "/sample/2", IsLive: true, Viewers: 412,
			Channel: "Town hall", ChannelURL: "/channel", Eager: true,
		},
		sampleCard(3, "How a sourdough starter works", "Open kitchen", 618*time.Second, 1204, 4*24*time.Hour),
		sampleCard(4, "Atelier vélo : changer une chaîne en dix minutes, sans se salir les mains", "La Roue libre", 602*time.Second, 932, 9*24*time.Hour),
		sampleCard(5, "Swifts under the roof", "Small fauna", 247*time.Second, 76, 33*24*time.Hour),
		sampleCard(6, "Interview: thirty years of night trains", "City in motion", 4210*time.Second, 5310, 70*24*time.Hour),
		sampleCard(7, "Learning to read a tide table", "Harbour school", 1112*time.Second, 1, 120*24*time.Hour),
		sampleCard(8, "Concert in the courtyard: the complete recording", "Courtyard sessions", 5025*time.Second, 23980, 800*24*time.Hour),
	}
}

func sampleCard(n int, title, channel string, length time.Duration, views int64, age time.Duration) ui.Card {
	c := ui.Card{
		URL: "/watch", Title: title, Thumbnail: "/sample/" + strconv.Itoa(n), Duration: length, Views: views, Published: now.Add(-age),
		Channel: channel, ChannelURL: "/channel", Eager: n < 5, ShortCounts: true,
	}
	switch n {
	case 3:
		c.Watched = 62
	case 5:
		c.Sensitive = true
	case 7:
		c.Mark = "Unlisted"
	}
	return c
}

func samplePlayer(t ui.Translator) ui.PlayerProps {
	return ui.PlayerProps{
		Poster: "/sample/1", Width: 1920, Height: 1080,
		Sources: []ui.Source{{URL: "/media/video.mp4", Type: "video/mp4", Label: "360p", Size: 360}},
		Settings: ui.PlayerSettings{
			UUID: "sample", Title: "The footbridge, one year after", Duration: 30, HLS: "/media/master.m3u8",
			WatchURL: "https://rivergate.example/w/sample", EmbedURL: "https://rivergate.example/videos/embed/sample", RemembersHere: true,
			Captions:   []ui.Caption{{Language: "en", Label: "English", URL: "/media/en.vtt"}},
			Chapters:   sampleChapters(),
			Storyboard: &ui.Storyboard{URL: "/media/storyboard.jpg", TotalWidth: 960, TotalHeight: 324, SpriteWidth: 192, SpriteHeight: 108, SpriteDuration: 2},
		},
	}
}

func sampleChapters() []ui.Chapter {
	return []ui.Chapter{{Timecode: 0, Title: "Before the bridge"}, {Timecode: 9, Title: "Building"}, {Timecode: 20, Title: "What changed"}}
}

func sampleChannels() []ui.Channel {
	return []ui.Channel{
		{URL: "/channel", Name: "City in motion", Handle: "@city_in_motion@rivergate.example", Subscribers: 3812, Videos: 96},
		{URL: "/channel", Name: "Small fauna", Handle: "@fauna@meadow.example", Subscribers: 1, Videos: 12},
		{URL: "/channel", Name: "Nadia Okafor", Handle: "@nadia@rivergate.example", Subscribers: 57, IsAccount: true},
	}
}

// picture draws a small landscape: enough to judge a page by, without a photograph in the repository.
func picture(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	skies := [][3]string{
		{"#f3c98b", "#b5654a", "#4a3147"},
		{"#2b3a55", "#6d5a7b", "#e39b6d"},
		{"#e8d9b5", "#c7803f", "#5d3a1f"},
		{"#bcd4d0", "#5e8f8a", "#22484a"},
		{"#cfe0ef", "#7fa1bd", "#37506b"},
		{"#1d2233", "#3f4a6b", "#c9a45c"},
		{"#d8e6df", "#8db5a4", "#2f5a55"},
		{"#3d2438", "#8a3d4b", "#e5a15d"},
	}
	sky := skies[n%len(skies)]
	w.Header().Set("Content-Type", "image/svg+xml")
	_, _ = fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" width="640" height="360">
<defs><linearGradient id="g" x2="0" y2="1"><stop stop-color="%s"/><stop offset="1" stop-color="%s"/></linearGradient></defs>
<rect width="640" height="360" fill="url(#g)"/><circle cx="%d" cy="%d" r="38" fill="#fff6e0" opacity=".85"/>
<path d="M0 250 %d 170 330 260 480 190 640 270V360H0z" fill="%s" opacity=".55"/><path d="M0 300 120 250 290 310 430 255 640 320V360H0z" fill="%s"/></svg>`,
		sky[0], sky[1], 120+n*53%420, 70+n*29%80, 90+n*31%180, sky[2], sky[2])
}
