package feed

import "net/http"

// PeerTube's clients fetch the style and the words of plugins when they start. There are no plugins.

func (f *Feeds) pluginStyle(w http.ResponseWriter, r *http.Request) error {
	return write(w, r, 0, "text/css; charset=utf-8", nil)
}

func (f *Feeds) pluginTranslations(w http.ResponseWriter, r *http.Request) error {
	return write(w, r, 0, jsonType, []byte("{}"))
}
