package api

import (
	"encoding/json"
	"net/http"

	"lucarne/account"
	"lucarne/http/router"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
)

// request is a request with who asks.
type request struct {
	*http.Request
	api    *API
	viewer account.Viewer
}

// list is a page of a collection, as every list of the API answers.
type list[T any] struct {
	Total int `json:"total"`
	Data  []T `json:"data"`
}

// listOf maps subjects to their JSON form. No items give an empty array, never null.
func listOf[S, T any](total int, subjects []S, encode func(S) T) list[T] {
	data := make([]T, len(subjects))
	for i, s := range subjects {
		data[i] = encode(s)
	}
	return list[T]{Total: total, Data: data}
}

// answer writes a value as JSON with status 200, a weak ETag, and 304 where the client has it already.
func answer(w http.ResponseWriter, r *request, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return router.WriteBody(w, r.Request, "application/json; charset=utf-8", body)
}

// noContent answers 204.
func noContent(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// label is the {id, label} pair of the API's constants.
type label[ID any] struct {
	ID    ID     `json:"id"`
	Label string `json:"label"`
}

// page reads start and count of a list.
type page struct{ start, count int }

func (r *request) page(in *input) page {
	most := r.api.MaxPageSize()
	p := page{start: 0, count: r.api.PageSize()}
	if start := in.optInt("start", atLeast(0)); start != nil {
		p.start = *start
	}
	if count := in.optInt("count", between(0, most).saying("Should have a number count (max: %d)", most)); count != nil {
		p.count = *count
	}
	return p
}

// ref reads a path value that is an id, a UUID or a short UUID.
func (r *request) ref(name string) (shortid.Ref, error) {
	ref, err := shortid.Parse(r.PathValue(name))
	if err != nil {
		return ref, r.badPath(name, "Should have a valid video id (id, short UUID or UUID)")
	}
	return ref, nil
}

// pathID reads a path value that is a positive number.
func (r *request) pathID(name string) (int64, error) {
	id, ok := parseInt(r.PathValue(name))
	if !ok || id <= 0 {
		return 0, r.badPath(name, "Invalid value")
	}
	return id, nil
}

func (r *request) badPath(name, message string) error {
	return fault.InvalidParams([]fault.Param{{Name: name, Message: message, Value: r.PathValue(name), Location: "params"}})
}
