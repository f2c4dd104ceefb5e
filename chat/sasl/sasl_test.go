package sasl

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"net"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"lucarne/platform/fault"
)

// desk knows one user with a password, a token and a certificate.
type desk struct {
	username, password string
	salt               []byte
	broken             error // what every question fails with
	blocked            error // what signing in fails with, once the password was proved
	asked              int
}

func (d *desk) Admit(_ context.Context, trace string) (string, error) {
	return "visitor " + trace, d.broken
}

func (d *desk) CheckPassword(_ context.Context, username, password string) (string, error) {
	d.asked++
	if d.broken != nil {
		return "", d.broken
	}
	if username != d.username || password != d.password {
		return "", fault.New(fault.Unauthenticated, "wrong")
	}
	return d.username, nil
}

func (d *desk) CheckBearer(ctx context.Context, token string) (string, error) {
	return d.CheckPassword(ctx, d.username, token)
}

func (d *desk) CheckCertificate(_ context.Context, authzid string) (string, error) {
	return "host " + authzid, d.broken
}

func (d *desk) ScramKeys(_ context.Context, h Hash, username string) (Salted[string], error) {
	d.asked++
	if d.broken != nil {
		return Salted[string]{}, d.broken
	}
	s := Salted[string]{Salt: d.salt, Iterations: Iterations}
	if username != d.username {
		return s, nil
	}
	for _, password := range []string{"another of the same user", d.password} {
		stored, err := Derive(h, password, d.salt, Iterations)
		if err != nil {
			return s, err
		}
		s.Keys = append(s.Keys, Key[string]{Stored: stored, Accept: func(context.Context) (string, error) { return d.username, d.blocked }})
	}
	return s, nil
}

func newDesk() *desk {
	return &desk{username: "user", password: "pencil", salt: []byte("0123456789abcdef")}
}

func (d *desk) options() Options[string] {
	return Options[string]{Visitors: d, Passwords: d, Bearers: d, Certificates: d, Keys: d, MayActAs: func(account, authzid string) bool {
		return authzid == account+"@example.org"
	}}
}

func newServer(d *desk, nonce string) *Server[string] {
	s := New(d.options())
	if nonce != "" {
		s.newNonce = func() string { return nonce }
	}
	return s
}

// talk lets a client say something and gives what it hears: "+challenge", "done <account> <data>" or "failed <failure>".
func talk(t testing.TB, s *Server[string], mechanism string, said ...string) []string {
	t.Helper()
	var heard []string
	for i, text := range said {
		var challenge []byte
		var isDone bool
		var err error
		if i == 0 {
			challenge, isDone, err = s.Start(t.Context(), mechanism, []byte(text))
		} else {
			challenge, isDone, err = s.Step(t.Context(), []byte(text))
		}
		switch {
		case err != nil:
			heard = append(heard, "failed "+string(FailureOf(err)))
		case isDone:
			heard = append(heard, strings.TrimRight("done "+s.Account()+" "+string(challenge), " "))
		default:
			heard = append(heard, "+"+string(challenge))
		}
	}
	return heard
}

// TestScramVectors are the examples of RFC 5802 §5 and RFC 7677 §3.
func TestScramVectors(t *testing.T) {
	for _, c := range []struct {
		mechanism, salt, nonce string
		said, heard            []string
	}{
		{
			ScramSHA1, "QSXCR+Q6sek8bf92", "3rfcNHYJY1ZVvWVs7j",
			[]string{"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL", "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="},
			[]string{
				"+r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
				"done user v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
			},
		},
		{
			ScramSHA256, "W22ZaJ0SNY7soEsUEjb6gQ==", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
			[]string{
				"n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
				"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
			},
			[]string{
				"+r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
				"done user v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
			},
		},
	} {
		d := newDesk()
		d.salt, _ = base64.StdEncoding.DecodeString(c.salt)
		if heard := talk(t, newServer(d, c.nonce), c.mechanism, c.said...); !reflect.DeepEqual(heard, c.heard) {
			t.Errorf("%s: got %q, want %q", c.mechanism, heard, c.heard)
		}
	}
}

