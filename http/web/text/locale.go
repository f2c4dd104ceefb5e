package text

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"golang.org/x/text/language"
	xmessage "golang.org/x/text/message"
	"golang.org/x/text/number"

	"lucarne/platform/clock"
)

// Locale speaks one language. It is safe for use by several goroutines.
type Locale struct {
	code     string
	tag      language.Tag
	clock    clock.Clock
	printer  *xmessage.Printer
	messages map[string]message
	base     *Locale
}

func newLocale(code string, tag language.Tag, c clock.Clock) *Locale {
	return &Locale{code: code, tag: tag, clock: c, printer: xmessage.NewPrinter(tag), messages: map[string]message{}}
}

// Code is the BCP 47 code of the language, for the lang attribute.
func (l *Locale) Code() string { return l.code }

// T returns the message of that key with the values, given as name and value by turns: T("watch.views", "n", 3).
// Integers are written as the language writes them, and the one named n chooses the plural form.
// An unknown key is returned as it is.
func (l *Locale) T(key string, args ...any) string {
	m, ok := l.messages[key]
	if !ok {
		if l.base != nil {
			return l.base.T(key, args...)
		}
		return key
	}
	values, n := l.values(args)
	return fill(m.form(l.tag, n), values)
}

func (l *Locale) values(args []any) (map[string]string, int64) {
	if len(args) == 0 {
		return nil, 0
	}
	values, n := make(map[string]string, len(args)/2), int64(0)
	for i := 0; i+1 < len(args); i += 2 {
		name := fmt.Sprint(args[i])
		whole, isInteger := asInteger(args[i+1])
		if !isInteger {
			values[name] = fmt.Sprint(args[i+1])
			continue
		}
		values[name] = l.Number(whole)
		if name == "n" {
			n = whole
		}
	}
	return values, n
}

func asInteger(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case int32:
		return int64(v), true
	}
	return 0, false
}

// Messages returns the messages whose key begins with one of the subjects, raw, for a script to fill.
func (l *Locale) Messages(subjects ...string) map[string]any {
	out := map[string]any{}
	if l.base != nil {
		maps.Copy(out, l.base.Messages(subjects...))
	}
	for key, m := range l.messages {
		for _, subject := range subjects {
			if strings.HasPrefix(key, subject+".") {
				out[key] = m
			}
		}
	}
	return out
}

// Number writes a whole number with the language's separators.
func (l *Locale) Number(n int64) string { return l.printer.Sprint(number.Decimal(n)) }

// Decimal writes a number with one digit after the language's point.
func (l *Locale) Decimal(x float64) string {
	return l.printer.Sprint(number.Decimal(x, number.Scale(1)))
}

// Compact writes a large number short: 1.2K, 1,2 k.
func (l *Locale) Compact(n int64) string {
	switch {
	case n < 1_000:
		return l.Number(n)
	case n < 999_950:
		return fill(l.T("number.thousands"), l.short(n, 1_000))
	case n < 999_950_000:
		return fill(l.T("number.millions"), l.short(n, 1_000_000))
	}
	return fill(l.T("number.billions"), l.short(n, 1_000_000_000))
}

func (l *Locale) short(n, unit int64) map[string]string {
	scaled := float64(n) / float64(unit)
	digits := 1
	if scaled >= 99.95 {
		digits = 0
	}
	return map[string]string{"n": l.printer.Sprint(number.Decimal(scaled, number.MaxFractionDigits(digits)))}
}

// Bytes writes a size in decimal units.
func (l *Locale) Bytes(n int64) string {
	switch {
	case n < 1_000:
		return l.T("number.bytes", "n", n)
	case n < 999_950:
		return fill(l.T("number.kilobytes"), l.short(n, 1_000))
	case n < 999_950_000:
		return fill(l.T("number.megabytes"), l.short(n, 1_000_000))
	case n < 999_950_000_000:
		return fill(l.T("number.gigabytes"), l.short(n, 1_000_000_000))
	}
	return fill(l.T("number.terabytes"), l.short(n, 1_000_000_000_000))
}

// Date writes a day: 3 March 2026, 3 mars 2026.
func (l *Locale) Date(t time.Time) string {
	return fill(l.T("date.day"), l.dateValues(t))
}

// DateTime writes a day and the hour.
func (l *Locale) DateTime(t time.Time) string {
	return fill(l.T("date.moment"), l.dateValues(t))
}

var monthKeys = [...]string{
	"date.january", "date.february", "date.march", "date.april", "date.may", "date.june", "date.july",
	"date.august", "date.september", "date.october", "date.november", "date.december",
}

func (l *Locale) dateValues(t time.Time) map[string]string {
	return map[string]string{
		"d": fmt.Sprint(t.Day()), "month": l.T(monthKeys[t.Month()-1]), "y": fmt.Sprint(t.Year()), "time": t.Format("15:04"),
	}
}

// Ago writes how long ago, or in how long, a moment is, in its largest unit.
func (l *Locale) Ago(t time.Time) string {
	since := l.clock.Now().Sub(t)
	if since < 0 {
		return l.span(-since, futureKeys)
	}
	return l.span(since, pastKeys)
}

// spanKeys are the messages for a span by its unit, smallest first.
type spanKeys struct{ now, minutes, hours, days, weeks, months, years string }

var (
	pastKeys = spanKeys{
		"date.just-now", "date.minutes-ago", "date.hours-ago", "date.days-ago", "date.weeks-ago", "date.months-ago", "date.years-ago",
	}
	futureKeys = spanKeys{
		"date.in-a-moment", "date.in-minutes", "date.in-hours", "date.in-days", "date.in-weeks", "date.in-months", "date.in-years",
	}
)

func (l *Locale) span(d time.Duration, keys spanKeys) string {
	days := int(d.Hours() / 24)
	switch {
	case d < time.Minute:
		return l.T(keys.now)
	case d < time.Hour:
		return l.T(keys.minutes, "n", int(d.Minutes()))
	case days < 1:
		return l.T(keys.hours, "n", int(d.Hours()))
	case days < 7:
		return l.T(keys.days, "n", days)
	case days < 30:
		return l.T(keys.weeks, "n", days/7)
	case days < 365:
		return l.T(keys.months, "n", days/30)
	}
	return l.T(keys.years, "n", days/365)
}
