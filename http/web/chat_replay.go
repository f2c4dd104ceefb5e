package web

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"lucarne/chat"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

// replayedChat is what was said during a live, beside its recording.
func (r *request) replayedChat(of video.Video, recording chat.Recording) *ui.ChatProps {
	props := r.chatProps(recording.Room.Name, ui.ChatReplay)
	props.ReplayURL, props.EmbedURL = chatPath(of.UUID.String())+"/replay", ""
	props.EmojiURL = chatEmoji + itoa(of.Channel.ID) + "/definition"
	return r.closable(props)
}

// replayedMessage is what the script shows at its moment.
type replayedMessage struct {
	ID          string          `json:"id"`
	At          float64         `json:"at"` // seconds of the recording
	Nick        string          `json:"nick"`
	Person      string          `json:"person"`
	Body        string          `json:"body"`
	Affiliation string          `json:"affiliation,omitempty"`
	Kind        string          `json:"kind,omitempty"`
	ReplyTo     string          `json:"replyTo,omitempty"`
	Avatar      string          `json:"avatar,omitempty"`
	IsEdited    bool            `json:"edited,omitempty"`
	Tally       []replayedTally `json:"tally,omitempty"`
}

type replayedTally struct {
	Emoji string `json:"emoji"`
	Count int    `json:"count"`
}

// maxReplayed bounds what one part of a chat holds: a script asks for what follows its last message then.
const maxReplayed = 500

// chatReplay gives what was said between two moments of a recording, in seconds: from ≤ at < to. Of a part with more than maxReplayed
// messages "more" tells, and "after" asks for what follows a message.
func (p *Pages) chatReplay(w http.ResponseWriter, r *request) error {
	recording, err := r.recording()
	if err != nil {
		return err
	}
	span, err := r.replayedSpan(recording)
	if err != nil {
		return err
	}
	answer := struct {
		Messages []replayedMessage `json:"messages"`
		More     bool              `json:"more"`
	}{Messages: []replayedMessage{}}
	for !answer.More {
		part, err := p.Rooms.Archive(r.Context(), recording.Room, span)
		if err != nil {
			return err
		}
		for _, m := range part.Messages {
			answer.Messages = append(answer.Messages, p.replayed(recording, m))
			span.After = m.ID
		}
		if part.IsComplete || len(part.Messages) == 0 {
			break
		}
		answer.More = len(answer.Messages) >= maxReplayed
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "private, max-age=60") // what is taken back is gone soon
	return json.NewEncoder(w).Encode(answer)
}

// recording is what was said while the video of the path was on air, for who may see the video.
func (r *request) recording() (chat.Recording, error) {
	ref, err := shortid.Parse(r.PathValue("room"))
	if err != nil {
		return chat.Recording{}, fault.New(fault.NotFound, "Video not found").Because(err)
	}
	of, err := r.pages.Videos.See(r.Context(), ref, r.accessTo(ref))
	if err != nil {
		return chat.Recording{}, err
	}
	recording, found, err := r.pages.Rooms.RecordingOf(r.Context(), of.ID)
	if err == nil && (!found || r.pages.Rooms.IsHiddenFrom(r.viewer)) {
		err = fault.New(fault.NotFound, "Nothing was said while this video was on air")
	}
	return recording, err
}

func (r *request) replayedSpan(of chat.Recording) (chat.Span, error) {
	query := r.URL.Query()
	from, bad := strconv.ParseFloat(query.Get("from"), 64)
	to, worse := strconv.ParseFloat(query.Get("to"), 64)
	isSpan := from >= 0 && to > from && to <= (1000*time.Hour).Seconds() // never so for what is no number
	if bad != nil || worse != nil || !isSpan {
		return chat.Span{}, fault.InvalidParam("from", query.Get("from"), "Should be a moment before the other")
	}
	// Both ends of a span are in it.
	span := chat.Span{Start: of.From.Add(inTime(from)), End: of.From.Add(inTime(to) - time.Millisecond), Max: maxReplayed}
	if span.End.After(of.To) {
		span.End = of.To
	}
	span.After = chat.MessageID(numberOf(query.Get("after")))
	return span, nil
}

func inTime(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }

func (p *Pages) replayed(of chat.Recording, m chat.Message) replayedMessage {
	at := m.ShownAt
	if at.IsZero() {
		at = m.SentAt
	}
	told := replayedMessage{
		ID: itoa(m.ID), At: at.Sub(of.From).Seconds(), Nick: m.Nick, Person: p.Rooms.OccupantID(of.Room.ID, m.Person), Body: m.Body,
		Kind: string(m.Kind), Avatar: m.Avatar, IsEdited: !m.EditedAt.IsZero(),
	}
	if m.Affiliation.CanModerate() {
		told.Affiliation = string(m.Affiliation)
	}
	if m.ReplyTo != 0 {
		told.ReplyTo = itoa(m.ReplyTo)
	}
	for _, t := range m.Reactions {
		told.Tally = append(told.Tally, replayedTally(t))
	}
	return told
}
