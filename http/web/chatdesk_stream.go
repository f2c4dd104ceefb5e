package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"lucarne/chat"
)

// What moderators are told comes in batches: a busy room is one change of the page each moment, not one for each message.
const (
	moderationBatch = 200 * time.Millisecond
	maxBatchEvents  = 100
)

// change is one change of a moderator's page, which the script makes.
type change struct {
	Do   string         `json:"do"`           // "reset", "add", "wait", "replace", "remove", "panel" or "count"
	ID   chat.MessageID `json:"id,omitempty"` // of the message
	HTML string         `json:"html,omitempty"`
}

// moderationStream tells a moderator what happens in a room.
type moderationStream struct {
	r        *request
	m        moderation
	occupant *chat.Occupant
	w        http.ResponseWriter
	out      *http.ResponseController
	seq      int64
	panel    panelView
	isStale  bool // the panel is to be told anew
}

// moderationEvents joins the room for a moderator and tells what happens there, as server-sent events (HTML Standard §9.2). Who comes back
// gets what was missed.
func (p *Pages) moderationEvents(w http.ResponseWriter, r *request, m moderation) error {
	since, _ := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64) // none: from the beginning
	o, welcome, err := p.Rooms.Join(r.Context(), m.room, chat.Entrance{Viewer: r.viewer, Since: max(since, 0)})
	if err != nil {
		return err
	}
	defer o.Leave()
	ctx, cancel := context.WithTimeout(r.Context(), eventsAtMost)
	defer cancel()
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	s := &moderationStream{r: r, m: m, occupant: o, w: w, out: http.NewResponseController(w), seq: welcome.Seq}
	s.panel = panelView{room: welcome.Room, pinned: welcome.Pinned, poll: welcome.Poll, occupants: p.Rooms.Occupants(m.room.ID)}
	first, err := s.begin(ctx, welcome)
	if err != nil {
		return err
	}
	if s.tell(first) == nil {
		s.goOn(ctx)
	}
	return nil
}

// begin is all there is to see, or what was missed.
func (s *moderationStream) begin(ctx context.Context, w chat.Welcome) (changes []change, err error) {
	if len(w.Missed) > 0 || len(w.History) == 0 && !w.IsReset && s.r.Header.Get("Last-Event-ID") != "" {
		for _, e := range w.Missed {
			changes = s.add(changes, e)
		}
		return append(changes, s.show("panel", 0, roomPanel(s.r, s.m, s.panel))), nil
	}
	waiting, err := s.r.pages.Rooms.Waiting(ctx, s.r.viewer, s.m.room.ID)
	if err != nil {
		return nil, err
	}
	changes = []change{{Do: "reset"}, s.show("panel", 0, roomPanel(s.r, s.m, s.panel))}
	for _, m := range w.History {
		changes = append(changes, s.show("add", m.ID, messageRow(s.r, s.m, *m)))
	}
	for _, m := range waiting {
		changes = append(changes, s.show("wait", m.ID, messageRow(s.r, s.m, m)))
	}
	return changes, nil
}

// goOn tells what happens until nobody listens any more, or the moderator is let go: the browser then comes again.
func (s *moderationStream) goOn(ctx context.Context) {
	for {
		changes, err := s.next(ctx)
		if err != nil || s.tell(changes) != nil {
			return
		}
	}
}

// next waits for something to happen, and a moment more for what comes with it. Without anything it gives nothing after a while.
func (s *moderationStream) next(ctx context.Context) (changes []change, err error) {
	waiting, cancel := context.WithTimeout(ctx, eventsHeartbeat)
	defer cancel()
	e, err := s.occupant.Next(waiting)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return s.refresh(nil), nil
	}
	if err != nil {
		return nil, err
	}
	moment, cancel := context.WithTimeout(ctx, moderationBatch)
	defer cancel()
	for n := 0; err == nil && n < maxBatchEvents; n++ {
		changes = s.add(changes, e)
		e, err = s.occupant.Next(moment)
	}
	if err == nil {
		changes = s.add(changes, e) // the one that was taken when the batch was full
	}
	return s.refresh(changes), ctx.Err()
}

// refresh tells how the room is when that changed.
func (s *moderationStream) refresh(changes []change) []change {
	occupants := s.r.pages.Rooms.Occupants(s.m.room.ID)
	isCounted := occupants != s.panel.occupants
	s.panel.occupants = occupants
	if s.isStale {
		s.isStale = false
		return append(changes, s.show("panel", 0, roomPanel(s.r, s.m, s.panel)))
	}
	if isCounted {
		changes = append(changes, s.show("count", 0, peopleHere(s.r, occupants)))
	}
	return changes
}

// add is what an event changes on the page.
func (s *moderationStream) add(changes []change, e *chat.Event) []change {
	s.seq = max(s.seq, e.Seq)
	switch e.Kind {
	case chat.Posted:
		return append(changes, s.show("add", e.MessageID, messageRow(s.r, s.m, *e.Message)))
	case chat.Pending:
		if e.Message.State == chat.HeldBack {
			return append(changes, s.show("wait", e.MessageID, messageRow(s.r, s.m, *e.Message)))
		}
		return append(changes, s.show("add", e.MessageID, messageRow(s.r, s.m, *e.Message)))
	case chat.Edited:
		return append(changes, s.show("replace", e.MessageID, messageRow(s.r, s.m, *e.Message)))
	case chat.Retracted:
		return append(changes, change{Do: "remove", ID: e.MessageID})
	case chat.Pinned:
		s.panel.pinned, s.isStale = e.Message, true
	case chat.Changed:
		s.panel.room.Settings, s.panel.room.IsPanic, s.isStale = *e.Settings, e.IsPanic, true
	case chat.PollBegan, chat.PollCounted:
		s.panel.poll, s.isStale = e.Poll, true
	case chat.PollOver:
		s.panel.poll, s.isStale = nil, true
	}
	return changes
}

func (s *moderationStream) show(do string, id chat.MessageID, part templ.Component) change {
	var html bytes.Buffer
	if err := part.Render(s.r.Context(), &html); err != nil {
		s.r.pages.Logger.ErrorContext(s.r.Context(), "a part of a page failed", "error", err)
	}
	return change{Do: do, ID: id, HTML: html.String()}
}

// tell sends changes; without any, a comment that keeps the line open through proxies.
func (s *moderationStream) tell(changes []change) error {
	if len(changes) == 0 {
		if _, err := fmt.Fprint(s.w, ": still here\n\n"); err != nil {
			return err
		}
		return s.out.Flush()
	}
	body, err := json.Marshal(changes)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(s.w, "id: %d\ndata: %s\n\n", s.seq, body); err != nil {
		return err
	}
	return s.out.Flush()
}
