package api

import (
	"bytes"
	"encoding/json"
	"time"

	"lucarne/chat/rule"
)

// rulesJSON are the rules of a channel; times are seconds.
type rulesJSON struct {
	Words        []wordsJSON      `json:"words"`
	SpecialChars specialCharsJSON `json:"specialCharacters"`
	Capitals     capitalsJSON     `json:"capitals"`
	Repetition   repetitionJSON   `json:"repetition"`
	Flood        floodJSON        `json:"flood"`
	Links        linksJSON        `json:"links"`
}

// policyJSON is what every rule has. An empty action is "refuse".
type policyJSON struct {
	Enabled           bool        `json:"enabled"`
	Action            rule.Action `json:"action"`
	Reason            string      `json:"reason"`
	AppliesModerators bool        `json:"applyToModerators"`
}

func rulePolicyOf(p rule.Policy) policyJSON {
	j := policyJSON(p)
	if j.Action == rule.Pass {
		j.Action = rule.Refuse
	}
	return j
}

func (p policyJSON) isKnown() bool {
	return p.Action == rule.Pass || p.Action == rule.Refuse || p.Action == rule.Hold
}

// wordModes are the modes of a word list by their names in the API.
var wordModes = map[string]rule.Mode{"whole": rule.Whole, "plain": rule.Plain, "pattern": rule.Pattern}

type wordsJSON struct {
	policyJSON
	Label    string   `json:"label"`
	Language string   `json:"language"`
	Mode     string   `json:"mode"`
	Entries  []string `json:"entries"`
	Comments string   `json:"comments"`
}

type specialCharsJSON struct {
	policyJSON
	Tolerance int `json:"tolerance"`
}

type capitalsJSON struct {
	policyJSON
	Percent int `json:"percent"`
}

type repetitionJSON struct {
	policyJSON
	Within int64 `json:"within"`
}

type floodJSON struct {
	policyJSON
	Messages int   `json:"messages"`
	Within   int64 `json:"within"`
}

type linksJSON struct {
	policyJSON
	Allowed []string `json:"allowed"`
}

func rulesOf(s rule.Set) rulesJSON {
	j := rulesJSON{
		Words:        make([]wordsJSON, len(s.Words)),
		SpecialChars: specialCharsJSON{rulePolicyOf(s.SpecialChars.Policy), s.SpecialChars.Tolerance},
		Capitals:     capitalsJSON{rulePolicyOf(s.Capitals.Policy), s.Capitals.Percent},
		Repetition:   repetitionJSON{rulePolicyOf(s.Repetition.Policy), int64(s.Repetition.Within / time.Second)},
		Flood:        floodJSON{rulePolicyOf(s.Flood.Policy), s.Flood.Messages, int64(s.Flood.Within / time.Second)},
		Links:        linksJSON{rulePolicyOf(s.Links.Policy), append([]string{}, s.Links.Allowed...)},
	}
	for i, list := range s.Words {
		j.Words[i] = wordsJSON{
			policyJSON: rulePolicyOf(list.Policy), Label: list.Label, Language: list.Language, Entries: append([]string{}, list.Entries...), Comments: list.Comments,
		}
		for name, mode := range wordModes {
			if mode == list.Mode {
				j.Words[i].Mode = name
			}
		}
	}
	return j
}

// readRules reads rules; nil when they were not sent or are refused.
func readRules(in *input, name string) *rule.Set {
	var sent rulesJSON
	if !readStrictly(in, name, &sent) {
		return nil
	}
	s, message := sent.set()
	if message != "" {
		in.refuse(name, nil, "%s", message)
		return nil
	}
	return &s
}

// readStrictly reads an object whole, and reports whether it was sent and can be read. An unknown field is refused: it would be missed too
// late.
func readStrictly(in *input, name string, into any) bool {
	if in.object(name) == nil {
		return false
	}
	body, err := json.Marshal(in.fields[name])
	if err == nil {
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.DisallowUnknownFields()
		err = decoder.Decode(into)
	}
	if err != nil {
		in.refuse(name, nil, "%s", err)
	}
	return err == nil
}

// maxRuleSeconds keeps times countable; the subject's bounds are far below.
const maxRuleSeconds = 1 << 30

// set is the rules as the subject has them, or what is wrong with them that it cannot see.
func (j rulesJSON) set() (s rule.Set, message string) {
	policies := []policyJSON{j.SpecialChars.policyJSON, j.Capitals.policyJSON, j.Repetition.policyJSON, j.Flood.policyJSON, j.Links.policyJSON}
	for _, list := range j.Words {
		policies = append(policies, list.policyJSON)
	}
	for _, p := range policies {
		if !p.isKnown() {
			return s, "An action is hold or refuse"
		}
	}
	if min(j.Repetition.Within, j.Flood.Within) < 0 || max(j.Repetition.Within, j.Flood.Within) > maxRuleSeconds {
		return s, "A time should be a number of seconds"
	}
	s = rule.Set{
		SpecialChars: rule.SpecialChars{Policy: rule.Policy(j.SpecialChars.policyJSON), Tolerance: j.SpecialChars.Tolerance},
		Capitals:     rule.Capitals{Policy: rule.Policy(j.Capitals.policyJSON), Percent: j.Capitals.Percent},
		Repetition:   rule.Repetition{Policy: rule.Policy(j.Repetition.policyJSON), Within: time.Duration(j.Repetition.Within) * time.Second},
		Flood: rule.Flood{
			Policy: rule.Policy(j.Flood.policyJSON), Messages: j.Flood.Messages, Within: time.Duration(j.Flood.Within) * time.Second,
		},
		Links: rule.Links{Policy: rule.Policy(j.Links.policyJSON), Allowed: j.Links.Allowed},
	}
	for _, list := range j.Words {
		mode, isKnown := wordModes[list.Mode]
		if !isKnown && list.Mode != "" {
			return s, "A mode is whole, plain or pattern"
		}
		s.Words = append(s.Words, rule.WordList{
			Policy: rule.Policy(list.policyJSON), Label: list.Label, Language: list.Language, Mode: mode, Entries: list.Entries, Comments: list.Comments,
		})
	}
	return s, ""
}

func caughtOf(c rule.Caught) caughtJSON {
	return caughtJSON{
		Body: c.Message.Body, SentAt: timestamp(c.Message.At), Action: string(c.Verdict.Action), Rule: c.Verdict.Rule,
		Label: orNull(c.Verdict.Label), Reason: orNull(c.Verdict.Reason),
	}
}
