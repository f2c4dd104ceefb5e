// Package rule says which messages of a chat its moderators would rather not see. It knows text and times only: who asks decides what
// becomes of a message that is caught.
package rule

import (
	"errors"
	"fmt"
	"time"

	"lucarne/platform/fault"
)

// Message is what rules look at.
type Message struct {
	Author string // tells authors apart
	// IsModerator spares the author from every rule that does not say otherwise.
	IsModerator bool
	Body        string
	At          time.Time
}

// Action is what is to become of a message. The zero Action lets it pass.
type Action string

// The actions.
const (
	Pass   Action = ""
	Hold   Action = "hold"   // a moderator decides
	Refuse Action = "refuse" // it is not shown
)

// Verdict is what the rules say of a message, and which of them.
type Verdict struct {
	Action Action
	Rule   string // one of the names below
	Label  string // of the word list
	Reason string // for the author, as the channel wrote it; may be empty
}

// The names of the rules.
const (
	ForWords        = "words"
	ForSpecialChars = "special characters"
	ForCapitals     = "capitals"
	ForRepetition   = "repetition"
	ForFlood        = "flood"
	ForLinks        = "links"
)

// Name is the rule with the label of its word list, if it has one.
func (v Verdict) Name() string {
	if v.Label == "" {
		return v.Rule
	}
	return v.Rule + ": " + v.Label
}

// Policy is what every rule has: whether it is on, what it does and whom it spares. Of an empty Action, Refuse is meant.
type Policy struct {
	Enabled           bool
	Action            Action
	Reason            string
	AppliesModerators bool
}

func (p Policy) binds(m Message) bool { return p.Enabled && (!m.IsModerator || p.AppliesModerators) }

func (p Policy) verdict(rule, label string) Verdict {
	action := p.Action
	if action == Pass {
		action = Refuse
	}
	return Verdict{Action: action, Rule: rule, Label: label, Reason: p.Reason}
}

// Set is what a channel asks of its chat. The zero Set lets everything pass.
type Set struct {
	Words        []WordList
	SpecialChars SpecialChars
	Capitals     Capitals
	Repetition   Repetition
	Flood        Flood
	Links        Links
}

// Bounds of a set.
const (
	MaxLists      = 50
	MaxEntries    = 2000 // of one list
	MaxEntryRunes = 200
	MaxAllowed    = 200 // hosts links may lead to
	maxDelay      = 24 * time.Hour
)

// Options say what the site allows its channels.
type Options struct {
	// Patterns allows regular expressions (RE2, in time linear to the text). Lists of them are skipped otherwise.
	Patterns bool
}

// Checker is a set made ready. It is safe for concurrent use; what it remembers of authors is the caller's Memory.
type Checker struct {
	set   Set
	words []matcher
	links linkRule
	lists []*Shared
}

// Compile makes a set ready. It fails with fault.Invalid, naming what is wrong with it.
func Compile(s Set, o Options) (*Checker, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	c := &Checker{set: s, links: newLinkRule(s.Links)}
	steps := 0
	for i, list := range s.Words {
		if list.Mode == Pattern && !o.Patterns {
			continue
		}
		m, err := newMatcher(list)
		if steps += m.steps; err == nil && steps > maxSteps {
			err = errors.New("the expressions of all lists take too long together")
		}
		if err != nil {
			return nil, fault.InvalidParam(fmt.Sprintf("words[%d]", i), nil, "%s", err)
		}
		c.words = append(c.words, m)
	}
	return c, nil
}

func (s Set) check() error {
	var params []fault.Param
	refuse := func(isWrong bool, name, message string) {
		if isWrong {
			params = append(params, fault.Param{Name: name, Message: message})
		}
	}
	refuse(len(s.Words) > MaxLists, "words", "Too many lists of words")
	refuse(s.SpecialChars.Tolerance < 0 || s.SpecialChars.Tolerance > 10, "forbidSpecialChars.tolerance", "Should be between 0 and 10")
	refuse(s.Capitals.Percent < 0 || s.Capitals.Percent > 100, "capitals.percent", "Should be between 0 and 100")
	refuse(s.Repetition.Within < 0 || s.Repetition.Within > maxDelay, "noDuplicate.delay", "Should be between 0 and 86400 seconds")
	refuse(s.Flood.Messages < 0 || s.Flood.Messages > rememberedMessages, "flood.messages", "Too many messages")
	refuse(s.Flood.Within < 0 || s.Flood.Within > maxDelay, "flood.within", "Should be between 0 and 86400 seconds")
	refuse(len(s.Links.Allowed) > MaxAllowed, "links.allowed", "Too many hosts")
	return fault.InvalidParams(params)
}

// Check says what the rules hold against a message, and remembers it. The first rule that catches it decides; one that refuses comes
// before one that holds.
func (c *Checker) Check(m Message, memory *Memory) Verdict {
	past := memory.note(m)
	var held Verdict
	for _, verdict := range c.verdicts(m, past) {
		if verdict.Action == Refuse {
			return verdict
		}
		if held.Action == Pass {
			held = verdict
		}
	}
	return held
}

func (c *Checker) verdicts(m Message, past []past) []Verdict {
	text := fold(m.Body)
	var list []Verdict
	for _, w := range c.words {
		if w.list.binds(m) && w.matches(m.Body, text) {
			list = append(list, w.list.verdict(ForWords, w.list.Label))
		}
	}
	for _, s := range c.lists {
		if s.policy.binds(m) && s.matches(m.Body, text) {
			list = append(list, s.policy.verdict(s.name, ""))
		}
	}
	for _, r := range []struct {
		policy Policy
		name   string
		caught func() bool
	}{
		{c.set.SpecialChars.Policy, ForSpecialChars, func() bool { return c.set.SpecialChars.catches(m.Body) }},
		{c.set.Capitals.Policy, ForCapitals, func() bool { return c.set.Capitals.catches(m.Body) }},
		{c.set.Repetition.Policy, ForRepetition, func() bool { return c.set.Repetition.catches(m, past) }},
		{c.set.Flood.Policy, ForFlood, func() bool { return c.set.Flood.catches(m, past) }},
		{c.set.Links.Policy, ForLinks, func() bool { return c.links.catches(m.Body) }},
	} {
		if r.policy.binds(m) && r.caught() {
			list = append(list, r.policy.verdict(r.name, ""))
		}
	}
	return list
}

// Caught is a message of a history with what would have been held against it.
type Caught struct {
	Message Message
	Verdict Verdict
}

// Try tells what the rules would have caught of a history, oldest message first.
func (c *Checker) Try(history []Message) []Caught {
	memory := NewMemory()
	caught := []Caught{}
	for _, m := range history {
		if v := c.Check(m, memory); v.Action != Pass {
			caught = append(caught, Caught{Message: m, Verdict: v})
		}
	}
	return caught
}
