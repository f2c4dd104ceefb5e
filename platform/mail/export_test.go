package mail

import (
	"bytes"
	"net/mail"

	"lucarne/platform/clock"
)

// Compose gives what would go over the wire.
func Compose(m Message, style Style, c clock.Clock) ([]byte, error) {
	from := &mail.Address{Name: "Site", Address: "site@tube.test"}
	composed, err := composer{from: from, style: func() Style { return style }, clock: c}.compose(m)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err = composed.WriteTo(&b)
	return b.Bytes(), err
}
