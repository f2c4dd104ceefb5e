package blob

import (
	"net/url"
	"strings"
)

// joinURL puts a key behind a base with one slash in between; "" when there is no base.
func joinURL(base, key string) string {
	if base == "" {
		return ""
	}
	segments := strings.Split(key, "/")
	for i, segment := range segments {
		segments[i] = url.PathEscape(segment)
	}
	return strings.TrimRight(base, "/") + "/" + strings.Join(segments, "/")
}
