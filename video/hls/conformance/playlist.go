package conformance

import (
	"strconv"
	"strings"
	"time"
)

// playlist is a media playlist as it is written.
type playlist struct {
	line          int // of what was read last
	version       int
	target        time.Duration
	partTarget    time.Duration
	sequence      int64
	discontinuity int64
	control       map[string]string // EXT-X-SERVER-CONTROL; nil without
	isIndependent bool
	skipped       int
	segments      []segment
	open          segment // parts behind the last segment
	hints         []map[string]string
	reports       []map[string]string
	hasEnded      bool
	seen          map[string]int // tags that may be there once, and their lines
}

// segment is an entry of a playlist, or what will be one.
type segment struct {
	line            int
	uri             string
	duration        time.Duration
	hasDuration     bool
	at              time.Time // zero without EXT-X-PROGRAM-DATE-TIME
	isDiscontinuity bool
	isGap           bool
	init            string // the initialisation that applies
	parts           []part
}

type part struct {
	line          int
	uri           string
	duration      time.Duration
	isIndependent bool
	isGap         bool
}

// parser reads the lines of a media playlist (§4.1).
type parser struct {
	playlist
	found findings
	init  string
}

func parse(text []byte) (playlist, findings) {
	p := parser{playlist: playlist{seen: map[string]int{}}}
	for line := range strings.Lines(string(text)) {
		p.line++
		line = strings.TrimRight(line, "\r\n")
		switch {
		case p.line == 1:
			p.found.require(line == "#EXTM3U", "4.4.1.1", 1, "the first line is not #EXTM3U")
		case strings.HasPrefix(line, "#EXT"):
			tag, value, _ := strings.Cut(line, ":")
			p.tag(tag, value)
		case line != "" && line[0] != '#':
			p.uri(line)
		}
	}
	p.found.require(p.line > 0, "4.4.1.1", 0, "the playlist is empty")
	p.found.require(!p.open.hasDuration, "4.4.4.1", p.line, "the last EXTINF has no segment")
	return p.playlist, p.found
}

// onceTags may be there once.
var onceTags = map[string]string{
	"#EXT-X-VERSION": "4.4.1.2", "#EXT-X-TARGETDURATION": "4.4.3.1", "#EXT-X-MEDIA-SEQUENCE": "4.4.3.2",
	"#EXT-X-DISCONTINUITY-SEQUENCE": "4.4.3.3", "#EXT-X-ENDLIST": "4.4.3.4", "#EXT-X-PART-INF": "4.4.3.7", "#EXT-X-SERVER-CONTROL": "4.4.3.8",
	"#EXT-X-SKIP": "4.4.5.2", "#EXT-X-INDEPENDENT-SEGMENTS": "4.4.2.1",
}

func (p *parser) tag(tag, value string) {
	if section, isOnce := onceTags[tag]; isOnce {
		p.found.require(p.seen[tag] == 0, section, p.line, "%s is there twice", tag)
		p.seen[tag] = p.line
	}
	switch tag {
	case "#EXT-X-VERSION":
		p.version = int(p.number(value, "4.4.1.2"))
	case "#EXT-X-TARGETDURATION":
		p.target = time.Duration(min(p.number(value, "4.4.3.1"), longest)) * time.Second
	case "#EXT-X-MEDIA-SEQUENCE":
		p.found.require(p.isBeforeSegments(), "4.4.3.2", p.line, "the media sequence number comes after the first segment")
		p.sequence = p.number(value, "4.4.3.2")
	case "#EXT-X-DISCONTINUITY-SEQUENCE":
		p.found.require(p.isBeforeSegments() && !p.open.isDiscontinuity, "4.4.3.3", p.line, "the discontinuity sequence number comes after the first segment")
		p.discontinuity = p.number(value, "4.4.3.3")
	case "#EXT-X-SERVER-CONTROL":
		p.control = p.attributes(value)
	case "#EXT-X-PART-INF":
		p.partTarget = p.seconds(p.attributes(value)["PART-TARGET"], "4.4.3.7")
	case "#EXT-X-INDEPENDENT-SEGMENTS":
		p.isIndependent = true
	case "#EXT-X-ENDLIST":
		p.hasEnded = true
	case "#EXT-X-SKIP":
		p.found.require(p.isBeforeSegments(), "4.4.5.2", p.line, "segments are skipped after the first segment")
		p.skipped = int(p.number(p.attributes(value)["SKIPPED-SEGMENTS"], "4.4.5.2"))
	case "#EXT-X-PRELOAD-HINT":
		p.hints = append(p.hints, p.attributes(value))
	case "#EXT-X-RENDITION-REPORT":
		p.reports = append(p.reports, p.attributes(value))
	case "#EXT-X-STREAM-INF", "#EXT-X-MEDIA", "#EXT-X-I-FRAME-STREAM-INF":
		p.found.add("4.1", p.line, "%s belongs to a multivariant playlist", tag)
	default:
		p.segmentTag(tag, value)
	}
}

