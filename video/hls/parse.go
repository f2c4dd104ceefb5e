package hls

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"lucarne/platform/fault"
)

// Limits of a playlist read from elsewhere.
const (
	maxPlaylistBytes = 16 << 20
	maxLineBytes     = 16 << 10
	maxEntries       = 100_000 // segments, variants or renditions
)

// lineReader is what a playlist does with each line: a tag with its value, or a URI with tag "".
type lineReader func(tag, value string) error

// readPlaylist goes through the lines of a playlist (RFC 8216 §4.1). Comments and blank lines are passed over.
func readPlaylist(r io.Reader, read lineReader) error {
	lines := bufio.NewScanner(io.LimitReader(r, maxPlaylistBytes+1))
	lines.Buffer(make([]byte, 0, 4096), maxLineBytes)
	total := 0
	for n := 0; lines.Scan(); n++ {
		total += len(lines.Bytes()) + 1
		line := strings.TrimSuffix(lines.Text(), "\r")
		if n == 0 {
			if line != "#EXTM3U" {
				return malformed("it does not begin with #EXTM3U")
			}
			continue
		}
		if err := readLine(line, read); err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	if lines.Err() != nil || total > maxPlaylistBytes {
		return fault.New(fault.TooLarge, "The playlist is too large").Because(lines.Err())
	}
	if total == 0 {
		return malformed("it is empty")
	}
	return nil
}

func readLine(line string, read lineReader) error {
	if strings.HasPrefix(line, "#EXT") {
		tag, value, _ := strings.Cut(line, ":")
		return read(tag, value)
	}
	if line == "" || line[0] == '#' {
		return nil
	}
	if checkURI(line) != nil {
		return malformed("an address is not one")
	}
	return read("", line)
}

func malformed(reason string, args ...any) error {
	return fault.New(fault.Invalid, "The playlist is malformed: %s", fmt.Sprintf(reason, args...))
}

// ParseMedia reads a media playlist. Tags it does not know are passed over; what contradicts the standard or exceeds
// the limits is a fault.
func ParseMedia(r io.Reader) (MediaPlaylist, error) {
	p := mediaParser{}
	if err := readPlaylist(r, p.line); err != nil {
		return MediaPlaylist{}, fmt.Errorf("media playlist: %w", err)
	}
	if p.playlist.TargetDuration == 0 {
		return MediaPlaylist{}, malformed("it has no target duration")
	}
	return p.playlist, nil
}

type mediaParser struct {
	playlist MediaPlaylist
	next     MediaSegment // described by tags, waiting for its URI
	hasInfo  bool
	omitted  bool // the byte range came without its start
}

func (p *mediaParser) line(tag, value string) (err error) {
	switch tag {
	case "":
		return p.segment(value)
	case "#EXTINF":
		p.next.Duration, err = parseDuration(value)
		p.hasInfo = true
	case "#EXT-X-BYTERANGE":
		p.next.Range, p.omitted, err = parseRange(value)
	case "#EXT-X-TARGETDURATION":
		p.playlist.TargetDuration, err = parseInt(value, math.MaxInt32)
	case "#EXT-X-MEDIA-SEQUENCE":
		var n int
		n, err = parseInt(value, math.MaxInt64)
		p.playlist.MediaSequence = int64(n)
	case "#EXT-X-PLAYLIST-TYPE":
		p.playlist.Type, err = parseType(value)
	case "#EXT-X-MAP":
		p.playlist.Map, err = parseMap(value)
	case "#EXT-X-INDEPENDENT-SEGMENTS":
		p.playlist.IndependentSegments = true
	case "#EXT-X-ENDLIST":
		p.playlist.Ended = true
	case "#EXT-X-STREAM-INF":
		return malformed("it is a master playlist")
	}
	return err
}

func (p *mediaParser) segment(uri string) error {
	if !p.hasInfo {
		return malformed("a segment has no duration")
	}
	if len(p.playlist.Segments) >= maxEntries {
		return fault.New(fault.TooLarge, "The playlist has too many segments")
	}
	s := p.next
	s.URI = uri
	if p.omitted {
		start, err := p.startAfterLast(uri, s.Range.Length)
		if err != nil {
			return err
		}
		s.Range.Start = start
	}
	p.playlist.Segments = append(p.playlist.Segments, s)
	p.next, p.hasInfo, p.omitted = MediaSegment{}, false, false
	return nil
}

// startAfterLast is where a range without start begins: after the one before, of the same resource (RFC 8216 §4.3.2.2).
func (p *mediaParser) startAfterLast(uri string, length int64) (int64, error) {
	n := len(p.playlist.Segments)
	if n == 0 || p.playlist.Segments[n-1].URI != uri || p.playlist.Segments[n-1].Range == nil {
		return 0, malformed("a byte range does not say where it starts")
	}
	start := p.playlist.Segments[n-1].Range.End() + 1
	if start > math.MaxInt64-length {
		return 0, malformed("a byte range is out of bounds")
	}
	return start, nil
}

func parseType(value string) (string, error) {
	if value != "VOD" && value != "EVENT" {
		return "", malformed("unknown type %q", value)
	}
	return value, nil
}

// parseDuration reads "4.000000,title" in seconds.
func parseDuration(value string) (time.Duration, error) {
	text, _, _ := strings.Cut(value, ",")
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0 && v <= maxSeconds) {
		return 0, malformed("%q is no duration", text)
	}
	return time.Duration(math.Round(v*1e6)) * time.Microsecond, nil
}

