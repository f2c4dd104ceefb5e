package packager

import "time"

// paceNow is the pace, once it is set.
func (p *Packager) paceNow() pace {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pace
}

// decidePace sets the pace once the source told enough: two keyframes, or all that can be waited for.
func (p *Packager) decidePace(r *rendition) {
	if p.paceNow().isSet {
		return
	}
	first, last := r.queue[0], r.queue[len(r.queue)-1]
	if r.picture == nil {
		if length := last.dts - first.dts; length > 0 {
			p.setPace(0, length/time.Duration(len(r.queue)-1))
		}
		return
	}
	keys := 0
	for _, f := range r.queue {
		if f.isKey {
			keys++
		}
	}
	if keys > 1 || last.dts-first.dts >= maxUndecided {
		p.forcePace(r)
	}
}

// forcePace sets the pace from what is known.
func (p *Packager) forcePace(r *rendition) {
	if p.paceNow().isSet || len(r.queue) == 0 {
		return
	}
	first, last := r.queue[0], r.queue[len(r.queue)-1]
	length := last.dts - first.dts
	interval, keyInterval := usualInterval, length
	if len(r.queue) > 1 {
		interval = length / time.Duration(len(r.queue)-1)
	}
	from := first.dts
	for i, f := range r.queue {
		if f.isKey && i > 0 {
			keyInterval = f.dts - from
			break
		}
		if f.isKey {
			from = f.dts
		}
	}
	p.setPace(keyInterval, interval)
}

func (p *Packager) setPace(keyInterval, frameInterval time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pace = newPace(p.o, keyInterval, frameInterval)
}

// cut begins another segment in all renditions and gives it its number.
func (p *Packager) cut(c cut) cut {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.cuts); n > 0 {
		c.number = p.cuts[n-1].number + 1
	}
	p.cuts.add(c)
	return c
}

func (p *Packager) cutNear(at time.Duration) (cut, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts.near(at)
}

func (p *Packager) cutOf(number int64) (cut, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts.find(number)
}
