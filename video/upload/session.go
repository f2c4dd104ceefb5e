package upload

import (
	"errors"
	"os"
	"sync"

	"lucarne/platform/fault"
)

// session orders those who send parts of one upload. The last to come has the turn: after a lost connection the sender is back long before
// the old connection is seen to be dead, and must not have to wait for that.
type session struct {
	mu        sync.Mutex
	serial    int // of the turn that may write
	writers   int // requests under way, overtaken ones too
	isEnding  bool
	endSerial int
}

// turn is one request's right to write, until a later one takes it.
type turn struct {
	s      *session
	serial int
}

func (u *Uploads) session(id string) *session {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := u.sessions[id]
	if s == nil {
		s = new(session)
		u.sessions[id] = s
	}
	return s
}

func (u *Uploads) forget(id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.sessions, id)
}

// take begins a turn. It fails with fault.Unavailable while the whole file is being made a video.
func (s *session) take() (turn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isEnding {
		return turn{}, processing()
	}
	s.serial++
	s.writers++
	return turn{s: s, serial: s.serial}, nil
}

// CodeProcessing tells that the file is complete and being made a video: ask again in a while.
const CodeProcessing = "upload_being_processed"

func processing() error {
	return fault.New(fault.Unavailable, "The upload is already being processed").WithCode(CodeProcessing)
}

// leave ends a turn.
func (t turn) leave() {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	t.s.writers--
}

// isIdle reports whether nobody sends parts just now.
func (s *session) isIdle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writers == 0
}

// isBusy reports whether the whole file is being made a video.
func (s *session) isBusy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.isEnding
}

// errOvertaken tells that another request sends this upload now.
var errOvertaken = errors.New("another request has taken the upload over")

// write appends, if it still is this turn.
func (t turn) write(f *os.File, part []byte) (int, error) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if t.s.serial != t.serial || t.s.isEnding {
		return 0, errOvertaken
	}
	return f.Write(part)
}

// finish reserves the file for being made a video. It is false when another request is ahead.
func (t turn) finish() bool {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if t.s.serial != t.serial || t.s.isEnding {
		return false
	}
	t.s.isEnding, t.s.endSerial = true, t.serial
	return true
}

// end gives the reservation back.
func (t turn) end() {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if t.s.endSerial == t.serial {
		t.s.isEnding = false
	}
}

// appender writes to the file in turn.
type appender struct {
	turn turn
	file *os.File
}

func (a appender) Write(part []byte) (int, error) { return a.turn.write(a.file, part) }
