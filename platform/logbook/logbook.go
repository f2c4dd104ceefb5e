// Package logbook keeps the last lines of the log in memory, so that administrators can read them in the web.
package logbook

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Entry is one line of the log.
type Entry struct {
	Time    time.Time
	Level   slog.Level
	Message string
	Fields  map[string]any // texts, numbers and booleans by their dotted name
}

// The bounds of an entry, so that the whole book has one.
const (
	maxText   = 2_000 // bytes of a message or a field
	maxFields = 30
)

// Book is a ring of entries: the newest replaces the oldest. It is safe for concurrent use.
type Book struct {
	mu      sync.Mutex
	entries []Entry
	next    int
	isFull  bool
}

// New makes a book of the given number of entries.
func New(size int) *Book { return &Book{entries: make([]Entry, size)} }

// Add writes an entry.
func (b *Book) Add(e Entry) {
	e.Message = cut(e.Message)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries[b.next] = e
	b.next++
	if b.next == len(b.entries) {
		b.next, b.isFull = 0, true
	}
}

// Between lists the entries of the period, both ends included, that are at least as serious as level; oldest first. A zero end is now.
func (b *Book) Between(start, end time.Time, level slog.Level) []Entry {
	found := []Entry{}
	for _, e := range b.all() {
		if e.Level >= level && !e.Time.Before(start) && (end.IsZero() || !e.Time.After(end)) {
			found = append(found, e)
		}
	}
	return found
}

func (b *Book) all() []Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.isFull {
		return slices.Clone(b.entries[:b.next])
	}
	return append(slices.Clone(b.entries[b.next:]), b.entries[:b.next]...)
}

// Handler writes every record into the book and hands it on.
func (b *Book) Handler(next slog.Handler) slog.Handler { return handler{book: b, next: next} }

type handler struct {
	book   *Book
	next   slog.Handler
	prefix string
	attrs  []slog.Attr // already prefixed
}

func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	e := Entry{Time: r.Time.UTC().Truncate(time.Millisecond), Level: r.Level, Message: r.Message, Fields: make(map[string]any)}
	for _, a := range h.attrs {
		e.put("", a)
	}
	r.Attrs(func(a slog.Attr) bool {
		e.put(h.prefix, a)
		return true
	})
	h.book.Add(e)
	return h.next.Handle(ctx, r)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	h.attrs = slices.Clone(h.attrs)
	for _, a := range attrs {
		h.attrs = append(h.attrs, slog.Attr{Key: h.prefix + a.Key, Value: a.Value})
	}
	h.next = h.next.WithAttrs(attrs)
	return h
}

func (h handler) WithGroup(name string) slog.Handler {
	if name != "" {
		h.prefix += name + "."
	}
	h.next = h.next.WithGroup(name)
	return h
}

func (e *Entry) put(prefix string, a slog.Attr) {
	value := a.Value.Resolve()
	switch value.Kind() {
	case slog.KindGroup:
		if a.Key != "" {
			prefix += a.Key + "."
		}
		for _, inner := range value.Group() {
			e.put(prefix, inner)
		}
		return
	case slog.KindInt64, slog.KindUint64, slog.KindFloat64, slog.KindBool:
		e.set(prefix+a.Key, value.Any())
	default:
		e.set(prefix+a.Key, cut(value.String()))
	}
}

func (e *Entry) set(name string, value any) {
	if len(e.Fields) < maxFields {
		e.Fields[name] = value
	}
}

func cut(text string) string {
	if len(text) <= maxText {
		return text
	}
	return fmt.Sprintf("%s… (%d bytes)", text[:maxText], len(text))
}
