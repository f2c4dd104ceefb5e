package apptest

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// Label is a value with its name, as the API gives categories, privacies and states.
type Label struct {
	ID    int    `json:"id"`
	Label string `json:"label"`
}

// Rendition is one file of a video.
type Rendition struct {
	ID          int64  `json:"id"`
	Resolution  Label  `json:"resolution"`
	Width       int    `json:"width"`
	Height      int    `json:"height"`
	Size        int64  `json:"size"`
	URL         string `json:"fileUrl"`
	DownloadURL string `json:"fileDownloadUrl"`
	TorrentURL  string `json:"torrentUrl"`
	HasVideo    bool   `json:"hasVideo"`
	HasAudio    bool   `json:"hasAudio"`
}

// Playlist is a video's HLS.
type Playlist struct {
	URL        string      `json:"playlistUrl"`
	Renditions []Rendition `json:"files"`
}

// Video is a video as the API gives it, in the parts that stories look at.
type Video struct {
	ID          int64       `json:"id"`
	UUID        string      `json:"uuid"`
	ShortUUID   string      `json:"shortUUID"`
	Name        string      `json:"name"`
	Description string      `json:"description"`
	Tags        []string    `json:"tags"`
	Privacy     Label       `json:"privacy"`
	State       Label       `json:"state"`
	IsLive      bool        `json:"isLive"`
	Duration    int         `json:"duration"`
	AspectRatio float64     `json:"aspectRatio"`
	Views       int         `json:"views"`
	Likes       int         `json:"likes"`
	Dislikes    int         `json:"dislikes"`
	Thumbnail   string      `json:"thumbnailPath"`
	Files       []Rendition `json:"files"`
	Playlists   []Playlist  `json:"streamingPlaylists"`
	Channel     struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	} `json:"channel"`
}

// Path is the video in the API.
func (v Video) Path() string { return "/api/v1/videos/" + v.UUID }

// All are the files of the video, of whatever kind.
func (v Video) All() []Rendition {
	list := append([]Rendition{}, v.Files...)
	for _, p := range v.Playlists {
		list = append(list, p.Renditions...)
	}
	return list
}

// The states of videos that stories wait for.
const (
	Published         = 1
	ToTranscode       = 2
	TranscodingFailed = 7
)

// The privacies of videos.
const (
	Public            = 1
	Unlisted          = 2
	Private           = 3
	Internal          = 4
	PasswordProtected = 5
)

// Me is who is signed in.
type Me struct {
	ID       int64  `json:"id"`
	Username string `json:"username"`
	Email    string `json:"email"`
	Account  struct {
		ID int64 `json:"id"`
	} `json:"account"`
	Channels []struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	} `json:"videoChannels"`
	TwoFactor bool `json:"twoFactorEnabled"`
}

// Me asks who is signed in.
func (c *Client) Me() (me Me) {
	c.t.Helper()
	c.Get("/api/v1/users/me", &me)
	return me
}

// fields are a new video's, in the user's first channel unless given says otherwise.
func (c *Client) fields(given map[string]any) map[string]any {
	c.t.Helper()
	all := map[string]any{"name": c.t.Name(), "privacy": Public}
	maps.Copy(all, given)
	if all["channelId"] == nil {
		me := c.Me()
		if len(me.Channels) == 0 {
			c.t.Fatalf("%s has no channel", me.Username)
		}
		all["channelId"] = me.Channels[0].ID
	}
	return all
}

// Upload publishes a file in one request. Files are further ones by field (thumbnailfile).
func (c *Client) Upload(path string, fields map[string]any, files ...string) Video {
	c.t.Helper()
	form := Form{Fields: c.fields(fields), Files: map[string]string{"videofile": path}}
	for i := 0; i+1 < len(files); i += 2 {
		form.Files[files[i]] = files[i+1]
	}
	var made struct {
		Video Video `json:"video"`
	}
	c.Send("POST", "/api/v1/videos/upload", form, http.StatusOK).Into(c.t, &made)
	return made.Video
}

// Video reads a video.
func (c *Client) Video(v Video) (now Video) {
	c.t.Helper()
	c.Get(v.Path(), &now)
	return now
}

// AwaitVideo reads a video until it is as wanted, without waiting for the site to settle.
func (c *Client) AwaitVideo(v Video, within time.Duration, what string, is func(Video) bool) Video {
	c.t.Helper()
	var now Video
	Await(c.t, within, what, func() bool {
		now = c.Video(v)
		return is(now)
	})
	return now
}

// Sending is an upload in pieces on its way.
type Sending struct {
	Location string
	Content  []byte
	kind     string
}

// Begin opens an upload in pieces.
func (c *Client) Begin(path string, fields map[string]any) *Sending {
	c.t.Helper()
	fields = c.fields(fields)
	fields["filename"] = filepath.Base(path)
	return c.BeginAt("/api/v1/videos/upload-resumable", path, fields)
}

// BeginAt opens an upload in pieces at an address of the API.
func (c *Client) BeginAt(address, path string, fields map[string]any) *Sending {
	c.t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatal(err)
	}
	answer := c.With("X-Upload-Content-Length", strconv.Itoa(len(content))).With("X-Upload-Content-Type", TypeOf(path)).
		Send("POST", address, fields, http.StatusCreated)
	return &Sending{Location: "http:" + answer.Header.Get("Location"), Content: content, kind: TypeOf(path)}
}

// Piece sends the bytes [from, to) of an upload.
func (c *Client) Piece(s *Sending, from, to int) *Answer {
	c.t.Helper()
	r := fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(s.Content))
	return c.With("Content-Range", r).Do("PUT", s.Location, Raw{Type: "application/octet-stream", Body: string(s.Content[from:to])})
}

// Received asks how many bytes of an upload the server has.
func (c *Client) Received(s *Sending) int {
	c.t.Helper()
	answer := c.With("Content-Range", fmt.Sprintf("bytes */%d", len(s.Content))).Send("PUT", s.Location, nil, http.StatusPermanentRedirect)
	held := answer.Header.Get("Range")
	if held == "" {
		return 0
	}
	var last int
	if _, err := fmt.Sscanf(held, "bytes=0-%d", &last); err != nil {
		c.t.Fatalf("range %q: %v", held, err)
	}
	return last + 1
}

// Finish sends what the server does not have yet; the upload becomes a video.
func (c *Client) Finish(s *Sending) Video {
	c.t.Helper()
	answer := c.Piece(s, c.Received(s), len(s.Content))
	if answer.Status != http.StatusOK {
		c.t.Fatalf("last piece: %d %s", answer.Status, answer.Body)
	}
	var made struct {
		Video Video `json:"video"`
	}
	answer.Into(c.t, &made)
	return made.Video
}

// Serves fails unless the address answers a part of a media file.
func (c *Client) Serves(t testing.TB, address string) {
	t.Helper()
	answer := c.With("Range", "bytes=0-99").Do("GET", address, nil)
	if answer.Status != http.StatusPartialContent || len(answer.Body) != 100 {
		t.Errorf("%s: got %d with %d bytes, want 206 with 100", address, answer.Status, len(answer.Body))
	}
}
