package web

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"lucarne/http/web/ui"
	"lucarne/platform/constant"
	"lucarne/platform/fault"
)

// control is how one kind of setting is filled in: the values are those of JSON.
type control interface {
	// show is the value as its field holds it.
	show(value any) []string
	// read is the value that was filled in; problem is the key of what is wrong with it, "" for nothing.
	read(sent []string) (value any, problem string)
}

type (
	toggleSetting struct{} // yes or no
	lineSetting   struct{} // text
	textSetting   struct{} // text of several lines
	listSetting   struct{} // texts, one a line
	numberSetting struct{}
	sizeSetting   struct{}                     // bytes
	spanSetting   struct{ unit time.Duration } // milliseconds, written in a larger unit; -1 is no bound
	choiceSetting struct {                     // one of a few
		options  func(r *request, chosen string) []ui.Option
		isNumber bool // "" is none
	}
	categoriesSetting struct{} // numbers of several categories
)

func first(sent []string) string {
	if len(sent) == 0 {
		return ""
	}
	return sent[0]
}

func (toggleSetting) show(value any) []string {
	if value == true {
		return []string{"true"}
	}
	return nil
}

func (toggleSetting) read(sent []string) (value any, problem string) { return first(sent) != "", "" }

func (lineSetting) show(value any) []string { return []string{scalarText(value)} }

func (lineSetting) read(sent []string) (value any, problem string) {
	return strings.TrimSpace(first(sent)), ""
}

func (textSetting) show(value any) []string { return []string{scalarText(value)} }

func (textSetting) read(sent []string) (value any, problem string) {
	return strings.ReplaceAll(first(sent), "\r\n", "\n"), ""
}

func (listSetting) show(value any) []string {
	var lines []string
	list, _ := value.([]any)
	for _, one := range list {
		lines = append(lines, scalarText(one))
	}
	return []string{strings.Join(lines, "\n")}
}

func (listSetting) read(sent []string) (value any, problem string) {
	list := []string{}
	for line := range strings.Lines(first(sent)) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list, ""
}

func (numberSetting) show(value any) []string { return []string{scalarText(value)} }

func (numberSetting) read(sent []string) (value any, problem string) { return readNumber(first(sent)) }

func (sizeSetting) show(value any) []string {
	bytes, _ := value.(float64)
	return []string{writeQuota(int64(bytes))}
}

func (sizeSetting) read(sent []string) (value any, problem string) {
	text := strings.TrimSpace(first(sent))
	if text == itoa(noBound) {
		return noBound, ""
	}
	bytes, err := humanize.ParseBytes(text)
	if err != nil || bytes > 1<<60 {
		return nil, "problem.size"
	}
	return bytes, ""
}

func (s spanSetting) milliseconds() float64 { return float64(s.unit / time.Millisecond) }

func (s spanSetting) show(value any) []string {
	if n, _ := value.(float64); n > 0 {
		return []string{scalarText(n / s.milliseconds())}
	}
	return []string{scalarText(value)}
}

func (s spanSetting) read(sent []string) (value any, problem string) {
	value, problem = readNumber(first(sent))
	if n, ok := value.(float64); ok && n > 0 {
		return math.Round(n * s.milliseconds()), ""
	}
	return value, problem
}

func (choiceSetting) show(value any) []string { return []string{scalarText(value)} }

func (c choiceSetting) read(sent []string) (value any, problem string) {
	text := first(sent)
	switch {
	case !c.isNumber:
		return text, ""
	case text == "":
		return nil, ""
	}
	return readNumber(text)
}

func (categoriesSetting) show(value any) []string {
	var chosen []string
	list, _ := value.([]any)
	for _, one := range list {
		chosen = append(chosen, scalarText(one))
	}
	return chosen
}

func (categoriesSetting) read(sent []string) (value any, problem string) {
	list := []int64{}
	for _, one := range sent {
		if id := numberOf(one); constant.Categories().Has(int(id)) {
			list = append(list, id)
		}
	}
	return list, ""
}

// readNumber accepts the decimal comma, which readers of French write.
func readNumber(text string) (value any, problem string) {
	n, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(text), ",", ".", 1), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return nil, "adminsettings.refused-number"
	}
	return n, ""
}

func scalarText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// asJSON gives values the kinds JSON has.
func asJSON(custom map[string]any) map[string]any {
	body, err := json.Marshal(custom)
	var values map[string]any
	if err == nil {
		err = json.Unmarshal(body, &values)
	}
	if err != nil {
		return nil
	}
	return values
}

// refusedRules tell by the rule it breaks what is wrong with a setting; {bound} is what the rule compares with.
var refusedRules = map[string]string{
	"type": "adminsettings.refused-number", "min": "adminsettings.refused-least", "max": "adminsettings.refused-most",
	"maxlen": "adminsettings.refused-long", "nonempty": "adminsettings.refused-empty", "path": "adminsettings.refused-path",
	"email": "problem.email", "oneof": "problem.choice", "together": "adminsettings.refused-together",
}

// refusalOf tells what the configuration says of a setting in the visitor's language.
func (r *request) refusalOf(param fault.Param, c control) string {
	key, known := refusedRules[param.Rule]
	if _, isSpan := c.(spanSetting); isSpan && param.Rule == "type" {
		key = "adminsettings.refused-span" // lengths of time know one negative number only
	}
	if !known {
		return r.t.T("problem.other")
	}
	return r.t.T(key, "bound", boundText(param.Bound, c))
}

// boundText writes a bound as the field of the setting would.
func boundText(bound string, c control) string {
	n, err := strconv.ParseFloat(bound, 64)
	if err != nil || c == nil {
		return bound
	}
	switch c.(type) {
	case sizeSetting, spanSetting:
		return first(c.show(n))
	}
	return bound
}
