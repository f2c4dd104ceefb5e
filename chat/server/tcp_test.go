package server_test

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/netip"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/account/accounttest"
	"lucarne/channel/channeltest"
	"lucarne/chat"
	"lucarne/chat/sasl"
	"lucarne/chat/server"
	"lucarne/chat/token"
	"lucarne/chat/xmpp"
	"lucarne/live"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/platform/picture"
	"lucarne/video"
	"lucarne/video/videotest"
)

const (
	nsSASL = "urn:ietf:params:xml:ns:xmpp-sasl"
	nsTLS  = "urn:ietf:params:xml:ns:xmpp-tls"
	nsBind = "urn:ietf:params:xml:ns:xmpp-bind"
)

// port is an instance with a video of alice's, its room, and the ports for chat programs.
type port struct {
	*videotest.World
	users  *account.Users
	rooms  *chat.Rooms
	tokens *token.Tokens
	room   string // its address
	roomID chat.RoomID
	alice  account.Viewer
	secret string // a chat token of hers
	server *server.Server
	tcp    *server.TCP
	log    *mistakes
	breaks atomic.Bool // whoever asks for a picture
}

func newPort(t testing.TB, d *db.DB, o server.TCPOptions) *port {
	t.Helper()
	p := &port{World: videotest.New(t, d), log: new(mistakes)}
	alice := p.User(t, "alice", account.Ordinary)
	p.alice = alice
	rooms := chat.New(chat.Options{
		DB: d, Clock: clock.System{}, Outbox: p.Outbox, Videos: p.Videos, Channels: p.Channels, Logger: slog.New(slog.DiscardHandler), Secret: []byte("secret"),
		Lives:    live.New(live.Options{DB: d, Clock: p.Clock, Outbox: p.Outbox, Videos: p.Videos, Settings: func() live.Settings { return live.Settings{} }}),
		Settings: func() chat.SiteSettings { return chat.SiteSettings{AllVideos: true} },
	})
	p.rooms = rooms
	p.users = account.New(account.Options{
		DB: d, Clock: p.Clock, Outbox: p.Outbox, Site: channeltest.Site, Passwords: accounttest.Hasher(t), Channels: p.Channels, Keys: p.Keys,
		Gallery:  account.NewGallery(p.Images, picture.New(picture.Options{}), p.Clock),
		Settings: func() account.Settings { return account.Settings{} },
	})
	p.tokens = token.New(token.Options{
		DB: d, Clock: p.Clock, Outbox: p.Outbox, Users: p.users, Rooms: rooms, Secret: []byte("secret"), Logger: slog.New(slog.DiscardHandler),
		Settings: func() token.Settings { return token.Settings{AllowsTokens: true} },
	})
	var err error
	p.server, err = server.New(server.Options{
		Rooms: rooms, Host: "tube.test", Version: "test", Clock: clock.System{}, Logger: slog.New(p.log), Verifier: p, Avatars: p,
		Settings: func() server.Settings { return server.Settings{AllowsVisitors: true} },
	})
	must(t, err)
	o.Server, o.TLS, o.Logger = p.server, certificate(t), slog.New(slog.DiscardHandler)
	o.Address, o.DirectAddress = "127.0.0.1:0", "127.0.0.1:0"
	p.tcp, err = server.ListenTCP(o)
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 3)
	for _, run := range []func(context.Context) error{rooms.Run, p.server.Run, p.tcp.Run} {
		go func() { done <- run(ctx) }()
	}
	t.Cleanup(func() {
		cancel()
		for range 3 {
			must(t, <-done)
		}
	})
	room, err := rooms.Find(t.Context(), p.Video(t, alice, nil).UUID.String(), video.Access{})
	must(t, err)
	p.roomID = room.ID
	p.room = room.Name + "@room.tube.test"
	made, err := p.tokens.Create(t.Context(), alice, "a program")
	must(t, err)
	p.secret = made.Secret
	return p
}

