package config

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"lucarne/platform/fault"
)

// Custom is the part of the configuration administrators see and change in the web: nested objects with PeerTube's
// camelCase names, as GET /config/custom answers. Durations are milliseconds, sizes bytes.
func (c *Config) Custom() map[string]any {
	custom := map[string]any{}
	for _, l := range table().leaves {
		if l.custom != "" {
			put(custom, l.custom, l.json(c))
		}
	}
	return custom
}

// Offered is Custom without the settings that change nothing on this site: those kept for files of PeerTube, those only told to
// applications, and those of what is not there yet.
func (c *Config) Offered() map[string]any {
	offered := map[string]any{}
	for _, l := range table().leaves {
		if l.custom != "" && l.use == "" {
			put(offered, l.custom, l.json(c))
		}
	}
	return offered
}

// Fixed are the settings of Custom an administrator cannot change, since a stronger source sets them: by their names there, with the
// name of the source.
func (l *Live) Fixed() map[string]string {
	fixed := map[string]string{}
	for _, s := range slices.Concat(l.environment, l.flags) {
		if s.leaf.custom != "" {
			fixed[s.leaf.custom] = s.from.Source
		}
	}
	return fixed
}

func put(object map[string]any, path string, v any) {
	for {
		name, rest, nested := strings.Cut(path, ".")
		if !nested {
			object[name] = v
			return
		}
		child, ok := object[name].(map[string]any)
		if !ok {
			child = map[string]any{}
			object[name] = child
		}
		object, path = child, rest
	}
}

// Edit checks the body of PUT /config/custom and returns the overlay to store; Apply then puts it in force. A key the
// body does not have, or repeats as it is, keeps its value and its source: only what the administrator changed is stored,
// and what is set back to the value of the file leaves the overlay. Unknown keys are ignored, as PeerTube does.
// The error is a fault: Forbidden when webadmin.configuration.edition.allowed is off, Invalid with one Param for each
// refused value otherwise.
func (l *Live) Edit(body []byte) (overlay []byte, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.current.Load()
	if !now.Webadmin.Configuration.Edition.Allowed {
		return nil, fault.New(fault.Forbidden, "This site does not let its configuration be changed from the web.")
	}
	root, err := readJSON(body)
	if err != nil || !root.isObject {
		return nil, fault.New(fault.Invalid, "The body must be a JSON object.").Because(err)
	}
	form := form{}
	form.collect(root, "")
	candidate := *now
	form.fill(&candidate)
	form.verify(&candidate)
	if err := fault.InvalidParams(form.params); err != nil {
		return nil, err
	}
	return json.Marshal(l.changes(form.settings, now, &candidate))
}

// changes is the overlay after the form: nested objects with the names of the file.
func (l *Live) changes(settings []setting, now, candidate *Config) map[string]any {
	stored := map[string]any{}
	for _, s := range l.overlay.settings {
		stored[s.leaf.key] = s.value.any
	}
	for _, s := range settings {
		wanted := s.leaf.text(candidate)
		switch wanted {
		case s.leaf.text(now): // untouched
		case s.leaf.text(l.base):
			delete(stored, s.leaf.key)
		default:
			stored[s.leaf.key] = s.leaf.json(candidate)
		}
	}
	overlay := map[string]any{}
	for key, v := range stored {
		put(overlay, key, v)
	}
	return overlay
}

// text is the leaf's value in a form that can be compared.
func (l *leaf) text(c *Config) string {
	encoded, err := json.Marshal(l.json(c))
	if err != nil {
		panic("config: " + l.key + " cannot be encoded: " + err.Error())
	}
	return string(encoded)
}

// form is what a body sets and what is wrong with it.
type form struct {
	settings []setting
	params   []fault.Param
}

func (f *form) collect(n *node, section string) {
	s := table()
	for _, m := range n.members {
		path := join(section, m.name)
		switch l := s.byCustom[path]; {
		case l != nil:
			f.settings = append(f.settings, setting{leaf: l, value: m.node.value()})
		case !s.customSections[path]:
		case m.node.isObject:
			f.collect(m.node, path)
		default:
			f.params = append(f.params, fault.Param{Name: path, Message: "must be an object", Value: m.node.plain()})
		}
	}
}

// fill puts the values into the candidate. Numbers and switches written as texts are read as what they mean, because
// PeerTube's validators do so and its clients count on it.
func (f *form) fill(candidate *Config) {
	for _, s := range f.settings {
		v := s.value
		if text, ok := v.any.(string); ok {
			v.any = s.leaf.interpretScalar(text)
		}
		if err := s.leaf.set(candidate, v); err != nil {
			f.refuse(s, err)
		}
	}
}

func (f *form) verify(candidate *Config) {
	for _, s := range f.settings {
		if err := s.leaf.verify(candidate); err != nil {
			f.refuse(s, err)
		}
	}
	for _, a := range agreements {
		l := table().byKey[a.key]
		if message := a.broken(candidate); message != "" && l.custom != "" {
			f.refuse(setting{leaf: l, value: value{any: l.json(candidate)}}, &refusal{rule: ruleTogether, message: message})
		}
	}
}

// refuse tells what is wrong with a setting, and by which rule, so that a surface may tell it in its own words.
func (f *form) refuse(s setting, err error) {
	param := fault.Param{Name: s.leaf.custom, Message: err.Error(), Value: s.leaf.shown(s.value), Rule: ruleType}
	if r, ok := errors.AsType[*refusal](err); ok {
		param.Rule, param.Bound = r.rule, r.bound
	}
	f.params = append(f.params, param)
}
