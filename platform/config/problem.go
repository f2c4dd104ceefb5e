package config

import (
	"fmt"
	"strings"
)

// Origin is where a value came from. The zero Origin is the built-in default.
type Origin struct {
	Source string // a file's path, the name of an environment variable, "command line" or "administration"
	Line   int    // in a file; 0 elsewhere
}

// String is "config.yaml:12", "LUCARNE_LISTEN_PORT" or "default".
func (o Origin) String() string {
	switch {
	case o.Source == "":
		return "default"
	case o.Line == 0:
		return o.Source
	}
	return fmt.Sprintf("%s:%d", o.Source, o.Line)
}

// Problem is one thing wrong with one setting.
type Problem struct {
	Key     string
	From    Origin
	Message string // continues the key: "must be a whole number"
}

// String is a sentence for the operator: where, which key, what.
func (p Problem) String() string {
	if p.Key == "" {
		return fmt.Sprintf("%s: %s", p.From, p.Message)
	}
	return fmt.Sprintf("%s: %s %s", p.From, p.Key, p.Message)
}

// Problems is everything that keeps a configuration from being used.
type Problems []Problem

// Error lists every problem on its own line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return "the configuration cannot be used:\n  " + strings.Join(lines, "\n  ")
}

// err is nil when there are none, so that a nil error stays nil.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// maxSuggestible is longer than any name we have; comparing longer ones would only cost time.
const maxSuggestible = 120

// suggestion names the closest known name, or nothing when none is close.
func suggestion[V any](name string, known map[string]V) string {
	if len(name) > maxSuggestible {
		return ""
	}
	best, distance := "", len(name)/3+1
	for candidate := range known {
		d := editDistance(name, candidate)
		if d < distance || (d == distance && best != "" && candidate < best) {
			best, distance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

// editDistance is Levenshtein's: insertions, deletions and substitutions between two names.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