// certificate is one for tests, as net/http/httptest has it.
func certificate(t testing.TB) *tls.Config {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	defer s.Close()
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: s.TLS.Certificates}
}

func (p *port) ByPassword(ctx context.Context, username, password string, _ server.Origin) (account.Viewer, error) {
	grant, err := p.tokens.CheckPassword(ctx, username, password)
	return grant.Viewer, err
}

func (p *port) ByToken(context.Context, string, server.Origin) (account.Viewer, error) {
	return account.Viewer{}, fault.New(fault.Unauthenticated, "There are none")
}

func (p *port) ScramKeys(ctx context.Context, h sasl.Hash, username string) (sasl.Salted[account.Viewer], error) {
	kept, err := p.tokens.ScramKeys(ctx, h, username)
	salted := sasl.Salted[account.Viewer]{Salt: kept.Salt, Iterations: kept.Iterations}
	for _, key := range kept.Keys {
		salted.Keys = append(salted.Keys, sasl.Key[account.Viewer]{Stored: key.Stored, Accept: func(ctx context.Context) (account.Viewer, error) {
			grant, err := key.Accept(ctx)
			return grant.Viewer, err
		}})
	}
	return salted, err
}

func (p *port) AccountID(ctx context.Context, username string) (account.ID, error) {
	user, err := p.users.ByUsername(ctx, username)
	return user.Account.ID, err
}

func (p *port) Avatar(context.Context, string) ([]byte, string, error) {
	if p.breaks.Load() {
		panic("the picture is broken")
	}
	return nil, "", fault.New(fault.NotFound, "There is no picture")
}

// onPort runs a test where the database does not matter.
func onPort(t *testing.T, o server.TCPOptions, test func(*testing.T, *port)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Engine() == db.SQLite {
			test(t, newPort(t, d, o))
		}
	})
}

// program is a client driven element by element.
type program struct {
	t      *testing.T
	conn   net.Conn
	reader *xmpp.StreamReader
}

func (p *port) dial(t *testing.T) *program {
	t.Helper()
	conn, err := net.Dial("tcp", p.tcp.Addr().String())
	must(t, err)
	return newProgram(t, conn)
}

func (p *port) dialDirect(t *testing.T, protocols ...string) *program {
	t.Helper()
	conn, err := tls.Dial("tcp", p.tcp.DirectAddr().String(), &tls.Config{InsecureSkipVerify: true, NextProtos: protocols})
	must(t, err)
	return newProgram(t, conn)
}

func newProgram(t *testing.T, conn net.Conn) *program {
	t.Helper()
	t.Cleanup(func() { _ = conn.Close() })
	must(t, conn.SetDeadline(time.Now().Add(15*time.Second)))
	return &program{t: t, conn: conn, reader: xmpp.NewStreamReader(conn, xmpp.Limits{Bytes: 1 << 20})}
}

func (c *program) say(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, text); err != nil {
		c.t.Fatal(err)
	}
}

const header = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='%s'>"

// open opens the stream and gives the features.
func (c *program) open(host string) *xmpp.Element {
	c.t.Helper()
	c.say(fmt.Sprintf(header, host))
	return c.opened()
}

func (c *program) opened() *xmpp.Element {
	c.t.Helper()
	c.reader.Restart()
	if e, err := c.reader.Header(); err != nil || e.Attr("id") == "" {
		c.t.Fatalf("got header %v, %v", e, err)
	}
	return c.hear()
}

func (c *program) hear() *xmpp.Element {
	c.t.Helper()
	e, err := c.reader.Next()
	if err != nil {
		c.t.Fatalf("nothing was said: %v", err)
	}
	return e
}

// ended checks that the stream ends with an error.
func (c *program) ended(what, condition string) {
	c.t.Helper()
	e, err := c.reader.Next()
	if err != nil || e.Child("urn:ietf:params:xml:ns:xmpp-streams", condition) == nil {
		c.t.Errorf("%s: got %v, %v, want %s", what, e, err, condition)
		return
	}
	if e, err := c.reader.Next(); err == nil {
		c.t.Errorf("%s: it goes on with %s", what, e)
	}
}

