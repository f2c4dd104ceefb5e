// Package signin lets users in: by password and second factor, with OAuth tokens for applications and cookies for pages.
package signin

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"lucarne/account"
	"lucarne/account/throttle"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Topic is what transactions touch (db.Tx.Touch) when they end a session or change its token.
const Topic = "session"

// ID names a session.
type ID int64

// Client is where a request comes from, as sessions remember it.
type Client struct {
	IP     string
	Device string // User-Agent
}

// Session is one sign-in: the token pair of an application, or the cookie of a browser.
type Session struct {
	ID           ID
	IsCurrent    bool
	LoginDevice  string
	LoginIP      string
	LoginAt      time.Time
	ActiveDevice string
	ActiveIP     string
	ActiveAt     time.Time // to the minute
	CreatedAt    time.Time
}

// TwoFactor is asked for the second factor of users who have one.
type TwoFactor interface {
	// Check reports whether the code is the user's right now; each code is right once.
	Check(ctx context.Context, user account.UserID, code string) (bool, error)
}

// Options set up Sessions. Zero durations and bounds mean the defaults.
type Options struct {
	DB        *db.DB
	Clock     clock.Clock
	Logger    *slog.Logger
	Users     *account.Users
	TwoFactor TwoFactor
	Secret    []byte // the site's; CSRF tokens are derived from it
	// AccessLifetime and RefreshLifetime are of tokens, PageLifetime is how long a browser stays signed in without being used.
	AccessLifetime  time.Duration              // 1 day
	RefreshLifetime time.Duration              // 4 weeks
	PageLifetime    time.Duration              // 4 weeks
	HasHTTPS        bool                       // the site is reached by https: cookies must be too
	NoRoot          bool                       // nobody may sign in as root
	MustVerifyEmail func() bool                // users who have not proved their address are refused; nil means never
	ClientIP        func(*http.Request) string // behind proxies
	Limits          Limits
}

// Sessions are who is signed in. It is safe for concurrent use.
type Sessions struct {
	o           Options
	application atomic.Pointer[Application]
	cache       *cache
	throttle    *throttle.Throttle
}

const (
	day             = 24 * time.Hour
	defaultAccess   = day
	defaultRefresh  = 28 * day
	defaultPage     = 28 * day
	activityEvery   = time.Minute
	maxDevice       = 255 // characters of a User-Agent that are kept
	accessBytes     = 20
	refreshBytes    = 20
	pageBytes       = 32
	cachedSessions  = 10_000
	maxTokenAllowed = 512 // bytes; longer ones are not worth a hash
)

// New makes the sessions' subject.
func New(o Options) *Sessions {
	o.AccessLifetime = cmp.Or(o.AccessLifetime, defaultAccess)
	o.RefreshLifetime = cmp.Or(o.RefreshLifetime, defaultRefresh)
	o.PageLifetime = cmp.Or(o.PageLifetime, defaultPage)
	o.Limits = o.Limits.withDefaults()
	return &Sessions{o: o, cache: newCache(cachedSessions), throttle: throttle.New(o.Limits.Window, o.Clock)}
}

// ByToken finds the user of an access token, mostly from memory. An unknown or expired token is fault.Unauthenticated with code
// "invalid_token".
func (s *Sessions) ByToken(ctx context.Context, token string, client Client) (account.Viewer, error) {
	return s.byToken(ctx, token, oauthSession, client)
}

func (s *Sessions) byToken(ctx context.Context, token string, kind kind, client Client) (account.Viewer, error) {
	if token == "" || len(token) > maxTokenAllowed {
		return account.Viewer{}, invalidToken()
	}
	key, version, now := hash(token), s.version(), s.o.Clock.Now()
	entry, ok := s.cache.get(key, version, now)
	if !ok {
		var err error
		if entry, err = s.load(ctx, key); err != nil {
			return account.Viewer{}, err
		}
		s.cache.put(key, version, now, entry)
	}
	if entry.kind != kind || !now.Before(entry.expiresAt()) || entry.user.IsBlocked {
		return account.Viewer{}, invalidToken()
	}
	s.noteActivity(ctx, entry, now, client)
	user := entry.user
	return account.Viewer{User: &user}, nil
}

