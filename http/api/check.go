package api

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"
)

// check is a condition on a field, with what to tell when it does not hold.
type check[T any] struct {
	ok      func(T) bool
	message string
}

// saying replaces the message.
func (c check[T]) saying(format string, args ...any) check[T] {
	c.message = fmt.Sprintf(format, args...)
	return c
}

// invalidValue is what PeerTube answers where it has nothing better to say.
const invalidValue = "Invalid value"

func messageOf[T any](checks []check[T]) string {
	if len(checks) == 0 {
		return invalidValue
	}
	return checks[0].message
}

func between[T cmp.Ordered](low, high T) check[T] {
	return check[T]{ok: func(v T) bool { return v >= low && v <= high }, message: invalidValue}
}

func atLeast[T cmp.Ordered](low T) check[T] {
	return check[T]{ok: func(v T) bool { return v >= low }, message: invalidValue}
}

func oneOf[T comparable](values ...T) check[T] {
	return check[T]{ok: func(v T) bool { return slices.Contains(values, v) }, message: invalidValue}
}

// length bounds a text in characters, as people count them.
func length(low, high int) check[string] {
	return check[string]{ok: func(s string) bool {
		n := utf8.RuneCountInString(s)
		return n >= low && n <= high
	}, message: invalidValue}
}

func matching(pattern *regexp.Regexp) check[string] {
	return check[string]{ok: pattern.MatchString, message: invalidValue}
}
