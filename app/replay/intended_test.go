package replay_test

import (
	"slices"
	"strings"
	"testing"
)

// excuse is one difference we intend.
type excuse struct {
	where  []string // as difference.where, with what is inside of it; a * at either end stands for anything
	at     []int    // the exchanges it is excused in; none means all
	reason string
}

func (e excuse) covers(number int, d difference) bool {
	return (len(e.at) == 0 || slices.Contains(e.at, number)) && slices.ContainsFunc(e.where, func(pattern string) bool { return fits(pattern, d.where) })
}

func fits(pattern, where string) bool {
	start, isPrefix := strings.CutSuffix(pattern, "*")
	end, isSuffix := strings.CutPrefix(pattern, "*")
	switch {
	case isPrefix:
		return strings.HasPrefix(where, start)
	case isSuffix:
		return strings.HasSuffix(where, end)
	}
	return where == pattern || strings.HasPrefix(where, pattern+".")
}

// excuses remember which of the intended differences still exist.
type excuses struct{ used []bool }

func newExcuses() *excuses { return &excuses{used: make([]bool, len(intended))} }

func (e *excuses) cover(number int, d difference) bool {
	covered := false
	for i, one := range intended {
		if one.covers(number, d) {
			e.used[i], covered = true, true
		}
	}
	return covered
}

// checkUsed fails for a difference that is excused and no longer exists.
func (e *excuses) checkUsed(t *testing.T) {
	t.Helper()
	for i, one := range intended {
		if !e.used[i] {
			t.Errorf("%q (%v) no longer differs, yet is excused: %s", one.where, one.at, one.reason)
		}
	}
}
