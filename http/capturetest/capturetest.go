// Package capturetest compares our answers with those a real PeerTube gave, recorded request by request.
package capturetest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"testing"
)

// Capture is one recorded exchange.
type Capture struct {
	Request struct {
		Method  string         `json:"method"`
		Path    string         `json:"path"`
		Headers map[string]any `json:"headers"`
		Body    any            `json:"body"`
	} `json:"request"`
	Response struct {
		Status  int            `json:"status"`
		Headers map[string]any `json:"headers"`
		Body    any            `json:"body"`
	} `json:"response"`
}

// Load reads the recording whose file name begins with the number ("021"). It skips the test where the recordings are not beside the
// project.
func Load(t testing.TB, number string) Capture {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	folder := filepath.Join(filepath.Dir(here), "..", "..", "..", "shared", "captures", "rest-6.3")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("the recordings are not beside the project")
	}
	names, err := filepath.Glob(filepath.Join(folder, number+"-*.json"))
	if err != nil || len(names) != 1 {
		t.Fatalf("recording %s: found %v, %v", number, names, err)
	}
	text, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	var c Capture
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// SameShape fails unless got has the names and JSON types of want, at every depth. What differs on purpose is listed in intended, as
// dotted paths with [] for list elements ("data[].tags"): fields of ours PeerTube 6.3 did not have, or of its that we left out.
// A null on either side matches any type, and an empty list any list.
func SameShape(t testing.TB, want, got any, intended ...string) {
	t.Helper()
	for _, difference := range differences("", normal(t, want), normal(t, got)) {
		path, _, _ := strings.Cut(difference, ":")
		if !slices.ContainsFunc(intended, func(allowed string) bool { return path == allowed || strings.HasPrefix(path, allowed+".") }) {
			t.Error(difference)
		}
	}
}

// normal turns any value, or the bytes of a JSON text, into what encoding/json decodes to.
func normal(t testing.TB, value any) any {
	t.Helper()
	text, isText := value.([]byte)
	if !isText {
		var err error
		if text, err = json.Marshal(value); err != nil {
			t.Fatal(err)
		}
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("not JSON: %v: %.200s", err, text)
	}
	return out
}

func differences(path string, want, got any) []string {
	if want == nil || got == nil {
		return nil
	}
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s: got %s, want an object", path, typeOf(got))}
		}
		return fieldDifferences(path, w, g)
	case []any:
		g, ok := got.([]any)
		if !ok {
			return []string{fmt.Sprintf("%s: got %s, want a list", path, typeOf(got))}
		}
		if len(w) == 0 || len(g) == 0 {
			return nil
		}
		return differences(path+"[]", w[0], g[0])
	}
	if typeOf(want) != typeOf(got) {
		return []string{fmt.Sprintf("%s: got %s (%v), want %s (%v)", path, typeOf(got), got, typeOf(want), want)}
	}
	return nil
}

func fieldDifferences(path string, want, got map[string]any) []string {
	var list []string
	for name, value := range want {
		inner, found := got[name]
		if !found {
			list = append(list, join(path, name)+": is missing")
			continue
		}
		list = append(list, differences(join(path, name), value, inner)...)
	}
	for name := range got {
		if _, found := want[name]; !found {
			list = append(list, join(path, name)+": is not in the recording")
		}
	}
	sort.Strings(list)
	return list
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func typeOf(value any) string {
	switch value.(type) {
	case string:
		return "a string"
	case float64:
		return "a number"
	case bool:
		return "a boolean"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	}
	return "null"
}
