package ui

import (
	"strconv"

	"github.com/a-h/templ"
)

// FieldProps describe one input of a form. Its id is "f-" and Name, so that an error summary can link to it.
type FieldProps struct {
	Name       string
	Label      string
	Type       string // of <input>; "text" when empty
	Value      string
	Hint       string
	Error      string // what is wrong with Value and what to do
	Optional   bool   // fields are required unless they say otherwise
	MaxLength  int
	Counter    bool             // shows how much of MaxLength is used
	Attributes templ.Attributes // autocomplete, inputmode, pattern, min, max, accept, hx-…
}

// Option is one choice of a Select or of Radios.
type Option struct {
	Value, Label string
	Hint         string // Radios only
	Selected     bool
	Disabled     bool
}

func (p FieldProps) id() string { return "f-" + p.Name }

func (p FieldProps) inputType() string {
	if p.Type == "" {
		return "text"
	}
	return p.Type
}

// describedBy lists the ids of what explains the field: the error first, since it is what the user came back for.
func (p FieldProps) describedBy() string {
	ids := ""
	if p.Error != "" {
		ids = p.id() + "-error"
	}
	if p.Hint != "" {
		if ids != "" {
			ids += " "
		}
		ids += p.id() + "-hint"
	}
	return ids
}

// attributes are those every kind of input shares.
func (p FieldProps) attributes() templ.Attributes {
	out := templ.Attributes{"id": p.id(), "name": p.Name, "required": !p.Optional}
	if by := p.describedBy(); by != "" {
		out["aria-describedby"] = by
	}
	if p.Error != "" {
		out["aria-invalid"] = "true"
	}
	if p.MaxLength > 0 {
		out["maxlength"] = strconv.Itoa(p.MaxLength)
	}
	if p.Counter {
		out["data-counter"] = p.id() + "-counter"
	}
	for name, value := range p.Attributes {
		out[name] = value
	}
	return out
}

func (p FieldProps) asOptional() FieldProps {
	p.Optional = true
	return p
}

func checkboxValue(p FieldProps) string {
	if p.Value == "" {
		return "true"
	}
	return p.Value
}

func itoa(n int) string { return strconv.Itoa(n) }
