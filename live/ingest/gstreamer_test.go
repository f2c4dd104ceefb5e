package ingest

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
)

// launch has GStreamer push two seconds of pictures and sound, as fast as it encodes.
func launch(t *testing.T, sink, url string) (string, error) {
	t.Helper()
	program, err := exec.LookPath("gst-launch-1.0")
	if err != nil {
		t.Skip("GStreamer is not here")
	}
	pipeline := "-q flvmux name=mux streamable=true ! " + sink + " sync=false location=" + url +
		" videotestsrc num-buffers=60 ! video/x-raw,width=160,height=90,framerate=30/1 ! x264enc key-int-max=30 bframes=2 threads=1 ! queue ! mux." +
		" audiotestsrc num-buffers=94 ! audio/x-raw,rate=48000,channels=2 ! voaacenc ! aacparse ! queue ! mux."
	said, err := exec.CommandContext(t.Context(), program, strings.Fields(pipeline)...).CombinedOutput()
	return string(said), err
}

func TestGStreamer(t *testing.T) {
	t.Parallel()
	s, a := listen(t, nil)
	for _, sink := range []string{"rtmp2sink", "rtmpsink"} {
		if said, err := launch(t, sink, "rtmp://"+s.Addr().String()+"/live/"+streamKey); err != nil {
			t.Fatalf("%s: %v: %s", sink, err, said)
		}
		show := a.next(t)
		why := show.ended(t)
		if why != nil && !errors.Is(why, errLost) { // rtmpsink hangs up without a goodbye
			t.Fatalf("%s ended with %v", sink, why)
		}
		show.check(t)
		if pictures, sound := len(show.of(1)), len(show.of(2)); pictures < 55 || sound < 80 || len(show.starts) != 1 {
			t.Errorf("%s: %d pictures, %d frames of sound, announced %v", sink, pictures, sound, show.starts)
		}
	}
}
