package account

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"lucarne/account/mailtext"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/job"
	"lucarne/platform/mail"
)

// Sender sends mail; see mail.Sender.
type Sender interface {
	Send(ctx context.Context, m mail.Message) error
	Enabled() bool
}

// LetterOptions set up Letters. Zero lifetimes mean the defaults.
type LetterOptions struct {
	DB                   *db.DB
	Clock                clock.Clock
	Site                 Site
	Jobs                 *job.Queue
	Mail                 Sender
	Language             func() string // of the site, for those who chose none; nil means English
	VerificationLifetime time.Duration // of links that prove an address; 1 hour
	ResetLifetime        time.Duration // of links to a new password; 1 hour
	CreationLifetime     time.Duration // of links to a first password; 7 days
}

// Letters are the mails about accounts. They are written and sent by jobs, so that one-time tokens are kept nowhere but in the mail, and
// nobody can tell from an answer, or from how long it takes, whether an address is known.
type Letters struct{ o LetterOptions }

const (
	defaultLinkLifetime     = time.Hour
	defaultCreationLifetime = 7 * 24 * time.Hour
	letterAttempts          = 8
	// letterEvery is how often a person is sent the same link: whoever asks, and from however many places.
	letterEvery          = 2 * time.Minute
	letterToAnotherEvery = 30 * time.Second
)

// NewLetters makes the letters and declares their kind of job: once per queue.
func NewLetters(o LetterOptions) *Letters {
	if o.Language == nil {
		o.Language = func() string { return "en" }
	}
	for _, lifetime := range []*time.Duration{&o.VerificationLifetime, &o.ResetLifetime} {
		if *lifetime == 0 {
			*lifetime = defaultLinkLifetime
		}
	}
	if o.CreationLifetime == 0 {
		o.CreationLifetime = defaultCreationLifetime
	}
	l := &Letters{o: o}
	job.Handle(o.Jobs, job.Spec[letter]{MaxAttempts: letterAttempts, Timeout: 2 * time.Minute, Handle: l.send})
	return l
}

// letter is the job of one mail: to a user or registration, or to whoever has the address.
type letter struct {
	About        mailtext.Kind  `json:"about"`
	User         UserID         `json:"user,omitempty"`
	Registration RegistrationID `json:"registration,omitempty"`
	Email        string         `json:"email,omitempty"`
}

// Kind is the job's name.
func (letter) Kind() string { return "account-mail" }

// Enabled reports whether the site sends mail; a nil *Letters does not.
func (l *Letters) Enabled() bool { return l != nil && l.o.Mail.Enabled() }

// postIn queues a letter with the transaction. Without mail it does nothing.
func (l *Letters) postIn(ctx context.Context, tx *db.Tx, a letter) error {
	if !l.Enabled() {
		return nil
	}
	_, err := l.o.Jobs.Enqueue(ctx, tx, a, job.EnqueueOptions{Unique: true})
	return err
}

func (l *Letters) ask(ctx context.Context, about mailtext.Kind, email string) error {
	if !IsEmail(email) {
		return fault.InvalidParam("email", email, invalid)
	}
	err := l.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return l.postIn(ctx, tx, letter{About: about, Email: email})
	})
	if err != nil {
		return fmt.Errorf("ask for mail %s: %w", about, err)
	}
	return nil
}

// AskReset mails a link to a new password to the user of the address; that there is none is no error.
func (l *Letters) AskReset(ctx context.Context, email string) error {
	return l.ask(ctx, mailtext.ResetPassword, email)
}

// AskVerification mails a user the link that proves the address; that nobody has it, or has proved it, is no error.
func (l *Letters) AskVerification(ctx context.Context, email string) error {
	return l.ask(ctx, mailtext.VerifyEmail, email)
}

// AskRegistrationVerification does so for somebody who waits for a moderator.
func (l *Letters) AskRegistrationVerification(ctx context.Context, email string) error {
	return l.ask(ctx, mailtext.VerifyRegistration, email)
}

func (l *Letters) send(ctx context.Context, run *job.Run, a letter) error {
	m, isNeeded, err := l.write(ctx, a, run.Attempt > 1)
	if err != nil || !isNeeded {
		return err
	}
	return l.o.Mail.Send(ctx, m)
}

// write composes a letter, with a new token where it needs one. isAgain tells of another attempt at one that could not be sent.
func (l *Letters) write(ctx context.Context, a letter, isAgain bool) (m mail.Message, isNeeded bool, err error) {
	var d dispatch
	err = l.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if d, isNeeded, err = l.address(ctx, tx, a); err != nil || !isNeeded || d.ticket.purpose == "" {
			return err
		}
		if !isAgain {
			if isNeeded, err = l.isDue(ctx, tx, d); err != nil || !isNeeded {
				return err
			}
		}
		d.ticket.expiresAt = l.o.Clock.Now().Add(d.lifetime)
		d.token, err = issue(ctx, tx, d.ticket)
		return err
	})
	if err != nil || !isNeeded {
		return mail.Message{}, false, err
	}
	m, err = mailtext.Write(a.About, d.language, mailtext.Values{
		Site: l.o.Site.Host, Username: d.username, Link: l.link(d), Lifetime: hours(d.lifetime), Message: d.message,
	})
	m.To = d.email
	return m, true, err
}

