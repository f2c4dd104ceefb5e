package replay_test

import (
	"slices"
	"strings"
	"testing"
)

// excuse is one difference we intend.
type excuse struct {
	where  string // as difference.where; what is inside of it is excused too
	at     []int  // the exchanges it is excused in; none means all
	reason string
}

var intended = []excuse{}

// excuses remember which of the intended differences still exist.
type excuses struct{ used []bool }

func newExcuses() *excuses { return &excuses{used: make([]bool, len(intended))} }

func (e *excuses) cover(number int, d difference) bool {
	covered := false
	for i, one := range intended {
		isAt := len(one.at) == 0 || slices.Contains(one.at, number)
		isThere := d.where == one.where || strings.HasPrefix(d.where, one.where+".")
		if isAt && isThere {
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
			t.Errorf("%s (%v) no longer differs, yet is excused: %s", one.where, one.at, one.reason)
		}
	}
}
