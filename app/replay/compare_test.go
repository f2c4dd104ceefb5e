package replay_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sort"
	"strings"

	"lucarne/app/apptest"
)

// difference is where our answer is not the recorded one.
type difference struct {
	where string // "status", "header vary", "problem detail", "body data[].name", …
	what  string
}

func (d difference) String() string { return d.where + ": " + d.what }

// headers are those clients look at. Of those in presence only whether they are there is compared: their values are counts or times.
var (
	headers = []string{
		"content-type", "cache-control", "pragma", "content-disposition", "accept-ranges", "vary", "x-frame-options", "range",
		"access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers",
		"access-control-allow-methods", "access-control-allow-headers",
	}
	presence = []string{"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after", "last-modified", "content-range", "content-length"}
)

// compare finds everything in which an answer differs from the recorded one.
func compare(r recording, answer *apptest.Answer, known *names) []difference {
	var list []difference
	if answer.Status != r.Response.Status {
		list = append(list, difference{"status", fmt.Sprintf("got %d %.300s, want %d", answer.Status, answer.Body, r.Response.Status)})
	}
	list = append(list, compareHeaders(r, answer, known)...)
	return append(list, compareBody(r, answer)...)
}

func compareHeaders(r recording, answer *apptest.Answer, known *names) (list []difference) {
	for _, name := range headers {
		want, got := r.header(name), answer.Header.Get(name)
		if !strings.EqualFold(want, got) {
			list = append(list, difference{"header " + name, fmt.Sprintf("got %q, want %q", got, want)})
		}
	}
	names := presence
	if r.Request.Method == "GET" && r.Response.Status == http.StatusOK { // Express gives validators to everything, failures too
		names = append(slices.Clone(names), "etag")
	}
	for _, name := range names {
		want, got := r.header(name), answer.Header.Get(name)
		if (want == "") != (got == "") {
			list = append(list, difference{"header " + name, fmt.Sprintf("got %q, want %q", got, want)})
		}
	}
	known.learnLocation(r.header("location"), answer.Header.Get("Location"))
	if want, got := known.text(r.header("location")), answer.Header.Get("Location"); want != got {
		list = append(list, difference{"header location", fmt.Sprintf("got %q, want %q", got, want)})
	}
	return list
}

func compareBody(r recording, answer *apptest.Answer) []difference {
	kind := r.header("content-type")
	switch want := r.Response.Body.(type) {
	case nil:
		return compareEmpty(answer)
	case string:
		return compareText(kind, want, string(answer.Body))
	case map[string]any:
		if _, isNote := want["$note"]; isNote {
			return compareNote(want, answer.Body)
		}
		if strings.HasPrefix(kind, "application/problem+json") {
			return compareProblem(want, answer.Body)
		}
	}
	return compareJSON(r.Response.Body, answer.Body)
}

func compareEmpty(answer *apptest.Answer) []difference {
	if len(answer.Body) == 0 {
		return nil
	}
	return []difference{{"body", fmt.Sprintf("got %.200s, want nothing", answer.Body)}}
}

// compareJSON compares names and types at every depth. A null on either side fits any type.
func compareJSON(want any, body []byte) (list []difference) {
	var got any
	if err := json.Unmarshal(body, &got); err != nil {
		return []difference{{"body", fmt.Sprintf("got %.200s, which is not JSON", body)}}
	}
	walk(place{want: want, got: got}, func(p place) {
		want, got := typeOf(p.want), typeOf(p.got)
		if want != got && want != "null" && got != "null" {
			list = append(list, difference{strings.TrimSpace("body " + p.path), fmt.Sprintf("got %s (%.100v), want %s (%.100v)", got, p.got, want, p.want)})
		}
	})
	sort.Slice(list, func(i, j int) bool { return list[i].where < list[j].where })
	return list
}

func typeOf(value any) string {
	switch value.(type) {
	case absent:
		return "no such field"
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

// compareProblem compares the values of a problem document (RFC 9457), and which parameters it calls invalid.
func compareProblem(want map[string]any, body []byte) (list []difference) {
	var got map[string]any
	if err := json.Unmarshal(body, &got); err != nil {
		return []difference{{"body", fmt.Sprintf("got %.200s, which is not a problem", body)}}
	}
	members := slices.Concat(slices.Collect(maps.Keys(want)), slices.Collect(maps.Keys(got)))
	slices.Sort(members)
	for _, name := range slices.Compact(members) {
		theirs, ours := want[name], got[name]
		if name == "invalid-params" {
			theirs, ours = namesOf(theirs), namesOf(ours)
		}
		if fmt.Sprint(theirs) != fmt.Sprint(ours) {
			list = append(list, difference{"problem " + name, fmt.Sprintf("got %q, want %q", ours, theirs)})
		}
	}
	return list
}

func namesOf(params any) []string {
	object, _ := params.(map[string]any)
	return slices.Sorted(maps.Keys(object))
}
