package event_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/event"
)

type Sung struct{ Song string }

func newOutbox(d *db.DB, c clock.Clock, listeners ...event.Listener) *event.Outbox {
	return event.New(event.Options{DB: d, Clock: c, Logger: slog.New(slog.DiscardHandler)}, listeners...)
}

func record(t *testing.T, d *db.DB, b *event.Outbox, fact any, outcome error) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return errors.Join(b.Record(ctx, tx, fact), outcome)
	})
	if !errors.Is(err, outcome) {
		t.Fatal(err)
	}
}

func TestFactsAreDeliveredOnceCommitted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var first, second []string
		b := newOutbox(d, clock.System{},
			event.On("first", func(_ context.Context, f Sung) error { first = append(first, f.Song); return nil }),
			event.On("second", func(_ context.Context, f Sung) error { second = append(second, f.Song); return nil }))
		record(t, d, b, Sung{"kept"}, nil)
		record(t, d, b, Sung{"rolled back"}, errors.New("no"))
		for range 2 {
			if err := b.Deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if len(first) != 1 || first[0] != "kept" || len(second) != 1 {
			t.Errorf("got %v and %v, want the committed fact once each", first, second)
		}
	})
}

func TestFailedDeliveryIsTriedAgainAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := clock.NewFake(time.UnixMilli(1_000_000))
		var good, bad int
		b := newOutbox(d, now,
			event.On("good", func(context.Context, Sung) error { good++; return nil }),
			event.On("bad", func(context.Context, Sung) error {
				bad++
				if bad < 3 {
					panic("not yet")
				}
				return nil
			}))
		record(t, d, b, Sung{"x"}, nil)
		for range 4 {
			if err := b.Deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
			now.Advance(time.Hour)
		}
		if good != 1 || bad != 3 {
			t.Errorf("good listener called %d times, bad one %d; want 1 and 3", good, bad)
		}
		backlog, err := b.Backlog(t.Context())
		if err != nil || backlog != (event.Backlog{}) {
			t.Errorf("backlog %+v, %v; want none", backlog, err)
		}
	})
}

func TestHopelessDeliveryIsGivenUpAndKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := clock.NewFake(time.UnixMilli(1_000_000))
		b := newOutbox(d, now, event.On("never", func(context.Context, Sung) error { return errors.New("no") }))
		record(t, d, b, Sung{"x"}, nil)
		for range 20 {
			if err := b.Deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
			now.Advance(24 * time.Hour)
		}
		backlog, err := b.Backlog(t.Context())
		if err != nil || backlog != (event.Backlog{GivenUp: 1}) {
			t.Errorf("backlog %+v, %v; want one given up", backlog, err)
		}
	})
}

func TestBus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := event.NewBus()
		ctx, cancel := context.WithCancel(t.Context())
		signals := bus.Subscribe(ctx, "video")
		bus.Publish("other", []byte("no"))
		for i := range 100 { // more than a subscriber may have waiting
			bus.Publish("video", []byte{byte(i)})
		}
		if first := <-signals; first[0] != 100-64 {
			t.Errorf("oldest kept signal: got %d, want %d", first[0], 100-64)
		}
		cancel()
		synctest.Wait()
		bus.Publish("video", []byte("late"))
		count := 0
		for range signals {
			count++
		}
		if count != 63 {
			t.Errorf("got %d more signals, want 63", count)
		}
	})
}