// segmentTag reads what is said of the next segment.
func (p *parser) segmentTag(tag, value string) {
	next := &p.open
	switch tag {
	case "#EXTINF":
		p.found.require(!next.hasDuration, "4.4.4.1", p.line, "the EXTINF before has no segment")
		text, _, hasComma := strings.Cut(value, ",")
		p.found.require(hasComma, "4.4.4.1", p.line, "the duration of a segment does not end with a comma")
		next.duration, next.hasDuration = p.seconds(text, "4.4.4.1"), true
	case "#EXT-X-DISCONTINUITY":
		p.found.require(len(next.parts) == 0, "4.4.4.3", p.line, "a discontinuity comes after the parts of its segment")
		next.isDiscontinuity = true
	case "#EXT-X-GAP":
		next.isGap = true
	case "#EXT-X-MAP":
		p.init = p.attributes(value)["URI"]
		p.found.require(p.init != "", "4.4.4.5", p.line, "an initialisation has no address")
	case "#EXT-X-PROGRAM-DATE-TIME":
		at, err := time.Parse(time.RFC3339Nano, value)
		p.found.require(err == nil, "4.4.4.6", p.line, "%q is no date", value)
		next.at = at
	case "#EXT-X-PART":
		p.part(p.attributes(value))
	}
}

func (p *parser) part(attributes map[string]string) {
	made := part{
		line: p.line, uri: attributes["URI"], duration: p.seconds(attributes["DURATION"], "4.4.4.9"),
		isIndependent: attributes["INDEPENDENT"] == "YES", isGap: attributes["GAP"] == "YES",
	}
	p.found.require(made.uri != "", "4.4.4.9", p.line, "a part has no address")
	p.found.require(!p.open.hasDuration, "4.4.4.9", p.line, "a part comes after the EXTINF of its segment")
	p.open.parts = append(p.open.parts, made)
}

// uri ends a segment.
func (p *parser) uri(line string) {
	s := p.open
	p.found.require(s.hasDuration, "4.4.4.1", p.line, "a segment has no EXTINF")
	p.found.require(!p.hasEnded, "4.4.3.4", p.line, "a segment comes after the end")
	s.line, s.uri, s.init = p.line, line, p.init
	p.segments = append(p.segments, s)
	p.open = segment{}
}

func (p *parser) isBeforeSegments() bool { return len(p.segments) == 0 && len(p.open.parts) == 0 }

// Bounds of what is taken for a number and a duration, so that sums do not overflow.
const (
	largest = 1 << 52
	longest = 1_000_000 // seconds
)

// number reads a decimal-integer (§4.2).
func (p *parser) number(text, section string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > largest {
		p.found.add(section, p.line, "%q is no number", text)
		return 0
	}
	return n
}

// seconds reads a decimal-floating-point (§4.2).
func (p *parser) seconds(text, section string) time.Duration {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0 && v <= longest) {
		p.found.add(section, p.line, "%q is no duration", text)
		return 0
	}
	return time.Duration(v * float64(time.Second))
}

// attributes reads an attribute list (§4.2). Quotes are taken off.
func (p *parser) attributes(list string) map[string]string {
	read := map[string]string{}
	for list != "" {
		name, rest, ok := strings.Cut(list, "=")
		_, isTwice := read[name]
		p.found.require(ok && name != "" && !isTwice, "4.2", p.line, "the attribute %q has no value or two", name)
		value, after, _ := strings.Cut(rest, ",")
		if strings.HasPrefix(rest, `"`) {
			var isClosed bool
			value, after, isClosed = strings.Cut(rest[1:], `"`)
			p.found.require(isClosed, "4.2", p.line, "a quote is not closed")
			after = strings.TrimPrefix(after, ",")
		}
		read[name], list = value, after
	}
	return read
}
