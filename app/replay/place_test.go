package replay_test

import (
	"fmt"
	"strings"
)

// place is one value of a body with the one that corresponds to it.
type place struct {
	path      string // dotted, with [] for elements of lists
	want, got any    // as encoding/json decodes; absent when the side has no such field
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
		walk(place{p.in(name), value, ours}, visit)
	}
	for name, value := range got {
		if _, found := want[name]; !found {
			visit(place{p.in(name), absent{}, value})
		}
	}
}

func walkElements(p place, want, got []any, visit func(place)) {
	ours := make(map[string]any)
	for _, one := range got {
		ours[identity(one)] = one
	}
	for i, one := range want {
		other, found := ours[identity(one)]
		if !found && i < len(got) {
			other, found = got[i], true
		}
		if found {
			walk(place{p.path + "[]", one, other}, visit)
		}
	}
}

// identity is what tells an element from the others of its list in both sessions.
func identity(element any) string {
	object, isObject := element.(map[string]any)
	if !isObject {
		return fmt.Sprint(element)
	}
	for _, name := range []string{"username", "name", "width", "title", "password", "resolution", "language", "video"} {
		switch value := object[name].(type) {
		case string, float64:
			return fmt.Sprint(value)
		case map[string]any:
			if inner := value["id"]; name != "video" && inner != nil {
				return fmt.Sprint(inner)
			}
			if inner := value["name"]; inner != nil {
				return fmt.Sprint(inner)
			}
		}
	}
	return ""
}
