package router

import "net/http"

// UnknownOperation answers what is below the API's prefix but no operation of it, whatever the method: as PeerTube does, with status
// 400 and an empty body. Its clients tell an old server by it.
func UnknownOperation(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusBadRequest)
}
