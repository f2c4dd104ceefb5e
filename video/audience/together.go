package audience

import (
	"context"
	"sync"
	"time"
)

// together lets callers share a transaction: whoever comes while one is being written goes with the next. It holds what its waiting
// callers brought and nothing else, so it is bounded by them.
type together[T any] struct {
	write func(ctx context.Context, items []T) error
	turn  sync.Mutex
	mu    sync.Mutex
	next  *load[T]
}

type load[T any] struct {
	items  []T
	isDone bool
	err    error
}

// writeTimeout bounds a shared transaction, which must not end with the request of the caller who happens to run it.
const writeTimeout = 30 * time.Second

// add returns once the item is committed, or could not be.
func (t *together[T]) add(ctx context.Context, item T) error {
	mine := t.join(item)
	t.turn.Lock()
	defer t.turn.Unlock()
	if mine.isDone {
		return mine.err
	}
	t.mu.Lock()
	t.next = nil
	t.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	mine.err = t.write(ctx, mine.items)
	mine.isDone = true
	return mine.err
}

func (t *together[T]) join(item T) *load[T] {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next == nil {
		t.next = new(load[T])
	}
	t.next.items = append(t.next.items, item)
	return t.next
}
