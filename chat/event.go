package chat

import (
	"sync"
	"time"
)

// EventKind says what happened.
type EventKind string

// What happens in rooms. Presence and counts of polls have no number: who comes back is told anew.
const (
	Posted       EventKind = "posted"  // a message is there
	Pending      EventKind = "pending" // a message waits, for moderators and its author
	Edited       EventKind = "edited"
	Retracted    EventKind = "retracted"
	Reacted      EventKind = "reacted"
	Pinned       EventKind = "pinned"  // Message nil: no longer
	Changed      EventKind = "changed" // settings
	PollBegan    EventKind = "poll began"
	PollCounted  EventKind = "poll counted"
	PollOver     EventKind = "poll over"
	Present      EventKind = "present" // a moderator or speaker is there
	Absent       EventKind = "absent"
	Renamed      EventKind = "renamed" // Presence has the new nickname
	TermsChanged EventKind = "terms"
	ItemPut      EventKind = "item put" // a task, list or note of the moderators, not kept
	ItemDropped  EventKind = "item dropped"
)

// Audience is who an event is for.
type Audience string

// The audiences.
const (
	ForAll    Audience = ""
	ForStaff  Audience = "staff"  // moderators, and the person it is about
	ForPerson Audience = "person" // whom it is about, and nobody else
)

// Detail is what an event says beside its message.
type Detail struct {
	Poll     *Poll     `json:",omitempty"`
	Settings *Settings `json:",omitempty"`
	Reaction *Reaction `json:",omitempty"`
	Presence *Presence `json:",omitempty"`
	Item     *Item     `json:",omitempty"`
	Terms    string    `json:",omitempty"`
	Nick     string    `json:",omitempty"` // of Reacted: whose it is; of Renamed: the one before
	By       string    `json:",omitempty"` // the moderator's name, unless the room hides it
	ByPerson PersonKey `json:",omitempty"` // who that is, unless the room hides it
	Reason   string    `json:",omitempty"`
	Why      string    `json:",omitempty"` // of Absent: "kick" or "ban"; "" left. Of Retracted: "own"
	IsPanic  bool      `json:",omitempty"` // of Changed
}

// Event is something that happened in a room. It is shared by all who receive it: nobody may change it.
type Event struct {
	Seq       int64 // 0: not kept
	Kind      EventKind
	Audience  Audience
	Person    PersonKey // whom it is about; "" nobody
	MessageID MessageID
	Message   *Message // of Posted, Pending, Edited and Pinned
	Detail
	At    time.Time
	Crowd int // connections to the room when it happened

	frames [formats]frame
}

// Format is for whom an event is written.
type Format int

// The formats.
const (
	ToEverybody Format = iota
	ToStaff            // with what only moderators know
	formats
)

type frame struct {
	once sync.Once
	text []byte
}

// Frame is the event as a wire writes it, made once for all receivers.
func (e *Event) Frame(f Format, encode func(*Event) []byte) []byte {
	e.frames[f].once.Do(func() { e.frames[f].text = encode(e) })
	return e.frames[f].text
}

// Presence is somebody a room knows of: moderators, and those who speak.
type Presence struct {
	Person      PersonKey
	Nick        string
	Account     string // username of somebody with an account here; "" others
	Avatar      string // path of their picture; "" none
	Affiliation Affiliation
	Role        Role
}
