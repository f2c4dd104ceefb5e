package hls

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"lucarne/platform/fault"
)

// MasterPlaylist lists the variants of a video and the renditions they share (RFC 8216 §4.3.4).
type MasterPlaylist struct {
	IndependentSegments bool
	Renditions          []Rendition
	Variants            []Variant
}

// RenditionType is the TYPE of a rendition.
type RenditionType string

// The types written here.
const (
	AudioRendition    RenditionType = "AUDIO"
	SubtitleRendition RenditionType = "SUBTITLES"
)

// Rendition is a sound or a subtitle that variants refer to by its group.
type Rendition struct {
	Type       RenditionType
	GroupID    string
	Name       string // for people; quotes in it are replaced
	Language   string // BCP 47; "" when unknown
	URI        string
	Channels   int // 0 when unknown
	IsDefault  bool
	Autoselect bool
	Forced     bool
}

// Variant is one quality of the video.
type Variant struct {
	URI              string
	Bandwidth        int64 // peak, bits per second
	AverageBandwidth int64 // 0 leaves it out
	Width, Height    int   // 0 leaves RESOLUTION out, as for sound alone
	FrameRate        float64
	Codecs           string
	AudioGroup       string
	SubtitleGroup    string
}

// Variant describes the file when its media playlist is served at uri.
func (f File) Variant(uri string) Variant {
	v := Variant{URI: uri, Bandwidth: f.PeakBandwidth(), AverageBandwidth: f.AverageBandwidth(), Codecs: f.Codecs()}
	if f.Video != nil {
		v.Width, v.Height, v.FrameRate = f.Video.Width, f.Video.Height, f.Video.FrameRate
	}
	return v
}

// WithAudio adds a sound of its own to the variant: its group, its codec and its share of the bandwidth, which
// RFC 8216 §4.3.4.2 counts with the variant's.
func (v Variant) WithAudio(group string, sound File) Variant {
	v.AudioGroup = group
	v.Bandwidth += sound.PeakBandwidth()
	v.AverageBandwidth += sound.AverageBandwidth()
	if sound.Audio != nil && v.Codecs != "" {
		v.Codecs += "," + sound.Audio.Codec
	}
	return v
}

// MarshalText writes the playlist. It fails on a URI that would break out of its line or its quotes.
func (p MasterPlaylist) MarshalText() ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprintf(&out, "#EXTM3U\n#EXT-X-VERSION:%d\n", playlistVersion)
	if p.IndependentSegments {
		out.WriteString("#EXT-X-INDEPENDENT-SEGMENTS\n")
	}
	for _, r := range p.Renditions {
		if err := r.write(&out); err != nil {
			return nil, err
		}
	}
	for _, v := range p.Variants {
		if err := v.write(&out); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

func (r Rendition) write(out *bytes.Buffer) error {
	if err := checkURI(r.URI); err != nil {
		return err
	}
	fmt.Fprintf(out, "#EXT-X-MEDIA:TYPE=%s,GROUP-ID=%s,NAME=%s", r.Type, quoted(r.GroupID), quoted(r.Name))
	if r.Language != "" {
		fmt.Fprintf(out, ",LANGUAGE=%s", quoted(r.Language))
	}
	// A default rendition has to be one players may select by themselves (RFC 8216 §4.3.4.1).
	fmt.Fprintf(out, ",DEFAULT=%s,AUTOSELECT=%s", yesNo(r.IsDefault), yesNo(r.Autoselect || r.IsDefault))
	if r.Forced {
		out.WriteString(",FORCED=YES")
	}
	if r.Channels > 0 {
		fmt.Fprintf(out, `,CHANNELS="%d"`, r.Channels)
	}
	fmt.Fprintf(out, ",URI=%s\n", quoted(r.URI))
	return nil
}

func (v Variant) write(out *bytes.Buffer) error {
	if err := checkURI(v.URI); err != nil {
		return err
	}
	if v.Bandwidth <= 0 {
		return fault.New(fault.Invalid, "A variant of the playlist has no bandwidth")
	}
	fmt.Fprintf(out, "#EXT-X-STREAM-INF:BANDWIDTH=%d", v.Bandwidth)
	if v.AverageBandwidth > 0 {
		fmt.Fprintf(out, ",AVERAGE-BANDWIDTH=%d", v.AverageBandwidth)
	}
	if v.Width > 0 && v.Height > 0 {
		fmt.Fprintf(out, ",RESOLUTION=%dx%d", v.Width, v.Height)
	}
	if v.FrameRate > 0 {
		fmt.Fprintf(out, ",FRAME-RATE=%s", strconv.FormatFloat(math.Round(v.FrameRate*1000)/1000, 'f', -1, 64))
	}
	for _, a := range []struct{ name, value string }{{"CODECS", v.Codecs}, {"AUDIO", v.AudioGroup}, {"SUBTITLES", v.SubtitleGroup}} {
		if a.value != "" {
			fmt.Fprintf(out, ",%s=%s", a.name, quoted(a.value))
		}
	}
	fmt.Fprintf(out, "\n%s\n", v.URI)
	return nil
}

// quoted writes a quoted-string, which can hold neither quotes nor line ends (RFC 8216 §4.2).
func quoted(text string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == '"':
			return '\''
		case r < ' ' || r == 0x7f:
			return ' '
		}
		return r
	}, text)
	return `"` + clean + `"`
}

func yesNo(yes bool) string {
	if yes {
		return "YES"
	}
	return "NO"
}
