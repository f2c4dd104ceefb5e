package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// tally is what viewers met.
type tally struct {
	waits  []time.Duration // for playlists, from when they could be answered
	stalls []time.Duration
	bytes  int64
	asked  int
	errors int
	first  error
}

// longestStall is the longest time a picture stood.
func (t *tally) longestStall() time.Duration {
	if len(t.stalls) == 0 {
		return 0
	}
	return slices.Max(t.stalls)
}

func (t *tally) p99() time.Duration {
	if len(t.waits) == 0 {
		return 0
	}
	slices.Sort(t.waits)
	return t.waits[len(t.waits)*99/100]
}

// audience watches a show by Low-Latency HLS: each viewer has a connection for the playlist and one for media, as browsers would.
type audience struct {
	host   string
	folder string
	stand  *newsstand

	mu sync.Mutex
	tally
}

func newAudience(s show) *audience {
	return &audience{host: strings.TrimPrefix(s.origin, "http://"), folder: s.folder(), stand: newNewsstand()}
}

// watch has viewers join evenly over a time and stay until ctx ends.
func (a *audience) watch(ctx context.Context, viewers int, joining time.Duration) {
	var wg sync.WaitGroup
	for i := range viewers {
		wg.Go(func() {
			rest(ctx, joining*time.Duration(i)/time.Duration(viewers))
			v := &viewer{audience: a}
			a.count(&v.tally, v.watch(ctx), ctx)
		})
	}
	wg.Wait()
}

func (a *audience) count(t *tally, err error, ctx context.Context) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.waits, a.stalls = append(a.waits, t.waits...), append(a.stalls, t.stalls...)
	a.bytes, a.asked = a.bytes+t.bytes, a.asked+t.asked
	if err != nil && ctx.Err() == nil {
		a.errors++
		a.first = err
	}
}

// viewer is one who watches.
type viewer struct {
	*audience
	tally
	playlist, media *wire
	at              place         // what is fetched next
	ahead           time.Duration // how much was fetched, from where the picture began
	begun           time.Time     // when the picture began; moved on by stalls
}

func (v *viewer) watch(ctx context.Context) (err error) {
	if v.playlist, err = dialWire(v.host); err != nil {
		return err
	}
	defer v.playlist.Close()
	if v.media, err = dialWire(v.host); err != nil {
		return err
	}
	defer v.media.Close()
	defer context.AfterFunc(ctx, func() { v.playlist.Close(); v.media.Close() })()
	l, err := v.join()
	for err == nil && ctx.Err() == nil {
		l, err = v.follow(l)
	}
	return err
}

// join reads what players read first.
func (v *viewer) join() (*listing, error) {
	if err := v.fetch(v.playlist, "master.m3u8"); err != nil {
		return nil, err
	}
	asked := time.Now()
	if err := v.playlist.ask(v.audience.folder + "0.m3u8"); err != nil {
		return nil, err
	}
	l, err := v.listing(asked, place{})
	if err != nil {
		return nil, err
	}
	at, into := l.start()
	v.at, v.ahead = at, -into
	return l, v.fetch(v.media, l.init)
}

// follow asks for the next playlist, fetches what the last one told of meanwhile, and hears the answer.
func (v *viewer) follow(l *listing) (*listing, error) {
	next := l.end()
	path := fmt.Sprintf("%s0.m3u8?_HLS_msn=%d&_HLS_part=%d", v.audience.folder, next.segment, next.part)
	if l.canSkip {
		path += "&_HLS_skip=YES"
	}
	asked := time.Now()
	if err := v.playlist.ask(path); err != nil {
		return nil, err
	}
	for _, p := range l.from(v.at) {
		if err := v.fetch(v.media, p.uri); err != nil {
			return nil, err
		}
		v.play(p.duration, time.Now())
	}
	v.at = next
	return v.listing(asked, next)
}

// listing hears a playlist. How long it took counts from when it was asked for, and not before another viewer had heard of the place.
func (v *viewer) listing(asked time.Time, of place) (*listing, error) {
	a, early, err := v.playlist.hear()
	if err != nil {
		return nil, err
	}
	now := time.Now()
	v.asked++
	if a.status != 200 {
		return nil, fmt.Errorf("playlist: status %d", a.status)
	}
	since := asked
	if of != (place{}) {
		if first := v.stand.since(of, now); first.After(asked) {
			since = first
		}
	}
	v.waits = append(v.waits, now.Sub(since))
	v.bytes += int64(a.length)
	if l := v.stand.find(a.etag); l != nil {
		return l, v.playlist.skip(a, early)
	}
	body, err := v.playlist.keep(a, early)
	if err != nil {
		return nil, err
	}
	return v.stand.read(a, body)
}

// fetch lets a file pass.
func (v *viewer) fetch(w *wire, name string) error {
	if err := w.ask(v.audience.folder + name); err != nil {
		return err
	}
	a, early, err := w.hear()
	if err != nil {
		return err
	}
	v.asked++
	v.bytes += int64(a.length)
	if a.status != 200 {
		return fmt.Errorf("%s: status %d", name, a.status)
	}
	return w.skip(a, early)
}

// play counts what was fetched. The picture begins when there is something of where it begins, and stands while there is nothing left.
func (v *viewer) play(d time.Duration, now time.Time) {
	if v.begun.IsZero() {
		if v.ahead += d; v.ahead > 0 {
			v.begun = now
		}
		return
	}
	if stood := now.Sub(v.begun) - v.ahead; stood > 0 {
		v.stalls = append(v.stalls, stood)
		v.begun = v.begun.Add(stood)
	}
	v.ahead += d
}

// repeat has viewers fetch a playlist that does not change and one of its parts, all in the same moment, each time a live would have a
// new part.
func (a *audience) repeat(ctx context.Context, l *listing, viewers int, joining time.Duration) {
	var wg sync.WaitGroup
	begin := time.Now()
	for i := range viewers {
		wg.Go(func() {
			rest(ctx, joining*time.Duration(i)/time.Duration(viewers))
			v := &viewer{audience: a}
			a.count(&v.tally, v.repeat(ctx, l, begin), ctx)
		})
	}
	wg.Wait()
}

func (v *viewer) repeat(ctx context.Context, l *listing, begin time.Time) (err error) {
	if v.playlist, err = dialWire(v.host); err != nil {
		return err
	}
	defer v.playlist.Close()
	if v.media, err = dialWire(v.host); err != nil {
		return err
	}
	defer v.media.Close()
	defer context.AfterFunc(ctx, func() { v.playlist.Close(); v.media.Close() })()
	parts := l.parts()
	for turn := time.Since(begin)/l.target + 1; err == nil; turn++ {
		rest(ctx, time.Until(begin.Add(turn*l.target)))
		asked := time.Now()
		if err = v.fetch(v.playlist, "0.m3u8"); err == nil {
			v.waits = append(v.waits, time.Since(asked))
			err = v.fetch(v.media, parts[int(turn)%len(parts)].uri)
		}
	}
	return err
}
