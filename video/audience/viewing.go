package audience

import (
	"cmp"
	"slices"
	"time"

	"lucarne/account"
	"lucarne/video"
)

// section is a part of a video somebody watched, in seconds; both ends are in it.
type section struct{ start, end int32 }

// maxSections bounds what is kept of one viewing: somebody who jumps about more loses the detail of the beginning.
const maxSections = 100

// maxStep is how far a player may have played between two reports at once, so that slow reporters and fast players count.
// A longer stretch counts only when enough time passed for it at maxSpeed.
const (
	maxStep  = 60
	maxSpeed = 4
)

// viewing is one viewer at one video, from the first report to the silence that ends it.
type viewing struct {
	video     video.ID
	isLocal   bool
	viewer    viewerKey
	address   viewerKey // of the first report; zero when the viewer is told apart by it
	user      account.UserID
	agent     Agent
	startedAt time.Time
	lastAt    time.Time
	countedAt time.Time // when it last made a view; zero never
	watched   int       // seconds
	sections  []section // in the order they were watched
}

// report notes where playback stands. What was played since the last report is watched, unless the player jumped.
func (v *viewing) report(at time.Time, second int, hasSeeked bool) {
	position, reach := int32(second), max(maxStep, int(maxSpeed*at.Sub(v.lastAt)/time.Second))
	v.lastAt = at
	if len(v.sections) == 0 {
		v.sections = append(v.sections, section{position, position})
		return
	}
	last := &v.sections[len(v.sections)-1]
	step := int(position - last.end)
	if !hasSeeked && step >= 0 && step <= reach {
		last.end = position
		v.watched += step
		return
	}
	v.jump(position)
}

func (v *viewing) jump(to int32) {
	if last := &v.sections[len(v.sections)-1]; last.start == last.end {
		*last = section{to, to} // nothing was watched there
		return
	}
	if len(v.sections) >= maxSections {
		v.sections = union(v.sections)
	}
	if len(v.sections) >= maxSections {
		v.sections = slices.Delete(v.sections, 0, 1)
	}
	v.sections = append(v.sections, section{to, to})
}

// isView reports whether enough was watched to count, and the viewer did not count too short a time ago.
func (v *viewing) isView(of target, s Settings) bool {
	needed := s.CountAfter
	if of.seconds > 0 && !of.isLive {
		needed = min(needed, time.Duration(max(of.seconds-1, 1))*time.Second)
	}
	if time.Duration(v.watched)*time.Second < needed {
		return false
	}
	return v.countedAt.IsZero() || v.lastAt.Sub(v.countedAt) >= s.ViewExpiration
}

// union puts sections in order and joins those that touch, so that each second is in one at most.
func union(sections []section) []section {
	sorted := slices.SortedFunc(slices.Values(sections), func(a, b section) int { return cmp.Compare(a.start, b.start) })
	var joined []section
	for _, s := range sorted {
		if n := len(joined); n > 0 && s.start <= joined[n-1].end {
			joined[n-1].end = max(joined[n-1].end, s.end)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}
