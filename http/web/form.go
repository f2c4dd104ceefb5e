package web

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"lucarne/http/web/ui"
	"lucarne/platform/fault"
)

// form is what somebody filled in, or is about to: values by the fields' names, what is wrong with them, and what is wrong with the
// whole. Values are shown back as they came; templates escape them.
type form struct {
	values   url.Values
	problems map[string]string // by field
	problem  string            // of the whole
	r        *request
}

// newForm is a form nobody has filled in yet.
func (r *request) newForm() *form {
	return &form{values: url.Values{}, problems: map[string]string{}, r: r}
}

// sentForm is the form of a POST without files. It fails with fault.Invalid or fault.TooLarge for what is no form.
func (r *request) sentForm() (*form, error) {
	if err := r.ParseForm(); err != nil {
		return nil, formFault(err)
	}
	f := r.newForm()
	f.values = r.PostForm
	return f, nil
}

func formFault(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fault.New(fault.TooLarge, "The form is larger than %d bytes", tooLarge.Limit)
	}
	return fault.New(fault.Invalid, "The form cannot be read").Because(err)
}

func (f *form) get(name string) string { return f.values.Get(name) }

func (f *form) has(name string) bool { return f.values.Get(name) != "" }

func (f *form) set(name, value string) *form {
	f.values.Set(name, value)
	return f
}

func (f *form) setIf(name string, isSet bool) *form {
	if isSet {
		return f.set(name, "true")
	}
	f.values.Del(name)
	return f
}

// csrf is the token the forms of this page carry.
func (r *request) csrf() string { return r.pages.Forms.CSRF(r.Request) }

// with describes an input to the components: p says what is particular, the form adds what was filled in and what is wrong with it.
func (f *form) with(name, label string, p ui.FieldProps) ui.FieldProps {
	p.Name, p.Label, p.Error = name, label, f.problems[name]
	if p.Type != "password" { // nobody's password is ever sent back
		p.Value = f.get(name)
	}
	return p
}

// box describes a checkbox, whose value says that it was checked rather than what it holds.
func (f *form) box(name, label, hint string) ui.FieldProps {
	return ui.FieldProps{Name: name, Label: label, Hint: hint, Error: f.problems[name], Optional: true}
}

// refuse notes what is wrong with a field.
func (f *form) refuse(name, problem string) {
	if f.problems[name] == "" {
		f.problems[name] = problem
	}
}

// rename moves what a subject says of an input to the field that holds it on this form.
func (f *form) rename(from, to, problem string) {
	if f.problems[from] != "" {
		delete(f.problems, from)
		f.refuse(to, problem)
	}
}

// refusedFields are the fields with something wrong, in a steady order.
func (f *form) refusedFields() []string { return slices.Sorted(maps.Keys(f.problems)) }

func (f *form) isRefused() bool { return f.problem != "" || len(f.problems) > 0 }

// told says how kinds of errors are told on one form, where the usual words say too little.
type told map[fault.Kind]string

// take notes an error of a subject on the form, for it to be shown again. It reports false for what is not about what was filled in:
// that is a page of its own.
func (f *form) take(err error, words told) bool {
	var refused *fault.Error
	if !errors.As(err, &refused) {
		return false
	}
	for _, param := range refused.Params {
		f.refuse(f.r.fieldOf(param), f.r.problemOf(param))
	}
	if len(refused.Params) > 0 {
		return true
	}
	if f.problem = words[refused.Kind]; f.problem != "" {
		return true
	}
	switch refused.Kind {
	case fault.Invalid, fault.Conflict, fault.TooLarge, fault.Unsupported:
		f.problem = refused.Message
	case fault.TooMany:
		f.problem = f.r.t.T("form.too-many")
	}
	return f.problem != ""
}

// status is that of a form shown again.
func (f *form) status() int {
	if f.isRefused() {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}
