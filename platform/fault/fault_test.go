package fault_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"lucarne/platform/fault"
)

func TestKindOf(t *testing.T) {
	cases := []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"plain errors are internal", errors.New("disk"), fault.Internal},
		{"marked", fault.New(fault.NotFound, "Video not found"), fault.NotFound},
		{"marked and wrapped", fmt.Errorf("publish: %w", fault.New(fault.Conflict, "Already published")), fault.Conflict},
		{"cancelled", fmt.Errorf("read: %w", context.Canceled), fault.Unavailable},
		{"refused input", fault.InvalidParam("name", "x", "is too short"), fault.Invalid},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := fault.KindOf(c.err); got != c.want {
				t.Errorf("kind of %v: got %v, want %v", c.err, got, c.want)
			}
		})
	}
	if fault.Is(nil, fault.Internal) {
		t.Error("a nil error has a kind")
	}
}

func TestCauseStaysOutOfTheMessage(t *testing.T) {
	err := fault.New(fault.Internal, "The video could not be saved").Because(errors.New("open /secret: denied"))
	if err.Message != "The video could not be saved" {
		t.Errorf("message: got %q", err.Message)
	}
	if got, want := err.Error(), "The video could not be saved: open /secret: denied"; got != want {
		t.Errorf("log text: got %q, want %q", got, want)
	}
}

func TestInvalidParamsJoins(t *testing.T) {
	if err := fault.InvalidParams(nil); err != nil {
		t.Errorf("no params: got %v, want nil", err)
	}
	err := fault.InvalidParams([]fault.Param{{Name: "sort"}, {Name: "count"}})
	if got, want := err.Error(), "Incorrect request parameters: sort, count"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
