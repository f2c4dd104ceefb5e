package packager

import "context"

// Reload is what a client asks of a media playlist (RFC 8216bis §6.2.5): the zero value is the playlist as it is now.
type Reload struct {
	HasMSN  bool
	MSN     int64 // _HLS_msn: answer when this segment is there
	HasPart bool
	Part    int  // _HLS_part: answer when this part of it is there
	Skip    bool // _HLS_skip: leave out old segments
}

// Body is a playlist or a list of digests, made once and shared by all who ask. It is not to be changed.
type Body struct {
	Plain       []byte
	Gzip        []byte
	ContentType string
	ETag        string
}

// Playlist gives "master.m3u8", "<n>.m3u8" or "segments-sha256.json". It waits for what q asks for, at most three target durations:
// fault.Unavailable after that. fault.Invalid when q asks for what is too far ahead, fault.NotFound for another file. The master
// playlist waits for the first segments.
func (p *Packager) Playlist(ctx context.Context, file string, q Reload) (*Body, error) {
	panic("to come")
}
