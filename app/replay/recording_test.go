// Package replay_test walks the recorded session of a real PeerTube 6.3 through a whole site and compares every answer.
package replay_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"lucarne/http/capturetest"
)

// recording is one exchange of the session, by its place in it.
type recording struct {
	number int
	name   string // what it shows ("err-404-account")
	capturetest.Capture
}

func (r recording) String() string { return strconv.Itoa(r.number) + " " + r.name }

// header is a header of the recorded answer, "" when it had none.
func (r recording) header(name string) string {
	value, _ := r.Response.Headers[strings.ToLower(name)].(string)
	return value
}

// recordings are the session in its order. It skips the test where they are not beside the project.
func recordings(t *testing.T) []recording {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	folder := filepath.Join(filepath.Dir(here), "..", "..", "..", "shared", "captures", "rest-6.3")
	index, err := os.Open(filepath.Join(folder, "INDEX.tsv"))
	if err != nil {
		t.Skip("the recordings are not beside the project")
	}
	defer index.Close()
	table := csv.NewReader(index)
	table.Comma = '\t'
	rows, err := table.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []recording
	for _, row := range rows[1:] {
		r, err := read(folder, row[0])
		if err != nil {
			t.Fatalf("%s: %v", row[0], err)
		}
		list = append(list, r)
	}
	return list
}

func read(folder, file string) (r recording, err error) {
	text, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		return r, err
	}
	number, name, _ := strings.Cut(strings.TrimSuffix(file, ".json"), "-")
	if r.number, err = strconv.Atoi(number); err != nil {
		return r, err
	}
	r.name = name
	return r, json.Unmarshal(text, &r.Capture)
}
