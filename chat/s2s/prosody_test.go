package s2s

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"lucarne/chat/xmpp"
)

// prosodyConfig is Prosody with one host and its rooms.
const prosodyConfig = `
pidfile = "%[1]s/prosody.pid"
data_path = "%[1]s"
run_as_root = true
daemonize = false
log = { { levels = { min = "debug" }, to = "file", filename = "%[1]s/prosody.log" } }
modules_enabled = { "roster", "saslauth", "tls", "dialback", "disco", "ping", "posix" }
interfaces = { "127.0.0.2" }
c2s_ports = { %[2]d }
c2s_direct_tls_ports = {}
s2s_ports = { %[3]d }
s2s_direct_tls_ports = {}
http_ports = {}
https_ports = {}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
s2s_secure_auth = %[5]t
s2s_require_encryption = true
ssl = { key = "%[1]s/key.pem", certificate = "%[1]s/certificate.pem", cafile = "%[1]s/authority.pem" }
unbound = { resolvconf = false, hoststxt = false, forward = { "127.0.0.1@%[4]s" }, options = { ["do-not-query-localhost:"] = "no" } }
VirtualHost "prosody.example"
Component "room.prosody.example" "muc"
	name = "Rooms"
	restrict_room_creation = false
	muc_room_locking = false
`

const prosodyAddress = "127.0.0.2"

// prosody is a running Prosody.
type prosody struct {
	folder           string
	c2sPort, s2sPort int
}

// startProsody runs it with certificates of an authority that it insists on for others too; without one, with a certificate nobody
// vouches for: servers are verified by dialback then.
func startProsody(t *testing.T, n *names, authority *authority) *prosody {
	t.Helper()
	program, err := exec.LookPath("prosody")
	if err != nil {
		if testing.Short() {
			t.Skip("Prosody is not installed: make test installs it")
		}
		t.Fatal("Prosody is not installed: make test installs it")
	}
	p := &prosody{folder: t.TempDir(), c2sPort: freePort(t), s2sPort: freePort(t)}
	p.writeCertificate(t, authority)
	_, dnsPort, _ := net.SplitHostPort(n.address())
	p.write(t, "prosody.cfg.lua", fmt.Sprintf(prosodyConfig, p.folder, p.c2sPort, p.s2sPort, dnsPort, authority != nil))
	p.write(t, "prosody%2eexample/accounts/alice.dat", `return { ["password"] = "secret" };`)
	for _, host := range []string{"prosody.example", "room.prosody.example"} {
		n.point("xmpp-server", host, "prosody.example.", p.s2sPort)
	}
	command := exec.Command(program, "-F", "--config", filepath.Join(p.folder, "prosody.cfg.lua"))
	output, err := os.Create(filepath.Join(p.folder, "output"))
	if err != nil {
		t.Fatal(err)
	}
	command.Stdout, command.Stderr = output, output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		_ = output.Close()
		if t.Failed() {
			p.show(t)
		}
	})
	p.await(t)
	return p
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", prosodyAddress+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func (p *prosody) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(p.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (p *prosody) writeCertificate(t *testing.T, authority *authority) {
	t.Helper()
	c, err := selfSigned(Site{Host: "prosody.example"})
	believed := c.Certificate[0]
	if err == nil && authority != nil {
		believed = authority.certificate.Raw
		c, err = authority.issue("prosody.example", "room.prosody.example")
	}
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"key.pem": {Type: "PRIVATE KEY", Bytes: key}, "certificate.pem": {Type: "CERTIFICATE", Bytes: c.Certificate[0]},
		"authority.pem": {Type: "CERTIFICATE", Bytes: believed},
	} {
		p.write(t, name, string(pem.EncodeToMemory(block)))
	}
}

// await waits until both ports are open.
func (p *prosody) await(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for _, port := range []int{p.c2sPort, p.s2sPort} {
		for {
			conn, err := net.Dial("tcp", net.JoinHostPort(prosodyAddress, strconv.Itoa(port)))
			if err == nil {
				conn.Close()
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("Prosody did not start: %v", err)
			}
			time.Sleep(20 * time.Millisecond) // nothing tells when another program listens
		}
	}
}

// show prints the end of what Prosody said.
func (p *prosody) show(t *testing.T) {
	for _, name := range []string{"output", "prosody.log"} {
		data, _ := os.ReadFile(filepath.Join(p.folder, name))
		t.Logf("%s:\n%s", name, data[max(0, len(data)-6000):])
	}
}

