package whip

import (
	"errors"

	"lucarne/platform/fault"
)

const maxRemembered = 1000

// memory holds why the last sessions were ended by us. The zero memory is empty.
type memory struct {
	reasons map[string]error
	order   []string
}

func (m *memory) remember(id string, why error) {
	if m.reasons == nil {
		m.reasons = make(map[string]error)
	}
	if len(m.order) == maxRemembered {
		delete(m.reasons, m.order[0])
		m.order = m.order[1:]
	}
	m.reasons[id] = why
	m.order = append(m.order, id)
}

// codeEnded tells an encoder that it would be in vain to come back.
const codeEnded = "live_session_ended"

// reason is the answer to who asks for a session that is not there.
func (m *memory) reason(id string) error {
	var known *fault.Error
	why, isKnown := m.reasons[id]
	switch {
	case errors.As(why, &known) && known.Kind != fault.Internal:
		return fault.New(fault.NotFound, "The broadcast was ended: %s", known.Message).WithCode(codeEnded)
	case isKnown:
		return fault.New(fault.NotFound, "The broadcast was ended").WithCode(codeEnded)
	}
	return fault.New(fault.NotFound, "There is no such session")
}
