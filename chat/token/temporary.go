package token

import (
	"container/list"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"sync"
	"time"

	"lucarne/account"
	"lucarne/platform/fault"
)

// Temporary is a password for the chat that a page gets for whoever is signed in on it.
type Temporary struct {
	Username  string // what stands before the @ of the address
	Password  string // told once, and kept by its hash
	ExpiresAt time.Time
}

const (
	temporaryLife    = 24 * time.Hour
	maxPerUser       = 8 // temporary passwords of one user: as many pages as somebody has open; a new one ends the oldest
	maxTemporary     = 100_000
	maxPasswordBytes = 256 // longer ones are not worth a hash
)

// digest is how secrets are kept: they are random and long, so a fast hash without salt is enough.
type digest [sha256.Size]byte

func digestOf(secret string) digest { return sha256.Sum256([]byte(secret)) }

// temporary is one password, by its hash.
type temporary struct {
	hash      digest
	user      account.UserID
	password  digest // of the stored hash of the user's own password then: a new one ends the temporary ones
	expiresAt time.Time
}

// purse holds the temporary passwords, the oldest first. They are lost with the process: pages ask for new ones.
type purse struct {
	mu     sync.Mutex
	most   int
	order  *list.List // of *temporary
	byHash map[digest]*list.Element
	byUser map[account.UserID][]*list.Element
}

func newPurse(most int) *purse {
	return &purse{most: most, order: list.New(), byHash: make(map[digest]*list.Element), byUser: make(map[account.UserID][]*list.Element)}
}

// put keeps a password, and lets go those that are over and the oldest beyond the bounds.
func (p *purse) put(t *temporary, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for first := p.order.Front(); first != nil && (p.order.Len() >= p.most || !now.Before(first.Value.(*temporary).expiresAt)); first = p.order.Front() {
		p.drop(first)
	}
	if own := p.byUser[t.user]; len(own) >= maxPerUser {
		p.drop(own[0])
	}
	e := p.order.PushBack(t)
	p.byHash[t.hash] = e
	p.byUser[t.user] = append(p.byUser[t.user], e)
}

func (p *purse) drop(e *list.Element) {
	t := p.order.Remove(e).(*temporary)
	delete(p.byHash, t.hash)
	own := p.byUser[t.user]
	for i := range own {
		if own[i] == e {
			own = append(own[:i:i], own[i+1:]...)
			break
		}
	}
	if p.byUser[t.user] = own; len(own) == 0 {
		delete(p.byUser, t.user)
	}
}

// find gives a password that is good now.
func (p *purse) find(hash digest, now time.Time) (temporary, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e, found := p.byHash[hash]
	if !found {
		return temporary{}, false
	}
	t := *e.Value.(*temporary)
	return t, now.Before(t.expiresAt)
}

// Temporary gives whoever is signed in a new password for the chat, good for a day, on this process, until their own password changes.
// Those given before go on, but for the oldest of too many.
func (s *Tokens) Temporary(_ context.Context, viewer account.Viewer) (Temporary, error) {
	if !viewer.IsSignedIn() {
		return Temporary{}, fault.New(fault.Unauthenticated, "Sign in first")
	}
	now, secret := s.o.Clock.Now(), rand.Text()
	given := Temporary{Username: nameInAddress(viewer.User.Username), Password: secret, ExpiresAt: now.Add(temporaryLife)}
	s.purse.put(&temporary{
		hash: digestOf(secret), user: viewer.UserID(), password: digestOf(viewer.User.PasswordHash), expiresAt: given.ExpiresAt,
	}, now)
	return given, nil
}

// byTemporary finds whose a temporary password is; found is false where it is nobody's.
func (s *Tokens) byTemporary(ctx context.Context, username, password string) (grant Grant, found bool, err error) {
	t, found := s.purse.find(digestOf(password), s.o.Clock.Now())
	if !found {
		return Grant{}, false, nil
	}
	user, err := s.user(ctx, t.user)
	if err != nil {
		return Grant{}, false, fmt.Errorf("check temporary password: %w", err)
	}
	now := digestOf(user.PasswordHash)
	if !isNamed(user, username) || subtle.ConstantTimeCompare(now[:], t.password[:]) != 1 {
		return Grant{}, false, wrong()
	}
	return Grant{Viewer: account.Viewer{User: &user}}, true, nil
}
