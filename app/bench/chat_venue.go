package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"lucarne/chat/chattest"
)

// venue is a chat under measure: a room of Lucarne or of Prosody, and how clients go there.
type venue struct {
	name   string
	client chattest.Options
	room   string
	pid    int
	show   show // of Lucarne; zero for Prosody
	stop   func()
}

// openRoom runs a Lucarne with a live whose room clients go to.
func (b *bench) openRoom(ctx context.Context, name string) (venue, error) {
	s, err := b.startStation(ctx, "chat-"+name)
	if err != nil {
		return venue{}, err
	}
	live, err := s.newShow(nil)
	if err != nil {
		s.stop()
		return venue{}, err
	}
	return venue{
		name:   "Lucarne",
		client: chattest.Options{Address: strings.Replace(strings.TrimPrefix(s.origin, "http://"), "localhost", "127.0.0.1", 1), Host: "anon.localhost"},
		room:   live.uuid + "@room.localhost", pid: s.process.Process.Pid, show: live, stop: s.stop,
	}, nil
}

// openProsody runs a Prosody with a room, as fast as it can be set up.
func (b *bench) openProsody(ctx context.Context, name string) (venue, error) {
	folder := filepath.Join(b.folder, "prosody-"+name)
	if err := os.Mkdir(folder, 0o700); err != nil {
		return venue{}, err
	}
	p, err := chattest.StartProsody(ctx, chattest.ProsodyOptions{Folder: folder})
	if err != nil {
		return venue{}, err
	}
	return venue{
		name:   prosodyVersion(ctx),
		client: chattest.Options{Address: p.Address, Host: "anon.localhost", IsPatient: true},
		room:   "film@room.localhost", pid: p.Process.Pid, stop: p.Stop,
	}, nil
}

// prosodyTerms tell how Prosody was set up, with every number of its own.
const prosodyTerms = "epoll, generational collector, nothing logged or stored, no archive, presence of silent readers off"

func prosodyVersion(ctx context.Context) string {
	out, _ := exec.CommandContext(ctx, "prosodyctl", "about").Output() // its status is of what else it looks at
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "Prosody ") {
			return strings.TrimSpace(line)
		}
	}
	return "Prosody"
}

// atEach measures at a room of Lucarne, then at one of Prosody.
func atEach[T any](ctx context.Context, b *bench, name string, measure func(venue) (T, error)) (ours, theirs T, peer string, err error) {
	for _, each := range []struct {
		open   func(context.Context, string) (venue, error)
		result *T
	}{{b.openRoom, &ours}, {b.openProsody, &theirs}} {
		v, err := each.open(ctx, name)
		if err != nil {
			return ours, theirs, "", err
		}
		*each.result, err = measure(v)
		v.stop()
		if err != nil {
			return ours, theirs, "", fmt.Errorf("%s: %w", v.name, err)
		}
		if ctx.Err() != nil {
			return ours, theirs, "", errors.New("interrupted")
		}
		peer = v.name
	}
	return ours, theirs, peer, nil
}

// resident is what the server holds in memory, in bytes.
func (v venue) resident() int64 { return residentOf(v.pid) }

// addresses are how many of this machine's own addresses clients come from: no server takes thousands from one.
const addresses = 200

// enter is one client's way into the room.
func (v venue) enter(ctx context.Context, number int, since int64) (*chattest.Client, chattest.Arrival, error) {
	o := v.client
	o.From = fmt.Sprintf("127.0.1.%d", 1+number%addresses)
	o.Trace = fmt.Sprintf("the secret of guest %d", number)
	return chattest.Enter(ctx, o, chattest.Place{Room: v.room, Nick: fmt.Sprintf("Guest %d", number), Since: since, History: 20})
}
