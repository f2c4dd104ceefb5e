package tracker

import (
	"encoding/hex"
	"encoding/json"

	"lucarne/platform/fault"
)

// id names a swarm, a peer or an offer: twenty bytes, which JSON carries as a string of as many characters below U+0100.
type id [20]byte

// String is the hex form, which the database keeps.
func (i id) String() string { return hex.EncodeToString(i[:]) }

// text is the form within JSON.
func (i id) text() string {
	runes := make([]rune, len(i))
	for at, b := range i {
		runes[at] = rune(b)
	}
	return string(runes)
}

// MarshalJSON writes the bytes as characters.
func (i id) MarshalJSON() ([]byte, error) { return json.Marshal(i.text()) }

// UnmarshalJSON reads the characters as bytes.
func (i *id) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	at := 0
	for _, r := range text {
		if at == len(i) || r > 0xff {
			return errID
		}
		i[at] = byte(r)
		at++
	}
	if at != len(i) {
		return errID
	}
	return nil
}

// idOf reads the bytes as they are.
func idOf(bytes string) (id, error) {
	if len(bytes) != len(id{}) {
		return id{}, errID
	}
	return id([]byte(bytes)), nil
}

var errID = fault.New(fault.Invalid, "Info hashes, peers and offers are named by twenty bytes")
