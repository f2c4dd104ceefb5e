package video

import (
	"fmt"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/clock"
)

// Version moves when a commit changes what lists and pages of videos show: equal numbers, equal answers.
func (v *Videos) Version() int64 { return v.o.DB.Version(CountersTopic) + v.membership() }

// membership moves when a commit may change which videos a filter matches.
func (v *Videos) membership() int64 { return v.o.DB.Version(Topic, channel.Topic, account.Topic) }

const (
	// maxTotals bounds the counts that are remembered.
	maxTotals = 2000
	// totalLife is how long a count may miss the commits of another process on the same database; those of this one it never misses.
	totalLife = time.Minute
)

// totals remembers how many videos a filter matched, and at which version. Counting reads an index from end to end, so it is the one
// part of a list that grows with the number of videos.
type totals struct {
	clock clock.Clock
	most  int
	mu    sync.Mutex
	of    map[string]total
	// counting lets one caller count for all who wait for the same number.
	counting singleflight.Group
}

type total struct {
	version int64
	until   time.Time
	n       int
}

func newTotals(c clock.Clock, most int) *totals {
	return &totals{clock: c, most: most, of: make(map[string]total)}
}

func totalKey(q query) string { return fmt.Sprint(q.countText(), q.countArgs()) }

// count gives the remembered number, or the one counter finds.
func (t *totals) count(key string, version int64, counter func() (int, error)) (int, error) {
	if n, ok := t.get(key, version); ok {
		return n, nil
	}
	n, err, _ := t.counting.Do(key+strconv.FormatInt(version, 10), func() (any, error) {
		n, err := counter()
		if err == nil {
			t.put(key, version, n)
		}
		return n, err
	})
	return n.(int), err
}

func (t *totals) get(key string, version int64) (int, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	known, ok := t.of[key]
	return known.n, ok && known.version == version && t.clock.Now().Before(known.until)
}

// put remembers a count. When there is no room, the stale ones go, and failing that all of them.
func (t *totals) put(key string, version int64, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.of) >= t.most {
		for old, known := range t.of {
			if known.version != version {
				delete(t.of, old)
			}
		}
	}
	if len(t.of) >= t.most {
		clear(t.of)
	}
	t.of[key] = total{version: version, until: t.clock.Now().Add(totalLife), n: n}
}
