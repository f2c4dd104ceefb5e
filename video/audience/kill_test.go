package audience_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/shortid"
	"lucarne/video"
	"lucarne/video/audience"
)

const killVariable = "LUCARNE_TEST_KILL" // "<database> <uuid>": this process is the one to be killed

// TestKilledServer is not a test: it is the server TestKillLosesNoView kills.
func TestKilledServer(t *testing.T) {
	path, id, isChild := strings.Cut(os.Getenv(killVariable), " ")
	if !isChild {
		t.Skip("run by TestKillLosesNoView")
	}
	d, err := db.Open(t.Context(), db.Options{SQLitePath: path})
	if err != nil {
		t.Fatal(err)
	}
	o := audience.Options{
		DB: d, Clock: clock.System{}, Videos: video.New(video.Options{DB: d, Clock: clock.System{}}),
		Settings: func() audience.Settings {
			return audience.Settings{CountAfter: 10 * time.Second, ViewExpiration: time.Hour, Silence: time.Hour, TrustSessions: true}
		},
	}
	viewers := audience.NewViewers(o, audience.NewHistory(o))
	for i := range 3 {
		for _, second := range []int{0, 10} {
			h := audience.Heartbeat{Video: shortid.Ref{Kind: shortid.Full, UUID: uuid.MustParse(id)}, IP: "192.0.2.1", Session: session(i), Second: second}
			if err := viewers.Watch(t.Context(), h); err != nil {
				t.Fatal(err)
			}
		}
	}
	fmt.Println("counted")
	select {}
}

func TestKillLosesNoView(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "kill.db")
	d, err := db.Open(t.Context(), db.Options{SQLitePath: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, d)
	server := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestKilledServer$")
	server.Env = append(os.Environ(), killVariable+"="+path+" "+w.film.UUID.String())
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	isCounted := false
	for lines := bufio.NewScanner(out); !isCounted && lines.Scan(); {
		isCounted = lines.Text() == "counted"
	}
	if err := server.Process.Kill(); err != nil || !isCounted {
		t.Fatalf("counted %v, kill: %v", isCounted, err)
	}
	_ = server.Wait() // it was killed
	if got := w.views(t); got != 3 {
		t.Errorf("%d views after the kill, want 3", got)
	}
}
