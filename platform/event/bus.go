package event

import (
	"context"
	"sync"
)

// Bus passes signals to whoever listens right now, and forgets them: progress for an open page, a cache to drop.
type Bus struct {
	mu     sync.RWMutex
	topics map[string]map[*subscription]struct{}
}

type subscription struct{ signals chan []byte }

// pending bounds the signals a slow subscriber may have waiting; past it, the oldest are dropped.
const pending = 64

// NewBus makes the bus of one process.
func NewBus() *Bus { return &Bus{topics: make(map[string]map[*subscription]struct{})} }

// Publish hands a signal to the topic's subscribers. It never blocks: a slow one loses its oldest signals.
func (b *Bus) Publish(topic string, signal []byte) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for s := range b.topics[topic] {
		s.offer(signal)
	}
}

func (s *subscription) offer(signal []byte) {
	for {
		select {
		case s.signals <- signal:
			return
		default:
		}
		select {
		case <-s.signals:
		default:
		}
	}
}

// Subscribe gives the topic's signals from now until ctx ends; the channel is then closed.
func (b *Bus) Subscribe(ctx context.Context, topic string) <-chan []byte {
	s := &subscription{signals: make(chan []byte, pending)}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.topics[topic] == nil {
		b.topics[topic] = make(map[*subscription]struct{})
	}
	b.topics[topic][s] = struct{}{}
	context.AfterFunc(ctx, func() { b.leave(topic, s) })
	return s.signals
}

func (b *Bus) leave(topic string, s *subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.topics[topic], s)
	if len(b.topics[topic]) == 0 {
		delete(b.topics, topic)
	}
	close(s.signals)
}
