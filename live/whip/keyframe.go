package whip

import (
	"sync"
	"time"
)

const keyPatience = 400 * time.Millisecond // browsers take no more than about 3 requests a second

// keyframes decides when to ask the encoder for a picture that decoding can start at (PLI, RFC 4585 §6.3.1): after a loss, and regularly,
// since each segment of the packager begins with one and encoders for calls send none on their own. It is safe for concurrent use.
type keyframes struct {
	interval time.Duration

	mu        sync.Mutex
	isNeeded  bool
	lastCame  time.Duration
	lastAsked time.Duration
}

func (k *keyframes) came(now time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lastCame = now
}

func (k *keyframes) need(is bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.isNeeded = is
}

// isDue tells that one must be asked for now, and takes it for asked.
func (k *keyframes) isDue(now time.Duration) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.isNeeded && now-k.lastCame < k.interval || now-k.lastAsked < keyPatience {
		return false
	}
	k.lastAsked = now
	return true
}