func TestMechanismsOfOneMessage(t *testing.T) {
	long := strings.Repeat("x", maxResponse+1)
	for _, c := range []struct{ name, mechanism, said, want string }{
		{"visitor", Anonymous, "secret", "done visitor secret"},
		{"visitor without a trace", Anonymous, "", "done visitor"},
		{"trace of 255 characters", Anonymous, strings.Repeat("é", 255), "done visitor " + strings.Repeat("é", 255)},
		{"trace of 256 characters", Anonymous, strings.Repeat("é", 256), "failed malformed-request"},
		{"trace that is no text", Anonymous, "\xff", "failed malformed-request"},
		{"password", Plain, "\x00user\x00pencil", "done user"},
		{"password with authzid", Plain, "user@example.org\x00user\x00pencil", "done user"},
		{"authzid of another", Plain, "root@example.org\x00user\x00pencil", "failed invalid-authzid"},
		{"wrong password", Plain, "\x00user\x00pencils", "failed not-authorized"},
		{"wrong password for another", Plain, "root@example.org\x00user\x00x", "failed not-authorized"},
		{"unknown name", Plain, "\x00nobody\x00pencil", "failed not-authorized"},
		{"no password", Plain, "\x00user\x00", "failed malformed-request"},
		{"no name", Plain, "\x00\x00pencil", "failed malformed-request"},
		{"NUL in the password", Plain, "\x00user\x00pencil\x00", "failed malformed-request"},
		{"one part", Plain, "user", "failed malformed-request"},
		{"no text", Plain, "\x00us\xffer\x00pencil", "failed malformed-request"},
		{"too long", Plain, "\x00user\x00" + long, "failed malformed-request"},
		{"token", OAuthBearer, "n,,\x01auth=Bearer pencil\x01\x01", "done user"},
		{"token and more", OAuthBearer, "n,a=user@example.org,\x01host=example.org\x01port=5222\x01auth=bearer pencil\x01\x01", "done user"},
		{"token for another", OAuthBearer, "n,a=root@example.org,\x01auth=Bearer pencil\x01\x01", "failed invalid-authzid"},
		{"two tokens", OAuthBearer, "n,,\x01auth=Bearer pencil\x01auth=Bearer pencil\x01\x01", "failed malformed-request"},
		{"no token", OAuthBearer, "n,,\x01auth=Bearer \x01\x01", "failed malformed-request"},
		{"another scheme", OAuthBearer, "n,,\x01auth=Basic pencil\x01\x01", "failed malformed-request"},
		{"binding", OAuthBearer, "p=tls-exporter,,\x01auth=Bearer pencil\x01\x01", "failed malformed-request"},
		{"not ended", OAuthBearer, "n,,\x01auth=Bearer pencil\x01", "failed malformed-request"},
		{"only the end", OAuthBearer, "n,,\x01", "failed malformed-request"},
		{"certificate", External, "", "done host"},
		{"certificate of a host", External, "example.net", "done host example.net"},
		{"unknown mechanism", "CRAM-MD5", "", "failed invalid-mechanism"},
		{"binding not offered", ScramSHA1Plus, "p=tls-exporter,,n=user,r=x", "failed invalid-mechanism"},
		{"SCRAM without a header", ScramSHA256, "n=user,r=x", "failed malformed-request"},
		{"SCRAM with half a header", ScramSHA256, "n,n=user,r=x", "failed malformed-request"},
		{"SCRAM binding without PLUS", ScramSHA256, "p=tls-exporter,,n=user,r=x", "failed malformed-request"},
		{"SCRAM with an extension", ScramSHA256, "n,,m=x,n=user,r=x", "failed malformed-request"},
		{"SCRAM without a nonce", ScramSHA256, "n,,n=user,r=", "failed malformed-request"},
		{"SCRAM with a nonce that is none", ScramSHA256, "n,,n=user,r=é", "failed malformed-request"},
		{"SCRAM with a long nonce", ScramSHA256, "n,,n=user,r=" + strings.Repeat("x", maxNonce+1), "failed malformed-request"},
		{"SCRAM without a name", ScramSHA256, "n,,n=,r=x", "failed malformed-request"},
		{"SCRAM with a bad escape", ScramSHA256, "n,,n=us=2cer,r=x", "failed malformed-request"},
		{"SCRAM with half an escape", ScramSHA256, "n,,n=user=,r=x", "failed malformed-request"},
	} {
		if got := talk(t, newServer(newDesk(), "nonce"), c.mechanism, c.said)[0]; got != c.want {
			t.Errorf("%s: got %.80q, want %q", c.name, got, c.want)
		}
	}
}

// login is a client that knows SCRAM.
type login struct {
	hash                       Hash
	header, username, password string
	binding                    string
	nonce                      string // other than the server's
	proof                      string // other than the right one
}

