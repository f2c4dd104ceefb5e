package rule

import (
	"fmt"
	"slices"
	"strings"

	"lucarne/platform/fault"
)

// Bounds of a shared list: all its entries together.
const (
	MaxSharedEntries = 10_000
	MaxSharedPlain   = 500 // that are looked for inside words
)

// Shared is word lists somebody else keeps, made ready as one rule. It never changes and serves any number of checkers.
type Shared struct {
	name   string
	policy Policy
	words  []matcher
	hosts  map[string]bool
}

// CompileShared makes lists ready as a rule of that name. Of the lists, what they look for counts, and not their policies; regular expressions
// are refused. Links to the hosts and what is below them are caught too.
func CompileShared(name string, p Policy, lists []WordList, hosts []string) (*Shared, error) {
	s := &Shared{name: name, policy: p, hosts: make(map[string]bool, len(hosts))}
	for _, host := range hosts {
		s.hosts[host] = true
	}
	entries, plain := 0, 0
	for _, list := range lists {
		if list.Mode == Pattern {
			return nil, fault.New(fault.Invalid, "A shared list cannot have regular expressions")
		}
		entries += len(list.Entries)
		if list.Mode == Plain {
			plain += len(list.Entries)
		}
		if len(lists) > MaxLists || entries > MaxSharedEntries || plain > MaxSharedPlain {
			return nil, fault.New(fault.TooLarge, "A shared list has at most %d entries, %d of them inside words", MaxSharedEntries, MaxSharedPlain)
		}
		m, err := newMatcher(list)
		if err != nil {
			return nil, fault.New(fault.Invalid, "%s", fmt.Sprintf("The shared list is wrong: %s", err))
		}
		s.words = append(s.words, m)
	}
	return s, nil
}

// Name is what the rule is called.
func (s *Shared) Name() string { return s.name }

// HasHost reports whether a host, or one it is below of, is on the list.
func (s *Shared) HasHost(host string) bool {
	for host != "" {
		if s.hosts[host] {
			return true
		}
		_, host, _ = strings.Cut(host, ".")
	}
	return false
}

func (s *Shared) matches(body string, text folded) bool {
	if len(s.hosts) > 0 && slices.ContainsFunc(hostsIn(body), s.HasHost) {
		return true
	}
	for _, m := range s.words {
		if m.matches("", text) {
			return true
		}
	}
	return false
}

// With is the checker with shared lists beside its own rules.
func (c *Checker) With(lists []*Shared) *Checker {
	with := *c
	with.lists = lists
	return &with
}