// parseRange reads "length[@start]"; omitted says that the start was left out.
func parseRange(value string) (r *ByteRange, omitted bool, err error) {
	length, start, hasStart := strings.Cut(value, "@")
	n, err := strconv.ParseInt(length, 10, 64)
	if err != nil || n <= 0 {
		return nil, false, malformed("%q is no byte range", value)
	}
	if !hasStart {
		return &ByteRange{Length: n}, true, nil
	}
	at, err := strconv.ParseInt(start, 10, 64)
	if err != nil || at < 0 || at > math.MaxInt64-n {
		return nil, false, malformed("%q is no byte range", value)
	}
	return &ByteRange{Start: at, Length: n}, false, nil
}

func parseInt(value string, most int) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n > most {
		return 0, malformed("%q is no number", value)
	}
	return n, nil
}

func parseMap(value string) (*Map, error) {
	attributes, err := parseAttributes(value)
	if err != nil {
		return nil, err
	}
	m := &Map{URI: attributes["URI"]}
	if checkURI(m.URI) != nil {
		return nil, malformed("the map has no address")
	}
	if text, ok := attributes["BYTERANGE"]; ok {
		var omitted bool
		if m.Range, omitted, err = parseRange(text); err != nil || omitted {
			return nil, malformed("%q is no byte range of a map", text)
		}
	}
	return m, nil
}

// parseAttributes reads an attribute list (RFC 8216 §4.2). Quoted strings lose their quotes.
func parseAttributes(list string) (map[string]string, error) {
	attributes := map[string]string{}
	for list != "" {
		name, rest, ok := strings.Cut(list, "=")
		if !ok || name == "" || strings.ContainsAny(name, `",`) {
			return nil, malformed("an attribute has no value")
		}
		if _, twice := attributes[name]; twice {
			return nil, malformed("the attribute %s is given twice", name)
		}
		value, after, err := cutValue(rest)
		if err != nil {
			return nil, err
		}
		attributes[name], list = value, after
	}
	return attributes, nil
}

// cutValue takes the first value and what follows its comma.
func cutValue(text string) (value, after string, err error) {
	if !strings.HasPrefix(text, `"`) {
		value, after, _ = strings.Cut(text, ",")
		return value, after, nil
	}
	value, after, ok := strings.Cut(text[1:], `"`)
	if !ok || after != "" && after[0] != ',' {
		return "", "", malformed("a quote is not closed")
	}
	return value, strings.TrimPrefix(after, ","), nil
}
