package server

import (
	"context"
	"strconv"
	"time"

	"lucarne/chat"
	"lucarne/chat/xmpp"
)

// Bounds of a page of the archive (XEP-0313, XEP-0059).
const (
	archivePage    = 50
	maxArchivePage = 100
)

// archive answers a query of XEP-0313 with messages and then the result.
func (oc *occupancy) archive(ctx context.Context, e, asked *xmpp.Element, isGet bool) error {
	if isGet {
		oc.peer.send(result(e, xmpp.NewElement(nsMAM, "query", archiveForm().Element)))
		return nil
	}
	span, err := spanOf(asked)
	if err != nil {
		return err
	}
	page, err := oc.page(ctx, asked, span)
	if err != nil {
		return err
	}
	stanzas := make([]*xmpp.Element, 0, len(page.Messages)+1)
	for i := range page.Messages {
		stanzas = append(stanzas, oc.archived(&page.Messages[i], asked.Attr("queryid")))
	}
	if asked.Child(nsMAM, "flip-page") != nil {
		for i, j := 0, len(stanzas)-1; i < j; i, j = i+1, j-1 {
			stanzas[i], stanzas[j] = stanzas[j], stanzas[i]
		}
	}
	oc.peer.send(append(stanzas, result(e, finOf(page, span.Count)))...)
	return nil
}

// bounds answers where the archive begins and ends (XEP-0313 §5.3).
func (oc *occupancy) bounds(ctx context.Context, e *xmpp.Element) error {
	room, err := oc.s.o.Rooms.Get(ctx, oc.room)
	if err != nil {
		return err
	}
	told := xmpp.NewElement(nsMAM, "metadata")
	for _, end := range []struct {
		name    string
		fromEnd bool
	}{{"start", false}, {"end", true}} {
		page, err := oc.s.o.Rooms.Archive(ctx, room, chat.Span{Max: 1, FromEnd: end.fromEnd})
		if err != nil {
			return err
		}
		for _, m := range page.Messages {
			told.Add(xmpp.NewElement(nsMAM, end.name).Set("id", idText(m.ID)).Set("timestamp", stamp(m.SentAt)))
		}
	}
	oc.peer.send(result(e, told))
	return nil
}

// pick reads messages by their ids (XEP-0313 §4.1.4): all of them, or fails.
func (oc *occupancy) pick(ctx context.Context, ids []string) (chat.Archive, error) {
	page := chat.Archive{IsComplete: true, Total: len(ids)}
	if len(ids) > maxArchivePage {
		return page, refusal{condition: badRequest, text: "That is too many at once"}
	}
	for _, id := range ids {
		m, err := oc.s.o.Rooms.Message(ctx, oc.o, parseID(id))
		if err != nil {
			return page, err
		}
		if m.State != chat.Visible {
			return page, refusal{condition: notFound}
		}
		page.Messages = append(page.Messages, m)
	}
	return page, nil
}

// page reads what a query asks for.
func (oc *occupancy) page(ctx context.Context, asked *xmpp.Element, span chat.Span) (chat.Archive, error) {
	if ids := valuesOf(asked.Child(nsForms, "x"), "ids"); len(ids) > 0 {
		return oc.pick(ctx, ids)
	}
	room, err := oc.s.o.Rooms.Get(ctx, oc.room)
	if err != nil {
		return chat.Archive{}, err
	}
	return oc.s.o.Rooms.Archive(ctx, room, span)
}

func archiveForm() form {
	f := newForm("form", nsMAM)
	for _, name := range []string{"start", "end", "before-id", "after-id"} {
		f.field(name, "text-single", "")
	}
	f.field("ids", "list-multi", "")
	return f
}

// spanOf reads what part of the archive is asked for.
func spanOf(asked *xmpp.Element) (chat.Span, error) {
	span := chat.Span{Max: archivePage}
	set := asked.Child(nsRSM, "set")
	if text := set.ChildText(nsRSM, "max"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return span, refusal{condition: badRequest, text: "max should be a number"}
		}
		span.Max = min(n, maxArchivePage)
	}
	values := fields(asked.Child(nsForms, "x"))
	if values["with"] != "" {
		return span, refusal{condition: unimplemented, text: "The archive is read as a whole"} // not more than what was asked for
	}
	before := set.Child(nsRSM, "before")
	span.FromEnd = before != nil
	for _, bound := range []struct {
		id   *chat.MessageID
		text string
	}{{&span.After, or(set.ChildText(nsRSM, "after"), values["after-id"])}, {&span.Before, or(before.Text(), values["before-id"])}} {
		if bound.text == "" {
			continue
		}
		if *bound.id = parseID(bound.text); *bound.id == 0 {
			return span, refusal{condition: notFound}
		}
	}
	// How many there are in all is told once, not with every page.
	span.Count = span.Max == 0 || span.After == 0 && span.Before == 0
	for _, bound := range []struct {
		at   *time.Time
		text string
	}{{&span.Start, values["start"]}, {&span.End, values["end"]}} {
		if bound.text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, bound.text)
		if err != nil {
			return span, refusal{condition: badRequest, text: "A time is written as in 2026-01-31T12:00:00Z"}
		}
		*bound.at = at
	}
	return span, nil
}

func or(text, fallback string) string {
	if text != "" {
		return text
	}
	return fallback
}

// archived wraps a message of the archive.
func (oc *occupancy) archived(m *chat.Message, query string) *xmpp.Element {
	inner := oc.said(m, nil)
	inner.Remove(nsDelay, "delay")
	forwarded := xmpp.NewElement(nsForward, "forwarded", xmpp.NewElement(nsDelay, "delay").Set("stamp", stamp(m.SentAt)), inner)
	wrapped := xmpp.NewElement(nsMAM, "result", forwarded).Set("queryid", query).Set("id", idText(m.ID))
	return xmpp.NewElement(xmpp.NSClient, "message").Set("from", oc.jid).Add(wrapped)
}

// finOf ends a page.
func finOf(page chat.Archive, isCounted bool) *xmpp.Element {
	set := xmpp.NewElement(nsRSM, "set")
	if n := len(page.Messages); n > 0 {
		set.Add(xmpp.NewText(nsRSM, "first", idText(page.Messages[0].ID)), xmpp.NewText(nsRSM, "last", idText(page.Messages[n-1].ID)))
	}
	if isCounted {
		set.Add(xmpp.NewText(nsRSM, "count", strconv.Itoa(page.Total)))
	}
	fin := xmpp.NewElement(nsMAM, "fin", set)
	if page.IsComplete {
		fin.Set("complete", "true")
	}
	return fin
}
