package ui

import "time"

// Translator speaks the visitor's language. text.Locale is one.
type Translator interface {
	// T returns the message of that key, with values given as name and value by turns.
	T(key string, args ...any) string
	// Messages returns the raw messages of those subjects, for a script.
	Messages(subjects ...string) map[string]any
	// Code is the language's BCP 47 code.
	Code() string
	Number(n int64) string
	Compact(n int64) string
	Bytes(n int64) string
	Date(t time.Time) string
	DateTime(t time.Time) string
	Ago(t time.Time) string
}
