package audience

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"

	"lucarne/platform/clock"
)

// viewerKey stands for a viewer. It is a keyed hash: neither addresses nor sessions are kept, in memory or anywhere.
type viewerKey [16]byte

// secret is what keys are made with. It never leaves the process.
type secret [32]byte

func newSecret() (s secret) {
	_, _ = rand.Read(s[:]) // never fails: crypto/rand ends the program instead
	return s
}

func (s secret) key(kind byte, name string) (k viewerKey) {
	mac := hmac.New(sha256.New, s[:])
	mac.Write([]byte{kind})
	mac.Write([]byte(name))
	copy(k[:], mac.Sum(nil))
	return k
}

// keyring makes the keys. Those of addresses change every day, so that nobody can be followed from one day to the next.
type keyring struct {
	clock    clock.Clock
	sessions secret

	mu        sync.Mutex
	day       int64
	today     secret
	yesterday secret
}

func newKeyring(c clock.Clock) *keyring {
	return &keyring{clock: c, sessions: newSecret(), day: dayOf(c.Now()), today: newSecret(), yesterday: newSecret()}
}

func dayOf(t time.Time) int64 { return t.Unix() / int64(24*time.Hour/time.Second) }

func (r *keyring) session(id string) viewerKey { return r.sessions.key('s', id) }

// address gives the key of an address, and the one it had the day before: a viewing may last over midnight.
func (r *keyring) address(ip string) (now, before viewerKey) {
	today, yesterday := r.secrets()
	name := network(ip)
	return today.key('a', name), yesterday.key('a', name)
}

func (r *keyring) secrets() (today, yesterday secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if day := dayOf(r.clock.Now()); day != r.day {
		r.yesterday = r.today
		if day != r.day+1 {
			r.yesterday = newSecret()
		}
		r.day, r.today = day, newSecret()
	}
	return r.today, r.yesterday
}

// network is what one viewer cannot change at will: an IPv4 address, or the /64 of an IPv6 one.
func network(ip string) string {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	address = address.Unmap().WithZone("")
	if address.Is4() {
		return address.String()
	}
	prefix, _ := address.Prefix(64) // an IPv6 address has one
	return prefix.String()
}
