package torrent

import "strings"

// Magnet is the torrent's magnet link with, in PeerTube's order, the torrent's address (left out when empty), the info
// hash, the display name, the trackers and the web seeds.
func (t Torrent) Magnet(torrentURL, displayName string) (string, error) {
	hash, err := t.InfoHash()
	if err != nil {
		return "", err
	}
	var params []string
	if torrentURL != "" {
		params = append(params, "xs="+escape(torrentURL))
	}
	params = append(params, "xt=urn:btih:"+hash.String(), "dn="+escape(displayName))
	for _, tracker := range t.Trackers {
		params = append(params, "tr="+escape(tracker))
	}
	for _, seed := range t.WebSeeds {
		params = append(params, "ws="+escape(seed))
	}
	return "magnet:?" + strings.Join(params, "&"), nil
}

const (
	hexDigits = "0123456789ABCDEF"
	// unreserved are the marks that browsers' encodeURIComponent leaves alone (ECMA-262 §19.2.6.4).
	unreserved = "-_.!~*'()"
)

// escape percent-encodes a parameter, a space being `+`.
func escape(text string) string {
	var out strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c == ' ':
			out.WriteByte('+')
		case isAlphanumeric(c) || strings.IndexByte(unreserved, c) >= 0:
			out.WriteByte(c)
		default:
			out.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
		}
	}
	return out.String()
}

func isAlphanumeric(c byte) bool {
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
}
