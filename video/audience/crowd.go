package audience

import (
	"sync"
	"time"

	"lucarne/account"
	"lucarne/video"
)

// Bounds of what is remembered of viewers: about 100 MB at the very worst, a few for an ordinary evening.
const (
	maxViewings   = 100_000
	maxRecent     = 200_000
	maxPerAddress = 500 // sessions from one address; further ones are one viewer together
)

// place is a viewer at a video.
type place struct {
	video  video.ID
	viewer viewerKey
}

// crowd is everybody who watches now, in memory.
type crowd struct {
	mu        sync.Mutex
	viewings  map[place]*viewing
	byVideo   map[video.ID]int
	byAddress map[viewerKey]int
	recent    map[place]time.Time // views of those who left, until they would count again
	turnedOff int                 // since the last look: there was no room
}

func newCrowd() *crowd {
	return &crowd{
		viewings: make(map[place]*viewing), byVideo: make(map[video.ID]int), byAddress: make(map[viewerKey]int),
		recent: make(map[place]time.Time),
	}
}

// identity is how a request may be recognised.
type identity struct {
	session         viewerKey // zero without one
	address, former viewerKey
}

// find looks the viewing of an identity up. The caller holds the lock.
func (c *crowd) find(of video.ID, who identity) *viewing {
	if who.session != (viewerKey{}) {
		if v := c.viewings[place{of, who.session}]; v != nil || c.byAddress[who.address] < maxPerAddress {
			return v
		}
	}
	if v := c.viewings[place{of, who.address}]; v != nil {
		return v
	}
	return c.viewings[place{of, who.former}]
}

// knows reports whether the user watches the video already, and so was let in.
func (c *crowd) knows(of video.ID, who identity, user account.UserID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.find(of, who)
	return v != nil && v.user == user
}

// join begins a viewing; nil when there is no room. The caller holds the lock.
func (c *crowd) join(of target, who identity, at time.Time) *viewing {
	if len(c.viewings) >= maxViewings {
		c.turnedOff++
		return nil
	}
	v := &viewing{video: of.id, isLocal: of.isLocal, viewer: who.address, startedAt: at, lastAt: at}
	if who.session != (viewerKey{}) && c.byAddress[who.address] < maxPerAddress {
		v.viewer, v.address = who.session, who.address
		c.byAddress[v.address]++
	}
	v.countedAt = c.recent[v.place()]
	c.viewings[v.place()] = v
	c.byVideo[of.id]++
	return v
}

func (v *viewing) place() place { return place{v.video, v.viewer} }

// report takes a heartbeat and tells whether it makes a view, which is then marked as counted.
func (c *crowd) report(of target, h Heartbeat, who identity, at time.Time, s Settings) (p place, isView bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.find(of.id, who)
	if v == nil {
		if v = c.join(of, who, at); v == nil {
			return place{}, false
		}
		v.agent = agentOf(h.Agent, h.UserAgent)
	}
	v.user = h.Access.Viewer.UserID()
	v.report(at, h.Second, h.HasSeeked)
	if !v.isView(of, s) {
		return v.place(), false
	}
	v.countedAt = at
	return v.place(), true
}

// discount takes back a view that could not be kept: the next report counts it.
func (c *crowd) discount(p place) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v := c.viewings[p]; v != nil {
		v.countedAt = time.Time{}
	}
}

// leave takes out those who have been silent since before the time, and forgets views older than expired.
func (c *crowd) leave(silentSince, expired time.Time) (gone []*viewing, turnedOff int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for p, at := range c.recent {
		if at.Before(expired) {
			delete(c.recent, p)
		}
	}
	for p, v := range c.viewings {
		if v.lastAt.After(silentSince) {
			continue
		}
		c.remove(p, v)
		gone = append(gone, v)
	}
	turnedOff, c.turnedOff = c.turnedOff, 0
	return gone, turnedOff
}

func (c *crowd) remove(p place, v *viewing) {
	delete(c.viewings, p)
	if c.byVideo[v.video]--; c.byVideo[v.video] <= 0 {
		delete(c.byVideo, v.video)
	}
	if v.address != (viewerKey{}) {
		if c.byAddress[v.address]--; c.byAddress[v.address] <= 0 {
			delete(c.byAddress, v.address)
		}
	}
	if !v.countedAt.IsZero() && len(c.recent) < maxRecent {
		c.recent[p] = v.countedAt
	}
}

func (c *crowd) count(of video.ID) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.byVideo[of]
}
