package accounttest

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/platform/clock"
	"lucarne/platform/job"
	"lucarne/platform/mail"
)

// mailbox takes what the world sends, once mail is on.
type mailbox struct {
	jobs *job.Queue
	sent chan mail.Message
	isOn bool
}

const maxMails = 100

func (m *mailbox) Enabled() bool { return m.isOn }

func (m *mailbox) Send(_ context.Context, message mail.Message) error {
	m.sent <- message
	return nil
}

func (w *World) newLetters(t testing.TB) {
	t.Helper()
	jobs, err := job.New(job.Options{
		DB: w.DB, Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler), Node: "test", Queues: map[string]int{"default": 1},
		PollEvery: 5 * time.Millisecond, StopWithin: time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.mailbox = &mailbox{jobs: jobs, sent: make(chan mail.Message, maxMails)}
	w.Letters = account.NewLetters(account.LetterOptions{DB: w.DB, Clock: w.Clock, Site: Site, Jobs: jobs, Mail: w.mailbox})
}

// TurnMailOn lets the world send mail until the test ends.
func (w *World) TurnMailOn(t testing.TB) {
	t.Helper()
	w.mailbox.isOn = true
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.mailbox.jobs.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("mail jobs: %v", err)
		}
	})
}

// Mail waits for the next mail.
func (w *World) Mail(t testing.TB) mail.Message {
	t.Helper()
	select {
	case m := <-w.mailbox.sent:
		return m
	case <-time.After(10 * time.Second):
		t.Fatal("no mail came")
		return mail.Message{}
	}
}

// Settle waits until no mail is on its way, and tells how many came that were not read.
func (w *World) Settle(t testing.TB) int {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		_, waiting, err := w.mailbox.jobs.List(t.Context(), job.Filter{State: job.Waiting, Count: 1})
		if err != nil {
			t.Fatal(err)
		}
		_, active, err := w.mailbox.jobs.List(t.Context(), job.Filter{State: job.Active, Count: 1})
		if err != nil {
			t.Fatal(err)
		}
		if waiting+active == 0 {
			return len(w.mailbox.sent)
		}
	}
	t.Fatal("the mail jobs do not end")
	return 0
}

// Token is the one-time token of the link in a mail.
func Token(t testing.TB, m mail.Message) string {
	t.Helper()
	for _, line := range strings.Split(m.Text, "\n") {
		link, err := url.Parse(strings.TrimSpace(line))
		if err == nil && link.Query().Has("verificationString") {
			return link.Query().Get("verificationString")
		}
	}
	t.Fatalf("no link in %q", m.Text)
	return ""
}
