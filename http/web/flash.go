package web

import (
	"encoding/json"
	"net/http"

	"lucarne/http/web/ui"
)

const (
	flashCookie = "lucarne_flash"
	maxFlashes  = 4
	// maxFlashText keeps the cookie below what browsers take (RFC 6265bis §5.6: 4096 bytes).
	maxFlashText = 500
)

// flash has the next page say something: what the form just sent came to.
func (r *request) flash(w http.ResponseWriter, tone ui.Tone, message string) {
	if len(r.flashes) >= maxFlashes {
		return
	}
	if text := []rune(message); len(text) > maxFlashText {
		message = string(text[:maxFlashText-1]) + "…"
	}
	r.flashes = append(r.flashes, ui.Flash{Tone: tone, Text: message})
	value, err := json.Marshal(r.flashes)
	if err != nil {
		return
	}
	http.SetCookie(w, r.cookie(flashCookie, r.pages.seal.close(flashCookie, string(value)), 0))
}

// readFlashes gives what the page before left to say. A cookie that was tampered with says nothing.
func (r *request) readFlashes() []ui.Flash {
	value, ok := r.pages.seal.open(flashCookie, r.cookieValue(flashCookie))
	if !ok {
		return nil
	}
	var flashes []ui.Flash
	if json.Unmarshal([]byte(value), &flashes) != nil {
		return nil
	}
	return flashes[:min(len(flashes), maxFlashes)]
}

func (r *request) clearFlashes(w http.ResponseWriter) {
	http.SetCookie(w, r.cookie(flashCookie, "", -1e9))
}