// cut checks that the connection ends.
func (c *program) cut(what string) {
	c.t.Helper()
	if n, err := io.Copy(io.Discard, c.conn); err != nil && strings.Contains(err.Error(), "timeout") {
		c.t.Errorf("%s: still open after %d bytes", what, n)
	}
}

// secure begins TLS on an open stream.
func (c *program) secure() *program {
	c.t.Helper()
	c.say("<starttls xmlns='" + nsTLS + "'/>")
	if e := c.hear(); !e.Is(nsTLS, "proceed") {
		c.t.Fatalf("got %s", e)
	}
	conn := tls.Client(c.conn, &tls.Config{InsecureSkipVerify: true})
	must(c.t, conn.Handshake())
	return newProgram(c.t, conn)
}

// plain signs in, and gives what is said to that.
func (c *program) plain(username, password string) *xmpp.Element {
	c.t.Helper()
	initial := base64.StdEncoding.EncodeToString([]byte("\x00" + username + "\x00" + password))
	c.say("<auth xmlns='" + nsSASL + "' mechanism='PLAIN'>" + initial + "</auth>")
	return c.hear()
}

func (c *program) bind() string {
	c.t.Helper()
	c.say("<iq type='set' id='b'><bind xmlns='" + nsBind + "'><resource>test</resource></bind></iq>")
	return c.hear().Child(nsBind, "bind").ChildText(nsBind, "jid")
}

func mechanisms(features *xmpp.Element) string {
	var names []string
	for _, m := range features.Child(nsSASL, "mechanisms").Children() {
		names = append(names, m.Text())
	}
	return strings.Join(names, " ")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestProgramsSignInOverTLSOnly(t *testing.T) {
	onPort(t, server.TCPOptions{}, func(t *testing.T, p *port) {
		c := p.dial(t)
		features := c.open("tube.test")
		if features.Child(nsTLS, "starttls").Child(nsTLS, "required") == nil || len(features.Children()) != 1 {
			t.Errorf("before TLS: got %s", features)
		}
		c = c.secure()
		want := "SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER PLAIN"
		features = c.open("tube.test")
		if got := mechanisms(features); got != want {
			t.Errorf("over TLS: got %q, want %q", got, want)
		}
		if binding := features.Child("urn:xmpp:sasl-cb:0", "sasl-channel-binding").First(); binding.Attr("type") != "tls-exporter" {
			t.Errorf("no channel binding in %s", features)
		}
		if e := c.plain("alice", "wrong"); e.Child(nsSASL, "not-authorized") == nil {
			t.Errorf("a wrong password: got %s", e)
		}
		if e := c.plain("alice", p.secret); !e.Is(nsSASL, "success") {
			t.Fatalf("got %s", e)
		}
		if features := c.open("tube.test"); features.Child(nsBind, "bind") == nil {
			t.Errorf("got %s", features)
		}
		if jid := c.bind(); jid != "alice@tube.test/test" {
			t.Errorf("got %s", jid)
		}
		c.say(" \n <iq type='get' id='p' to='tube.test'><ping xmlns='urn:xmpp:ping'/></iq>")
		if e := c.hear(); e.Attr("id") != "p" || e.Attr("type") != "result" || e.Attr("to") != "alice@tube.test/test" {
			t.Errorf("got %s", e)
		}
		c.say("</stream:stream>")
		if e, err := c.reader.Next(); err != io.EOF {
			t.Errorf("the end: got %v, %v", e, err)
		}
	})
}

func TestProgramsMayBeginWithTLS(t *testing.T) {
	onPort(t, server.TCPOptions{}, func(t *testing.T, p *port) {
		for _, protocols := range [][]string{nil, {"xmpp-client"}, {"h2", "xmpp-client"}} {
			c := p.dialDirect(t, protocols...)
			if got := mechanisms(c.open("tube.test")); !strings.Contains(got, "PLAIN") {
				t.Errorf("%v: got %s", protocols, got)
			}
		}
		_, err := tls.Dial("tcp", p.tcp.DirectAddr().String(), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"xmpp-server"}})
		if err == nil {
			t.Error("a server is taken for a client")
		}
		c := p.dialDirect(t)
		if got := mechanisms(c.open("anon.tube.test")); got != "ANONYMOUS" {
			t.Errorf("visitors: got %s", got)
		}
	})
}

