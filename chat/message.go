package chat

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"lucarne/chat/rule"
	"lucarne/platform/fault"
)

// MessageKind is how a message is shown. The zero MessageKind is an ordinary one.
type MessageKind string

// The kinds beside ordinary messages are for moderators.
const (
	Highlight    MessageKind = "highlight"
	Announcement MessageKind = "announcement"
	Warning      MessageKind = "warning"
	FromBot      MessageKind = "bot" // the room's own
)

// MessageState is whether a message is shown.
type MessageState string

// The states.
const (
	Visible   MessageState = "visible"
	Delayed   MessageState = "delayed" // until its time
	HeldBack  MessageState = "held"    // until a moderator decides
	IsRemoved MessageState = "retracted"
)

// Message is what somebody said.
type Message struct {
	ID          MessageID
	RoomID      RoomID
	Seq         int64 // of the event that showed it; 0 until then
	Person      PersonKey
	Nick        string
	Account     string      // username of somebody with an account here; "" others
	Avatar      string      // path of their picture; "" none
	Affiliation Affiliation // when it was sent
	Body        string
	Kind        MessageKind
	ReplyTo     MessageID   // 0: none
	Mentions    []PersonKey // named with "@nickname"
	Origin      string      // the sender's own id; "" none
	State       MessageState
	Rule        string // what it is held for
	SentAt      time.Time
	ReleaseAt   time.Time // of a delayed one
	ShownAt     time.Time // when all could see it
	EditedAt    time.Time // zero: never
	Reactions   []Tally   // the most frequent first
}

// Tally is how many put an emoji to a message.
type Tally struct {
	Emoji string
	Count int
}

// Post is a message to send.
type Post struct {
	Body    string
	Kind    MessageKind
	ReplyTo MessageID
	// Origin is the sender's own id of the message. One that is sent again, after a lost line, is stored once.
	Origin string
}

// Bounds of messages.
const (
	maxBodyRunes   = 2000
	maxBodyLines   = 40
	maxOriginBytes = 128
	maxMentions    = 10
)

func (p Post) check() (Post, error) {
	p.Body = cleanBody(p.Body)
	switch {
	case rule.Normal(p.Body) == "": // also what only looks empty
		return p, fault.InvalidParam("body", nil, "Should not be empty")
	case utf8.RuneCountInString(p.Body) > maxBodyRunes, strings.Count(p.Body, "\n") >= maxBodyLines:
		return p, fault.New(fault.TooLarge, "A message has at most %d characters in %d lines", maxBodyRunes, maxBodyLines)
	case len(p.Origin) > maxOriginBytes || !utf8.ValidString(p.Origin) || strings.ContainsRune(p.Origin, 0):
		return p, fault.InvalidParam("origin", nil, "Should have at most %d bytes", maxOriginBytes)
	}
	switch p.Kind {
	case "", Highlight, Announcement, Warning:
		return p, nil
	default:
		return p, fault.InvalidParam("kind", string(p.Kind), "Unknown kind of message")
	}
}

// cleanBody drops what is no text, and what turns the direction of what stands around it (UAX #9, explicit formatting).
func cleanBody(body string) string {
	body = strings.Map(func(r rune) rune {
		isTurn := r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
		if r == utf8.RuneError || isTurn || unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, norm.NFC.String(strings.ReplaceAll(body, "\r\n", "\n")))
	return strings.TrimSpace(fewMarks(body))
}

const maxMarks = 4 // on one letter; no language writes more

// fewMarks drops marks that would pile up over the lines around.
func fewMarks(text string) string {
	marks := 0
	return strings.Map(func(r rune) rune {
		if !unicode.In(r, unicode.Mn, unicode.Me) {
			marks = 0
			return r
		}
		if marks++; marks > maxMarks {
			return -1
		}
		return r
	}, text)
}
