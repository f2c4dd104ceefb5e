package conformance

import (
	"strconv"
	"time"
)

// checkMedia checks what one media playlist promises and lists.
func checkMedia(p playlist) (found findings) {
	found.require(p.target > 0, "4.4.3.1", 0, "there is no target duration")
	found.require(p.version >= p.neededVersion(), "8", 0, "version %d is written, %d is needed", p.version, p.neededVersion())
	found = append(found, checkControl(p)...)
	for i, s := range p.segments {
		found = append(found, checkSegment(p, s)...)
		if i > 0 {
			found = append(found, checkClock(p.segments[i-1], s)...)
		}
	}
	if n := len(p.segments); n > 0 && len(p.open.parts) > 0 {
		found = append(found, checkClock(p.segments[n-1], p.open)...)
	}
	found = append(found, checkParts(p, p.open, true)...)
	found = append(found, checkSkip(p)...)
	found = append(found, checkHints(p)...)
	return found
}

// neededVersion is the EXT-X-VERSION that the tags ask for (§8).
func (p playlist) neededVersion() int {
	needed := 3 // durations with decimals
	for _, s := range p.segments {
		if s.init != "" {
			needed = max(needed, 6)
		}
		if s.isGap {
			needed = max(needed, 8)
		}
	}
	if p.skipped > 0 {
		needed = max(needed, 9)
	}
	return needed
}

// controlSeconds reads a duration of EXT-X-SERVER-CONTROL; false when it is not there.
func (p playlist) controlSeconds(name string) (time.Duration, bool) {
	text, ok := p.control[name]
	v, err := strconv.ParseFloat(text, 64)
	return time.Duration(v * float64(time.Second)), ok && err == nil
}

// checkControl checks what the server offers (§4.4.3.8), and the parts' part of it.
func checkControl(p playlist) (found findings) {
	if hold, ok := p.controlSeconds("HOLD-BACK"); ok {
		found.require(hold >= 3*p.target-roundingTolerance, "4.4.3.8", 0, "HOLD-BACK of %s is less than three target durations", hold)
	}
	if skip, ok := p.controlSeconds("CAN-SKIP-UNTIL"); ok {
		found.require(skip >= 6*p.target-roundingTolerance, "4.4.3.8", 0, "CAN-SKIP-UNTIL of %s is less than six target durations", skip)
	}
	hold, ok := p.controlSeconds("PART-HOLD-BACK")
	if p.partTarget == 0 {
		found.require(!p.hasParts(), "4.4.3.7", 0, "parts are listed without PART-TARGET")
		return found
	}
	found.require(ok, "4.4.3.8", 0, "there is no PART-HOLD-BACK")
	found.require(hold >= 3*p.partTarget-roundingTolerance, "4.4.3.8", 0, "PART-HOLD-BACK of %s is less than three part targets", hold)
	found.require(p.control["CAN-BLOCK-RELOAD"] == "YES", "B.1", 0, "parts are listed without CAN-BLOCK-RELOAD")
	return found
}

func (p playlist) hasParts() bool {
	for _, s := range p.segments {
		if len(s.parts) > 0 {
			return true
		}
	}
	return len(p.open.parts) > 0
}

func checkSegment(p playlist, s segment) (found findings) {
	found.require(s.duration.Round(time.Second) <= p.target, "4.4.3.1", s.line, "a segment of %s is longer than the target duration %s", s.duration, p.target)
	found.require(s.init != "" || p.skipped > 0, "3.1.2", s.line, "a segment of fragmented MP4 has no initialisation")
	found = append(found, checkParts(p, s, false)...)
	if len(s.parts) == 0 {
		return found
	}
	var sum time.Duration
	for _, made := range s.parts {
		sum += made.duration
	}
	found.require((sum-s.duration).Abs() <= roundingTolerance, "4.4.4.9", s.line, "a segment of %s has parts of %s", s.duration, sum)
	return found
}

// checkParts checks the parts of a segment. All of an open one are followed by others.
func checkParts(p playlist, s segment, isOpen bool) (found findings) {
	for i, made := range s.parts {
		found.require(made.duration <= p.partTarget+roundingTolerance/5, "4.4.3.7", made.line, "a part of %s is longer than PART-TARGET %s", made.duration, p.partTarget)
		isLast := !isOpen && i == len(s.parts)-1
		isShort := made.duration < p.partTarget*85/100-roundingTolerance/5
		found.require(!isShort || isLast || made.isGap, "4.4.4.9", made.line, "a part of %s is shorter than 85 %% of PART-TARGET %s", made.duration, p.partTarget)
		found.require(made.isIndependent || i > 0 || !p.isIndependent, "4.4.2.1", made.line, "the first part of an independent segment is not independent")
	}
	return found
}

// checkClock compares the wall clock of a segment with the end of the one before (§4.4.4.6).
func checkClock(before, s segment) (found findings) {
	if before.at.IsZero() || s.at.IsZero() || s.isDiscontinuity {
		return nil
	}
	apart := s.at.Sub(before.at.Add(before.duration))
	found.require(apart.Abs() <= clockTolerance, "4.4.4.6", s.line, "a segment is dated %s after the end of the one before", apart)
	return found
}

// checkSkip checks a playlist delta update (§6.2.5.1).
func checkSkip(p playlist) (found findings) {
	if p.skipped == 0 {
		return nil
	}
	until, ok := p.controlSeconds("CAN-SKIP-UNTIL")
	found.require(ok, "4.4.5.2", 0, "segments are skipped without CAN-SKIP-UNTIL")
	found.require(p.length() >= until-roundingTolerance, "6.2.5.1", 0, "segments are skipped %s from the end, within the skip boundary of %s", p.length(), until)
	return found
}

// length is how much is listed.
func (p playlist) length() (sum time.Duration) {
	for _, s := range p.segments {
		sum += s.duration
	}
	for _, made := range p.open.parts {
		sum += made.duration
	}
	return sum
}

// checkHints checks the tags that speak of what is not there yet, or elsewhere (§4.4.5.3, §4.4.5.4).
func checkHints(p playlist) (found findings) {
	found.require(len(p.hints) == 0 || !p.hasEnded, "4.4.5.3", 0, "an ended playlist hints at what comes")
	for _, hint := range p.hints {
		found.require(hint["TYPE"] == "PART" || hint["TYPE"] == "MAP", "4.4.5.3", 0, "a hint is of type %q", hint["TYPE"])
		found.require(hint["URI"] != "", "4.4.5.3", 0, "a hint has no address")
		found.require(!p.lists(hint["URI"]), "4.4.5.3", 0, "what is hinted at, %q, is there", hint["URI"])
	}
	for _, report := range p.reports {
		found.require(report["URI"] != "" && report["LAST-MSN"] != "", "4.4.5.4", 0, "a rendition report lacks its address or LAST-MSN")
		found.require(report["LAST-PART"] != "" || p.partTarget == 0, "4.4.5.4", 0, "a rendition report lacks LAST-PART")
	}
	return found
}

func (p playlist) lists(uri string) bool {
	for _, s := range append(p.segments[:len(p.segments):len(p.segments)], p.open) {
		for _, made := range s.parts {
			if made.uri == uri {
				return true
			}
		}
	}
	return false
}