// version moves when a session ends or a user changes: what is cached from before no longer counts.
func (s *Sessions) version() int64 { return s.o.DB.Version(account.Topic, Topic) }

func (s *Sessions) load(ctx context.Context, key string) (*entry, error) {
	row, found, err := findByAccess(ctx, s.o.DB, key)
	if err != nil {
		return nil, fmt.Errorf("find session: %w", err)
	}
	if !found {
		return nil, invalidToken()
	}
	user, err := s.o.Users.Get(ctx, row.userID)
	if fault.Is(err, fault.NotFound) {
		return nil, invalidToken()
	}
	if err != nil {
		return nil, fmt.Errorf("find user of session: %w", err)
	}
	return newEntry(row, user), nil
}

// noteActivity remembers when and where a session was last used, at most once a minute. That it cannot be written is no reason to
// refuse the request.
func (s *Sessions) noteActivity(ctx context.Context, e *entry, now time.Time, client Client) {
	last := e.activeAt.Load()
	if now.UnixMilli()-last < activityEvery.Milliseconds() || !e.activeAt.CompareAndSwap(last, now.UnixMilli()) {
		return
	}
	expiresAt := e.expiresAt()
	if e.kind == pageSession {
		expiresAt = now.Add(s.o.PageLifetime)
		e.expires.Store(expiresAt.UnixMilli())
	}
	if err := setActivity(ctx, s.o.DB, e.id, now, expiresAt, client.clean()); err != nil && ctx.Err() == nil {
		s.o.Logger.Warn("activity of a session could not be noted", "session", e.id, "error", err)
	}
}

func (c Client) clean() Client {
	runes := []rune(c.Device)
	return Client{IP: c.IP, Device: string(runes[:min(len(runes), maxDevice)])}
}

func invalidToken() error {
	return fault.New(fault.Unauthenticated, "Token is invalid").WithCode("invalid_token")
}

// hash is how tokens are kept: they are random and long, so a fast hash without salt is enough.
func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// List pages the sessions of a user, newest activity first. The credential marks the one that asks.
func (s *Sessions) List(ctx context.Context, viewer account.Viewer, owner account.UserID, p Page) (int, []Session, error) {
	if err := checkOwner(viewer, owner); err != nil {
		return 0, nil, err
	}
	total, sessions, err := listSessions(ctx, s.o.DB, owner, s.o.Clock.Now(), p)
	if err != nil {
		return 0, nil, fmt.Errorf("list sessions of user %d: %w", owner, err)
	}
	return total, sessions, nil
}

// Page is a part of the list of sessions.
type Page struct {
	Start, Count int
	Credential   string // the token or cookie of the request, see Credential
}

// Revoke ends one session of a user; an unknown one is fault.NotFound.
func (s *Sessions) Revoke(ctx context.Context, viewer account.Viewer, owner account.UserID, id ID) error {
	if err := checkOwner(viewer, owner); err != nil {
		return err
	}
	return s.end(ctx, "id = ? AND user_id = ?", id, owner)
}

// RevokeToken ends the session of an access token or page cookie.
func (s *Sessions) RevokeToken(ctx context.Context, token string) error {
	return s.end(ctx, "access_hash = ?", hash(token))
}

func (s *Sessions) end(ctx context.Context, condition string, args ...any) error {
	err := s.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		tx.Touch(Topic)
		ended, err := deleteSessions(ctx, tx, condition, args...)
		if err == nil && ended == 0 {
			return fault.New(fault.NotFound, "Token session not found")
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// checkOwner is the rule for seeing and ending sessions: one's own, or those of any user for administrators.
func checkOwner(viewer account.Viewer, owner account.UserID) error {
	if viewer.UserID() == owner && owner != 0 || viewer.Can(account.ManageAllUsers) {
		return nil
	}
	return fault.New(fault.Forbidden, "User %d is not you", owner)
}

// Clean removes sessions that can no longer be used.
func (s *Sessions) Clean(ctx context.Context) error {
	now := s.o.Clock.Now()
	err := s.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := deleteSessions(ctx, tx, "access_expires_at <= ? AND (refresh_expires_at IS NULL OR refresh_expires_at <= ?)", now, now)
		return err
	})
	if err != nil {
		return fmt.Errorf("clean sessions: %w", err)
	}
	return nil
}
