package hls

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"lucarne/platform/fault"
)

// ParseMaster reads a master playlist. Tags it does not know are passed over; what contradicts the standard or exceeds
// the limits is a fault.
func ParseMaster(r io.Reader) (MasterPlaylist, error) {
	p := masterParser{}
	if err := readPlaylist(r, p.line); err != nil {
		return MasterPlaylist{}, fmt.Errorf("master playlist: %w", err)
	}
	if p.next != nil {
		return MasterPlaylist{}, malformed("a variant has no address")
	}
	return p.playlist, nil
}

type masterParser struct {
	playlist MasterPlaylist
	next     *Variant // described, waiting for its URI
}

func (p *masterParser) line(tag, value string) (err error) {
	if len(p.playlist.Variants)+len(p.playlist.Renditions) >= maxEntries {
		return fault.New(fault.TooLarge, "The playlist has too many entries")
	}
	switch tag {
	case "":
		return p.variant(value)
	case "#EXT-X-STREAM-INF":
		p.next, err = parseVariant(value)
	case "#EXT-X-MEDIA":
		err = p.rendition(value)
	case "#EXT-X-INDEPENDENT-SEGMENTS":
		p.playlist.IndependentSegments = true
	case "#EXTINF", "#EXT-X-TARGETDURATION":
		return malformed("it is a media playlist")
	}
	return err
}

func (p *masterParser) variant(uri string) error {
	if p.next == nil {
		return malformed("an address is not described")
	}
	p.next.URI = uri
	p.playlist.Variants = append(p.playlist.Variants, *p.next)
	p.next = nil
	return nil
}

func parseVariant(value string) (*Variant, error) {
	a, err := parseAttributes(value)
	if err != nil {
		return nil, err
	}
	v := &Variant{Codecs: a["CODECS"], AudioGroup: a["AUDIO"], SubtitleGroup: a["SUBTITLES"]}
	v.Bandwidth, err = strconv.ParseInt(a["BANDWIDTH"], 10, 64)
	if err != nil || v.Bandwidth <= 0 {
		return nil, malformed("%q is no bandwidth", a["BANDWIDTH"])
	}
	if text, ok := a["AVERAGE-BANDWIDTH"]; ok {
		if v.AverageBandwidth, err = strconv.ParseInt(text, 10, 64); err != nil || v.AverageBandwidth < 0 {
			return nil, malformed("%q is no bandwidth", text)
		}
	}
	if text, ok := a["FRAME-RATE"]; ok {
		if v.FrameRate, err = strconv.ParseFloat(text, 64); err != nil || !(v.FrameRate >= 0 && v.FrameRate < 1e6) {
			return nil, malformed("%q is no frame rate", text)
		}
	}
	if text, ok := a["RESOLUTION"]; ok {
		v.Width, v.Height, err = parseResolution(text)
	}
	return v, err
}

func parseResolution(text string) (width, height int, err error) {
	w, h, _ := strings.Cut(text, "x")
	if width, err = parseInt(w, math.MaxInt32); err != nil {
		return 0, 0, err
	}
	height, err = parseInt(h, math.MaxInt32)
	return width, height, err
}

// rendition keeps sounds and subtitles with an address; others (sound inside the variant, closed captions) are passed over.
func (p *masterParser) rendition(value string) error {
	a, err := parseAttributes(value)
	if err != nil {
		return err
	}
	r := Rendition{
		Type: RenditionType(a["TYPE"]), GroupID: a["GROUP-ID"], Name: a["NAME"], Language: a["LANGUAGE"], URI: a["URI"],
		IsDefault: a["DEFAULT"] == "YES", Autoselect: a["AUTOSELECT"] == "YES" || a["DEFAULT"] == "YES", Forced: a["FORCED"] == "YES",
	}
	if r.GroupID == "" || r.Name == "" {
		return malformed("a rendition has no group or no name")
	}
	if r.Type != AudioRendition && r.Type != SubtitleRendition || r.URI == "" {
		return nil
	}
	if checkURI(r.URI) != nil {
		return malformed("an address is not one")
	}
	if text, ok := a["CHANNELS"]; ok {
		first, _, _ := strings.Cut(text, "/")
		if r.Channels, err = parseInt(first, math.MaxInt16); err != nil {
			return err
		}
	}
	p.playlist.Renditions = append(p.playlist.Renditions, r)
	return nil
}
