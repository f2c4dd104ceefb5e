package rule

import (
	"time"
	"unicode"
)

// SpecialChars catches messages with more than Tolerance characters that are no white space, letter, number, punctuation, currency or
// emoji.
type SpecialChars struct {
	Policy
	Tolerance int // 0 to 10
}

func (s SpecialChars) catches(body string) bool {
	count := 0
	for _, r := range body {
		if isSpecial(r) {
			count++
		}
	}
	return count > s.Tolerance
}

// isSpecial lets pass what emoji are made of too: pictographs (So), skin tones (Sk), joiners and variation selectors.
func isSpecial(r rune) bool {
	return !isJoiner(r) && !unicode.IsSpace(r) && !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsPunct(r) &&
		!unicode.In(r, unicode.Sc, unicode.Mn, unicode.Mc) && !isEmoji(r)
}

func isEmoji(r rune) bool {
	return r >= 0x1F000 && r <= 0x1FAFF || r >= 0x2190 && r <= 0x21FF || r >= 0x2300 && r <= 0x24FF || r >= 0x25A0 && r <= 0x27BF || r >= 0x2B00 && r <= 0x2BFF ||
		r == 0x3030 || r == 0x303D || r == 0x3297 || r == 0x3299 || r == 0xA9 || r == 0xAE || r == 0x2122
}

// Capitals catches shouting: more than Percent of at least minCapitals letters.
type Capitals struct {
	Policy
	Percent int // 0 stands for 70
}

const (
	minCapitals    = 8 // letters: "OK", "NASA" and "WELL DONE" are no shouting
	defaultPercent = 70
)

func (c Capitals) catches(body string) bool {
	upper, cased := 0, 0
	for _, r := range body {
		switch {
		case unicode.IsUpper(r):
			upper++
			cased++
		case unicode.IsLower(r):
			cased++
		}
	}
	percent := c.Percent
	if percent == 0 {
		percent = defaultPercent
	}
	return upper > minCapitals && upper*100 > percent*cased
}

// Repetition catches what the same author already said within the time.
type Repetition struct {
	Policy
	Within time.Duration // 0 stands for a minute
}

const defaultRepetition = time.Minute

func (r Repetition) catches(m Message, earlier []past) bool {
	within := r.Within
	if within == 0 {
		within = defaultRepetition
	}
	digest := digestOf(m.Body)
	for _, p := range earlier {
		if p.digest == digest && m.At.Sub(p.at) < within {
			return true
		}
	}
	return false
}

// Flood catches more than Messages of one author within the time.
type Flood struct {
	Policy
	Messages int           // 0 stands for 5
	Within   time.Duration // 0 stands for 10 s
}

const (
	defaultFlood       = 5
	defaultFloodWithin = 10 * time.Second
)

func (f Flood) catches(m Message, earlier []past) bool {
	most, within := f.Messages, f.Within
	if most == 0 {
		most = defaultFlood
	}
	if within == 0 {
		within = defaultFloodWithin
	}
	count := 1
	for _, p := range earlier {
		if m.At.Sub(p.at) < within {
			count++
		}
	}
	return count > most
}
