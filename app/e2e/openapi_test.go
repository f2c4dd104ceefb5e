package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"lucarne/app/apptest"
)

// document is the published description of the API, nil when it does not lie beside the project.
var document = sync.OnceValues(func() (*openapi3.T, error) {
	path := filepath.Join("..", "..", "..", "shared", "reference", "peertube-openapi.yaml")
	if _, err := os.Stat(path); err != nil {
		return nil, nil
	}
	return openapi3.NewLoader().LoadFromFile(path)
})

// described finds the operation a request is one of; among several, the one with the most literal path.
func described(doc *openapi3.T, r *http.Request) *routers.Route {
	var found *routers.Route
	fewest := 100
	for path, item := range doc.Paths.Map() {
		placeholders, fits := fit(path, r.URL.Path)
		if operation := item.GetOperation(r.Method); fits && operation != nil && placeholders < fewest {
			fewest = placeholders
			found = &routers.Route{Spec: doc, Path: path, PathItem: item, Method: r.Method, Operation: operation}
		}
	}
	return found
}

// fit reports whether a path is of a pattern, and how many placeholders that takes.
func fit(pattern, path string) (placeholders int, fits bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return 0, false
	}
	for i, word := range want {
		if strings.HasPrefix(word, "{") {
			placeholders++
		} else if word != got[i] {
			return 0, false
		}
	}
	return placeholders, true
}

// checkAgainstDocument compares an answer of the API with its description: every answer of every story comes through here.
func checkAgainstDocument(t testing.TB, e apptest.Exchange) {
	t.Helper()
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	if doc == nil || e.Answer.Status >= http.StatusBadRequest {
		return
	}
	route := described(doc, e.Request)
	if route == nil {
		return // not in the document: older, or our own
	}
	name := route.Method + " " + route.Path
	seen.Store(name, true)
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: e.Request, Route: route},
		Status:                 e.Answer.Status, Header: e.Answer.Header, Body: readCloser{bytes.NewReader(e.Answer.Body)},
		Options: &openapi3filter.Options{MultiError: true, IncludeResponseStatus: true},
	})
	for _, difference := range differences(err) {
		if !isIntended(name, difference) {
			t.Errorf("%s answers %d unlike its description: %s", name, e.Answer.Status, difference)
		}
	}
}

// seen holds the described operations whose good answers were compared.
var seen sync.Map

// uncompared lists the operations that are described and answered, and that no story had a good answer of.
func uncompared(operations []string) []string {
	doc, err := document()
	if doc == nil || err != nil {
		return nil
	}
	var list []string
	for _, operation := range operations {
		method, pattern := split(operation)
		route := described(doc, &http.Request{Method: method, URL: &url.URL{Path: pattern}})
		if route == nil || notCompared[method+" "+pattern] != "" {
			continue
		}
		if _, found := seen.Load(route.Method + " " + route.Path); !found {
			list = append(list, operation)
		}
	}
	return list
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

// differences takes a validation error apart: "path: reason" of each.
func differences(err error) []string {
	if err == nil {
		return nil
	}
	var many openapi3.MultiError
	if errors.As(err, &many) {
		var list []string
		for _, one := range many {
			list = append(list, differences(one)...)
		}
		return list
	}
	var schema *openapi3.SchemaError
	if errors.As(err, &schema) {
		if schema.Origin != nil {
			if inner := differences(schema.Origin); len(inner) > 0 {
				return inner
			}
		}
		value, _ := json.Marshal(schema.Value)
		return []string{fmt.Sprintf("%s: %s (%.80s)", general(schema.JSONPointer()), schema.Reason, value)}
	}
	return []string{err.Error()}
}

// general is the path to a value, with [] for the place in a list.
func general(pointer []string) string {
	words := slices.Clone(pointer)
	for i, word := range words {
		if _, err := strconv.Atoi(word); err == nil {
			words[i] = "[]"
		}
	}
	return strings.Join(words, ".")
}
