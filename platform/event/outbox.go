// Package event carries news between subjects: facts, which are kept and delivered at least once, and signals, which are not.
package event

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"time"

	"lucarne/platform/clock"
	"lucarne/platform/db"
)

// A fact is a plain past-tense struct of its subject (video.Published). Its kind is the package and type name; both are in the
// database, so renaming one is a migration.
func kindOf(t reflect.Type) string {
	return t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:] + "." + t.Name()
}

// Listener is who a fact is delivered to.
type Listener struct {
	name string
	kind string
	take func(ctx context.Context, payload []byte) error
}

// On makes a listener for facts of type F. The name stands in the database for deliveries that must be tried again: it must stay
// the same over versions and differ between the listeners of a fact. take may see a fact twice, and facts out of order.
func On[F any](name string, take func(ctx context.Context, fact F) error) Listener {
	return Listener{name: name, kind: kindOf(reflect.TypeFor[F]()), take: func(ctx context.Context, payload []byte) error {
		var fact F
		if err := json.Unmarshal(payload, &fact); err != nil {
			return fmt.Errorf("read fact: %w", err)
		}
		return take(ctx, fact)
	}}
}

// Options set up an Outbox.
type Options struct {
	DB     *db.DB
	Clock  clock.Clock
	Logger *slog.Logger
	// SweepEvery is how often the outbox looks for facts whose wake-up was lost and for deliveries to try again; 0 means 2 s.
	SweepEvery time.Duration
}

// Outbox records facts in the transaction that makes them true and delivers them once it is committed, at least once.
type Outbox struct {
	o         Options
	listeners map[string][]Listener // by kind
	wake      chan struct{}
}

const (
	defaultSweep = 2 * time.Second
	batch        = 100
	maxAttempts  = 12 // with the doubling wait: about an hour and a half
	firstWait    = 2 * time.Second
	takeWithin   = 30 * time.Second
)

// New makes an outbox. Facts can be recorded at once; they are delivered while Run runs.
func New(o Options, listeners ...Listener) *Outbox {
	if o.SweepEvery == 0 {
		o.SweepEvery = defaultSweep
	}
	b := &Outbox{o: o, listeners: make(map[string][]Listener), wake: make(chan struct{}, 1)}
	b.Subscribe(listeners...)
	return b
}

// Subscribe adds listeners. It must not be called once Run runs.
func (b *Outbox) Subscribe(listeners ...Listener) {
	for _, l := range listeners {
		b.listeners[l.kind] = append(b.listeners[l.kind], l)
	}
}

// Record keeps a fact with the transaction.
func (b *Outbox) Record(ctx context.Context, tx *db.Tx, fact any) error {
	kind := kindOf(reflect.TypeOf(fact))
	_, err := db.Exec(ctx, tx, "INSERT INTO outbox_fact (kind, payload, created_at) VALUES (?, ?, ?)", kind, db.AsJSON(fact), b.o.Clock.Now())
	if err != nil {
		return fmt.Errorf("record fact %s: %w", kind, err)
	}
	tx.AfterCommit(b.poke)
	return nil
}

func (b *Outbox) poke() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Run delivers facts until ctx ends.
func (b *Outbox) Run(ctx context.Context) error {
	ticker := time.NewTicker(b.o.SweepEvery)
	defer ticker.Stop()
	for {
		if err := b.Deliver(ctx); err != nil && ctx.Err() == nil {
			b.o.Logger.Error("facts could not be delivered", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-b.wake:
		case <-ticker.C:
		}
	}
}

// delivery is a fact on its way: to all listeners of its kind when listener is "", else a later attempt at one.
type delivery struct {
	id       int64
	listener string
	kind     string
	payload  []byte
	attempts int
}

// Deliver hands over what waits and is due, and returns once nothing is: also the way for tests to settle.
func (b *Outbox) Deliver(ctx context.Context) error {
	for {
		fresh, err := b.fresh(ctx)
		if err != nil {
			return err
		}
		for _, d := range fresh {
			if err := b.deliverFresh(ctx, d); err != nil {
				return err
			}
		}
		due, err := b.due(ctx)
		if err != nil {
			return err
		}
		for _, d := range due {
			if err := b.deliverAgain(ctx, d); err != nil {
				return err
			}
		}
		if len(fresh)+len(due) == 0 {
			return nil
		}
	}
}

func (b *Outbox) deliverFresh(ctx context.Context, d delivery) error {
	failed := make(map[string]error)
	for _, l := range b.listeners[d.kind] {
		if err := b.give(ctx, l, d.payload); err != nil {
			failed[l.name] = err
		}
	}
	if ctx.Err() != nil {
		return ctx.Err() // stopping: the fact stays as it was
	}
	return b.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for name, err := range failed {
			if err := b.keepForLater(ctx, tx, d, name, err); err != nil {
				return err
			}
		}
		_, err := db.Exec(ctx, tx, "DELETE FROM outbox_fact WHERE id = ?", d.id)
		return err
	})
}

func (b *Outbox) deliverAgain(ctx context.Context, d delivery) error {
	err := b.giveTo(ctx, d)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return b.settle(ctx, d, err)
}

func (b *Outbox) giveTo(ctx context.Context, d delivery) error {
	for _, l := range b.listeners[d.kind] {
		if l.name == d.listener {
			return b.give(ctx, l, d.payload)
		}
	}
	return nil // the listener is gone with an older version: nobody waits for it
}

// give hands a fact to a listener; a panic is that listener's failure, not ours.
func (b *Outbox) give(ctx context.Context, l Listener, payload []byte) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("panic: %v", value)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, takeWithin)
	defer cancel()
	return l.take(ctx, payload)
}
