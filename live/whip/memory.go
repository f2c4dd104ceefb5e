package whip

import (
	"errors"

	"lucarne/platform/fault"
)

const maxRemembered = 1000

// memory holds why the last sessions ended, for encoders that ask after theirs. The zero memory is empty.
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

// reason is the answer to who asks for a session that is not there.
func (m *memory) reason(id string) error {
	var known *fault.Error
	if errors.As(m.reasons[id], &known) && known.Kind != fault.Internal {
		return fault.New(fault.NotFound, "The session has ended: %s", known.Message).WithCode("live_session_ended")
	}
	return fault.New(fault.NotFound, "There is no such session")
}
