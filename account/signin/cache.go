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
	version  int64
}

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

// get finds a session that was read at the given version.
func (c *cache) get(key string, version int64) (*entry, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, found := c.entries[key]
	return e, found && e.version == version
}

// put keeps a session that was read when the version was the given one, or later.
func (c *cache) put(key string, version int64, e *entry) {
	e.version = version
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
