package signature_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"lucarne/federation/signature"
	"lucarne/platform/clock"
	"lucarne/platform/fault"
)

const (
	origin = "https://tube.example"
	actor  = "https://peer.example/accounts/ana"
	keyID  = actor + "#main-key"
)

// pair is a key made once: making one takes longer than everything else here.
var pair = sync.OnceValues(func() (signature.PrivateKey, string) { return newPair() })

var otherPair = sync.OnceValues(func() (signature.PrivateKey, string) { return newPair() })

func newPair() (signature.PrivateKey, string) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		panic(err)
	}
	return signature.PrivateKey{ID: keyID, Key: key}, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func ourKeys() *keys {
	_, public := pair()
	return &keys{byOwner: map[string]string{actor: public}, changed: map[string]string{}}
}

var schemes = map[signature.Scheme]func(*http.Request, []byte, signature.PrivateKey, time.Time) error{
	signature.Cavage: signature.Sign, signature.RFC9421: signature.SignMessage,
}

// sent is a request of ours as its receiver sees it.
func sent(t *testing.T, scheme signature.Scheme, method, path, body string, now time.Time) *http.Request {
	t.Helper()
	key, _ := pair()
	out, err := http.NewRequestWithContext(t.Context(), method, origin+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		out.Header.Set("Content-Type", "application/activity+json")
	}
	if err := schemes[scheme](out, []byte(body), key, now); err != nil {
		t.Fatal(err)
	}
	in := httptest.NewRequest(method, path, strings.NewReader(body))
	in.Host, in.Header = "tube.example", out.Header
	return in
}

func TestWhatIsSignedIsVerified(t *testing.T) {
	t.Parallel()
	now := frozen()
	for scheme := range schemes {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			t.Run(string(scheme)+" "+method, func(t *testing.T) {
				t.Parallel()
				body := ""
				if method == http.MethodPost {
					body = `{"type":"Like"}`
				}
				r := sent(t, scheme, method, "/inbox?page=1", body, now.Now())
				v := signature.New(signature.Options{Keys: ourKeys(), Clock: now, Origin: origin})
				signer, err := v.Verify(r, []byte(body))
				if err != nil || signer.Scheme != scheme || signer.Key.Owner != actor {
					t.Errorf("got %+v, %v", signer, err)
				}
			})
		}
	}
}

func TestTimesAreBounded(t *testing.T) {
	t.Parallel()
	for scheme := range schemes {
		for name, c := range map[string]struct {
			off  time.Duration
			want signature.Reason
		}{
			"29 minutes old": {-29 * time.Minute, ""}, "31 minutes old": {-31 * time.Minute, signature.ClockSkew},
			"29 minutes ahead": {29 * time.Minute, ""}, "31 minutes ahead": {31 * time.Minute, signature.ClockSkew},
		} {
			t.Run(string(scheme)+" "+name, func(t *testing.T) {
				t.Parallel()
				now := frozen()
				r := sent(t, scheme, http.MethodPost, "/inbox", "{}", now.Now().Add(c.off))
				_, err := signature.New(signature.Options{Keys: ourKeys(), Clock: now, Origin: origin}).Verify(r, []byte("{}"))
				if got := reasonOf(t, err); got != c.want {
					t.Errorf("got %v, want %q", err, c.want)
				}
			})
		}
	}
}

func TestDeliveriesAreAcceptedOnce(t *testing.T) {
	t.Parallel()
	for scheme := range schemes {
		now := frozen()
		v := signature.New(signature.Options{Keys: ourKeys(), Clock: now, Origin: origin, MaxReplays: 2})
		first := sent(t, scheme, http.MethodPost, "/inbox", "{}", now.Now())
		for _, want := range []signature.Reason{"", signature.Replayed} {
			if _, err := v.Verify(first, []byte("{}")); reasonOf(t, err) != want {
				t.Errorf("%s: got %v, want %q", scheme, err, want)
			}
		}
		read := sent(t, scheme, http.MethodGet, "/accounts/ana", "", now.Now())
		for range 2 {
			if _, err := v.Verify(read, nil); err != nil {
				t.Errorf("%s: a read that is repeated: %v", scheme, err)
			}
		}
	}
}

