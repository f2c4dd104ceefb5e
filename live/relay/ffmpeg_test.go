package relay

import (
	"bytes"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"lucarne/live/streamtest"
)

// What somebody else's server makes of it.
func TestRelayToFFmpeg(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "rtmp://" + free.Addr().String() + "/app"
	_ = free.Close()
	var got, said bytes.Buffer
	server := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-nostdin", "-listen", "1", "-i", address+"/"+key, "-c", "copy", "-f", "framecrc", "-")
	server.Stdout, server.Stderr = &got, &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	r := relayTo(t, Options{}, Target{ID: 1, Address: address, Key: key})
	clip := streamtest.Generate(t, streamtest.Standard)
	// Until it listens, as an encoder does that goes on sending.
	sent := clip.At(0).Between(0, time.Millisecond)
	round := time.Duration(0)
	for ; r.States()[0].Phase != Live && round < 2000; round++ {
		if err := sent.At(round * time.Second).Play(r); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	if err := clip.At(round * time.Second).Send(r); err != nil {
		t.Fatal(err)
	}
	r.Close()
	if err := server.Wait(); err != nil {
		t.Fatalf("%v: %s", err, &said)
	}
	frames := 0
	for line := range strings.Lines(got.String()) {
		if !strings.HasPrefix(line, "#") {
			frames++
		}
	}
	if least := len(clip.Samples); frames < least || frames > least+2*int(round) {
		t.Errorf("%d frames came, sent were %d: %s", frames, least, &said)
	}
}
