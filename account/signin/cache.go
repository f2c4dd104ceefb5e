package signin

import (
	"sync"
	"sync/atomic"
	"time"

	"lucarne/account"
)

// entry is a session in memory. The user is not changed once it is there.
type entry struct {
	id       ID
	kind     kind
	user     account.User
	expires  atomic.Int64 // milliseconds
	activeAt atomic.Int64
	version  int64     // of the database when it was read
	until    time.Time // when it is read again whatever the version
}

// cacheLife is how long a session may outlive its end by another process on the same database, such as a password reset at the command line.
const cacheLife = 10 * time.Second

func newEntry(r row, user account.User) *entry {
	e := &entry{id: r.id, kind: r.kind, user: user}
	e.expires.Store(r.expiresAt.UnixMilli())
	e.activeAt.Store(r.activeAt.UnixMilli())
	return e
}

func (e *entry) expiresAt() time.Time { return time.UnixMilli(e.expires.Load()) }

// cache holds a bounded number of sessions by the hash of their token. When it is full, any one makes room.
type cache struct {
	mu      sync.RWMutex
	most    int
	entries map[string]*entry
}

func newCache(most int) *cache { return &cache{most: most, entries: make(map[string]*entry)} }

// get finds a session that was read at the given version, not long ago.
func (c *cache) get(key string, version int64, now time.Time) (*entry, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, found := c.entries[key]
	return e, found && e.version == version && now.Before(e.until)
}

// put keeps a session that was read now, when the version was the given one or later.
func (c *cache) put(key string, version int64, now time.Time, e *entry) {
	e.version, e.until = version, now.Add(cacheLife)
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, found := c.entries[key]; !found && len(c.entries) >= c.most {
		for victim := range c.entries {
			delete(c.entries, victim)
			break
		}
	}
	c.entries[key] = e
}
