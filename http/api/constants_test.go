package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"lucarne/http/api"
	"lucarne/http/capturetest"
)

// What the recorded instance let people choose can be chosen here, under the same labels.
func TestChoicesHoldTheRecordedOnes(t *testing.T) {
	handler := api.New(api.Services{}).Handler(nil)
	for number, path := range map[string]string{
		"004": "/videos/categories", "005": "/videos/licences", "006": "/videos/languages", "007": "/videos/privacies",
		"008": "/video-playlists/privacies",
	} {
		t.Run(path, func(t *testing.T) {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest("GET", api.Prefix+path, nil))
			var got map[string]string
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
				t.Fatalf("%d %s: %v", w.Code, w.Body, err)
			}
			missing := 0
			for id, label := range capturetest.Load(t, number).Response.Body.(map[string]any) {
				if got[id] != label {
					missing++
					t.Logf("%s: got %q, recorded %q", id, got[id], label)
				}
			}
			if missing > 0 {
				t.Errorf("%d choices differ", missing)
			}
		})
	}
}
