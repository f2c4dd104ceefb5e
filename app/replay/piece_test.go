package replay_test

import (
	"fmt"
	"os"
)

// piece is the part of the resumable upload a recorded request sent: all of them sent parts of one file.
func (p *player) piece(r recording) string {
	p.t.Helper()
	const sentInPieces, length = "video_short.mp4", 38783
	content, err := os.ReadFile(p.media.path(sentInPieces, length))
	if err != nil {
		p.t.Fatal(err)
	}
	var first, last int
	if _, err := fmt.Sscanf(r.Request.Headers["content-range"].(string), "bytes %d-%d/", &first, &last); err != nil {
		p.t.Fatalf("%s: %v", r, err)
	}
	return string(content[first : last+1])
}
