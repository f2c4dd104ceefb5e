package e2e_test

import (
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lucarne/app/apptest"
)

// python is the system's: slixmpp comes as one of its packages.
const python = "/usr/bin/python3"

// certificate writes one for tests, as net/http/httptest has it, and its key.
func certificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	defer s.Close()
	made := s.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(made.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	certFile, keyFile = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	for path, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: made.Certificate[0]}, keyFile: {Type: "PRIVATE KEY", Bytes: key}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

func openPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// An ordinary XMPP library signs in at the port for chat programs with the account's password, and talks in a room.
func TestSlixmppTalks(t *testing.T) {
	if err := exec.Command(python, "-c", "import slixmpp").Run(); err != nil {
		if testing.Short() {
			t.Skip("slixmpp is not installed: make test installs it")
		}
		t.Fatal("slixmpp is not installed: make test installs it")
	}
	certFile, keyFile := certificate(t)
	port, direct := openPort(t), openPort(t)
	r := newRoom(t, chatSite(t, "LUCARNE_CHAT_C2S_ENABLED=true", "LUCARNE_CHAT_C2S_HOSTNAME=127.0.0.1", "LUCARNE_CHAT_C2S_PORT="+port,
		"LUCARNE_CHAT_C2S_TLS_PORT="+direct, "LUCARNE_CHAT_C2S_CERT_FILE="+certFile, "LUCARNE_CHAT_C2S_KEY_FILE="+keyFile))
	ada := r.visitor(t, "Ada")
	program := filepath.Join("..", "..", "chat", "server", "testdata", "program.py")
	for way, at := range map[string]string{"starttls": port, "direct": direct} {
		words := "Hello by " + way
		out, err := exec.CommandContext(t.Context(), python, program, "127.0.0.1", at, way, "1.3", "root@localhost", apptest.RootPassword, r.jid, words, "PLAIN").Output()
		if err != nil || !strings.HasSuffix(string(out), "heard "+words+"\n") {
			t.Fatalf("%s: %v\n%s", way, err, out)
		}
		if from := ada.hears(words).Attr("from"); from != r.jid+"/root" {
			t.Errorf("%s: talks as %s", way, from)
		}
	}
}
