package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"golang.org/x/text/language"

	"lucarne/platform/constant"
)

// constantRoutes answer what may be chosen for a video.
func (a *API) constantRoutes() []route {
	return []route{
		{method: "GET", pattern: "/videos/categories", operation: "getCategories", do: choices(constant.Categories())},
		{method: "GET", pattern: "/videos/licences", operation: "getLicences", do: choices(constant.Licences())},
		{method: "GET", pattern: "/videos/languages", operation: "getLanguages", do: choices(constant.Languages())},
		{method: "GET", pattern: "/videos/privacies", operation: "getVideoPrivacyPolicies", do: choices(constant.Privacies())},
		{method: "GET", pattern: "/video-playlists/privacies", operation: "getPlaylistPrivacyPolicies", do: choices(constant.PlaylistPrivacies())},
	}
}

func choices[K comparable](table constant.Table[K]) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error { return answer(w, r, choicesJSON[K]{table}) }
}

// choicesJSON is an object of labels by id, in the order of the table, in which clients show them.
type choicesJSON[K comparable] struct{ table constant.Table[K] }

// MarshalJSON keeps the order, which a map would lose.
func (c choicesJSON[K]) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	separator := byte('{')
	for entry := range c.table.All() {
		label, err := json.Marshal(entry.Label(language.English))
		if err != nil {
			return nil, err
		}
		b.WriteByte(separator)
		fmt.Fprintf(&b, "%q:%s", fmt.Sprint(entry.ID), label)
		separator = ','
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
