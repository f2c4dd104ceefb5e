package mail_test

import (
	"context"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"lucarne/platform/fault"
	"lucarne/platform/mail"
)

var letter = mail.Message{To: "zoe@peer.test", Subject: "Hello", Text: "How are you?"}

func newSender(t *testing.T, o mail.Options) mail.Sender {
	t.Helper()
	s, err := mail.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantKind(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("%s: got %v, want an error of kind %v", what, err, kind)
	}
}

func TestSendBySMTP(t *testing.T) {
	t.Parallel()
	var box mailbox
	s := newSender(t, box.listen(t, func(*smtp.Server) {}))
	if err := s.Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	got := box.all()
	if len(got) != 1 || got[0].from != "site@tube.test" || got[0].to != "zoe@peer.test" || !strings.Contains(got[0].data, "How are you?") {
		t.Errorf("received: got %+v", got)
	}
	if err := s.Check(t.Context()); err != nil || len(box.all()) != 1 {
		t.Errorf("check: got %v and %d messages, want none sent", err, len(box.all()))
	}
	if !s.Enabled() {
		t.Error("the sender says it is disabled")
	}
}

func TestRefusedRecipients(t *testing.T) {
	t.Parallel()
	var box mailbox
	s := newSender(t, box.listen(t, func(*smtp.Server) {}))
	for to, kind := range map[string]fault.Kind{"nobody@peer.test": fault.Invalid, "full@peer.test": fault.Unavailable} {
		m := letter
		m.To = to
		wantKind(t, to, s.Send(t.Context(), m), kind)
	}
}

func TestEncryptionAndAuthentication(t *testing.T) {
	t.Parallel()
	server, der := certificate(t)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	withTLS := func(s *smtp.Server) { s.TLSConfig = server }
	plain := func(s *smtp.Server) { s.AllowInsecureAuth = true }
	cases := []struct {
		name      string
		server    func(*smtp.Server)
		options   func(*mail.Options)
		works     bool
		encrypted bool
	}{
		{"STARTTLS with the right password", withTLS, func(o *mail.Options) { o.CAFile = ca }, true, true},
		{"a wrong password", withTLS, func(o *mail.Options) { o.CAFile, o.Password = ca, "wrong" }, false, false},
		{"a certificate nobody vouches for", withTLS, func(*mail.Options) {}, false, false},
		{"no encryption offered", plain, func(*mail.Options) {}, false, false},
		{"encryption switched off", plain, func(o *mail.Options) { o.DisableSTARTTLS = true }, true, false},
		{"encryption offered but switched off", func(s *smtp.Server) { plain(s); withTLS(s) }, func(o *mail.Options) { o.DisableSTARTTLS = true }, true, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var box mailbox
			o := box.listen(t, c.server)
			o.Username, o.Password = "site", "secret"
			c.options(&o)
			s := newSender(t, o)
			if !c.works {
				wantKind(t, "check", s.Check(t.Context()), fault.Unavailable)
				wantKind(t, "send", s.Send(t.Context(), letter), fault.Unavailable)
				return
			}
			if err := errors.Join(s.Check(t.Context()), s.Send(t.Context(), letter)); err != nil {
				t.Fatal(err)
			}
			if got := box.all(); len(got) != 1 || got[0].encrypted != c.encrypted || box.logins != 2 {
				t.Errorf("got %d messages and %d logins, %+v", len(got), box.logins, got)
			}
		})
	}
}

func TestTLSFromTheFirstByte(t *testing.T) {
	t.Parallel()
	config, der := certificate(t)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	var box mailbox
	server := smtp.NewServer(&box)
	server.ErrorLog, server.TLSConfig, server.Addr = discard{}, config, "127.0.0.1:0"
	listener, err := tlsListen(config)
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	defer server.Close()
	o := optionsFor(t, listener.Addr().String())
	o.TLS, o.CAFile = true, ca
	if err := newSender(t, o).Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	if got := box.all(); len(got) != 1 || !got[0].encrypted {
		t.Errorf("received: got %+v, want one encrypted message", got)
	}
}

func TestSilentServerIsGivenUp(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	o := optionsFor(t, listener.Addr().String())
	o.Timeout = 100 * time.Millisecond
	s := newSender(t, o)
	wantKind(t, "send", s.Send(t.Context(), letter), fault.Unavailable)
	wantKind(t, "check", s.Check(t.Context()), fault.Unavailable)
}

func TestDisabled(t *testing.T) {
	t.Parallel()
	s := newSender(t, mail.Options{})
	wantKind(t, "send", s.Send(t.Context(), letter), fault.Unavailable)
	wantKind(t, "check", s.Check(t.Context()), fault.Unavailable)
	if s.Enabled() {
		t.Error("the sender says it is enabled")
	}
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	noCertificates := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(noCertificates, []byte("none"), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]mail.Options{
		"no sender address":   {Hostname: "mx.test"},
		"unknown transport":   {Hostname: "mx.test", Transport: "pigeon", FromAddress: "a@b.test"},
		"missing CA file":     {Hostname: "mx.test", CAFile: "/nowhere", FromAddress: "a@b.test"},
		"CA file without any": {Hostname: "mx.test", CAFile: noCertificates, FromAddress: "a@b.test"},
		"impossible port":     {Hostname: "mx.test", Port: 70_000, FromAddress: "a@b.test"},
	}
	for name, o := range cases {
		if _, err := mail.New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestFolderKeepsOneFilePerMessage(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mail")
	s := newSender(t, mail.Options{Folder: dir, FromAddress: "site@tube.test", Clock: noon})
	if err := errors.Join(s.Check(t.Context()), s.Send(t.Context(), letter), s.Send(t.Context(), letter)); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 2 {
		t.Fatalf("files: got %v, %v, want two", files, err)
	}
	for _, f := range files {
		content, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil || !strings.Contains(string(content), "Subject: Hello") {
			t.Errorf("%s: got %q, %v", f.Name(), content, err)
		}
		if !strings.HasPrefix(f.Name(), "20260504T120000.000Z-") || filepath.Ext(f.Name()) != ".eml" {
			t.Errorf("name: got %s", f.Name())
		}
	}
}

func TestSendThroughAProgram(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, out := filepath.Join(dir, "sendmail"), filepath.Join(dir, "out")
	script := "#!/bin/sh\n{ echo \"$@\"; cat; } > " + out + "\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	s := newSender(t, mail.Options{Transport: mail.Sendmail, Sendmail: path, FromAddress: "site@tube.test"})
	if err := errors.Join(s.Check(t.Context()), s.Send(t.Context(), letter)); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil || !strings.HasPrefix(string(got), "-oi -t -f site@tube.test\n") || !strings.Contains(string(got), "How are you?") {
		t.Errorf("got %q, %v", got, err)
	}
	missing := newSender(t, mail.Options{Transport: mail.Sendmail, Sendmail: filepath.Join(dir, "none"), FromAddress: "site@tube.test"})
	wantKind(t, "send", missing.Send(t.Context(), letter), fault.Unavailable)
	wantKind(t, "check", missing.Check(t.Context()), fault.Unavailable)
}

func TestCancelledSend(t *testing.T) {
	t.Parallel()
	var box mailbox
	s := newSender(t, box.listen(t, func(*smtp.Server) {}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantKind(t, "send", s.Send(ctx, letter), fault.Unavailable)
	if got := box.all(); len(got) != 0 {
		t.Errorf("received: got %+v, want nothing", got)
	}
}
