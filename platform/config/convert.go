package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// value is what a source says about a setting.
type value struct {
	any    any    // as encoding/json decodes it, with json.Number; nil is null
	text   string // the text as written, where there is one
	isText bool   // the source has only texts: the type of the setting says how to read them
}

var (
	durationType = reflect.TypeFor[Duration]()
	bytesType    = reflect.TypeFor[Bytes]()
)

// set puts a value into the leaf's field, or says in what it has the wrong type.
func (l *leaf) set(c *Config, v value) error {
	given := v.any
	if v.isText {
		given = l.interpret(v.text)
	}
	if _, isNumber := given.(json.Number); isNumber && l.typ.Kind() == reflect.String && v.text != "" {
		given = v.text
	}
	field := l.in(c)
	if given == nil {
		return l.setNull(field)
	}
	converted, err := convert(l.typ, given)
	if err != nil && l.secret {
		return errors.New("has the wrong type")
	}
	if err != nil {
		return err
	}
	field.Set(converted)
	return nil
}

// setNull stores the zero value where null means something: an absent text, an empty list, no bound.
func (l *leaf) setNull(field reflect.Value) error {
	if !l.nullable && field.Kind() != reflect.String && field.Kind() != reflect.Slice {
		return fmt.Errorf("must not be null; %s is expected", typeName(l.typ))
	}
	field.SetZero()
	return nil
}

// interpret reads a text from the environment, the command line or a default as the type demands. What cannot be read
// stays a text, which convert then refuses.
func (l *leaf) interpret(text string) any {
	trimmed := strings.TrimSpace(text)
	if l.nullable && trimmed == "null" {
		return nil
	}
	switch l.typ.Kind() {
	case reflect.Bool:
		return interpretBool(trimmed)
	case reflect.Int:
		return interpretNumber(trimmed)
	case reflect.Slice:
		return interpretList(trimmed, l.typ.Elem())
	}
	return text
}

// interpretScalar is interpret for switches and numbers only: a text stays a text.
func (l *leaf) interpretScalar(text string) any {
	switch l.typ.Kind() {
	case reflect.Bool, reflect.Int:
		return l.interpret(text)
	}
	return text
}

func interpretBool(text string) any {
	switch strings.ToLower(text) {
	case "true", "1", "yes", "on":
		return true
	case "false", "0", "no", "off":
		return false
	}
	return text
}

func interpretNumber(text string) any {
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return text
	}
	return json.Number(text)
}

// interpretList reads a JSON array or elements with commas between them.
func interpretList(text string, element reflect.Type) any {
	if strings.HasPrefix(text, "[") {
		if n, err := readJSON([]byte(text)); err == nil {
			return n.plain()
		}
		return text
	}
	list := []any{}
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		switch {
		case part == "":
		case element.Kind() == reflect.Int:
			list = append(list, interpretNumber(part))
		default:
			list = append(list, part)
		}
	}
	return list
}

func convert(t reflect.Type, given any) (reflect.Value, error) {
	switch {
	case t == durationType:
		return convertQuantity(given, ParseDuration)
	case t == bytesType:
		return convertQuantity(given, ParseBytes)
	case t.Kind() == reflect.Int:
		return convertInt(given)
	case t.Kind() == reflect.Slice:
		return convertList(t, given)
	case reflect.TypeOf(given) == t: // string and bool
		return reflect.ValueOf(given), nil
	case t.Kind() == reflect.Struct:
		return convertObject(t, given)
	}
	return reflect.Value{}, wrongType(t, given)
}

func convertQuantity[T Duration | Bytes](given any, parse func(string) (T, error)) (reflect.Value, error) {
	switch given.(type) {
	case string, json.Number:
		parsed, err := parse(fmt.Sprint(given))
		if err != nil {
			return reflect.Value{}, wrongType(reflect.TypeFor[T](), given)
		}
		return reflect.ValueOf(parsed), nil
	}
	return reflect.Value{}, wrongType(reflect.TypeFor[T](), given)
}

// convertInt accepts 5.0, which some programs write for 5.
func convertInt(given any) (reflect.Value, error) {
	number, ok := given.(json.Number)
	if !ok {
		return reflect.Value{}, wrongType(reflect.TypeFor[int](), given)
	}
	f, err := number.Float64()
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return reflect.Value{}, wrongType(reflect.TypeFor[int](), given)
	}
	return reflect.ValueOf(int(f)), nil
}

func convertList(t reflect.Type, given any) (reflect.Value, error) {
	elements, ok := given.([]any)
	if !ok {
		return reflect.Value{}, wrongType(t, given)
	}
	list := reflect.MakeSlice(t, 0, len(elements))
	for i, element := range elements {
		if number, isNumber := element.(json.Number); isNumber && t.Elem().Kind() == reflect.String {
			element = number.String()
		}
		if element == nil {
			return reflect.Value{}, fmt.Errorf("has no value at place %d", i+1)
		}
		converted, err := convert(t.Elem(), element)
		if err != nil {
			return reflect.Value{}, fmt.Errorf("is wrong at place %d: it %w", i+1, err)
		}
		list = reflect.Append(list, converted)
	}
	return list, nil
}

func convertObject(t reflect.Type, given any) (reflect.Value, error) {
	encoded, err := json.Marshal(given)
	if err != nil {
		return reflect.Value{}, wrongType(t, given)
	}
	object := reflect.New(t)
	decoder := json.NewDecoder(strings.NewReader(string(encoded)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(object.Interface()); err != nil {
		return reflect.Value{}, fmt.Errorf("cannot be read: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return object.Elem(), nil
}

func wrongType(t reflect.Type, given any) error {
	return fmt.Errorf("must be %s, not %s", typeName(t), describe(given))
}

// typeName is the type in the operator's words, with its article.
func typeName(t reflect.Type) string {
	switch {
	case t == durationType:
		return `a length of time such as "5 minutes", a number of milliseconds, or -1`
	case t == bytesType:
		return `a size such as "100MB", a number of bytes, or -1`
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Slice:
		return "a list"
	case reflect.Struct:
		return "an object"
	}
	return "a text"
}

func describe(given any) string {
	const maxShown = 60
	switch given := given.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		if len(given) > maxShown {
			return strconv.Quote(strings.ToValidUTF8(given[:maxShown], "") + "…")
		}
		return strconv.Quote(given)
	}
	return fmt.Sprint(given)
}

// json is the field's value for the API and the overlay: null for the zero value of a nullable key, never a null list.
func (l *leaf) json(c *Config) any {
	field := l.in(c)
	if field.Kind() == reflect.Slice && field.IsNil() {
		return []any{}
	}
	if l.nullable && field.IsZero() {
		return nil
	}
	return field.Interface()
}
