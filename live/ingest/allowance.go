package ingest

import "time"

// allowance is a bucket of tokens: some at once, then so many a second. It is full in the beginning.
type allowance struct {
	most      float64
	perSecond float64

	isBegun bool
	left    float64
	at      time.Time
}

// take takes tokens, if there are as many.
func (a *allowance) take(n float64, now time.Time) bool {
	a.fill(now)
	if a.left < n {
		return false
	}
	a.left -= n
	return true
}

// owe takes tokens that may not be there yet, and tells how long it takes until they are.
func (a *allowance) owe(n float64, now time.Time) time.Duration {
	a.fill(now)
	a.left -= n
	if a.left >= 0 {
		return 0
	}
	return time.Duration(-a.left / a.perSecond * float64(time.Second))
}

func (a *allowance) fill(now time.Time) {
	if !a.isBegun {
		a.isBegun, a.left, a.at = true, a.most, now
	}
	passed := now.Sub(a.at)
	if passed <= 0 {
		return
	}
	a.left = min(a.left+passed.Seconds()*a.perSecond, a.most)
	a.at = now
}
