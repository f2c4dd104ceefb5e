// Package router is what every request goes through on its way to a surface, and every error on its way back.
package router

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"lucarne/platform/fault"
)

// Problem is an error as the API answers it: RFC 9457 with PeerTube's extensions.
type Problem struct {
	Type     string                  `json:"type"`
	Title    string                  `json:"title,omitempty"`
	Detail   string                  `json:"detail"`
	Instance string                  `json:"instance,omitempty"`
	Status   int                     `json:"status"`
	Invalid  map[string]InvalidParam `json:"invalid-params,omitempty"`
	Docs     string                  `json:"docs,omitempty"`
	Code     string                  `json:"code,omitempty"`
	Error    string                  `json:"error"` // repeats Detail, for clients written before version 8.2
}

// InvalidParam is one refused input.
type InvalidParam struct {
	Type     string `json:"type"` // always "field"
	Value    any    `json:"value,omitempty"`
	Message  string `json:"msg"`
	Path     string `json:"path"`
	Location string `json:"location"` // body | query | params
}

var statusOf = map[fault.Kind]int{
	fault.Invalid:         http.StatusBadRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.Unsupported:     http.StatusUnsupportedMediaType,
	fault.OutOfRange:      http.StatusRequestedRangeNotSatisfiable,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Internal:        http.StatusInternalServerError,
}

// StatusOf is the HTTP status of an error's kind.
func StatusOf(err error) int { return statusOf[fault.KindOf(err)] }

const (
	docsOrigin    = "https://docs.joinpeertube.org/api-rest-reference.html"
	hiddenMessage = "Something went wrong on our side; the server's log has the details"
)

// WriteProblem answers an error. operation is the OpenAPI operationId, "" without one. What the user must not see is logged, once.
func WriteProblem(w http.ResponseWriter, r *http.Request, err error, operation string) {
	problem := problemOf(r, err, operation)
	if problem.Status == http.StatusInternalServerError && r.Context().Err() == nil {
		slog.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	body, marshalErr := json.Marshal(problem)
	if marshalErr != nil { // a refused value that is not JSON: answer without the values
		problem.Invalid = nil
		body, _ = json.Marshal(problem)
	}
	w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
	w.WriteHeader(problem.Status)
	_, _ = w.Write(body)
}

func problemOf(r *http.Request, err error, operation string) Problem {
	p := Problem{Type: "about:blank", Status: StatusOf(err), Detail: hiddenMessage}
	var f *fault.Error
	if errors.As(err, &f) && f.Kind != fault.Internal {
		p.Detail, p.Code = f.Message, f.Code
		p.Invalid = invalidParams(f.Params)
	}
	if p.Invalid != nil {
		p.Instance = r.URL.RequestURI()
	}
	if p.Code != "" {
		p.Type = docsOrigin + "#section/Errors/" + p.Code
	} else {
		p.Title = http.StatusText(p.Status)
	}
	if operation != "" {
		p.Docs = docsOrigin + "#operation/" + operation
	}
	p.Error = p.Detail
	return p
}

func invalidParams(params []fault.Param) map[string]InvalidParam {
	if len(params) == 0 {
		return nil
	}
	byName := make(map[string]InvalidParam, len(params))
	for _, param := range params {
		location := param.Location
		if location == "" {
			location = "body"
		}
		byName[param.Name] = InvalidParam{
			Type: "field", Value: param.Value, Message: strings.TrimSpace(param.Message), Path: param.Name, Location: location,
		}
	}
	return byName
}
