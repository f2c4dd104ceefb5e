package server_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lucarne/chat/server"
	"lucarne/chat/xmpp"
)

// screen collects what a program for terminals draws.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func (s *screen) await(t *testing.T, words string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(s.String(), words); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %q on the screen:\n%q", words, s)
		}
	}
}

// missing ends a test that needs a real program, which only quick tests may do without.
func missing(t *testing.T, program string) {
	t.Helper()
	if testing.Short() {
		t.Skipf("%s is not installed: make test installs it", program)
	}
	t.Fatalf("%s is not installed: make test installs it", program)
}

// TestProfanity is a program for terminals, in one of its own: it signs in with SCRAM, joins a room, says something and hears somebody else.
func TestProfanity(t *testing.T) {
	for _, needed := range []string{"profanity", "script"} {
		if _, err := exec.LookPath(needed); err != nil {
			missing(t, needed)
		}
	}
	onPort(t, server.TCPOptions{}, func(t *testing.T, p *port) {
		other := p.dialDirect(t)
		other.open("tube.test")
		other.plain("alice", p.secret)
		other.open("tube.test")
		other.bind()
		other.say("<presence to='" + p.room + "/alice'><x xmlns='http://jabber.org/protocol/muc'/></presence>")

		home := t.TempDir()
		_, number, err := net.SplitHostPort(p.tcp.Addr().String())
		must(t, err)
		must(t, os.MkdirAll(filepath.Join(home, "data", "profanity"), 0o700))
		must(t, os.WriteFile(filepath.Join(home, "data", "profanity", "accounts"), fmt.Appendf(nil,
			"[alice]\nenabled=true\njid=alice@tube.test\nresource=terminal\nserver=127.0.0.1\nport=%s\ntls.policy=trust\npassword=%s\nmuc.nick=alice\n",
			number, p.secret), 0o600))
		command := exec.CommandContext(t.Context(), "script", "-qefc", "exec setpriv --pdeathsig KILL profanity -a alice", os.DevNull) // it would outlive a terminal that is gone
		command.Env = append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+filepath.Join(home, "data"), "XDG_CONFIG_HOME="+filepath.Join(home, "config"),
			"TERM=xterm", "LANG=C.UTF-8", "COLUMNS=160", "LINES=50")
		drawn := &screen{}
		command.Stdout, command.Stderr = drawn, drawn
		keys, err := command.StdinPipe()
		must(t, err)
		must(t, command.Start())
		drawn.await(t, "logged in successfully")
		_, err = io.WriteString(keys, "/join "+p.room+"\r")
		must(t, err)
		drawn.await(t, "joined the room as")
		_, err = io.WriteString(keys, "hello from a terminal\r")
		must(t, err)
		for e := other.hear(); e.ChildText(xmpp.NSClient, "body") != "hello from a terminal"; {
			e = other.hear()
		}
		// Nothing on the screen is like it: what stands there already is not drawn again.
		other.say("<message type='groupchat' id='m' to='" + p.room + "'><body>Wq7Zx9Kv</body></message>")
		drawn.await(t, "Wq7Zx9Kv")
		_, err = io.WriteString(keys, "/quit\r")
		must(t, err)
		must(t, command.Wait())
	})
}