// first and last are its messages.
func (l login) first() string {
	return l.header + "n=" + strings.NewReplacer("=", "=3D", ",", "=2C").Replace(l.username) + ",r=client"
}

func (l login) last(t testing.TB, serverFirst string, salt []byte) string {
	t.Helper()
	nonce, _, _ := strings.Cut(strings.TrimPrefix(serverFirst, "+r="), ",")
	if l.nonce != "" {
		nonce = l.nonce
	}
	withoutProof := "c=" + base64.StdEncoding.EncodeToString([]byte(l.header+l.binding)) + ",r=" + nonce
	if l.proof != "" {
		return withoutProof + ",p=" + l.proof
	}
	stored := clientKeys(t, l.hash, l.password, salt)
	message := strings.TrimPrefix(l.first(), l.header) + "," + strings.TrimPrefix(serverFirst, "+") + "," + withoutProof
	signature := l.hash.mac(l.hash.sum(stored), message)
	for i := range signature {
		signature[i] ^= stored[i]
	}
	return withoutProof + ",p=" + base64.StdEncoding.EncodeToString(signature)
}

func (l login) over(t testing.TB, s *Server[string], d *desk, mechanism string) string {
	t.Helper()
	heard := talk(t, s, mechanism, l.first())[0]
	if !strings.HasPrefix(heard, "+") {
		return heard
	}
	challenge, isDone, err := s.Step(t.Context(), []byte(l.last(t, heard, d.salt)))
	if err != nil {
		return "failed " + string(FailureOf(err))
	}
	if !isDone || !strings.HasPrefix(string(challenge), "v=") {
		t.Fatalf("got %q, %v", challenge, isDone)
	}
	return "done " + s.Account()
}

func TestScram(t *testing.T) {
	blocked := fault.New(fault.Forbidden, "blocked")
	for _, c := range []struct {
		name    string
		l       login
		blocked error
		broken  error
		want    string
	}{
		{"right", login{header: "n,,"}, nil, nil, "done user"},
		{"could bind", login{header: "y,,"}, nil, nil, "done user"},
		{"as itself", login{header: "n,a=user@example.org,"}, nil, nil, "done user"},
		{"as another", login{header: "n,a=root@example.org,"}, nil, nil, "failed invalid-authzid"},
		{"another password of the user", login{header: "n,,", password: "another of the same user"}, nil, nil, "done user"},
		{"wrong password", login{header: "n,,", password: "pencils"}, nil, nil, "failed not-authorized"},
		{"unknown name", login{header: "n,,", username: "nobody"}, nil, nil, "failed not-authorized"},
		{"nonce of another exchange", login{header: "n,,", nonce: "clientother"}, nil, nil, "failed not-authorized"},
		{"changed header", login{header: "n,,", binding: "x"}, nil, nil, "failed not-authorized"},
		{"short proof", login{header: "n,,", proof: "AAAA"}, nil, nil, "failed not-authorized"},
		{"proof of zeros", login{header: "n,,", proof: base64.StdEncoding.EncodeToString(make([]byte, 32))}, nil, nil, "failed not-authorized"},
		{"proof that is none", login{header: "n,,", proof: "*"}, nil, nil, "failed malformed-request"},
		{"blocked, with the password", login{header: "n,,"}, blocked, nil, "failed account-disabled"},
		{"blocked, without it", login{header: "n,,", password: "x"}, blocked, nil, "failed not-authorized"},
		{"too many", login{header: "n,,"}, nil, fault.New(fault.TooMany, "later"), "failed temporary-auth-failure"},
		{"broken", login{header: "n,,"}, nil, errors.New("disk"), "failed temporary-auth-failure"},
	} {
		for mechanism, hash := range map[string]Hash{ScramSHA1: SHA1, ScramSHA256: SHA256} {
			d := newDesk()
			d.blocked, d.broken = c.blocked, c.broken
			l := c.l
			l.hash = hash
			l.username, l.password = or(l.username, "user"), or(l.password, "pencil")
			if got := l.over(t, newServer(d, ""), d, mechanism); got != c.want {
				t.Errorf("%s, %s: got %q, want %q", c.name, mechanism, got, c.want)
			}
		}
	}
}

func TestNamesWithCommasAndEqualsSigns(t *testing.T) {
	d := newDesk()
	d.username = "a,b=c,"
	l := login{hash: SHA256, header: "n,,", username: d.username, password: "pencil"}
	if got := l.over(t, newServer(d, ""), d, ScramSHA256); got != "done a,b=c," {
		t.Errorf("got %q", got)
	}
}

