package blob

import (
	"path"
	"strings"
)

// Our own table: the one of package mime depends on files of the machine.
var contentTypes = map[string]string{
	".mp4": "video/mp4", ".m4v": "video/mp4", ".m4s": "video/iso.segment", ".webm": "video/webm", ".mkv": "video/x-matroska",
	".mov": "video/quicktime", ".ogv": "video/ogg", ".ts": "video/mp2t", ".avi": "video/x-msvideo", ".flv": "video/x-flv",
	".m4a": "audio/mp4", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg", ".wav": "audio/wav",
	".flac": "audio/flac", ".aac": "audio/aac",
	".m3u8": "application/vnd.apple.mpegurl", ".json": "application/json", ".vtt": "text/vtt; charset=utf-8",
	".srt": "application/x-subrip", ".torrent": "application/x-bittorrent", ".zip": "application/zip", ".txt": "text/plain; charset=utf-8",
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif",
	".svg": "image/svg+xml", ".ico": "image/x-icon",
}

// ContentType is the media type the extension of a key stands for; application/octet-stream when it is not known.
func ContentType(key string) string {
	if t, ok := contentTypes[strings.ToLower(path.Ext(key))]; ok {
		return t
	}
	return "application/octet-stream"
}

func (o PutOptions) contentType(key string) string {
	if o.ContentType != "" {
		return o.ContentType
	}
	return ContentType(key)
}
