package mail_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/job"
	"lucarne/platform/mail"
)

// arrivals is a sender that tells what it was given.
type arrivals chan mail.Message

func (a arrivals) Send(_ context.Context, m mail.Message) error {
	a <- m
	return nil
}
func (arrivals) Check(context.Context) error { return nil }
func (arrivals) Enabled() bool               { return true }

func TestMailboxSendsWhatWasCommitted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		jobs, err := job.New(job.Options{
			DB: d, Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler), Node: "test", Queues: map[string]int{"default": 1}, PollEvery: 10 * time.Millisecond,
		})
		if err != nil {
			t.Fatal(err)
		}
		sent := make(arrivals, 10)
		box := mail.NewMailbox(d, jobs, sent)
		undone := errors.New("undone")
		err = d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(undone, box.PostIn(ctx, tx, mail.Message{To: "lost@example.org"}))
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		want := mail.Message{To: "a@example.org", Subject: "Hello", Text: "there"}
		if err := box.Post(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- jobs.Run(ctx) }()
		select {
		case got := <-sent:
			if got.To != want.To || got.Subject != want.Subject || got.Text != want.Text {
				t.Errorf("got %+v, want %+v", got, want)
			}
		case <-time.After(10 * time.Second):
			t.Error("nothing was sent")
		}
		stop()
		if err := <-ended; err != nil || len(sent) != 0 {
			t.Errorf("%v, and %d mails more than expected", err, len(sent))
		}
	})
}
