package conformance

import "strings"

// Multivariant checks a multivariant (master) playlist (§4.4.6).
func Multivariant(text []byte) []Violation {
	p := parser{playlist: playlist{seen: map[string]int{}}}
	var variant map[string]string // of the address that comes next
	count := 0
	for line := range strings.Lines(string(text)) {
		p.line++
		line = strings.TrimRight(line, "\r\n")
		tag, value, _ := strings.Cut(line, ":")
		switch {
		case p.line == 1:
			p.found.require(line == "#EXTM3U", "4.4.1.1", 1, "the first line is not #EXTM3U")
		case tag == "#EXT-X-STREAM-INF":
			p.found.require(variant == nil, "4.4.6.2", p.line, "the variant before has no address")
			variant = p.attributes(value)
			p.variant(variant)
		case tag == "#EXTINF" || tag == "#EXT-X-TARGETDURATION" || tag == "#EXT-X-PART":
			p.found.add("4.1", p.line, "%s belongs to a media playlist", tag)
		case line != "" && line[0] != '#':
			p.found.require(variant != nil, "4.4.6.2", p.line, "an address has no EXT-X-STREAM-INF")
			variant = nil
			count++
		}
	}
	p.found.require(count > 0 && variant == nil, "4.4.6.2", 0, "there is no variant, or the last has no address")
	return p.found
}

func (p *parser) variant(attributes map[string]string) {
	p.found.require(p.number(attributes["BANDWIDTH"], "4.4.6.2") > 0, "4.4.6.2", p.line, "a variant has no BANDWIDTH")
	p.found.require(attributes["CODECS"] != "", "4.4.6.2", p.line, "a variant does not name its codecs")
	if average, ok := attributes["AVERAGE-BANDWIDTH"]; ok {
		peak := p.number(attributes["BANDWIDTH"], "4.4.6.2")
		p.found.require(p.number(average, "4.4.6.2") <= peak, "4.4.6.2", p.line, "the average bandwidth is more than the peak")
	}
}