func TestProgramsThatMisbehave(t *testing.T) {
	open := fmt.Sprintf(header, "tube.test")
	deep := strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40)
	onPort(t, server.TCPOptions{}, func(t *testing.T, p *port) {
		for _, c := range []struct{ name, said, inClear, overTLS string }{
			{"PLAIN", "<auth xmlns='" + nsSASL + "' mechanism='PLAIN'>AGEAYg==</auth>", "policy-violation", ""},
			{"something behind STARTTLS", "<starttls xmlns='" + nsTLS + "'/><message", "policy-violation", ""},
			{"STARTTLS", "<starttls xmlns='" + nsTLS + "'/>", "", "invalid-namespace"},
			{"a stanza", "<message to='x@tube.test'><body>x</body></message>", "policy-violation", "not-authorized"},
			{"not XML", "<a></b>", "not-well-formed", "not-well-formed"},
			{"a comment", "<!-- x -->", "restricted-xml", "restricted-xml"},
			{"an entity", "<a>&x;</a>", "restricted-xml", "restricted-xml"},
			{"too long an element", "<a>" + strings.Repeat("x", 20<<10), "policy-violation", "policy-violation"},
			{"too deep", deep, "policy-violation", "policy-violation"},
			{"no UTF-8", "<a>\xff</a>", "not-well-formed", "not-well-formed"},
		} {
			for want, dial := range map[string]func(*testing.T) *program{
				c.inClear: p.dial, c.overTLS + " over TLS": func(t *testing.T) *program { return p.dialDirect(t) },
			} {
				condition, isOverTLS := strings.CutSuffix(want, " over TLS")
				if condition == "" {
					continue
				}
				one := dial(t)
				one.open("tube.test")
				go func() { _, _ = io.WriteString(one.conn, c.said) }() // it may be cut off in the middle
				one.ended(fmt.Sprint(c.name, ", over TLS: ", isOverTLS), condition)
			}
		}
		for name, said := range map[string]string{
			"HTTP": "GET / HTTP/1.1\r\nHost: tube.test\r\n\r\n", "a server's stream": strings.Replace(open, "1.0' to", "0.9' to", 1), "nothing at all": "",
			"half a header": open[:60],
		} {
			c := p.dial(t)
			c.say(said)
			if tcp, ok := c.conn.(*net.TCPConn); ok {
				_ = tcp.CloseWrite()
			}
			c.cut(name)
		}
	})
}

func TestProgramsOfAnotherHost(t *testing.T) {
	onPort(t, server.TCPOptions{}, func(t *testing.T, p *port) {
		c := p.dialDirect(t)
		c.say(fmt.Sprintf(header, "elsewhere.test"))
		if _, err := c.reader.Header(); err != nil {
			t.Fatal(err)
		}
		c.ended("another host", "host-unknown")
	})
}

func TestProgramsThatDoNotSignIn(t *testing.T) {
	onPort(t, server.TCPOptions{HelloTime: 100 * time.Millisecond}, func(t *testing.T, p *port) {
		silent, began, open := p.dial(t), p.dial(t), p.dialDirect(t)
		began.say("<?xml version='1.0'?><stream:str")
		open.open("tube.test")
		silent.cut("silence")
		began.cut("half a header")
		open.ended("no password", "connection-timeout")
	})
}

