package tracker_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// The tests of one package share the process, so that this one counts by name what runs in the tracker itself.
func TestNothingRunsOnForPlayersThatAreGone(t *testing.T) {
	w := start(t)
	for i := range 60 {
		p := w.player("192.0.2.1")
		p.join(name("anna"))
		switch i % 3 {
		case 0:
			_ = p.conn.CloseNow()
		case 1:
			_ = p.conn.Close(websocket.StatusNormalClosure, "")
		case 2:
			p.send("nonsense")
			p.ended()
		}
		await(t, "end of the player", func() bool { return w.tracker.Swarms() == 0 })
	}
	await(t, "end of its goroutines", func() bool { return running() == 0 })
}

// running counts the goroutines that carry WebSockets.
func running() int {
	stacks := make([]byte, 1<<20)
	return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "tracker.(*socket).")
}
