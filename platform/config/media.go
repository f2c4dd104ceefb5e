package config

import (
	"encoding/json"
	"fmt"
)

// Thumbnails is how still pictures are made.
type Thumbnails struct {
	GenerationFromVideo struct {
		FramesToAnalyze int `key:"frames_to_analyze" default:"50" check:"min=2 max=500" doc:"Pictures of the middle of a video among which the most telling is chosen."`
	} `key:"generation_from_video"`
	Sizes []PictureSize `key:"sizes" default:"280x157, 850x480, 1280x720, 1920x1080, 1400x1400" doc:"Sizes each thumbnail is made in, as 1280x720 or as an object with width and height; a square one serves podcasts."`
}

// PictureSize is a width and a height in pixels.
type PictureSize struct {
	Width  int
	Height int
}

// String writes the size as 1280x720.
func (s PictureSize) String() string { return fmt.Sprintf("%dx%d", s.Width, s.Height) }

// MarshalJSON writes the object form.
func (s PictureSize) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]int{"width": s.Width, "height": s.Height})
}

// UnmarshalJSON reads "1280x720" or {"width": 1280, "height": 720}.
func (s *PictureSize) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		if n, _ := fmt.Sscanf(text, "%dx%d", &s.Width, &s.Height); n != 2 {
			return fmt.Errorf("%q is not a size such as 1280x720", text)
		}
		return s.check()
	}
	var object struct{ Width, Height int }
	if err := json.Unmarshal(data, &object); err != nil {
		return fmt.Errorf("a size is written 1280x720")
	}
	s.Width, s.Height = object.Width, object.Height
	return s.check()
}

func (s *PictureSize) check() error {
	const maxSide = 8192
	if s.Width < 16 || s.Height < 16 || s.Width > maxSide || s.Height > maxSide {
		return fmt.Errorf("the sides of %s must be between 16 and %d", s, maxSide)
	}
	return nil
}

// NSFWFlags is how finely sensitive videos can be described.
type NSFWFlags struct {
	Enabled bool `key:"enabled" default:"true" doc:"Users may choose what happens for each kind of sensitive content."`
}

// Download bounds what downloads may take of the line.
type Download struct {
	MaxTotalBytesPerSecond Bytes `key:"max_total_bytes_per_second" null:"yes" check:"min=0" doc:"Bytes per second all downloads together may take; null for no bound."`
	MaxBytesPerIPPerSecond Bytes `key:"max_bytes_per_ip_per_second" null:"yes" check:"min=0" doc:"Bytes per second the downloads of one address may take; null for no bound."`
}

// DownloadGenerate bounds the files assembled while they are downloaded.
type DownloadGenerate struct {
	MaxParallelDownloads int `key:"max_parallel_downloads" default:"100" check:"min=1" doc:"Files assembled from video and audio at one time, each by one ffmpeg."`
}

// Cache is accepted because PeerTube 6.3 sends it; caches are bounded by lucarne.cache instead.
type Cache struct {
	Previews    CacheSize `key:"previews" doc:"Pictures"`
	Captions    CacheSize `key:"captions" doc:"Captions"`
	Torrents    CacheSize `key:"torrents" doc:"Torrents"`
	Storyboards CacheSize `key:"storyboards" doc:"Storyboards"`
}

// CacheSize counts files.
type CacheSize struct {
	Size int `key:"size" default:"500" check:"min=0" doc:"files of other servers kept."`
}
