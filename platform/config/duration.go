package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Duration is a length of time, or Forever. It is written "1 hour 30 minutes" or as a number of milliseconds.
type Duration time.Duration

// Forever stands for no bound; it is written -1.
const Forever = Duration(-time.Millisecond)

type durationUnit struct {
	name  string
	value time.Duration
}

// durationUnits is ordered from the longest to the shortest; months and years are for reading only.
var durationUnits = []durationUnit{
	{"year", 365 * 24 * time.Hour},
	{"month", 30 * 24 * time.Hour},
	{"week", 7 * 24 * time.Hour},
	{"day", 24 * time.Hour},
	{"hour", time.Hour},
	{"minute", time.Minute},
	{"second", time.Second},
	{"millisecond", time.Millisecond},
}

var durationAbbreviations = map[string]string{
	"ms": "millisecond", "s": "second", "sec": "second", "m": "minute", "min": "minute", "h": "hour", "hr": "hour", "d": "day", "w": "week", "y": "year",
}

// Std is the duration as the standard library has it; of Forever it is a negative one.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// IsForever says that there is no bound.
func (d Duration) IsForever() bool { return d < 0 }

// Milliseconds is the number files and the API hold: -1 for Forever.
func (d Duration) Milliseconds() int64 { return time.Duration(d).Milliseconds() }

// String writes the duration so that ParseDuration reads it again: "1 day 2 hours", "-1" for Forever.
func (d Duration) String() string {
	if d.IsForever() {
		return "-1"
	}
	var parts []string
	rest := time.Duration(d).Truncate(time.Millisecond)
	for _, unit := range durationUnits[2:] {
		if n := rest / unit.value; n > 0 {
			parts = append(parts, plural(int64(n), unit.name))
			rest -= n * unit.value
		}
	}
	if parts == nil {
		return "0"
	}
	return strings.Join(parts, " ")
}

func plural(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.FormatInt(n, 10) + " " + unit + "s"
}

// ParseDuration reads "5 minutes", "1 hour 30 minutes", "1.5h", a number of milliseconds, or -1 for Forever.
// Nothing else is negative, and what is finer than a millisecond is cut.
func ParseDuration(text string) (Duration, error) {
	text = strings.TrimSpace(text)
	if ms, err := strconv.ParseFloat(text, 64); err == nil {
		return durationOf(ms, time.Millisecond, text)
	}
	var total Duration
	rest := text
	for rest != "" {
		amount, unit, after, ok := cutQuantity(rest)
		if !ok {
			return 0, notDuration(text)
		}
		length, ok := unitLength(unit)
		if !ok {
			return 0, notDuration(text)
		}
		part, err := durationOf(amount, length, text)
		if err != nil || part < 0 || total > math.MaxInt64-part {
			return 0, notDuration(text)
		}
		total, rest = total+part, after
	}
	if text == "" {
		return 0, notDuration(text)
	}
	return total.cut(), nil
}

func (d Duration) cut() Duration { return Duration(time.Duration(d).Truncate(time.Millisecond)) }

func durationOf(amount float64, unit time.Duration, text string) (Duration, error) {
	if amount == -1 {
		return Forever, nil
	}
	product := amount * float64(unit)
	if !(product >= 0 && product < math.MaxInt64) { // also refuses NaN
		return 0, notDuration(text)
	}
	return Duration(product).cut(), nil
}

func unitLength(name string) (time.Duration, bool) {
	name = strings.ToLower(name)
	if full, ok := durationAbbreviations[name]; ok {
		name = full
	}
	if len(name) > 2 {
		name = strings.TrimSuffix(name, "s")
	}
	for _, unit := range durationUnits {
		if unit.name == name {
			return unit.value, true
		}
	}
	return 0, false
}

// cutQuantity splits "1.5 hours, 3 min" into 1.5, "hours" and "3 min".
func cutQuantity(text string) (amount float64, unit, rest string, ok bool) {
	end := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if end <= 0 {
		return 0, "", "", false
	}
	amount, err := strconv.ParseFloat(text[:end], 64)
	if err != nil {
		return 0, "", "", false
	}
	text = strings.TrimLeft(text[end:], " ")
	end = strings.IndexFunc(text, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
	if end < 0 {
		return amount, text, "", text != ""
	}
	return amount, text[:end], strings.TrimLeft(text[end:], " ,"), end > 0
}

func notDuration(text string) error {
	return fmt.Errorf("%q is not a length of time such as \"5 minutes\", a number of milliseconds, or -1", text)
}

// MarshalJSON writes milliseconds, as PeerTube's API does.
func (d Duration) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, d.Milliseconds(), 10), nil
}

// UnmarshalJSON reads a number of milliseconds or a text.
func (d *Duration) UnmarshalJSON(data []byte) error {
	parsed, err := ParseDuration(unquote(data))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// MarshalYAML writes the readable text.
func (d Duration) MarshalYAML() (any, error) {
	if d <= 0 {
		return d.Milliseconds(), nil
	}
	return d.String(), nil
}

// UnmarshalYAML reads a number of milliseconds or a text.
func (d *Duration) UnmarshalYAML(node *yaml.Node) error {
	parsed, err := ParseDuration(node.Value)
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}