// TestChannelBinding signs in over a real TLS connection, and as somebody between the two would have it.
func TestChannelBinding(t *testing.T) {
	client, server := tlsStates(t)
	ours, theirs := ExporterBinding(&server), ExporterBinding(&client)
	if !ours.isKnown() || !reflect.DeepEqual(ours, theirs) {
		t.Fatalf("the two ends do not agree: %+v, %+v", ours, theirs)
	}
	if old := ExporterBinding(&tls.ConnectionState{Version: tls.VersionTLS12}); old.isKnown() {
		t.Errorf("TLS 1.2 binds by %+v", old)
	}
	for _, c := range []struct{ name, mechanism, header, binding, want string }{
		{"bound", ScramSHA256Plus, "p=tls-exporter,,", string(theirs.Data), "done user"},
		{"SHA-1", ScramSHA1Plus, "p=tls-exporter,,", string(theirs.Data), "done user"},
		{"another connection", ScramSHA256Plus, "p=tls-exporter,,", strings.Repeat("x", exporterBytes), "failed not-authorized"},
		{"nothing bound", ScramSHA256Plus, "p=tls-exporter,,", "", "failed not-authorized"},
		{"another binding", ScramSHA256Plus, "p=tls-unique,,", string(theirs.Data), "failed malformed-request"},
		{"PLUS and no binding", ScramSHA256Plus, "n,,", "", "failed malformed-request"},
		{"a client that cannot bind", ScramSHA256, "n,,", "", "done user"},
		{"a client that was not told we can", ScramSHA256, "y,,", "", "failed not-authorized"},
		{"a binding without PLUS", ScramSHA256, "p=tls-exporter,,", string(theirs.Data), "failed malformed-request"},
	} {
		d := newDesk()
		o := d.options()
		o.Binding = ours
		l := login{hash: SHA256, header: c.header, binding: c.binding, username: "user", password: "pencil"}
		if strings.HasPrefix(c.mechanism, ScramSHA1) {
			l.hash = SHA1
		}
		if got := l.over(t, New(o), d, c.mechanism); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestUnknownNamesLookLikeOthers(t *testing.T) {
	secret := []byte("secret")
	salts := map[string]bool{}
	for _, name := range []string{"alice", "nobody", "nobody else"} {
		salt := Salt(secret, name)
		if again := Salt(secret, strings.ToUpper(name)); string(salt) != string(again) || len(salt) != saltBytes {
			t.Errorf("%s: got %x, then %x", name, salt, again)
		}
		salts[string(salt)] = true
	}
	if len(salts) != 3 || salts[string(Salt([]byte("another"), "alice"))] {
		t.Error("salts do not depend on name and secret")
	}
	d := newDesk()
	known, unknown := talk(t, newServer(d, "s"), ScramSHA256, "n,,n=user,r=c")[0], talk(t, newServer(d, "s"), ScramSHA256, "n,,n=x,r=c")[0]
	if known != unknown {
		t.Errorf("got %q for who there is, %q for nobody", known, unknown)
	}
}

func TestTheServerIsAskedOnceATokenIsRefused(t *testing.T) {
	d := newDesk()
	heard := talk(t, newServer(d, ""), OAuthBearer, "n,,\x01auth=Bearer x\x01\x01", "\x01", "n,,\x01auth=Bearer pencil\x01\x01")
	want := []string{`+{"status":"invalid_token"}`, "failed not-authorized", "failed malformed-request"}
	if !reflect.DeepEqual(heard, want) {
		t.Errorf("got %q, want %q", heard, want)
	}
	// Right tokens after a wrong one are not looked at: the exchange has failed.
	heard = talk(t, newServer(d, ""), OAuthBearer, "n,,\x01auth=Bearer x\x01\x01", "n,,\x01auth=Bearer pencil\x01\x01")
	if heard[1] != "failed not-authorized" || d.asked != 2 {
		t.Errorf("got %q after %d questions", heard, d.asked)
	}
}

func TestExchangesEnd(t *testing.T) {
	d := newDesk()
	s := newServer(d, "")
	if challenge, isDone, err := s.Start(t.Context(), Plain, nil); err != nil || isDone || challenge == nil || len(challenge) != 0 {
		t.Fatalf("without an initial response: got %q, %v, %v", challenge, isDone, err)
	}
	if _, isDone, err := s.Step(t.Context(), []byte("\x00user\x00pencil")); err != nil || !isDone || s.Account() != "user" {
		t.Fatalf("got %v, %v, %q", isDone, err, s.Account())
	}
	for name, start := range map[string]func(){
		"none":     func() {},
		"done":     func() { talk(t, s, Plain, "\x00user\x00pencil") },
		"failed":   func() { talk(t, s, Plain, "\x00user\x00x") },
		"replaced": func() { talk(t, s, ScramSHA1, "n,,n=user,r=x"); talk(t, s, "X", "") },
		"aborted":  func() { talk(t, s, ScramSHA1, "n,,n=user,r=x"); s.Abort() },
	} {
		start()
		if _, _, err := s.Step(t.Context(), []byte("\x00user\x00pencil")); FailureOf(err) != MalformedRequest {
			t.Errorf("%s: got %v", name, err)
		}
	}
	empty := New(Options[string]{})
	if names := empty.Mechanisms(); len(names) != 0 {
		t.Errorf("nothing asked offers %q", names)
	}
	o := d.options()
	o.Binding = Binding{"tls-exporter", []byte("x")}
	want := []string{ScramSHA256Plus, ScramSHA1Plus, ScramSHA256, ScramSHA1, External, OAuthBearer, Plain, Anonymous}
	if names := New(o).Mechanisms(); !reflect.DeepEqual(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}

func FuzzStep(f *testing.F) {
	for _, said := range []string{
		"", "\x00user\x00pencil", "n,,\x01auth=Bearer pencil\x01\x01", "n,,n=user,r=x", "p=tls-exporter,a==2C,n=user,r=x,e=1", "c=biws,r=xnonce,p=AAAA",
		"n,a=,\x01\x01", "y,,n=a=3Db,r=~",
	} {
		f.Add(said, "c=biws,r=xnonce,p=AAAA")
	}
	d := newDesk()
	f.Fuzz(func(t *testing.T, first, second string) {
		for _, mechanism := range newServer(d, "nonce").Mechanisms() {
			s := newServer(d, "nonce")
			d.password = "nobody could guess this"
			challenge, isDone, err := s.Start(t.Context(), mechanism, []byte(first))
			if err == nil && !isDone {
				challenge, isDone, err = s.Step(t.Context(), []byte(second))
			}
			if isDone && s.Account() == d.username {
				t.Fatalf("%s: %q, %q signs in", mechanism, first, second)
			}
			if isDone == (err != nil) && (isDone || len(challenge) > 2*maxResponse) {
				t.Fatalf("%s: %q, %q gives %q, %v, %v", mechanism, first, second, challenge, isDone, err)
			}
		}
	})
}

func or(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

// clientKeys gives the ClientKey of a password (RFC 5802 §3).
func clientKeys(t testing.TB, h Hash, password string, salt []byte) []byte {
	t.Helper()
	// Derived by hand, one block of PBKDF2 (RFC 5802 §2.2, Hi), so that it is not the code under test.
	block := h.mac([]byte(password), string(salt)+"\x00\x00\x00\x01")
	sum := append([]byte(nil), block...)
	for range Iterations - 1 {
		block = h.mac([]byte(password), string(block))
		for i := range sum {
			sum[i] ^= block[i]
		}
	}
	return h.mac(sum, "Client Key")
}

func tlsStates(t *testing.T) (client, server tls.ConnectionState) {
	t.Helper()
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS()
	config := certified.TLS.Clone()
	certified.Close()
	config.NextProtos = nil
	near, far := net.Pipe()
	ours, theirs := tls.Server(far, config), tls.Client(near, &tls.Config{InsecureSkipVerify: true})
	t.Cleanup(func() { near.Close(); far.Close() })
	failed := make(chan error, 1)
	go func() { failed <- ours.HandshakeContext(t.Context()) }()
	// The client is done first; the server then writes tickets, which the pipe holds until they are read.
	go func() { _, _ = theirs.Read(make([]byte, 1)) }()
	if err := theirs.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
	return theirs.ConnectionState(), ours.ConnectionState()
}

func TestVisitorWhoSaysNothing(t *testing.T) {
	challenge, isDone, err := newServer(newDesk(), "nonce").Start(t.Context(), Anonymous, nil)
	if challenge != nil || !isDone || err != nil {
		t.Errorf("got %q, %v, %v; want to be done", challenge, isDone, err)
	}
}
