package files

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"lucarne/video"
)

// nameOf is what a file is called on the visitor's disk, as PeerTube names it.
func nameOf(d video.Details, file video.File) string {
	name := fmt.Sprintf("%s-%dp", safeName(d.Name), file.Resolution)
	if file.PlaylistID != 0 {
		name += "-hls"
	}
	return name + file.Extname
}

// safeName takes away what file systems do not take, and what shows another name than it is ("gpj.exe" read backwards).
func safeName(name string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) || strings.ContainsRune(`/\:*?"<>|`, c) {
			return '_'
		}
		return c
	}, name)
}

// attachment is the Content-Disposition of a download: the name in ASCII, and in full where that is another one (RFC 6266 §4.3 and
// appendix D, RFC 8187 §3.2).
func attachment(name string) string {
	plain := strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' || c == '"' || c == '\\' || c == '%' {
			return '_'
		}
		return c
	}, name)
	value := `attachment; filename="` + plain + `"`
	if plain == name {
		return value
	}
	return value + "; filename*=UTF-8''" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}
