package instance

import (
	"context"
	"fmt"
	"net/mail"
	"sync"
	"time"
	"unicode/utf8"

	"lucarne/platform/clock"
	"lucarne/platform/fault"
	sitemail "lucarne/platform/mail"
)

// Mailbox takes mail to be sent soon.
type Mailbox interface {
	// Enabled reports whether the site sends mail at all.
	Enabled() bool
	// Post queues a message.
	Post(ctx context.Context, m sitemail.Message) error
}

// ContactSettings are the rules an administrator may change while the program runs.
type ContactSettings struct {
	IsOpen        bool
	Administrator string // whom the form writes to
}

// ContactOptions set up Contact.
type ContactOptions struct {
	Mail     Mailbox
	Clock    clock.Clock
	Settings func() ContactSettings
}

// Contact is the form by which anybody writes to the administrator.
type Contact struct {
	o ContactOptions

	mu   sync.Mutex
	last map[string]time.Time // address of the sender → last message
}

// NewContact makes the form.
func NewContact(o ContactOptions) *Contact {
	return &Contact{o: o, last: make(map[string]time.Time)}
}

// Letter is what somebody writes to the administrator.
type Letter struct {
	FromName, FromEmail, Subject, Body string
	IP                                 string // where it comes from
}

const (
	contactEvery   = time.Hour // one letter of an address
	contactSenders = 10_000    // addresses remembered at most
)

// Send queues the letter. It fails with fault.Conflict when the form is closed or the site sends no mail, with fault.Forbidden when the
// address wrote within the hour, and with fault.Invalid.
func (c *Contact) Send(ctx context.Context, l Letter) error {
	settings := c.o.Settings()
	if !settings.IsOpen {
		return fault.New(fault.Conflict, "Contact form is not enabled on this instance.")
	}
	if !c.o.Mail.Enabled() {
		return fault.New(fault.Conflict, "SMTP is not configured on this instance.")
	}
	if err := l.check(); err != nil {
		return err
	}
	if !c.admit(l.IP) {
		return fault.New(fault.Forbidden, "You already sent a contact form recently.")
	}
	return c.o.Mail.Post(ctx, sitemail.Message{
		To: settings.Administrator, ReplyTo: (&mail.Address{Name: l.FromName, Address: l.FromEmail}).String(),
		Subject: "Contact form: " + l.Subject,
		Text:    fmt.Sprintf("%s <%s> writes through the contact form:\n\n%s\n", l.FromName, l.FromEmail, l.Body),
	})
}

// The lengths are those of PeerTube's form.
func (l Letter) check() error {
	var refused []fault.Param
	for _, field := range []struct {
		name, value string
		low, high   int
	}{{"fromName", l.FromName, 1, 120}, {"subject", l.Subject, 0, 120}, {"body", l.Body, 3, 5000}} {
		if n := utf8.RuneCountInString(field.value); n < field.low || n > field.high {
			refused = append(refused, fault.Param{Name: field.name, Message: fmt.Sprintf("Should have between %d and %d characters", field.low, field.high)})
		}
	}
	if address, err := mail.ParseAddress(l.FromEmail); err != nil || address.Address != l.FromEmail {
		refused = append(refused, fault.Param{Name: "fromEmail", Message: "Should have a valid email", Value: l.FromEmail})
	}
	return fault.InvalidParams(refused)
}

// admit notes a letter of an address, unless there was one within the hour or too many addresses are remembered.
func (c *Contact) admit(ip string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.o.Clock.Now()
	if len(c.last) >= contactSenders {
		for known, at := range c.last {
			if now.Sub(at) >= contactEvery {
				delete(c.last, known)
			}
		}
	}
	at, known := c.last[ip]
	if (known && now.Sub(at) < contactEvery) || (!known && len(c.last) >= contactSenders) {
		return false
	}
	c.last[ip] = now
	return true
}
