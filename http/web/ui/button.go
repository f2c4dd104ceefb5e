package ui

import (
	"maps"

	"github.com/a-h/templ"
)

// ButtonKind is how much a button asks to be pressed.
type ButtonKind string

// The kinds. A page has one Primary button at most.
const (
	Secondary   ButtonKind = ""
	Primary     ButtonKind = "primary"
	Quiet       ButtonKind = "quiet"
	Destructive ButtonKind = "danger"
)

// ButtonProps describe a button, or with URL a link that looks like one.
type ButtonProps struct {
	Kind        ButtonKind
	Icon        string
	URL         string
	Name, Value string // sent with the form when this button submits it
	Plain       bool   // does not submit
	Small       bool
	Disabled    bool
	Confirm     string // question to ask before going on
	Attributes  templ.Attributes

	square bool
}

func (p ButtonProps) class() string {
	class := "button"
	if p.Kind != Secondary {
		class += " is-" + string(p.Kind)
	}
	if p.square {
		class += " is-square"
	}
	if p.Small {
		class += " is-small"
	}
	return class
}

func (p ButtonProps) buttonType() string {
	if p.Plain {
		return "button"
	}
	return "submit"
}

func (p ButtonProps) asIcon(label string) ButtonProps {
	p.square = true
	attributes := templ.Attributes{"aria-label": label, "title": label}
	maps.Copy(attributes, p.Attributes)
	p.Attributes = attributes
	return p
}
