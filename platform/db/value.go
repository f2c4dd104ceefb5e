package db

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// Time scans a column of milliseconds; NULL gives the zero time. Times are UTC.
func Time(t *time.Time) sql.Scanner { return timeScanner{t} }

type timeScanner struct{ t *time.Time }

func (s timeScanner) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*s.t = time.Time{}
	case int64:
		*s.t = time.UnixMilli(v).UTC()
	default:
		return fmt.Errorf("time column holds %T", src)
	}
	return nil
}

// Null scans a column where NULL stands for the zero value.
func Null[T any](value *T) sql.Scanner { return nullScanner[T]{value} }

type nullScanner[T any] struct{ value *T }

func (s nullScanner[T]) Scan(src any) error {
	var n sql.Null[T]
	if err := n.Scan(src); err != nil {
		return err
	}
	*s.value = n.V
	return nil
}

// OrNull is the argument that writes the zero value as NULL.
func OrNull[T comparable](value T) any {
	var zero T
	if value == zero {
		return nil
	}
	return value
}

// JSON scans a column of JSON text into value; NULL leaves it as it is.
func JSON(value any) sql.Scanner { return jsonScanner{value} }

type jsonScanner struct{ value any }

func (s jsonScanner) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(v), s.value)
	case []byte:
		return json.Unmarshal(v, s.value)
	default:
		return fmt.Errorf("JSON column holds %T", src)
	}
}

// AsJSON is the argument that writes value as JSON text.
func AsJSON(value any) driver.Valuer { return jsonValue{value} }

type jsonValue struct{ value any }

func (j jsonValue) Value() (driver.Value, error) {
	text, err := json.Marshal(j.value)
	return string(text), err
}
