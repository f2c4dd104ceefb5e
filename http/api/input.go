package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"lucarne/platform/fault"
)

// input reads fields out of a query or a body, in every shape PeerTube's clients send (JSON, urlencoded, multipart; `tags[]=a`,
// `tags[0]=a`, `tags=a&tags=b`, `scheduleUpdate[privacy]=1`), and collects everything refused, so that one answer names it all.
//
// The opt… readers give nil for a field that was not sent; JSON null gives a pointer to the zero value: "clear it".
type input struct {
	fields   map[string]any // string, []any, map[string]any, or what JSON holds
	prefix   string         // dotted path of the object these fields are in
	location string         // "query" or "body"
	refused  *[]fault.Param
}

const (
	maxFields = 1000 // of one request
	maxDepth  = 6    // of brackets in a field's name
)

func newInput(fields map[string]any, location string) *input {
	return &input{fields: fields, location: location, refused: new([]fault.Param)}
}

// query reads the URL's query.
func (r *request) query() (*input, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fault.New(fault.Invalid, "The query of the address cannot be read")
	}
	fields, err := nest(values)
	return newInput(fields, "query"), err
}

// body reads a JSON or urlencoded body; no body at all is an empty object. Multipart bodies are read by multipart.
func (r *request) body() (*input, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, bodyFault(err)
	}
	if len(raw) == 0 {
		return newInput(map[string]any{}, "body"), nil
	}
	switch kind {
	case "application/json", "application/activity+json", "application/ld+json":
		return jsonInput(raw)
	case "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(raw))
		if err != nil {
			return nil, fault.New(fault.Invalid, "The form cannot be read")
		}
		fields, err := nest(values)
		return newInput(fields, "body"), err
	}
	return nil, fault.New(fault.Unsupported, "Send the fields as application/json or application/x-www-form-urlencoded")
}

func bodyFault(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fault.New(fault.TooLarge, "The request is larger than %d bytes", tooLarge.Limit)
	}
	var ours *fs.PathError
	if errors.As(err, &ours) {
		return diskFault(err)
	}
	return fault.New(fault.Invalid, "The request broke off").Because(err)
}

// diskFault is for what goes wrong on our side of a form with files.
func diskFault(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		slog.Error("a file could not be received: the disk is full", "error", err)
		return fault.New(fault.Unavailable, "The disk of this site is full: nothing can be uploaded until its administrator makes room").Because(err)
	}
	return err
}

func jsonInput(raw []byte) (*input, error) {
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	var fields map[string]any
	if err := decoder.Decode(&fields); err != nil {
		return nil, fault.New(fault.Invalid, "The body is not a JSON object: %v", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "The body holds more than one JSON object")
	}
	if fields == nil {
		fields = map[string]any{}
	}
	return newInput(fields, "body"), nil
}

