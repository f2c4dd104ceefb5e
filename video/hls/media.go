package hls

import (
	"bytes"
	"fmt"
	"math"
	"time"

	"lucarne/platform/fault"
)

// playlistVersion is the EXT-X-VERSION written: 7 allows fragmented MP4 (EXT-X-MAP) as the captured server has it.
const playlistVersion = 7

// MediaPlaylist lists the segments of one rendition (RFC 8216 §4.3.3).
type MediaPlaylist struct {
	TargetDuration      int // whole seconds; 0 is worked out from the segments when written
	MediaSequence       int64
	Type                string // "VOD", "EVENT" or "" for a live window
	IndependentSegments bool
	Map                 *Map
	Segments            []MediaSegment
	Ended               bool
}

// Map is where the initialisation of the following segments lies.
type Map struct {
	URI   string
	Range *ByteRange // nil for the whole resource
}

// MediaSegment is one entry of a media playlist.
type MediaSegment struct {
	URI      string
	Duration time.Duration
	Range    *ByteRange // nil for the whole resource
}

// Playlist is the media playlist of the file when it is served at uri.
func (f File) Playlist(uri string) MediaPlaylist {
	init := f.Init
	p := MediaPlaylist{
		TargetDuration: targetDuration(f.Segments), Type: "VOD", IndependentSegments: true, Ended: true,
		Map: &Map{URI: uri, Range: &init},
	}
	for _, s := range f.Segments {
		p.Segments = append(p.Segments, MediaSegment{URI: uri, Duration: s.Duration, Range: &s.Range})
	}
	return p
}

// CaptionPlaylist is the media playlist of one WebVTT file that spans the whole video.
func CaptionPlaylist(uri string, duration time.Duration) MediaPlaylist {
	return MediaPlaylist{Type: "VOD", Ended: true, Segments: []MediaSegment{{URI: uri, Duration: duration}}}
}

// MarshalText writes the playlist. It fails on a URI that would break out of its line or its quotes.
func (p MediaPlaylist) MarshalText() ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprintf(&out, "#EXTM3U\n#EXT-X-VERSION:%d\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:%d\n", playlistVersion, p.target(), p.MediaSequence)
	if p.Type != "" {
		fmt.Fprintf(&out, "#EXT-X-PLAYLIST-TYPE:%s\n", p.Type)
	}
	if p.IndependentSegments {
		out.WriteString("#EXT-X-INDEPENDENT-SEGMENTS\n")
	}
	if p.Map != nil {
		if err := p.Map.write(&out); err != nil {
			return nil, err
		}
	}
	for _, s := range p.Segments {
		if err := s.write(&out); err != nil {
			return nil, err
		}
	}
	if p.Ended {
		out.WriteString("#EXT-X-ENDLIST\n")
	}
	return out.Bytes(), nil
}

func (p MediaPlaylist) target() int {
	longest := max(1, p.TargetDuration)
	for _, s := range p.Segments {
		longest = max(longest, int(math.Round(s.Duration.Seconds())))
	}
	return longest
}

func (m Map) write(out *bytes.Buffer) error {
	if err := checkURI(m.URI); err != nil {
		return err
	}
	fmt.Fprintf(out, `#EXT-X-MAP:URI="%s"`, m.URI)
	if m.Range != nil {
		fmt.Fprintf(out, `,BYTERANGE="%s"`, m.Range.attribute())
	}
	out.WriteByte('\n')
	return nil
}

func (s MediaSegment) write(out *bytes.Buffer) error {
	if err := checkURI(s.URI); err != nil {
		return err
	}
	fmt.Fprintf(out, "#EXTINF:%.6f,\n", s.Duration.Seconds())
	if s.Range != nil {
		fmt.Fprintf(out, "#EXT-X-BYTERANGE:%s\n", s.Range.attribute())
	}
	fmt.Fprintf(out, "%s\n", s.URI)
	return nil
}

// attribute writes the range as playlists do: length@start.
func (r ByteRange) attribute() string { return fmt.Sprintf("%d@%d", r.Length, r.Start) }

// checkURI refuses what is no single-line, unquoted reference.
func checkURI(uri string) error {
	if !isLine(uri) || uri[0] == '#' || bytes.ContainsRune([]byte(uri), '"') {
		return fault.New(fault.Invalid, "The playlist refers to an address that is not one")
	}
	return nil
}

// isLine reports whether text is not empty and holds no control character.
func isLine(text string) bool {
	for _, r := range text {
		if r < ' ' || r == 0x7f {
			return false
		}
	}
	return text != ""
}
