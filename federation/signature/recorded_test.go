package signature_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"lucarne/federation/signature"
	"lucarne/platform/clock"
	"lucarne/platform/fault"
)

// delivery is a request between a PeerTube 6.3 and its test peer, as recorded; the keys of testdata/keys.json are those of its signers.
type delivery struct {
	Name    string
	Method  string
	Path    string
	Headers map[string]string
	Body    string
	Status  int
}

func recorded(t testing.TB) []delivery {
	t.Helper()
	file, err := os.Open("testdata/deliveries.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []delivery
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var d delivery
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	if len(all) < 50 {
		t.Fatalf("read %d recorded deliveries: %v", len(all), lines.Err())
	}
	return all
}

func (d delivery) request() *http.Request {
	r := httptest.NewRequest(d.Method, d.Path, strings.NewReader(d.Body))
	for name, value := range d.Headers {
		r.Header.Set(name, value)
	}
	r.Host = r.Header.Get("Host")
	r.Header.Del("Host")
	return r
}

func (d delivery) origin() string { return "http://" + d.Headers["host"] }

// frozen is the moment at which the deliveries were recorded.
func frozen() *clock.Fake { return clock.NewFake(time.Date(2026, 11, 24, 0, 24, 0, 0, time.UTC)) }

// keys is a source that holds the recorded keys by their owner, with or without "#main-key", and counts what it is asked.
type keys struct {
	byOwner map[string]string
	asked   []string
	changed map[string]string // what a fresh look finds instead
}

func recordedKeys(t testing.TB) *keys {
	t.Helper()
	text, err := os.ReadFile("testdata/keys.json")
	if err != nil {
		t.Fatal(err)
	}
	k := &keys{changed: map[string]string{}}
	if err := json.Unmarshal(text, &k.byOwner); err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *keys) PublicKey(_ context.Context, id string, fresh bool) (signature.Key, error) {
	k.asked = append(k.asked, id)
	owner, _, _ := strings.Cut(id, "#")
	text, found := k.byOwner[owner]
	if fresh && k.changed[owner] != "" {
		text = k.changed[owner]
	}
	if !found {
		return signature.Key{}, fault.New(fault.NotFound, "No such actor")
	}
	public, err := signature.ParsePublicKey(text)
	return signature.Key{ID: id, Owner: owner, Public: public}, err
}

func verifierFor(t testing.TB, d delivery) *signature.Verifier {
	t.Helper()
	return signature.New(signature.Options{Keys: recordedKeys(t), Clock: frozen(), Origin: d.origin()})
}

// reasonOf is why something was refused; "" when it was not.
func reasonOf(t testing.TB, err error) signature.Reason {
	t.Helper()
	if err == nil {
		return ""
	}
	var refusal *signature.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("%v is not a refusal", err)
	}
	return refusal.Reason
}

func TestRecordedRequests(t *testing.T) {
	t.Parallel()
	refused := map[string]signature.Reason{
		"058-to-peer-err-bad-digest":    signature.WrongDigest,
		"059-to-peer-err-bad-signature": signature.InvalidSignature,
		"060-to-peer-err-old-date":      signature.ClockSkew,
	}
	for _, d := range recorded(t) {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			signer, err := verifierFor(t, d).Verify(d.request(), []byte(d.Body))
			if got := reasonOf(t, err); got != refused[d.Name] {
				t.Fatalf("got %v, want the reason %q", err, refused[d.Name])
			}
			if err == nil && (signer.Scheme != signature.Cavage || !strings.Contains(d.Headers["signature"], `"`+signer.Key.ID+`"`)) {
				t.Errorf("signed by %+v", signer)
			}
			if err != nil && fault.KindOf(err) != fault.Forbidden {
				t.Errorf("%v is answered as %v, want forbidden", err, fault.KindOf(err))
			}
		})
	}
}

func TestTamperedRequestsAreRefused(t *testing.T) {
	t.Parallel()
	tampering := []struct {
		name   string
		change func(*http.Request, []byte) []byte
		want   []signature.Reason
	}{
		{"another path", func(r *http.Request, b []byte) []byte { r.RequestURI += "2"; return b }, []signature.Reason{signature.InvalidSignature}},
		{"another method", func(r *http.Request, b []byte) []byte { r.Method = http.MethodPut; return b }, []signature.Reason{signature.InvalidSignature, signature.Uncovered}},
		{"another host", func(r *http.Request, b []byte) []byte { r.Host = "tube.example"; return b }, []signature.Reason{signature.WrongHost}},
		{"another date", func(r *http.Request, b []byte) []byte {
			r.Header.Set("Date", "Tue, 24 Nov 2026 00:20:00 GMT")
			return b
		}, []signature.Reason{signature.InvalidSignature}},
		{"another signer", func(r *http.Request, b []byte) []byte {
			r.Header.Set("Signature", strings.NewReplacer("9100/accounts/root\"", "9100/accounts/peertube\"", "9100/accounts/peertube\"", "9100/accounts/root\"",
				"root_channel\"", "root\"", "carol#", "peertube#", "9190/accounts/peertube#", "9190/accounts/carol#").Replace(r.Header.Get("Signature")))
			return b
		}, []signature.Reason{signature.InvalidSignature, signature.UnknownKey}},
		{"another body", func(_ *http.Request, b []byte) []byte { return append(bytes.Clone(b), ' ') }, []signature.Reason{signature.WrongDigest, ""}},
		{"fewer headers", func(r *http.Request, b []byte) []byte {
			r.Header.Set("Signature", strings.Replace(r.Header.Get("Signature"), " host date", " date", 1))
			return b
		}, []signature.Reason{signature.Uncovered}},
		{"no signature", func(r *http.Request, b []byte) []byte { r.Header.Del("Signature"); return b }, []signature.Reason{signature.Missing}},
	}
	for _, d := range recorded(t) {
		if d.Status >= 400 {
			continue
		}
		for _, tamper := range tampering {
			t.Run(d.Name+"/"+tamper.name, func(t *testing.T) {
				t.Parallel()
				r := d.request()
				body := tamper.change(r, []byte(d.Body))
				_, err := verifierFor(t, d).Verify(r, body)
				got := reasonOf(t, err)
				if d.Method == http.MethodPost && got == "" {
					t.Error("was accepted")
				}
				for _, want := range tamper.want {
					if got == want {
						return
					}
				}
				t.Errorf("got %v, want one of %q", err, tamper.want)
			})
		}
	}
}