// isDue is false while a link of the kind was sent a moment ago: a shorter one when it went to another address, which may have been mistyped.
func (l *Letters) isDue(ctx context.Context, tx *db.Tx, d dispatch) (bool, error) {
	last, found, err := findTicketOf(ctx, tx, d.ticket)
	if err != nil || !found {
		return true, err
	}
	every := letterEvery
	if last.payload != d.ticket.payload {
		every = letterToAnotherEvery
	}
	return l.o.Clock.Now().Sub(last.expiresAt.Add(-d.lifetime)) >= every, nil
}

func hours(d time.Duration) string {
	return strconv.FormatFloat(max(0.1, d.Hours()), 'f', -1, 64)
}

// dispatch is a letter with its address, and the token to make for it if its ticket has a purpose.
type dispatch struct {
	email, username, language, message string
	path                               string // of the page the link opens
	ticket                             ticket
	token                              string
	lifetime                           time.Duration
}

func (l *Letters) link(d dispatch) string {
	if d.path == "" {
		return ""
	}
	query := url.Values{}
	if d.ticket.user != 0 {
		query.Set("userId", strconv.FormatInt(int64(d.ticket.user), 10))
	}
	if d.ticket.registration != 0 {
		query.Set("registrationId", strconv.FormatInt(int64(d.ticket.registration), 10))
	}
	if d.token != "" {
		query.Set("verificationString", d.token)
	}
	if len(query) == 0 {
		return l.o.Site.Origin + d.path
	}
	return l.o.Site.Origin + d.path + "?" + query.Encode()
}

// The pages links open.
const (
	verifyPage = "/verify-account/email"
	resetPage  = "/reset-password"
	loginPage  = "/login"
)

// address finds out whom a letter goes to and what it says; isNeeded is false when there is nobody to write to any more.
func (l *Letters) address(ctx context.Context, tx *db.Tx, a letter) (d dispatch, isNeeded bool, err error) {
	if a.Registration != 0 || a.About == mailtext.VerifyRegistration {
		return l.addressRegistration(ctx, tx, a)
	}
	user, found, err := findAddressee(ctx, tx, a)
	if err != nil || !found {
		return d, false, err
	}
	d = dispatch{email: user.Email, username: user.Username, language: user.Preferences.Language}
	if d.language == "" {
		d.language = l.o.Language()
	}
	switch a.About {
	case mailtext.VerifyEmail:
		return l.addressVerification(d, user)
	case mailtext.ResetPassword:
		d.path, d.lifetime, d.ticket = resetPage, l.o.ResetLifetime, ticket{purpose: resetPassword, user: user.ID, payload: user.Email}
	case mailtext.CreatePassword:
		d.path, d.lifetime, d.ticket = resetPage, l.o.CreationLifetime, ticket{purpose: resetPassword, user: user.ID, payload: user.Email}
	case mailtext.Blocked:
		d.message = user.BlockedReason
	case mailtext.Unblocked:
		d.path = loginPage
	}
	return d, true, nil
}

func (l *Letters) addressVerification(d dispatch, user User) (dispatch, bool, error) {
	if user.PendingEmail != "" {
		d.email = user.PendingEmail
	} else if user.EmailVerified != nil && *user.EmailVerified {
		return d, false, nil
	}
	d.path, d.lifetime = verifyPage, l.o.VerificationLifetime
	d.ticket = ticket{purpose: verifyEmail, user: user.ID, payload: d.email}
	return d, true, nil
}

func (l *Letters) addressRegistration(ctx context.Context, tx *db.Tx, a letter) (d dispatch, isNeeded bool, err error) {
	r, found, err := findRegistrationFor(ctx, tx, a)
	if err != nil || !found {
		return d, false, err
	}
	d = dispatch{email: r.Email, username: r.Username, language: l.o.Language(), message: r.ModerationResponse}
	switch a.About {
	case mailtext.VerifyRegistration:
		if r.EmailVerified != nil && *r.EmailVerified {
			return d, false, nil
		}
		d.path, d.lifetime, d.message = verifyPage, l.o.VerificationLifetime, ""
		d.ticket = ticket{purpose: verifyRegistration, registration: r.ID, payload: r.Email}
	case mailtext.RegistrationAccepted:
		d.path = loginPage
	}
	return d, true, nil
}
