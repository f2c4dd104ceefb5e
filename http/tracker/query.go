package tracker

import (
	"net/netip"
	"net/url"
	"strconv"

	"lucarne/platform/fault"
)

const (
	maxQueryBytes = 8 << 10 // of a scrape of as many swarms as are counted
	defaultWanted = 50      // peers told to a client that does not say how many it wants
	maxWanted     = 100
)

// announceQuery is what a BitTorrent client says of itself: BEP 3.
type announceQuery struct {
	hash, name id
	port       uint16
	event      string
	isSeed     bool
	wanted     int
	isCompact  bool // BEP 23; clients that do not say can read it
	noNames    bool
}

// What clients are told in the words they know from other trackers.
var (
	errHash = fault.New(fault.Invalid, "invalid info_hash")
	errPeer = fault.New(fault.Invalid, "invalid peer_id")
)

var errQuery = fault.New(fault.Invalid, "The request is not one of a BitTorrent client (BEP 3)")

func parseQuery(raw string) (url.Values, error) {
	if len(raw) > maxQueryBytes {
		return nil, fault.New(fault.TooLarge, "The request is too long")
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, errQuery
	}
	return values, nil
}

// parseAnnounce reads the query of an announce. The address is not read from it: a client could name another's.
func parseAnnounce(raw string) (q announceQuery, err error) {
	values, err := parseQuery(raw)
	if err != nil {
		return q, err
	}
	if q.hash, err = idOf(values.Get("info_hash")); err != nil {
		return q, errHash
	}
	if q.name, err = idOf(values.Get("peer_id")); err != nil {
		return q, errPeer
	}
	port, err := strconv.ParseUint(values.Get("port"), 10, 16)
	q.event = values.Get("event")
	if err != nil || port == 0 || !isEvent(q.event) {
		return q, errQuery
	}
	q.port = uint16(port)
	q.isSeed = values.Get("left") == "0" || q.event == "completed"
	q.wanted = wanted(values.Get("numwant"))
	q.isCompact, q.noNames = values.Get("compact") != "0", values.Get("no_peer_id") == "1"
	return q, nil
}

func wanted(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return defaultWanted
	}
	return min(n, maxWanted)
}

// parseScrape reads which swarms are to be counted: BEP 48.
func parseScrape(raw string) ([]id, error) {
	values, err := parseQuery(raw)
	if err != nil {
		return nil, err
	}
	named := values["info_hash"]
	if len(named) == 0 || len(named) > maxScraped {
		return nil, errQuery
	}
	hashes := make([]id, len(named))
	for i, text := range named {
		if hashes[i], err = idOf(text); err != nil {
			return nil, errHash
		}
	}
	return hashes, nil
}

// compact writes addresses of one family as bytes, the port after each: BEP 23, and BEP 7 for IPv6.
func compact(peers []*peer, isFamily func(netip.Addr) bool) []byte {
	var all []byte
	for _, p := range peers {
		if a := p.address.Addr(); isFamily(a) {
			all = append(all, a.AsSlice()...)
			all = append(all, byte(p.address.Port()>>8), byte(p.address.Port()))
		}
	}
	return all
}
