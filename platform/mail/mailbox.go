package mail

import (
	"context"
	"time"

	"lucarne/platform/db"
	"lucarne/platform/job"
)

// Mailbox sends mail from the job queue, so that nobody waits for the mail server and a message survives its failures.
type Mailbox struct {
	db     *db.DB
	jobs   *job.Queue
	sender Sender
}

// outgoing is the job of one message.
type outgoing struct {
	Message Message `json:"message"`
}

// Kind is the job's name.
func (outgoing) Kind() string { return "email" }

// NewMailbox makes the mailbox and declares its kind of job: once per queue.
func NewMailbox(d *db.DB, jobs *job.Queue, sender Sender) *Mailbox {
	job.Handle(jobs, job.Spec[outgoing]{
		MaxAttempts: 10, Timeout: 2 * time.Minute,
		Handle: func(ctx context.Context, _ *job.Run, o outgoing) error { return sender.Send(ctx, o.Message) },
	})
	return &Mailbox{db: d, jobs: jobs, sender: sender}
}

// Enabled reports whether the site sends mail at all.
func (b *Mailbox) Enabled() bool { return b.sender.Enabled() }

// Post queues a message.
func (b *Mailbox) Post(ctx context.Context, m Message) error {
	return b.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return b.PostIn(ctx, tx, m) })
}

// PostIn queues a message that is sent once the transaction is committed, and never if it is not.
func (b *Mailbox) PostIn(ctx context.Context, tx *db.Tx, m Message) error {
	_, err := b.jobs.Enqueue(ctx, tx, outgoing{m}, job.EnqueueOptions{})
	return err
}
