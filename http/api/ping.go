package api

import "net/http"

func (a *API) pingRoutes() []route {
	return []route{{method: "GET", pattern: "/ping", do: a.ping}}
}

// ping answers that the server lives, for monitors.
func (a *API) ping(w http.ResponseWriter, _ *request) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err := w.Write([]byte("pong"))
	return err
}