// user is somebody signed in at Prosody.
type user struct {
	conn   net.Conn
	reader *xmpp.StreamReader
}

func (p *prosody) signIn(t *testing.T) *user {
	t.Helper()
	conn, err := net.Dial("tcp", net.JoinHostPort(prosodyAddress, strconv.Itoa(p.c2sPort)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	u := &user{conn, xmpp.NewStreamReader(conn, xmpp.Limits{})}
	u.open(t)
	u.say(t, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>"+base64.StdEncoding.EncodeToString([]byte("\x00alice\x00secret"))+"</auth>")
	if e := u.hear(t); e.Name.Local != "success" {
		t.Fatalf("signing in: %v", e)
	}
	u.reader.Restart()
	u.open(t)
	u.say(t, "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>x</resource></bind></iq>")
	if e := u.hear(t); e.Attr("type") != "result" {
		t.Fatalf("binding: %v", e)
	}
	return u
}

func (u *user) open(t *testing.T) {
	t.Helper()
	u.say(t, "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='prosody.example' version='1.0'>")
	if _, err := u.reader.Header(); err != nil {
		t.Fatal(err)
	}
	u.hear(t) // features
}

func (u *user) say(t *testing.T, text string) {
	t.Helper()
	if _, err := u.conn.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

func (u *user) hear(t *testing.T) *xmpp.Element {
	t.Helper()
	e, err := u.reader.Next()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// withProsody runs a test against Prosody, verified by dialback and by certificates.
func withProsody(t *testing.T, test func(t *testing.T, p *prosody, a *node)) {
	t.Parallel()
	t.Run("dialback", func(t *testing.T) {
		t.Parallel()
		n := newNames(t)
		a := newNode(t, n, "a.example")
		test(t, startProsody(t, n, nil), a)
	})
	t.Run("certificates", func(t *testing.T) {
		t.Parallel()
		n := newNames(t)
		authority := newAuthority(t)
		a := newNode(t, n, "a.example", certified(authority))
		test(t, startProsody(t, n, authority), a)
	})
}

func TestProsodyAsksUs(t *testing.T) {
	withProsody(t, func(t *testing.T, p *prosody, a *node) {
		u := p.signIn(t)
		for _, to := range []string{"a.example", "room.a.example"} {
			u.say(t, "<iq type='get' id='1' to='"+to+"'><ping xmlns='urn:xmpp:ping'/></iq>")
			ping := a.next(t)
			if ping.Child("urn:xmpp:ping", "ping") == nil || ping.Attr("from") != "alice@prosody.example/x" || ping.Attr("to") != to {
				t.Fatalf("got %v", ping)
			}
			a.Send(xmpp.NewElement(xmpp.NSClient, "iq").Set("type", "result").Set("id", ping.Attr("id")).Set("from", to).Set("to", ping.Attr("from")))
			if e := u.hear(t); e.Attr("type") != "result" || e.Attr("from") != to {
				t.Fatalf("got %v", e)
			}
		}
	})
}

func TestWeAskProsody(t *testing.T) {
	withProsody(t, func(t *testing.T, _ *prosody, a *node) {
		const me, room = "bob@a.example/x", "talk@room.prosody.example"
		join := xmpp.NewElement(xmpp.NSClient, "presence", xmpp.NewElement("http://jabber.org/protocol/muc", "x"))
		a.Send(join.Set("from", me).Set("to", room+"/bob"))
		if e := a.next(t); e.Name.Local != "presence" || e.Attr("from") != room+"/bob" || e.Attr("type") != "" {
			t.Fatalf("got %v", e)
		}
		a.Send(message(me, room, "hello").Set("type", "groupchat").Set("id", "1"))
		e := a.next(t)
		for e.ChildText(xmpp.NSClient, "body") == "" { // the subject comes first
			e = a.next(t)
		}
		if e.ChildText(xmpp.NSClient, "body") != "hello" || e.Attr("from") != room+"/bob" {
			t.Fatalf("got %v", e)
		}
		ping := xmpp.NewElement(xmpp.NSClient, "iq", xmpp.NewElement("urn:xmpp:ping", "ping")).Set("type", "get").Set("id", "2")
		a.Send(ping.Set("from", me).Set("to", "prosody.example"))
		if e := a.next(t); e.Attr("id") != "2" || e.Attr("type") != "result" || e.Attr("from") != "prosody.example" {
			t.Fatalf("got %v", e)
		}
	})
}
