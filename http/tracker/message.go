package tracker

import (
	"encoding/json"

	"lucarne/platform/fault"
)

// Bounds of what players send one another: a session description without trickled candidates is some kilobytes.
const (
	maxOffers   = 10
	maxSDPBytes = 16 << 10
	maxScraped  = 64
)

// message is what a player asks, as the WebTorrent clients write it: there is no standard but theirs.
type message struct {
	Action  string          `json:"action"`
	Hash    json.RawMessage `json:"info_hash"` // of a scrape: one, several or none
	Peer    *id             `json:"peer_id"`
	Event   string          `json:"event"`
	Left    json.RawMessage `json:"left"` // bytes; null stands for infinity, which JSON cannot write
	Offers  []offer         `json:"offers"`
	Answer  *description    `json:"answer"`
	To      *id             `json:"to_peer_id"`
	OfferID *id             `json:"offer_id"`

	hashes []id
}

// offer is one to be passed on to a peer the tracker chooses.
type offer struct {
	Description description `json:"offer"`
	ID          id          `json:"offer_id"`
}

// description is an RTCSessionDescription.
type description struct {
	Type string `json:"type"`
	SDP  string `json:"sdp"`
}

const (
	actionAnnounce = "announce"
	actionScrape   = "scrape"
)

var errMessage = fault.New(fault.Invalid, "The message is not one of a WebTorrent client")

// parseMessage reads what a player sent. What it lets through is whole: an announce names a swarm and a peer, an answer whom it is for.
func parseMessage(data []byte) (message, error) {
	var m message
	if err := json.Unmarshal(data, &m); err != nil {
		return message{}, errMessage
	}
	var err error
	if m.hashes, err = hashesOf(m.Hash); err != nil {
		return message{}, err
	}
	switch {
	case m.Action == actionScrape && len(m.hashes) <= maxScraped:
		return m, nil
	case m.Action == actionAnnounce && len(m.hashes) == 1 && m.Peer != nil && isEvent(m.Event) && m.areDescriptionsWhole():
		return m, nil
	}
	return message{}, errMessage
}

// hashesOf reads one info hash, or a list.
func hashesOf(raw json.RawMessage) ([]id, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	if raw[0] != '[' {
		var one id
		if err := json.Unmarshal(raw, &one); err != nil {
			return nil, errID
		}
		return []id{one}, nil
	}
	var list []id
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, errID
	}
	return list, nil
}

// isEvent tells the events of BEP 3 and BEP 21. Clients of WebTorrent write "update" for none.
func isEvent(event string) bool {
	switch event {
	case "", "update", "empty", "started", "stopped", "completed", "paused":
		return true
	}
	return false
}

func (m message) areDescriptionsWhole() bool {
	if len(m.Offers) > maxOffers {
		return false
	}
	for _, o := range m.Offers {
		if !o.Description.is("offer") {
			return false
		}
	}
	return m.Answer == nil || m.Answer.is("answer") && m.To != nil && m.OfferID != nil
}

func (d description) is(kind string) bool {
	return d.Type == kind && d.SDP != "" && len(d.SDP) <= maxSDPBytes
}

// isSeed reports whether the sender has all there is.
func (m message) isSeed() bool { return string(m.Left) == "0" || m.Event == "completed" }

// The messages players are sent.
type (
	announced struct {
		Action     string `json:"action"`
		Interval   int    `json:"interval"` // seconds
		Complete   int    `json:"complete"`
		Incomplete int    `json:"incomplete"`
		Hash       id     `json:"info_hash"`
	}
	refused struct {
		Action string `json:"action"`
		Reason string `json:"failure reason"`
		Hash   id     `json:"info_hash"`
	}
	relayed struct {
		Action  string       `json:"action"`
		Offer   *description `json:"offer,omitempty"`
		Answer  *description `json:"answer,omitempty"`
		OfferID id           `json:"offer_id"`
		Peer    id           `json:"peer_id"` // who it is from
		Hash    id           `json:"info_hash"`
	}
	scraped struct {
		Action string                `json:"action"`
		Files  map[string]scrapeFile `json:"files"`
	}
	scrapeFile struct {
		Complete   int `json:"complete"   bencode:"complete"`
		Incomplete int `json:"incomplete" bencode:"incomplete"`
		Downloaded int `json:"downloaded" bencode:"downloaded"`
	}
)

func encode(message any) []byte {
	data, err := json.Marshal(message)
	if err != nil {
		panic(err) // our own types
	}
	return data
}
