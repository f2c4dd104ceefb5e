package server

import (
	"context"
	"sync"
	"time"

	"lucarne/chat/xmpp"
)

// Bounds of what one session may ask for. Who asks for more is read more slowly: nothing of theirs is lost, and nobody else waits.
const (
	burstCost  = 200.0
	costPerSec = 20.0
)

// pace slows down who says much. It goes by the time that passes, whatever the clock says.
type pace struct {
	mu   sync.Mutex
	owed float64
	at   time.Time
}

// wait takes the time that is due for something of a cost. It fails when ctx ends first.
func (p *pace) wait(ctx context.Context, cost float64) error {
	delay := p.spend(time.Now(), cost)
	if delay == 0 {
		return nil
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *pace) spend(now time.Time, cost float64) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.owed = max(0, p.owed-now.Sub(p.at).Seconds()*costPerSec) + cost
	p.at = now
	return time.Duration(max(0, p.owed-burstCost) / costPerSec * float64(time.Second))
}

// costOf is how much work a stanza makes: coming into a room and reading what was said in it are the most.
func costOf(e *xmpp.Element) float64 {
	asked := e.First()
	switch {
	case e.Name.Local == "presence" && e.Attr("type") == "":
		return 10
	case asked.Is(nsMAM, "query"), asked.Is(nsSearch, "query"), asked.Is(nsPubSub, "pubsub"):
		return 5
	}
	return 1
}
