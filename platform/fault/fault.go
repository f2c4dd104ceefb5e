// Package fault gives every error a kind and a message fit for a user, so that surfaces translate by one table.
package fault

import (
	"context"
	"errors"
	"fmt"
)

// Kind says what went wrong in terms a surface can answer with.
type Kind int

// The kinds, from least to most our own doing. The zero Kind is Internal, so that an unmarked error never leaks its text.
const (
	Internal Kind = iota
	Invalid
	Unauthenticated
	Forbidden
	NotFound
	Conflict
	TooLarge
	TooMany
	Unsupported
	OutOfRange
	Unavailable
)

var kindNames = map[Kind]string{
	Internal: "internal", Invalid: "invalid", Unauthenticated: "unauthenticated", Forbidden: "forbidden", NotFound: "not found",
	Conflict: "conflict", TooLarge: "too large", TooMany: "too many", Unsupported: "unsupported", OutOfRange: "out of range", Unavailable: "unavailable",
}

func (k Kind) String() string { return kindNames[k] }

// Param is one refused input: its name as the caller sent it (dotted path), where it stood and why it is refused.
type Param struct {
	Name    string // "videoQuota", "scheduleUpdate.updateAt"
	Message string
	Value   any // what was sent; nil when it must not be repeated (passwords)
	// Location is where it stood: "body", "query" or "params" (the path); "" means body.
	Location string
	// Rule is which rule was broken and Bound what it compares with ("min", "5"), for surfaces that tell it in their own words; "" unknown.
	Rule, Bound string
}

// Error is an error with a kind, a safe message and, where clients branch on it, a stable code.
type Error struct {
	Kind    Kind
	Code    string // PeerTube's error code where it has one ("invalid_grant"); "" otherwise
	Message string // a sentence for the user; never holds a path, a query or a stack
	Params  []Param
	cause   error
}

// Error is the log's text: the message and what caused it.
func (e *Error) Error() string {
	if e.cause == nil {
		return e.Message
	}
	return e.Message + ": " + e.cause.Error()
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.cause }

// New makes an error of a kind whose formatted message may be shown to the user.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Because attaches the cause, which only the log sees.
func (e *Error) Because(cause error) *Error {
	e.cause = cause
	return e
}

// WithCode attaches the stable code clients branch on.
func (e *Error) WithCode(code string) *Error {
	e.Code = code
	return e
}

// InvalidParam refuses one input by name. A nil value keeps what was sent out of the answer.
func InvalidParam(name string, value any, format string, args ...any) *Error {
	message := fmt.Sprintf(format, args...)
	return &Error{Kind: Invalid, Message: "Incorrect request parameters: " + name, Params: []Param{{Name: name, Message: message, Value: value}}}
}

// InvalidParams joins several refused inputs into one error; it returns nil for none, so a validator can end with it.
func InvalidParams(params []Param) error {
	if len(params) == 0 {
		return nil
	}
	message := "Incorrect request parameters: "
	for i, p := range params {
		if i > 0 {
			message += ", "
		}
		message += p.Name
	}
	return &Error{Kind: Invalid, Message: message, Params: params}
}

// KindOf finds the kind of the first marked error in the chain; a cancelled or late context is Unavailable, anything else Internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return Unavailable
	}
	return Internal
}

// Is reports whether err is of the kind. A nil error is of no kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
