// Package router is what every request goes through on its way to a surface, and every error on its way back.
package router

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
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
func StatusOf(err error) int { return statusOf[fault.KindOf(marked(err))] }

// marked gives a kind to what net/http says of a body, where nobody did before.
func marked(err error) error {
	var known *fault.Error
	var tooLarge *http.MaxBytesError
	if !errors.As(err, &known) && errors.As(err, &tooLarge) {
		return fault.New(fault.TooLarge, "The request is larger than %d bytes", tooLarge.Limit).Because(err)
	}
	return err
}

const (
	docsOrigin    = "https://docs.joinpeertube.org/api-rest-reference.html"
	hiddenMessage = "Something went wrong on our side; the server's log has the details"
)

// WriteProblem answers an error. operation is the OpenAPI operationId, "" without one. What the user must not see is logged, once.
func WriteProblem(w http.ResponseWriter, r *http.Request, err error, operation string) {
	problem := problemOf(r, marked(err), operation)
	if problem.Status == http.StatusInternalServerError && r.Context().Err() == nil {
		slog.ErrorContext(r.Context(), "request failed", "id", RequestID(r.Context()), "method", r.Method, "path", r.URL.Path, "error", err)
	}
	answer(w, problem)
}

// WriteProblemAs is WriteProblem for protocols that name another status than that of the error's kind.
func WriteProblemAs(w http.ResponseWriter, r *http.Request, status int, err error) {
	problem := problemOf(r, err, "")
	problem.Status, problem.Title = status, http.StatusText(status)
	answer(w, problem)
}

func answer(w http.ResponseWriter, problem Problem) {
	body, err := json.Marshal(problem)
	if err != nil { // a refused value that is not JSON: answer without the values
		problem.Invalid = nil
		body, _ = json.Marshal(problem)
	}
	header := w.Header()
	header.Del("Content-Encoding")
	header.Set("Content-Type", "application/problem+json; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(len(body)))
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