func TestMalformedSignatures(t *testing.T) {
	t.Parallel()
	cavage := func(params string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Signature", params) }
	}
	message := func(input, sig string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Signature-Input", input); r.Header.Set("Signature", sig) }
	}
	const covered = `,headers="(request-target) host date digest",signature="AAAA"`
	for name, c := range map[string]struct {
		change func(*http.Request)
		want   signature.Reason
	}{
		"nothing":                {cavage(""), signature.Malformed},
		"two signatures":         {func(r *http.Request) { r.Header.Add("Signature", "x") }, signature.Malformed},
		"a name twice":           {cavage(`keyId="` + keyID + `",keyId="x"` + covered), signature.Malformed},
		"a quote left open":      {cavage(`keyId="` + keyID), signature.Malformed},
		"no key":                 {cavage(`algorithm="rsa-sha256"` + covered), signature.Malformed},
		"key id of another kind": {cavage(`keyId="file:///etc/passwd"` + covered), signature.Malformed},
		"key id with password":   {cavage(`keyId="https://a:b@peer.example/k"` + covered), signature.Malformed},
		"bad base64":             {cavage(`keyId="` + keyID + `",headers="(request-target) host date digest",signature="!"`), signature.Malformed},
		"too long":               {cavage(strings.Repeat("a", 9000)), signature.Malformed},
		"hmac":                   {cavage(`keyId="` + keyID + `",algorithm="hmac-sha256"` + covered), signature.Unsupported},
		"default headers":        {cavage(`keyId="` + keyID + `",created=1,signature="AAAA"`), signature.Uncovered},
		"created with rsa":       {cavage(`keyId="` + keyID + `",algorithm="rsa-sha256",created=1,headers="(request-target) host (created) digest",signature="AAAA"`), signature.Unsupported},
		"expired":                {cavage(`keyId="` + keyID + `",expires=1` + covered), signature.Expired},
		"no such header":         {cavage(`keyId="` + keyID + `",headers="(request-target) host date digest x-none",signature="AAAA"`), signature.Malformed},
		"header twice":           {cavage(`keyId="` + keyID + `",headers="(request-target) host date digest date",signature="AAAA"`), signature.Malformed},
		"unknown key":            {cavage(`keyId="https://peer.example/nobody"` + covered), signature.UnknownKey},
		"wrong":                  {cavage(`keyId="` + keyID + `"` + covered), signature.InvalidSignature},
		"message unread":         {message(`sig1=(`, `sig1=:AAAA:`), signature.Malformed},
		"message without list":   {message(`sig1="x"`, `sig1=:AAAA:`), signature.Malformed},
		"message other label":    {message(`sig1=("@method");keyid="`+keyID+`"`, `sig2=:AAAA:`), signature.Missing},
		"message other alg":      {message(`sig1=("@method");keyid="`+keyID+`";alg="ed25519"`, `sig1=:AAAA:`), signature.Unsupported},
		"message parameter":      {message(`sig1=("@query-param";name="a");keyid="`+keyID+`"`, `sig1=:AAAA:`), signature.Unsupported},
		"message no digest":      {message(`sig1=("@method" "@target-uri");created=1;keyid="`+keyID+`"`, `sig1=:AAAA:`), signature.Uncovered},
		"message no path":        {message(`sig1=("@method" "@authority" "content-digest");created=1;keyid="`+keyID+`"`, `sig1=:AAAA:`), signature.Uncovered},
		"message no time":        {message(`sig1=("@method" "@target-uri" "content-digest");keyid="`+keyID+`"`, `sig1=:AAAA:`), signature.Uncovered},
		"message old":            {message(`sig1=("@method" "@target-uri" "content-digest");created=1;keyid="`+keyID+`"`, `sig1=:AAAA:`), signature.ClockSkew},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := frozen()
			r := sent(t, signature.Cavage, http.MethodPost, "/inbox", "{}", now.Now())
			c.change(r)
			_, err := signature.New(signature.Options{Keys: ourKeys(), Clock: now, Origin: origin}).Verify(r, []byte("{}"))
			if got := reasonOf(t, err); got != c.want {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestRotatedKeysAreFetchedAgainButNotForEverybody(t *testing.T) {
	t.Parallel()
	now := frozen()
	source := ourKeys()
	_, stale := otherPair()
	source.changed[actor], source.byOwner[actor] = source.byOwner[actor], stale
	v := signature.New(signature.Options{Keys: source, Clock: now, Origin: origin})
	if _, err := v.Verify(sent(t, signature.Cavage, http.MethodPost, "/inbox", "{}", now.Now()), []byte("{}")); err != nil {
		t.Fatalf("a rotated key: %v", err)
	}
	before := len(source.asked)
	for range 10 {
		r := sent(t, signature.Cavage, http.MethodPost, "/inbox", "{}", now.Now().Add(time.Second))
		if _, err := v.Verify(r, []byte("{}")); reasonOf(t, err) != signature.InvalidSignature {
			t.Fatalf("got %v", err)
		}
	}
	if asked := len(source.asked) - before; asked != 10 {
		t.Errorf("ten bad signatures asked %d times, want 10: what is kept each time, never afresh", asked)
	}
}

func TestUnknownKeysAreNotLookedForAgain(t *testing.T) {
	t.Parallel()
	now := frozen()
	source := &keys{}
	v := signature.New(signature.Options{Keys: source, Clock: now, Origin: origin})
	try := func() {
		t.Helper()
		_, err := v.Verify(sent(t, signature.Cavage, http.MethodPost, "/inbox", "{}", now.Now()), []byte("{}"))
		if reasonOf(t, err) != signature.UnknownKey {
			t.Fatalf("got %v", err)
		}
	}
	try()
	try()
	if len(source.asked) != 1 {
		t.Errorf("asked %d times, want once", len(source.asked))
	}
	now.Advance(6 * time.Minute)
	try()
	if len(source.asked) != 2 {
		t.Errorf("asked %d times after a while, want twice", len(source.asked))
	}
}

type unreachable struct{}

func (unreachable) PublicKey(context.Context, string, bool) (signature.Key, error) {
	return signature.Key{}, errors.New("no route to host")
}

func TestAServerThatCannotBeReachedIsNoForgery(t *testing.T) {
	t.Parallel()
	now := clock.NewFake(frozen().Now())
	v := signature.New(signature.Options{Keys: unreachable{}, Clock: now, Origin: origin})
	for range 2 {
		_, err := v.Verify(sent(t, signature.Cavage, http.MethodPost, "/inbox", "{}", now.Now()), []byte("{}"))
		if reasonOf(t, err) != signature.KeyUnavailable || fault.KindOf(err) != fault.Unavailable {
			t.Errorf("got %v", err)
		}
	}
}

func TestPublicKeysOfStrangers(t *testing.T) {
	t.Parallel()
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	tooSmall := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&small.PublicKey)}))
	key, _ := pair()
	old := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&key.Key.PublicKey)}))
	if read, err := signature.ParsePublicKey(old); err != nil || !read.Equal(&key.Key.PublicKey) {
		t.Errorf("PKCS #1: %v", err)
	}
	for name, text := range map[string]string{"empty": "", "small": tooSmall, "long": strings.Repeat("a", 20_000), "not a key": strings.Replace(old, "MI", "AA", 1)} {
		if _, err := signature.ParsePublicKey(text); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}
