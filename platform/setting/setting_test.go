package setting_test

import (
	"reflect"
	"testing"
	"time"

	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/setting"
)

type page struct {
	Content string   `json:"content"`
	Tags    []string `json:"tags"`
}

func get(t *testing.T, s *setting.Settings, name string) (page, bool) {
	t.Helper()
	var p page
	found, err := s.Get(t.Context(), name, &p)
	if err != nil {
		t.Fatal(err)
	}
	return p, found
}

func TestValuesAreKeptReplacedAndForgotten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := setting.New(d, clock.NewFake(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
		if _, found := get(t, s, "homepage"); found {
			t.Error("a value before any was put")
		}
		for _, want := range []page{{Content: "# Hello", Tags: []string{"a", "é"}}, {Content: ""}} {
			if err := s.Put(t.Context(), "homepage", want); err != nil {
				t.Fatal(err)
			}
			if got, found := get(t, s, "homepage"); !found || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v; want %+v", got, found, want)
			}
			if got, found := get(t, setting.New(d, clock.System{}), "homepage"); !found || !reflect.DeepEqual(got, want) {
				t.Errorf("after a restart: got %+v, %v; want %+v", got, found, want)
			}
		}
		if _, found := get(t, s, "other"); found {
			t.Error("another name has the value too")
		}
		for range 2 {
			if err := s.Delete(t.Context(), "homepage"); err != nil {
				t.Fatal(err)
			}
		}
		if _, found := get(t, s, "homepage"); found {
			t.Error("a deleted value is still there")
		}
	})
}

func TestChangeElsewhereIsSeen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		one, other := setting.New(d, clock.System{}), setting.New(d, clock.System{})
		get(t, one, "homepage")
		if err := other.Put(t.Context(), "homepage", page{Content: "new"}); err != nil {
			t.Fatal(err)
		}
		if got, _ := get(t, one, "homepage"); got.Content != "new" {
			t.Errorf("got %q, want the change made through another value", got.Content)
		}
	})
}

func TestValueThatDoesNotFitIsAnError(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := setting.New(d, clock.System{})
		if err := s.Put(t.Context(), "n", "text"); err != nil {
			t.Fatal(err)
		}
		var n int
		if found, err := s.Get(t.Context(), "n", &n); err == nil || found {
			t.Errorf("got %v, %v; want an error", found, err)
		}
		if err := s.Put(t.Context(), "n", make(chan int)); err == nil {
			t.Error("what JSON cannot hold was stored")
		}
	})
}
