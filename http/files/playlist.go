package files

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"

	"lucarne/http/router"
	"lucarne/platform/fault"
)

// maxPlaylist bounds a playlist that is rewritten: ten times that of a video of 24 hours.
const maxPlaylist = 10 << 20

// sendWithToken answers a playlist whose addresses carry the token on, for players that cannot add it themselves.
func (f *Files) sendWithToken(w http.ResponseWriter, r *http.Request, d delivery, token string) error {
	object, err := open(r.Context(), d)
	if err != nil {
		return err
	}
	defer object.Close()
	if object.Size > maxPlaylist {
		return fault.New(fault.TooLarge, "The playlist is larger than %d bytes", maxPlaylist)
	}
	text, err := io.ReadAll(object.Content)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, max-age=0")
	return router.WriteBody(w, r, object.ContentType+"; charset=utf-8", withToken(text, token))
}

// withToken adds the token to each address of a playlist: lines that are no tag, and URI attributes (RFC 8216 §4).
func withToken(playlist []byte, token string) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(playlist) {
		text := strings.TrimRight(string(line), "\r\n")
		switch {
		case text == "":
		case !strings.HasPrefix(text, "#"):
			text = addToken(text, token)
		default:
			if before, rest, found := strings.Cut(text, `URI="`); found {
				address, after, _ := strings.Cut(rest, `"`)
				text = before + `URI="` + addToken(address, token) + `"` + after
			}
		}
		out.WriteString(text + "\n")
	}
	return out.Bytes()
}

func addToken(address, token string) string {
	isPlaylist := strings.HasSuffix(address, ".m3u8")
	address += "?videoFileToken=" + url.QueryEscape(token) // it may be anything: who asks can have another right
	if isPlaylist {
		address += "&reinjectVideoFileToken=true"
	}
	return address
}
