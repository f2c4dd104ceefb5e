package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Sources is where settings come from, beside the defaults and what administrators change. The weakest first:
// defaults, File, administrators, Environ, Flags.
type Sources struct {
	File    string            // path of a YAML or JSON file; empty for none
	Environ []string          // NAME=value, as os.Environ gives it
	Flags   map[string]string // key → text, as the command line gives it
}

// setting is one key with the value one source gives it.
type setting struct {
	leaf  *leaf
	value value
	from  Origin
}

func (s setting) problem(err error) Problem {
	return Problem{Key: s.leaf.key, From: s.from, Message: err.Error()}
}

// shown is the given value, unless it is a secret.
func (l *leaf) shown(v value) any {
	if l.secret {
		return nil
	}
	return v.any
}

// Default is the configuration of a site nobody configured.
func Default() *Config {
	b, err := build()
	if err != nil {
		panic("config: the defaults are wrong: " + err.Error())
	}
	return b.config
}

// built is a configuration and where each of its values came from.
type built struct {
	config  *Config
	origins map[string]Origin
}

// build lays the layers over the defaults, the strongest last, and checks the result. It reports all problems at once.
func build(layers ...[]setting) (built, error) {
	b, problems := assemble(layers...)
	b.config.expandPaths()
	for _, problem := range verify(b.config) {
		problem.From = b.origins[problem.Key]
		problems = append(problems, problem)
	}
	return b, problems.err()
}

func assemble(layers ...[]setting) (built, Problems) {
	b := built{config: &Config{}, origins: map[string]Origin{}}
	var problems Problems
	for _, layer := range append([][]setting{defaults()}, layers...) {
		for _, s := range layer {
			if err := s.leaf.set(b.config, s.value); err != nil {
				problems = append(problems, s.problem(err))
				continue
			}
			b.origins[s.leaf.key] = s.from
		}
	}
	return b, problems
}

func defaults() []setting {
	var settings []setting
	for _, l := range table().leaves {
		if l.fallback != "" {
			settings = append(settings, setting{leaf: l, value: value{text: l.fallback, isText: true}})
		}
	}
	return settings
}

// expandPaths resolves <data> at the start of the storage folders.
func (c *Config) expandPaths() {
	for _, l := range table().leaves {
		if !strings.HasPrefix(l.key, "storage.") {
			continue
		}
		field := l.in(c)
		if below, ok := strings.CutPrefix(field.String(), "<data>"); ok {
			field.SetString(filepath.Join(c.Lucarne.Data, below))
		}
	}
}

// readFile reads the settings of a file. Unknown keys are warnings; a file that cannot be read is an error.
func readFile(path string) (found, error) {
	if path == "" {
		return found{}, nil
	}
	text, err := readBounded(path)
	if err != nil {
		return found{}, fmt.Errorf("read the configuration: %w", err)
	}
	root, err := readDocument(path, text)
	if err != nil {
		return found{}, Problems{{From: Origin{Source: path}, Message: err.Error()}}
	}
	f := found{source: path}
	f.collect(root, "")
	return f, nil
}

func readBounded(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxDocumentBytes+1))
	if err == nil && len(text) > maxDocumentBytes {
		err = errTooLarge
	}
	return text, err
}

// maxWarnings bounds what a file that is no configuration at all makes us say.
const maxWarnings = 100

// found is what one document sets.
type found struct {
	source   string
	settings []setting
	warnings []Problem
	problems Problems
}

// collect walks the sections of the schema along the document. Nothing below an unknown key is looked at.
func (f *found) collect(n *node, section string) {
	if !n.isObject {
		f.refuse(n, section)
		return
	}
	lines := map[string]int{}
	for _, m := range n.members {
		key, from := join(section, m.name), Origin{Source: f.source, Line: m.line}
		if first, twice := lines[m.name]; twice {
			f.problems = append(f.problems, Problem{Key: key, From: from, Message: fmt.Sprintf("is given twice, first on line %d", first)})
			continue
		}
		lines[m.name] = m.line
		f.take(key, m.node, from)
	}
}

func (f *found) take(key string, n *node, from Origin) {
	s := table()
	switch l := s.byKey[key]; {
	case l != nil:
		f.settings = append(f.settings, setting{leaf: l, value: n.value(), from: from})
	case s.sections[key]:
		f.collect(n, key)
	case len(f.warnings) < maxWarnings:
		f.warnings = append(f.warnings, Problem{Key: key, From: from, Message: "is not a setting and is ignored" + suggestion(key, s.names)})
	}
}

// refuse reports a section that is not an object. An empty section is null in YAML and sets nothing.
func (f *found) refuse(n *node, section string) {
	if !n.isList && n.scalar.any == nil {
		return
	}
	message := "must be a section with keys of its own, not " + describe(n.plain())
	if section == "" {
		message = "must hold keys with values"
	}
	f.problems = append(f.problems, Problem{Key: section, From: Origin{Source: f.source, Line: n.line}, Message: message})
}

// readOverlay reads what administrators changed, as Live.Edit made it. Keys that cannot be changed from the web are
// ignored with a warning, so that a stored overlay never reaches the database address or the secrets.
func readOverlay(text []byte) (found, error) {
	f := found{source: "administration"}
	if len(strings.TrimSpace(string(text))) == 0 {
		return f, nil
	}
	root, err := readJSON(text)
	if err != nil {
		return f, Problems{{From: Origin{Source: f.source}, Message: err.Error()}}
	}
	f.collect(root, "")
	allowed := f.settings[:0]
	for _, s := range f.settings {
		if s.leaf.custom == "" {
			f.warnings = append(f.warnings, s.problem(errors.New("cannot be changed from the web and is ignored")))
			continue
		}
		s.from.Line = 0
		allowed = append(allowed, s)
	}
	f.settings = allowed
	return f, nil
}
