// Package mail sends the site's mail: by SMTP, through a sendmail program, or into a folder while developing.
package mail

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"time"

	gomail "github.com/wneessen/go-mail"

	"lucarne/platform/clock"
	"lucarne/platform/fault"
)

// Sender sends mail. It is safe for concurrent use.
type Sender interface {
	// Send hands one message to the mail server. Invalid means that this message or its recipient will never be taken,
	// Unavailable that another try may do.
	Send(ctx context.Context, m Message) error
	// Check says whether mail could be sent now, without sending any; it is what doctor reports.
	Check(ctx context.Context) error
	// Enabled reports whether mail is set up at all.
	Enabled() bool
}

// Message is one mail to one person: nobody sees whom else we write to, and a message tried again reaches nobody twice
// because of another recipient. Text, HTML or both are given.
type Message struct {
	To      string // an address, with or without a name
	ReplyTo string // "" for none
	Subject string // may hold what users wrote: line breaks become spaces
	Text    string
	HTML    string            // a fragment or a document, already safe
	Headers map[string]string // further ones, such as List-Unsubscribe or In-Reply-To
}

// Style is what goes around every message. {{instanceName}} stands for InstanceName.
type Style struct {
	InstanceName  string
	SubjectPrefix string
	Signature     string // plain text
}

// Options says how mail leaves. With neither Folder, Hostname nor the sendmail transport, mail is disabled.
type Options struct {
	Folder string // when set, messages become files here and nothing is sent

	Transport       Transport // "" means SMTP
	Sendmail        string    // the program; "" means "sendmail" on PATH
	Hostname        string
	Port            int // 0 means the usual port: 465 with TLS, 587 without
	Username        string
	Password        string
	TLS             bool   // TLS from the first byte; otherwise STARTTLS when the server offers it
	DisableSTARTTLS bool   // never encrypt: for a relay on the same machine or network
	CAFile          string // certificates trusted beside the system's

	FromAddress string
	Style       func() Style  // asked for every message, since it can change while running; nil means a bare style
	Timeout     time.Duration // for one message, connection included; 0 means 30 s
	Clock       clock.Clock   // nil means the system's
}

// Transport is a way out for mail.
type Transport string

// The transports, named as in the settings.
const (
	SMTP     Transport = "smtp"
	Sendmail Transport = "sendmail"
)

const defaultTimeout = 30 * time.Second

// New makes the sender the options ask for. It connects to nothing yet.
func New(o Options) (Sender, error) {
	if o.Folder == "" && o.Hostname == "" && o.Transport != Sendmail {
		return disabled{}, nil
	}
	from, err := mail.ParseAddress(o.FromAddress)
	if err != nil {
		return nil, fmt.Errorf("mail sender address %q: %w", o.FromAddress, err)
	}
	o = o.withDefaults()
	way, err := o.way(from.Address)
	if err != nil {
		return nil, err
	}
	return &sender{composer: composer{from: from, style: o.Style, clock: o.Clock}, way: way, timeout: o.Timeout}, nil
}

func (o Options) withDefaults() Options {
	if o.Style == nil {
		o.Style = func() Style { return Style{} }
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Sendmail == "" {
		o.Sendmail = "sendmail"
	}
	return o
}

func (o Options) way(from string) (way, error) {
	switch {
	case o.Folder != "":
		return folder{path: o.Folder, clock: o.Clock}, nil
	case o.Transport == Sendmail:
		return program{path: o.Sendmail, from: from}, nil
	case o.Transport == SMTP || o.Transport == "":
		return newServer(o)
	}
	return nil, fmt.Errorf("mail transport %q: want %q or %q", o.Transport, SMTP, Sendmail)
}

// way takes composed messages out of the program.
type way interface {
	deliver(ctx context.Context, m *gomail.Msg) error
	check(ctx context.Context) error
}

type sender struct {
	composer composer
	way      way
	timeout  time.Duration
}

func (s *sender) Send(ctx context.Context, m Message) error {
	composed, err := s.composer.compose(m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	return sendFault(s.way.deliver(ctx, composed))
}

func (s *sender) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	return sendFault(s.way.check(ctx))
}

func (s *sender) Enabled() bool { return true }

// sendFault gives a refusal its kind and a message fit for a user; nil stays nil.
func sendFault(err error) error {
	var known *fault.Error
	if err == nil || errors.As(err, &known) || errors.Is(err, context.Canceled) {
		return err
	}
	var refusal *gomail.SendError
	if errors.As(err, &refusal) && refusal.Reason == gomail.ErrSMTPRcptTo && !refusal.IsTemp() {
		return fault.New(fault.Invalid, "The mail server refuses this address").Because(err)
	}
	return fault.New(fault.Unavailable, "The mail could not be sent").Because(err)
}

// disabled stands in when the site sends no mail.
type disabled struct{}

func (disabled) Send(context.Context, Message) error { return notSetUp() }
func (disabled) Check(context.Context) error         { return notSetUp() }
func (disabled) Enabled() bool                       { return false }

func notSetUp() error { return fault.New(fault.Unavailable, "This site does not send mail") }
