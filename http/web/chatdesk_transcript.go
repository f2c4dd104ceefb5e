package web

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"lucarne/chat"
	"lucarne/platform/fault"
)

// transcriber writes what was said in one form: all of it, message by message. From is the moment captions count from.
type transcriber struct {
	mediaType string
	extension string
	writer    func(w io.Writer, from time.Time) transcriptWriter
}

// transcriptWriter writes messages in the order in which everybody saw them.
type transcriptWriter interface {
	add(m chat.Message) error
	end() error
}

var (
	plainTranscript   = transcriber{"text/plain; charset=utf-8", "txt", newPlainWriter}
	jsonTranscript    = transcriber{"application/json; charset=utf-8", "json", newRecordWriter}
	captionTranscript = transcriber{"text/vtt; charset=utf-8", "vtt", newCaptionWriter}
)

// maxTranscriptPage is how many messages are read at a time.
const maxTranscriptPage = 100

// transcript gives the owner all that everybody sees of a room, as a file that is written as it is read.
func (p *Pages) transcript(t transcriber) moderating {
	return func(w http.ResponseWriter, r *request, m moderation) error {
		if !m.isOwner {
			return fault.New(fault.Forbidden, "Only the owner of the channel may do this")
		}
		page, err := p.Rooms.Archive(r.Context(), m.room, chat.Span{Max: maxTranscriptPage})
		if err != nil {
			return err
		}
		header := w.Header()
		header.Set("Content-Type", t.mediaType)
		header.Set("Content-Disposition", `attachment; filename="chat-`+m.room.Name+`.`+t.extension+`"`)
		header.Set("Cache-Control", "no-store")
		out := t.writer(w, r.transcriptStart(m, page.Messages))
		for {
			for _, one := range page.Messages {
				if err := out.add(one); err != nil {
					return nil // nobody reads on
				}
			}
			if page.IsComplete || len(page.Messages) == 0 {
				_ = out.end()
				return nil
			}
			last := page.Messages[len(page.Messages)-1].ID
			if page, err = p.Rooms.Archive(r.Context(), m.room, chat.Span{After: last, Max: maxTranscriptPage}); err != nil {
				panic(http.ErrAbortHandler) // a file that only looks whole is worse than none
			}
		}
	}
}

// transcriptStart is the beginning of the broadcast during which people began to talk, or when they did.
func (r *request) transcriptStart(m moderation, first []chat.Message) time.Time {
	if len(first) == 0 {
		return time.Time{}
	}
	start := first[0].SentAt
	if m.room.VideoID == 0 || r.pages.LiveSessions == nil {
		return start
	}
	_, sessions, err := r.pages.LiveSessions.List(r.Context(), m.room.VideoID, true)
	if err != nil {
		return start // of no live
	}
	var began time.Time
	for _, s := range sessions {
		if !s.StartedAt.After(start) && s.StartedAt.After(began) {
			began = s.StartedAt
		}
	}
	if began.IsZero() {
		return start
	}
	return began
}

type plainWriter struct{ w io.Writer }

func newPlainWriter(w io.Writer, _ time.Time) transcriptWriter { return plainWriter{w} }

func (p plainWriter) add(m chat.Message) error {
	body := strings.ReplaceAll(m.Body, "\n", "\n    ")
	_, err := fmt.Fprintf(p.w, "%s <%s> %s\n", m.SentAt.UTC().Format("2006-01-02 15:04:05"), m.Nick, body)
	return err
}

func (plainWriter) end() error { return nil }

// saidMessage is a message in a transcript.
type saidMessage struct {
	ID          chat.MessageID   `json:"id"`
	Nickname    string           `json:"nickname"`
	Affiliation chat.Affiliation `json:"affiliation"`
	Kind        chat.MessageKind `json:"kind,omitempty"`
	Body        string           `json:"body"`
	ReplyTo     chat.MessageID   `json:"replyTo,omitempty"`
	SentAt      time.Time        `json:"sentAt"`
	ShownAt     time.Time        `json:"shownAt"`
}

type recordWriter struct{ list jsonList }

func newRecordWriter(w io.Writer, _ time.Time) transcriptWriter {
	return &recordWriter{jsonList{w: w}}
}

func (r *recordWriter) add(m chat.Message) error {
	return r.list.add(saidMessage{m.ID, m.Nick, m.Affiliation, m.Kind, m.Body, m.ReplyTo, m.SentAt.UTC(), m.ShownAt.UTC()})
}

func (r *recordWriter) end() error { return r.list.end() }

// captionTime is how long a message stands.
const captionTime = 6 * time.Second

// captionWriter writes WebVTT (W3C, §4.1): a cue for each message, said by a voice.
type captionWriter struct {
	w     io.Writer
	from  time.Time
	begun bool
}

func newCaptionWriter(w io.Writer, from time.Time) transcriptWriter {
	return &captionWriter{w: w, from: from}
}

var (
	// §4.2.2: these would begin a tag, an entity, or with "-->" a time.
	cueText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	// A cue ends at an empty line.
	cueLines = strings.NewReplacer("\r", "", "\n", " ")
)

func (c *captionWriter) add(m chat.Message) error {
	if err := c.begin(); err != nil {
		return err
	}
	at := max(m.ShownAt.Sub(c.from), 0)
	_, err := fmt.Fprintf(c.w, "%s --> %s\n<v %s>%s\n\n", cueTime(at), cueTime(at+captionTime), cueText.Replace(cueLines.Replace(m.Nick)), cueText.Replace(cueLines.Replace(m.Body)))
	return err
}

func (c *captionWriter) begin() error {
	if c.begun {
		return nil
	}
	c.begun = true
	_, err := io.WriteString(c.w, "WEBVTT\n\n")
	return err
}

func (c *captionWriter) end() error { return c.begin() }

// cueTime writes a moment (§4.1, WebVTT timestamp).
func cueTime(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d:%02d.%03d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60, d.Milliseconds()%1000)
}
