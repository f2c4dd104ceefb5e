package chattest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"testing"
	"time"

	"lucarne/chat/chattest"
)

func prosody(t *testing.T) *chattest.Prosody {
	t.Helper()
	if _, err := exec.LookPath("prosody"); err != nil {
		if testing.Short() {
			t.Skip("Prosody is not installed: make test installs it")
		}
		t.Fatal("Prosody is not installed: make test installs it")
	}
	p, err := chattest.StartProsody(t.Context(), chattest.ProsodyOptions{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return p
}

func visitor(p *chattest.Prosody) chattest.Options {
	return chattest.Options{Address: p.Address, Host: "anon.localhost", From: "127.0.0.7", IsPatient: true, Within: 10 * time.Second}
}

func enter(t *testing.T, o chattest.Options, nick string) *chattest.Client {
	t.Helper()
	c, a, err := chattest.Enter(t.Context(), o, chattest.Place{Room: "film@room.localhost", Nick: nick})
	if err != nil {
		t.Fatalf("%s enters: %v", nick, err)
	}
	t.Cleanup(c.Close)
	if a.Nick != nick {
		t.Errorf("entered as %q, want %q", a.Nick, nick)
	}
	return c
}

func TestVisitorsTalk(t *testing.T) {
	p := prosody(t)
	ada, bo := enter(t, visitor(p), "Ada"), enter(t, visitor(p), "Bo & <co>")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	const text = `a < b & "c"`
	for i := range 3 {
		id, err := bo.Say(fmt.Sprint(text, i))
		if err != nil {
			t.Fatal(err)
		}
		for _, reader := range []*chattest.Client{ada, bo} {
			s, err := reader.Await(ctx, func(s chattest.Stanza) bool { return s.Body() != nil })
			if err != nil {
				t.Fatal(err)
			}
			got := []string{s.Attr("id"), s.Attr("from"), s.Child("body", "").Text()}
			want := []string{id, "film@room.localhost/Bo & <co>", fmt.Sprint(text, i)}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	}
}

func TestRefusedToJoin(t *testing.T) {
	p := prosody(t)
	enter(t, visitor(p), "Ada")
	_, _, err := chattest.Enter(t.Context(), visitor(p), chattest.Place{Room: "film@room.localhost", Nick: "Ada"})
	var refusal *chattest.Refusal
	if !errors.As(err, &refusal) || refusal.Condition != "conflict" || refusal.Type != "cancel" {
		t.Errorf("a second Ada: got %v, want a conflict", err)
	}
}

func TestAwaitEnds(t *testing.T) {
	p := prosody(t)
	ada := enter(t, visitor(p), "Ada")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	never := func(chattest.Stanza) bool { return false }
	if _, err := ada.Await(ctx, never); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want a timeout", err)
	}
}

func TestServerDies(t *testing.T) {
	p := prosody(t)
	ada := enter(t, visitor(p), "Ada")
	p.Stop()
	var err error
	for err == nil {
		_, err = ada.Next()
	}
	if !errors.Is(err, io.EOF) && err.Error() != "connection reset by peer" {
		t.Errorf("got %v, want the end", err)
	}
}
