// Package token holds what people sign in to the chat with in place of their password: temporary ones for pages, long-term ones for other
// programs, and those of overlays, which only read one room.
package token

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/chat/sasl"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/fault"
)

// ID names a long-term token, OverlayID that of an overlay.
type (
	ID        int64
	OverlayID int64
)

// Options set up Tokens.
type Options struct {
	DB     *db.DB
	Clock  clock.Clock
	Outbox *event.Outbox
	Users  *account.Users
	Rooms  Rooms
	Logger *slog.Logger
	// Secret keys the salts of SCRAM. It must stay the same, or long-term tokens are good over PLAIN only.
	Secret   []byte
	Settings func() Settings
}

// Rooms know who moderates.
type Rooms interface {
	// Affiliation is what somebody is to a room. It fails with fault.NotFound where there is none.
	Affiliation(ctx context.Context, viewer account.Viewer, room chat.RoomID) (chat.Affiliation, error)
}

// Settings are the host's.
type Settings struct {
	AllowsTokens bool // long-term ones; those there are open nothing while it is off
}

// Tokens are the secrets of the chat. How often somebody may be wrong is for the caller to bound. It is safe for concurrent use.
type Tokens struct {
	o     Options
	purse *purse
}

// New makes the subject.
func New(o Options) *Tokens { return &Tokens{o: o, purse: newPurse(maxTemporary)} }

// Token is a long-term token as it is listed.
type Token struct {
	ID        ID
	UserID    account.UserID
	Label     string
	CreatedAt time.Time
	UsedAt    time.Time // to the minute; zero: never
}

// Created is a token just made.
type Created struct {
	Token
	Username string // what stands before the @ of the address
	Secret   string // told once
}

// Revoked tells that a long-term token is no longer good: what was begun with it must end.
type Revoked struct {
	ID       ID
	UserID   account.UserID
	Username string
}

// Grant is who signed in.
type Grant struct {
	Viewer account.Viewer
	Token  ID // by which long-term token, 0 for a temporary password
}

const (
	maxTokens     = 50 // of one user
	maxLabelRunes = 100
	usedEvery     = time.Minute
)

// Create makes a long-term token for the viewer. The label says what it is for.
func (s *Tokens) Create(ctx context.Context, viewer account.Viewer, label string) (Created, error) {
	if err := s.checkAllowed(viewer); err != nil {
		return Created{}, err
	}
	label, err := cleanLabel(label)
	if err != nil {
		return Created{}, err
	}
	made := Created{
		Token:    Token{UserID: viewer.UserID(), Label: label, CreatedAt: s.o.Clock.Now()},
		Username: nameInAddress(viewer.User.Username), Secret: longSecret(),
	}
	n, err := s.derive(made)
	if err != nil {
		return Created{}, fmt.Errorf("create chat token: %w", err)
	}
	err = s.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		count, err := countTokens(ctx, tx, made.UserID)
		if err == nil && count >= maxTokens {
			return fault.New(fault.Conflict, "You have %d tokens already: revoke one first", maxTokens)
		}
		if err == nil {
			made.ID, err = insertToken(ctx, tx, n)
		}
		return err
	})
	if err != nil {
		return Created{}, fmt.Errorf("create chat token: %w", err)
	}
	return made, nil
}

// derive makes what is kept of a token. That takes milliseconds, and so stands outside transactions.
func (s *Tokens) derive(c Created) (newToken, error) {
	n := newToken{Token: c.Token, hash: digestOf(c.Secret)}
	salt := sasl.Salt(s.o.Secret, c.Username)
	var err error
	if n.sha1, err = sasl.Derive(sasl.SHA1, c.Secret, salt, sasl.Iterations); err != nil {
		return newToken{}, err
	}
	n.sha256, err = sasl.Derive(sasl.SHA256, c.Secret, salt, sasl.Iterations)
	return n, err
}

// List gives the viewer's long-term tokens, the newest first.
func (s *Tokens) List(ctx context.Context, viewer account.Viewer) ([]Token, error) {
	if err := s.checkAllowed(viewer); err != nil {
		return nil, err
	}
	return listTokens(ctx, s.o.DB, viewer.UserID())
}

// Revoke ends a token of the viewer's own, also where the site no longer allows them. Another's is fault.NotFound.
func (s *Tokens) Revoke(ctx context.Context, viewer account.Viewer, id ID) error {
	if !viewer.IsSignedIn() {
		return fault.New(fault.Unauthenticated, "Sign in first")
	}
	err := s.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		deleted, err := deleteToken(ctx, tx, viewer.UserID(), id)
		if err != nil {
			return err
		}
		if !deleted {
			return fault.New(fault.NotFound, "Token not found")
		}
		return s.o.Outbox.Record(ctx, tx, Revoked{ID: id, UserID: viewer.UserID(), Username: viewer.User.Username})
	})
	if err != nil {
		return fmt.Errorf("revoke chat token %d: %w", id, err)
	}
	return nil
}