func TestProgramsAreBounded(t *testing.T) {
	onPort(t, server.TCPOptions{MaxPerNetwork: 3}, func(t *testing.T, p *port) {
		for range 3 {
			p.dial(t).open("tube.test")
		}
		p.dial(t).cut("a fourth connection")
	})
	onPort(t, server.TCPOptions{MaxConns: 2}, func(t *testing.T, p *port) {
		first := p.dial(t)
		first.open("tube.test")
		p.dial(t).open("tube.test")
		p.dial(t).cut("a third connection")
		first.say("</stream:stream>")
		first.cut("the first")
		for deadline := time.Now().Add(10 * time.Second); ; {
			c := p.dial(t)
			c.say(fmt.Sprintf(header, "tube.test"))
			if _, err := c.reader.Header(); err == nil {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the place of the first stays taken")
			}
		}
	})
}

func TestNetworksOfAddresses(t *testing.T) {
	for _, c := range []struct{ address, want string }{
		{"192.0.2.7", "192.0.2.7/32"},
		{"::ffff:192.0.2.7", "192.0.2.7/32"},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"fe80::1%eth0", "fe80::/64"},
	} {
		if got := server.Network(netip.MustParseAddr(c.address)).String(); got != c.want {
			t.Errorf("%s: got %s, want %s", c.address, got, c.want)
		}
	}
	if got := server.Network(netip.Addr{}); got.IsValid() {
		t.Errorf("no address: got %s", got)
	}
}

func TestProgramsGuess(t *testing.T) {
	onPort(t, server.TCPOptions{}, func(t *testing.T, p *port) {
		c := p.dialDirect(t)
		c.open("tube.test")
		for range 4 {
			c.plain("alice", "wrong")
		}
		c.plain("alice", "wrong")
		c.ended("a fifth guess", "policy-violation")
	})
}

func TestProgramsHearOfTheEnd(t *testing.T) {
	onPort(t, server.TCPOptions{}, func(t *testing.T, p *port) {
		c := p.dialDirect(t)
		c.open("tube.test")
		c.plain("alice", p.secret)
		c.open("tube.test")
		c.bind()
		p.server.Disconnect(p.alice.User.ID)
		c.ended("a revoked token", "not-authorized")
	})
}

// TestSlixmpp is a real program: it signs in, joins a room, says something and hears it.
func TestSlixmpp(t *testing.T) {
	const python = "/usr/bin/python3"
	if err := exec.CommandContext(t.Context(), python, "-c", "import slixmpp").Run(); err != nil {
		missing(t, "python3-slixmpp")
	}
	onPort(t, server.TCPOptions{}, func(t *testing.T, p *port) {
		starttls, direct := p.tcp.Addr().String(), p.tcp.DirectAddr().String()
		for _, c := range []struct{ name, mechanism, address, way, version, password, want string }{
			// This version of the program binds to the channel as no TLS 1.3 does: SCRAM is for it with TLS 1.2.
			{"SCRAM by STARTTLS", "SCRAM-SHA-256", starttls, "starttls", "1.2", p.secret, "heard "},
			{"SCRAM with SHA-1 by TLS", "SCRAM-SHA-1", direct, "direct", "1.2", p.secret, "heard "},
			{"PLAIN by TLS", "PLAIN", direct, "direct", "1.3", p.secret, "heard "},
			{"what it likes best", "", starttls, "starttls", "1.3", p.secret, "heard "},
			{"a wrong password", "SCRAM-SHA-256", starttls, "starttls", "1.2", "wrong", "failed_auth"},
		} {
			host, number, err := net.SplitHostPort(c.address)
			must(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			command := exec.CommandContext(ctx, python, "testdata/program.py", host, number, c.way, c.version, "alice@tube.test", c.password, p.room, c.name, c.mechanism)
			var complaints strings.Builder
			command.Stderr = &complaints
			said, err := command.Output()
			cancel()
			want := c.want
			if want == "heard " {
				want += c.name
			}
			if err != nil || !strings.HasSuffix(strings.TrimSpace(string(said)), want) { // the program prints what it is surprised by, too
				t.Errorf("%s: got %q, %v\n%s", c.name, said, err, &complaints)
			}
		}
	})
}
