package logbook_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"lucarne/platform/logbook"
)

func messages(entries []logbook.Entry) []string {
	var list []string
	for _, e := range entries {
		list = append(list, e.Message)
	}
	return list
}

func TestTheNewestReplacesTheOldest(t *testing.T) {
	book, start := logbook.New(3), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 5 {
		book.Add(logbook.Entry{Time: start.Add(time.Duration(i) * time.Second), Level: slog.Level(4 * (i % 2)), Message: fmt.Sprint(i)})
	}
	cases := []struct {
		name     string
		from, to time.Time
		level    slog.Level
		want     []string
	}{
		{"all", time.Time{}, time.Time{}, slog.LevelInfo, []string{"2", "3", "4"}},
		{"serious", time.Time{}, time.Time{}, slog.LevelWarn, []string{"3"}},
		{"from", start.Add(3 * time.Second), time.Time{}, slog.LevelInfo, []string{"3", "4"}},
		{"to", time.Time{}, start.Add(3 * time.Second), slog.LevelInfo, []string{"2", "3"}},
	}
	for _, c := range cases {
		if got := messages(book.Between(c.from, c.to, c.level)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestHandlerKeepsWhatIsLogged(t *testing.T) {
	book := logbook.New(10)
	logger := slog.New(book.Handler(slog.NewTextHandler(io.Discard, nil))).With("node", "a").WithGroup("http").With("port", 9000)
	logger.Debug("too small")
	logger.Warn("slow", "took", 3*time.Second, "error", errors.New("late"), slog.Group("request", "path", "/x", "ok", true))
	entries := book.Between(time.Time{}, time.Time{}, slog.LevelDebug)
	want := map[string]any{"node": "a", "http.port": int64(9000), "http.took": "3s", "http.error": "late", "http.request.path": "/x", "http.request.ok": true}
	if len(entries) != 1 || entries[0].Message != "slow" || entries[0].Level != slog.LevelWarn || !reflect.DeepEqual(entries[0].Fields, want) {
		t.Errorf("got %+v, want one entry with %v", entries, want)
	}
}

func TestEntriesAreBounded(t *testing.T) {
	book := logbook.New(4)
	logger := slog.New(book.Handler(slog.NewTextHandler(io.Discard, nil)))
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			args := []any{}
			for i := range 100 {
				args = append(args, fmt.Sprint("field", i), strings.Repeat("x", 10_000))
			}
			logger.Info(strings.Repeat("y", 100_000), args...)
		})
	}
	writers.Wait()
	entries := book.Between(time.Time{}, time.Time{}, slog.LevelInfo)
	if len(entries) != 4 || len(entries[0].Message) > 2100 || len(entries[0].Fields) != 30 {
		t.Errorf("%d entries, message of %d bytes, %d fields", len(entries), len(entries[0].Message), len(entries[0].Fields))
	}
}