// nest turns form keys with brackets into objects and arrays.
func nest(values url.Values) (map[string]any, error) {
	if len(values) > maxFields {
		return nil, fault.New(fault.Invalid, "More than %d fields", maxFields)
	}
	fields := make(map[string]any, len(values))
	for key, list := range values {
		path, err := splitKey(key)
		if err != nil {
			return nil, err
		}
		var value any = list[0]
		if last := path[len(path)-1]; len(list) > 1 || last == "" {
			value = anys(list)
		}
		if path[len(path)-1] == "" {
			path = path[:len(path)-1]
		}
		put(fields, path, value)
	}
	return fields, nil
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// splitKey cuts `a[b][0]` into a, b, 0; `a[]` into a and "".
func splitKey(key string) ([]string, error) {
	head, rest, found := strings.Cut(key, "[")
	if !found || head == "" {
		return []string{key}, nil
	}
	path := append([]string{head}, strings.Split(strings.TrimSuffix(rest, "]"), "][")...)
	if len(path) > maxDepth {
		return nil, fault.New(fault.Invalid, "A field is nested more than %d levels deep", maxDepth)
	}
	return path, nil
}

func put(fields map[string]any, path []string, value any) {
	for _, name := range path[:len(path)-1] {
		inner, ok := fields[name].(map[string]any)
		if !ok {
			inner = make(map[string]any)
			fields[name] = inner
		}
		fields = inner
	}
	fields[path[len(path)-1]] = value
}

// err is everything refused so far as one fault, or nil.
func (in *input) err() error { return fault.InvalidParams(*in.refused) }

// refuse notes that a field is not acceptable.
func (in *input) refuse(name string, value any, format string, args ...any) {
	*in.refused = append(*in.refused, fault.Param{
		Name: in.prefix + name, Value: value, Message: fmt.Sprintf(format, args...), Location: in.location,
	})
}

// has reports whether the field was sent, be it null.
func (in *input) has(name string) bool {
	_, sent := in.fields[name]
	return sent
}

// require refuses the request unless the field was sent and is neither null nor "".
func (in *input) require(name, message string) {
	if value, sent := in.fields[name]; !sent || value == nil || value == "" {
		in.refuse(name, value, "%s", message)
	}
}

// object reads the fields of a nested object; nil when it was not sent or is null.
func (in *input) object(name string) *input {
	value := in.fields[name]
	if value == nil || value == "" {
		return nil
	}
	fields, ok := value.(map[string]any)
	if !ok {
		in.refuse(name, value, "Invalid value")
		return nil
	}
	return &input{fields: fields, prefix: in.prefix + name + ".", location: in.location, refused: in.refused}
}

// optString reads text. Numbers and booleans are taken as their text, as form clients cannot tell them apart.
func (in *input) optString(name string, checks ...check[string]) *string {
	return read(in, name, parseString, checks)
}

func (in *input) optInt(name string, checks ...check[int]) *int {
	return read(in, name, func(v any) (int, bool) {
		n, ok := parseInt(v)
		return int(n), ok
	}, checks)
}

func (in *input) optInt64(name string, checks ...check[int64]) *int64 {
	return read(in, name, parseInt, checks)
}

func (in *input) optFloat(name string, checks ...check[float64]) *float64 {
	return read(in, name, parseFloat, checks)
}

func (in *input) optBool(name string) *bool { return read(in, name, parseBool, nil) }

// optTime reads an ISO 8601 date or date and time.
func (in *input) optTime(name string, message string) *time.Time {
	value, sent := in.fields[name]
	if !sent {
		return nil
	}
	if value == nil || value == "" {
		return new(time.Time)
	}
	t, ok := parseTime(value)
	if !ok {
		in.refuse(name, value, "%s", message)
		return nil
	}
	return &t
}

// strings reads a list of texts; nil when it was not sent, empty when null.
func (in *input) strings(name string, checks ...check[string]) []string {
	return readList(in, name, parseString, checks)
}

func (in *input) ints(name string, checks ...check[int]) []int {
	return readList(in, name, func(v any) (int, bool) {
		n, ok := parseInt(v)
		return int(n), ok
	}, checks)
}

func read[T any](in *input, name string, parse func(any) (T, bool), checks []check[T]) *T {
	value, sent := in.fields[name]
	if !sent {
		return nil
	}
	var result T
	if value == nil {
		return &result
	}
	result, ok := parse(value)
	if _, isText := any(result).(string); !ok && value == "" && !isText {
		return &result // an empty form field
	}
	if !ok {
		in.refuse(name, value, "%s", messageOf(checks))
		return nil
	}
	for _, c := range checks {
		if !c.ok(result) {
			in.refuse(name, value, "%s", c.message)
			return nil
		}
	}
	return &result
}

func readList[T any](in *input, name string, parse func(any) (T, bool), checks []check[T]) []T {
	value, sent := in.fields[name]
	if !sent {
		return nil
	}
	list := []T{}
	for _, element := range elements(value) {
		item, ok := parse(element)
		for _, c := range checks {
			ok = ok && c.ok(item)
		}
		if !ok {
			in.refuse(name, value, "%s", messageOf(checks))
			return nil
		}
		list = append(list, item)
	}
	return list
}

// elements sees a lone value as a list of one, and an object with numbers as keys (`a[0]=x`) as the list it was.
func elements(value any) []any {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		return v
	case map[string]any:
		return byIndex(v)
	case string:
		if v == "" {
			return nil
		}
	}
	return []any{value}
}

func byIndex(object map[string]any) []any {
	list := make([]any, 0, len(object))
	for i := range len(object) {
		value, found := object[strconv.Itoa(i)]
		if !found {
			return []any{object}
		}
		list = append(list, value)
	}
	return list
}

func parseString(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, utf8.ValidString(v) && !strings.ContainsRune(v, 0)
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

func parseInt(value any) (int64, bool) {
	text, ok := parseString(value)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	return n, err == nil
}

func parseFloat(value any) (float64, bool) {
	text, ok := parseString(value)
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
}

func parseBool(value any) (result, ok bool) {
	text, ok := parseString(value)
	if !ok {
		return false, false
	}
	switch text {
	case "true", "1", "on":
		return true, true
	case "false", "0", "off":
		return false, true
	}
	return false, false
}

// timeForms are the ISO 8601 forms that clients send, most common first.
var timeForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", time.DateTime, time.DateOnly}

func parseTime(value any) (time.Time, bool) {
	text, _ := parseString(value)
	for _, form := range timeForms {
		if t, err := time.Parse(form, text); err == nil && t.Year() > 0 && t.Year() < 10_000 {
			return t.UTC().Truncate(time.Millisecond), true
		}
	}
	return time.Time{}, false
}
