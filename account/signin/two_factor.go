package signin

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"lucarne/account"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// CodeOptions set up Codes.
type CodeOptions struct {
	DB              *db.DB
	Clock           clock.Clock
	Users           *account.Users
	Site            account.Site
	Secret          []byte        // the site's; what seals the users' secrets is derived from it
	RequestLifetime time.Duration // time to confirm; 0 means 10 minutes
}

// Codes are second factors: six digits that an application on the user's phone shows, new every half minute (RFC 6238).
type Codes struct {
	o    CodeOptions
	safe safe
}

const (
	defaultRequestLifetime = 10 * time.Minute
	codePeriod             = 30 * time.Second
	codeDigits             = otp.DigitsSix
	codeWindow             = 1 // steps a clock may be off
)

// NewCodes makes the second factors of an instance.
func NewCodes(o CodeOptions) (*Codes, error) {
	if o.RequestLifetime == 0 {
		o.RequestLifetime = defaultRequestLifetime
	}
	safe, err := newSafe(o.Secret, "lucarne second factor")
	if err != nil {
		return nil, fmt.Errorf("second factor: %w", err)
	}
	return &Codes{o: o, safe: safe}, nil
}

// Enrolment is what a user needs to set the application up, before confirming with a first code.
type Enrolment struct {
	RequestToken string // to confirm with; nothing is stored before
	Secret       string // base32, for typing
	URI          string // for a QR code
}

// pending is what a request token holds, sealed.
type pending struct {
	Secret    string    `json:"secret"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// Request begins to set a second factor up. Users do that for themselves only, with their password.
func (c *Codes) Request(ctx context.Context, viewer account.Viewer, id account.UserID, password string) (Enrolment, error) {
	user, err := c.self(ctx, viewer, id)
	if err != nil {
		return Enrolment{}, err
	}
	if user.HasTwoFactor {
		return Enrolment{}, fault.New(fault.Conflict, "Two factor is already enabled")
	}
	if err := c.checkPassword(ctx, user, password); err != nil {
		return Enrolment{}, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: c.o.Site.Host, AccountName: user.Email, Digits: codeDigits})
	if err != nil {
		return Enrolment{}, fmt.Errorf("make second factor: %w", err)
	}
	uri, err := enrolmentURI(c.o.Site.Host, user.Email, key.URL())
	if err != nil {
		return Enrolment{}, fmt.Errorf("make second factor: %w", err)
	}
	sealed, err := json.Marshal(pending{Secret: key.Secret(), ExpiresAt: c.o.Clock.Now().Add(c.o.RequestLifetime)})
	if err != nil {
		return Enrolment{}, fmt.Errorf("make second factor: %w", err)
	}
	return Enrolment{RequestToken: c.safe.seal(sealed, requestLabel(id)), Secret: key.Secret(), URI: uri}, nil
}

// enrolmentURI is what authenticators scan. A bare colon ends the issuer in the label of such an address: that of a host with a port is escaped.
func enrolmentURI(issuer, account, address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	u.RawPath = "/" + url.QueryEscape(issuer) + ":" + url.QueryEscape(account)
	return u.String(), nil
}

func requestLabel(id account.UserID) string { return fmt.Sprintf("request of user %d", id) }
func secretLabel(id account.UserID) string  { return fmt.Sprintf("secret of user %d", id) }

// Confirm turns the second factor on, once the application shows a right code. It fails with fault.Forbidden for a request token that is
// not the user's or too old, and for a wrong code.
func (c *Codes) Confirm(ctx context.Context, viewer account.Viewer, id account.UserID, requestToken, code string) error {
	user, err := c.self(ctx, viewer, id)
	if err != nil {
		return err
	}
	if user.HasTwoFactor {
		return fault.New(fault.Conflict, "Two factor is already enabled")
	}
	opened, err := c.safe.open(requestToken, requestLabel(id))
	var p pending
	if err == nil {
		err = json.Unmarshal(opened, &p)
	}
	now := c.o.Clock.Now()
	if err != nil || !now.Before(p.ExpiresAt) {
		return fault.New(fault.Forbidden, "Invalid request token")
	}
	step, isRight := stepOf(p.Secret, code, now)
	if !isRight {
		return fault.New(fault.Forbidden, "Invalid OTP token")
	}
	if err := c.store(ctx, id, c.safe.seal([]byte(p.Secret), secretLabel(id)), step); err != nil {
		return fmt.Errorf("enable second factor of user %d: %w", id, err)
	}
	return nil
}

// Disable turns the second factor off: for oneself with the password, for others as somebody who manages them.
func (c *Codes) Disable(ctx context.Context, viewer account.Viewer, id account.UserID, password string) error {
	user, err := c.o.Users.Get(ctx, id)
	if err != nil {
		return err
	}
	if viewer.UserID() == id {
		err = c.checkPassword(ctx, user, password)
	} else {
		err = account.CheckManages(viewer, user)
	}
	if err != nil {
		return err
	}
	if !user.HasTwoFactor {
		return fault.New(fault.Conflict, "Two factor is already disabled")
	}
	if err := c.store(ctx, id, "", 0); err != nil {
		return fmt.Errorf("disable second factor of user %d: %w", id, err)
	}
	return nil
}

func (c *Codes) self(ctx context.Context, viewer account.Viewer, id account.UserID) (account.User, error) {
	if !viewer.IsSignedIn() || viewer.UserID() != id {
		return account.User{}, fault.New(fault.Forbidden, "Two factor can only be set up for oneself")
	}
	return c.o.Users.Get(ctx, id)
}

// checkPassword asks again for the password of somebody who is signed in.
func (c *Codes) checkPassword(ctx context.Context, user account.User, password string) error {
	if password == "" {
		return fault.InvalidParam("currentPassword", nil, "currentPassword is missing")
	}
	isRight, err := c.o.Users.ConfirmPassword(ctx, user, password)
	if err == nil && !isRight {
		return fault.New(fault.Forbidden, "currentPassword is invalid.")
	}
	return err
}

func (c *Codes) store(ctx context.Context, id account.UserID, sealed string, step int64) error {
	return c.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		tx.Touch(account.Topic)
		return setCodeSecret(ctx, tx, id, sealed, step)
	})
}

// Check reports whether the code is the user's now, within a step of clock difference. A code that was taken, and any before it, is wrong
// from then on (RFC 6238 §5.2).
func (c *Codes) Check(ctx context.Context, id account.UserID, code string) (bool, error) {
	sealed, found, err := codeSecret(ctx, c.o.DB, id)
	if err != nil || !found {
		return false, err
	}
	secret, err := c.safe.open(sealed, secretLabel(id))
	if err != nil {
		return false, fmt.Errorf("secret of user %d cannot be opened: was the site's secret changed? %w", id, err)
	}
	step, isRight := stepOf(string(secret), code, c.o.Clock.Now())
	if !isRight {
		return false, nil
	}
	return takeStep(ctx, c.o.DB, id, step)
}

// stepOf finds the step a code belongs to, the latest of those that are right now.
func stepOf(secret, code string, now time.Time) (step int64, isRight bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	current := now.Unix() / int64(codePeriod/time.Second)
	for candidate := current + codeWindow; candidate >= current-codeWindow; candidate-- {
		want, err := hotp.GenerateCodeCustom(secret, uint64(candidate), hotp.ValidateOpts{Digits: codeDigits, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return candidate, true
		}
	}
	return 0, false
}
