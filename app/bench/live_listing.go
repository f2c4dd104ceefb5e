package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
)

// piece is what a viewer fetches at once: a part, or a segment whose parts are no longer listed.
type piece struct {
	uri           string
	duration      time.Duration
	isIndependent bool
}

// listedSegment is a segment of a playlist; the last one is open, and has parts alone.
type listedSegment struct {
	number int64
	piece
	parts []piece
}

// place is where in a live a viewer is: at the beginning of a part.
type place struct {
	segment int64
	part    int
}

// listing is a media playlist, as far as viewers go by it. All viewers share it.
type listing struct {
	segments []listedSegment
	hold     time.Duration // PART-HOLD-BACK
	target   time.Duration // PART-TARGET
	init     string
	canSkip  bool
}

// parseListing reads a playlist. It trusts the server: whether the text is right is tested elsewhere.
func parseListing(text string) (*listing, error) {
	l := &listing{}
	var number int64
	var open listedSegment
	for line := range strings.Lines(text) {
		tag, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch tag {
		case "#EXT-X-SERVER-CONTROL":
			l.hold, l.canSkip = seconds(attribute(value, "PART-HOLD-BACK")), attribute(value, "CAN-SKIP-UNTIL") != ""
		case "#EXT-X-PART-INF":
			l.target = seconds(attribute(value, "PART-TARGET"))
		case "#EXT-X-MEDIA-SEQUENCE":
			number, _ = strconv.ParseInt(value, 10, 64)
		case "#EXT-X-SKIP":
			skipped, _ := strconv.ParseInt(attribute(value, "SKIPPED-SEGMENTS"), 10, 64)
			number += skipped
		case "#EXT-X-MAP":
			l.init = attribute(value, "URI")
		case "#EXT-X-PART":
			open.parts = append(open.parts, piece{attribute(value, "URI"), seconds(attribute(value, "DURATION")), attribute(value, "INDEPENDENT") == "YES"})
		case "#EXTINF":
			open.duration = seconds(strings.TrimSuffix(value, ","))
		default:
			if tag != "" && !strings.HasPrefix(tag, "#") {
				open.uri, open.number, open.isIndependent = tag, number, true
				l.segments, open = append(l.segments, open), listedSegment{}
				number++
			}
		}
	}
	open.number = number
	l.segments = append(l.segments, open)
	if l.target == 0 || l.hold == 0 {
		return nil, fmt.Errorf("no playlist of parts: %.200s", text)
	}
	return l, nil
}

func attribute(list, name string) string {
	_, after, found := strings.Cut(","+list, ","+name+"=")
	if !found {
		return ""
	}
	if quoted, isQuoted := strings.CutPrefix(after, `"`); isQuoted {
		value, _, _ := strings.Cut(quoted, `"`)
		return value
	}
	value, _, _ := strings.Cut(after, ",")
	return value
}

func seconds(text string) time.Duration {
	value, _ := strconv.ParseFloat(text, 64)
	return time.Duration(value * float64(time.Second))
}

// end is the place after the last part: what is asked for next.
func (l *listing) end() place {
	open := l.segments[len(l.segments)-1]
	return place{open.number, len(open.parts)}
}

// from are the pieces there are from a place on.
func (l *listing) from(p place) (all []piece) {
	for _, s := range l.segments {
		isBegun := s.number == p.segment && p.part > 0
		switch {
		case s.number < p.segment:
		case isBegun:
			all = append(all, s.parts[min(p.part, len(s.parts)):]...)
		case len(s.parts) > 0:
			all = append(all, s.parts...)
		case s.uri != "":
			all = append(all, s.piece)
		}
	}
	return all
}

// start is where players begin: what is fetched first, and how far into it they are at PART-HOLD-BACK.
func (l *listing) start() (at place, into time.Duration) {
	var total time.Duration
	for _, s := range l.segments {
		total += s.length()
	}
	wanted := max(0, total-l.hold)
	var when time.Duration
	for _, s := range l.segments {
		if when <= wanted {
			at, into = place{s.number, 0}, wanted-when
		}
		when += s.length()
	}
	return at, into
}

func (s listedSegment) length() time.Duration {
	if s.uri != "" {
		return s.duration
	}
	var total time.Duration
	for _, p := range s.parts {
		total += p.duration
	}
	return total
}

// newsstand keeps what viewers know in common: each playlist is parsed once, and each place has the time the first of them heard of it.
type newsstand struct {
	mu       sync.Mutex
	listings map[string]*listing // by entity tag
	heard    map[place]time.Time
}

func newNewsstand() *newsstand {
	return &newsstand{listings: make(map[string]*listing), heard: make(map[place]time.Time)}
}

// find gives the playlist of an entity tag; nil when nobody has read it.
func (n *newsstand) find(etag string) *listing {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.listings[etag]
}

// read parses a playlist for all.
func (n *newsstand) read(a answer, body []byte) (*listing, error) {
	if a.packed {
		unpacked, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		if body, err = io.ReadAll(unpacked); err != nil {
			return nil, err
		}
	}
	l, err := parseListing(string(body))
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listings[a.etag] = l
	return l, nil
}

// since is when the first viewer had an answer with the place, at the latest now.
func (n *newsstand) since(p place, now time.Time) time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	first, isKnown := n.heard[p]
	if !isKnown || now.Before(first) {
		first = now
		n.heard[p] = now
	}
	return first
}