func (s *Tokens) checkAllowed(viewer account.Viewer) error {
	if !viewer.IsSignedIn() {
		return fault.New(fault.Unauthenticated, "Sign in first")
	}
	if !s.o.Settings().AllowsTokens {
		return fault.New(fault.Forbidden, "This site has no long-term tokens")
	}
	return nil
}

// CheckPassword finds who signs in with a name and a temporary password or long-term token. It fails with fault.Unauthenticated where they
// do not belong together, or the user may not sign in.
func (s *Tokens) CheckPassword(ctx context.Context, username, password string) (Grant, error) {
	if username == "" || len(password) > maxPasswordBytes {
		return Grant{}, wrong()
	}
	grant, found, err := s.byTemporary(ctx, username, password)
	if err != nil || found {
		return grant, err
	}
	if !s.o.Settings().AllowsTokens {
		return Grant{}, wrong()
	}
	token, found, err := tokenByHash(ctx, s.o.DB, digestOf(password))
	if err != nil {
		return Grant{}, fmt.Errorf("check chat token: %w", err)
	}
	if !found {
		return Grant{}, wrong()
	}
	return s.accept(ctx, token, username)
}

// ScramKeys gives what is kept of the long-term tokens of a name (see sasl.Keys). Nobody's name has a salt as all others, and no keys.
func (s *Tokens) ScramKeys(ctx context.Context, h sasl.Hash, username string) (sasl.Salted[Grant], error) {
	salted := sasl.Salted[Grant]{Salt: sasl.Salt(s.o.Secret, nameInAddress(username)), Iterations: sasl.Iterations}
	if !s.o.Settings().AllowsTokens {
		return salted, nil
	}
	kept, err := scramKeys(ctx, s.o.DB, h, username)
	if err != nil {
		return salted, fmt.Errorf("find chat tokens: %w", err)
	}
	for _, k := range kept {
		salted.Keys = append(salted.Keys, sasl.Key[Grant]{Stored: k.Stored, Accept: func(ctx context.Context) (Grant, error) {
			return s.again(ctx, k.id, username)
		}})
	}
	return salted, nil
}

// again reads a token that was there a moment ago: it may have been revoked since.
func (s *Tokens) again(ctx context.Context, id ID, username string) (Grant, error) {
	token, found, err := tokenByID(ctx, s.o.DB, id)
	if err != nil {
		return Grant{}, fmt.Errorf("check chat token %d: %w", id, err)
	}
	if !found {
		return Grant{}, wrong()
	}
	return s.accept(ctx, token, username)
}

// accept lets the owner of a token in, if that is who they say they are.
func (s *Tokens) accept(ctx context.Context, t Token, username string) (Grant, error) {
	user, err := s.user(ctx, t.UserID)
	if err != nil {
		return Grant{}, err
	}
	if !isNamed(user, username) {
		return Grant{}, wrong()
	}
	s.noteUse(ctx, t.UsedAt, func(now time.Time) error { return setUsed(ctx, s.o.DB, t.ID, now) })
	return Grant{Viewer: account.Viewer{User: &user}, Token: t.ID}, nil
}

// noteUse remembers that a token was used, at most once a minute. That it cannot be written is no reason to refuse who has it.
func (s *Tokens) noteUse(ctx context.Context, last time.Time, write func(now time.Time) error) {
	now := s.o.Clock.Now()
	if now.Sub(last) < usedEvery {
		return
	}
	if err := write(now); err != nil && ctx.Err() == nil {
		s.o.Logger.Warn("the use of a chat token could not be noted", "error", err)
	}
}

// user reads who owns a secret: it must still be there, and may sign in.
func (s *Tokens) user(ctx context.Context, id account.UserID) (account.User, error) {
	user, err := s.o.Users.Get(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && user.IsBlocked {
		return account.User{}, wrong()
	}
	return user, err
}

func isNamed(user account.User, username string) bool {
	return nameInAddress(user.Username) == nameInAddress(username)
}

// nameInAddress is the part before the @: the name in small letters.
func nameInAddress(username string) string { return strings.ToLower(username) }

func wrong() error { return fault.New(fault.Unauthenticated, "Name or password is wrong") }

// longSecret has 36 characters and 180 bits of randomness.
func longSecret() string { return rand.Text() + rand.Text()[:10] }

func cleanLabel(label string) (string, error) {
	label = strings.Join(strings.Fields(label), " ")
	isBad := !utf8.ValidString(label) || strings.ContainsFunc(label, func(r rune) bool { return !unicode.IsPrint(r) })
	if label == "" || isBad || utf8.RuneCountInString(label) > maxLabelRunes {
		return "", fault.InvalidParam("label", nil, "Should have 1 to %d visible characters", maxLabelRunes)
	}
	return label, nil
}
