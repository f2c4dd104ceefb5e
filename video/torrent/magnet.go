package torrent

import "strings"

// Magnet is the torrent's magnet link with, in PeerTube's order, the torrent's address (left out when empty), the info
// hash, the display name, the trackers and the web seeds.
func (t Torrent) Magnet(torrentURL, displayName string) (string, error) {
	hash, err := t.InfoHash()
	if err != nil {
		return "", err
	}
	return Link{InfoHash: hash.String(), TorrentURL: torrentURL, Name: displayName, Trackers: t.Trackers, WebSeeds: t.WebSeeds}.String(), nil
}

// Link is a magnet link, for those who know the info hash without holding the torrent.
type Link struct {
	InfoHash   string // hex
	TorrentURL string // left out when empty
	Name       string
	Trackers   []string
	WebSeeds   []string
}

// String is the link with its parameters in PeerTube's order.
func (l Link) String() string {
	var params []string
	if l.TorrentURL != "" {
		params = append(params, "xs="+escape(l.TorrentURL))
	}
	params = append(params, "xt=urn:btih:"+l.InfoHash, "dn="+escape(l.Name))
	for _, tracker := range l.Trackers {
		params = append(params, "tr="+escape(tracker))
	}
	for _, seed := range l.WebSeeds {
		params = append(params, "ws="+escape(seed))
	}
	return "magnet:?" + strings.Join(params, "&")
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
