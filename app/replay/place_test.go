package replay_test

import (
	"fmt"
	"strings"
)

// place is one value of a body with the one that corresponds to it.
type place struct {
	path      string // dotted, with [] for elements of lists
	want, got any    // as encoding/json decodes; absent when the side has no such field
	guessed   bool   // they may not correspond: only their order says so
}

func (p place) with(path string, want, got any) place {
	return place{path: path, want: want, got: got, guessed: p.guessed}
}

// absent stands for a field that is not there.
type absent struct{}

// field is the name the value has.
func (p place) field() string { return p.path[strings.LastIndexByte(p.path, '.')+1:] }

// parent is the name of the object the value is in, "" at the top.
func (p place) parent() string {
	steps := strings.Split(p.path, ".")
	if len(steps) < 2 {
		return ""
	}
	return steps[len(steps)-2]
}

func (p place) in(name string) string {
	if p.path == "" {
		return name
	}
	return p.path + "." + name
}

// walk visits a pair of bodies from the top down. Elements of lists correspond by what identifies them, else by their order.
func walk(p place, visit func(place)) {
	visit(p)
	switch want := p.want.(type) {
	case map[string]any:
		if got, isObject := p.got.(map[string]any); isObject {
			walkFields(p, want, got, visit)
		}
	case []any:
		if got, isList := p.got.([]any); isList {
			walkElements(p, want, got, visit)
		}
	}
}

func walkFields(p place, want, got map[string]any, visit func(place)) {
	for name, value := range want {
		ours, found := got[name]
		if !found {
			ours = absent{}
		}
		walk(p.with(p.in(name), value, ours), visit)
	}
	for name, value := range got {
		if _, found := want[name]; !found {
			visit(p.with(p.in(name), absent{}, value))
		}
	}
}

func walkElements(p place, want, got []any, visit func(place)) {
	ours := make(map[string]any)
	for _, one := range got {
		ours[identity(one)] = one
	}
	for i, one := range want {
		name := identity(one)
		if other, found := ours[name]; found && name != "" {
			walk(p.with(p.path+"[]", one, other), visit)
		} else if i < len(got) {
			next := p.with(p.path+"[]", one, got[i])
			next.guessed = p.guessed || len(want) > 1 || len(got) > 1
			walk(next, visit)
		}
	}
}

// identity is what tells an element from the others of its list in both sessions, "" when nothing does.
func identity(element any) string {
	object, isObject := element.(map[string]any)
	if !isObject {
		return fmt.Sprint(element)
	}
	for _, name := range []string{"username", "name", "width", "title", "password", "rel"} {
		if value := object[name]; value != nil {
			return fmt.Sprint(value)
		}
	}
	for inner, name := range map[string]string{"resolution": "id", "language": "id", "video": "name"} {
		if of, isObject := object[inner].(map[string]any); isObject {
			return fmt.Sprint(of[name])
		}
	}
	return ""
}
