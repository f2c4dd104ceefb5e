package chattest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Prosody is a running Prosody, set up in a folder of its own.
type Prosody struct {
	Address string // of its HTTP, with WebSocket at /xmpp-websocket and BOSH at /http-bind
	Process *os.Process

	command *exec.Cmd
	folder  string
	done    chan error
}

// ProsodyOptions set up a Prosody.
type ProsodyOptions struct {
	Folder string // must exist
	// Config is what is added in Lua: options for all hosts first, then hosts. The default, when empty, is a host for visitors and one for
	// rooms, as fast as they can be.
	Config string
}

// base is what every Prosody here has: a port for HTTP on this machine only, the quickest network and collector, no logs but of what fails.
// https://prosody.im/doc/advanced_network, /doc/advanced_gc
const base = `
run_as_root = true
pidfile = "%[1]s/prosody.pid"
data_path = "%[1]s"
log = { error = "%[1]s/prosody.log" }
statistics = nil
use_ipv6 = false
network_backend = "epoll"
network_settings = { tcp_backlog = 4096, opportunistic_writes = true, nagle = false }
gc = { mode = "generational" }
interfaces = { "127.0.0.1" }
http_interfaces = { "127.0.0.1" }
http_ports = { %[2]s }
https_ports = {}
c2s_ports = {}
s2s_ports = {}
modules_enabled = { "saslauth", "websocket", "bosh" }
modules_disabled = { "s2s", "offline", "posix" }
consider_websocket_secure = true
consider_bosh_secure = true
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
`

// FastRooms is a host for visitors and one for rooms: nothing is kept on disk, there is no archive, and the presence of who only reads is
// told nobody.
const FastRooms = `
storage = "memory"
http_default_host = "anon.localhost"
VirtualHost "anon.localhost"
	authentication = "anonymous"
Component "room.localhost" "muc"
	muc_room_locking = false
	muc_room_default_persistent = false
	muc_room_default_presence_broadcast = { moderator = true, participant = false, visitor = false }
	muc_room_default_history_length = 0
	max_history_messages = 0
`

// StartProsody runs Prosody until Stop, or until ctx ends.
func StartProsody(ctx context.Context, o ProsodyOptions) (*Prosody, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	config := filepath.Join(o.Folder, "prosody.cfg.lua")
	text := fmt.Sprintf(base, o.Folder, port) + cmp.Or(o.Config, FastRooms)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	p := &Prosody{Address: "127.0.0.1:" + port, folder: o.Folder, done: make(chan error, 1)}
	p.command = exec.CommandContext(ctx, "prosody", "--config", config, "-F")
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	said := &strings.Builder{}
	p.command.Stdout, p.command.Stderr = said, said
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("start Prosody: %w", err)
	}
	p.Process = p.command.Process
	go func() { p.done <- p.command.Wait(); close(p.done) }()
	return p, p.await(ctx, said)
}

const prosodyStarts = 20 * time.Second

func (p *Prosody) await(ctx context.Context, said fmt.Stringer) error {
	ctx, cancel := context.WithTimeout(ctx, prosodyStarts)
	defer cancel()
	for {
		conn, err := net.Dial("tcp", p.Address)
		if err == nil {
			return conn.Close()
		}
		select {
		case err := <-p.done:
			log, _ := os.ReadFile(filepath.Join(p.folder, "prosody.log"))
			return fmt.Errorf("Prosody ended: %w\n%s%s", errors.Join(err, ctx.Err()), said, log)
		case <-ctx.Done():
			p.Stop()
			return fmt.Errorf("Prosody does not answer: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends it at once.
func (p *Prosody) Stop() {
	_ = p.Process.Kill()
	<-p.done
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
