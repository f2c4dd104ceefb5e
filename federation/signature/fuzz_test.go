package signature_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"lucarne/federation/signature"
)

func FuzzSignatureHeader(f *testing.F) {
	for _, d := range recorded(f)[:5] {
		f.Add(d.Headers["signature"], d.Headers["digest"])
	}
	f.Add(`keyId="a",created=1,expires=2.5,headers="(created)",signature=""`, "SHA-256=,,=")
	f.Fuzz(func(t *testing.T, header, digest string) {
		verifyHostile(t, map[string]string{"Signature": header, "Digest": digest, "Date": "Tue, 24 Nov 2026 00:24:00 GMT"})
	})
}

func FuzzSignatureInput(f *testing.F) {
	f.Add(`sig1=("@method" "@target-uri" "content-digest");created=1795479840;keyid="https://peer.example/accounts/ana"`, `sig1=:AAAA:`, `sha-256=:AAAA:`)
	f.Add(`a=?1;b=-1;c=tok/en:x, d=(1 "\\\"";e);f=:AA==:`, `a`, `sha-512=1`)
	f.Fuzz(func(t *testing.T, input, sig, digest string) {
		verifyHostile(t, map[string]string{"Signature-Input": input, "Signature": sig, "Content-Digest": digest})
	})
}

// verifyHostile demands a clear refusal: nobody can sign for a key that no fuzzer has.
func verifyHostile(t *testing.T, headers map[string]string) {
	t.Helper()
	r := httptest.NewRequest("POST", "/inbox", strings.NewReader("{}"))
	r.Host = "tube.example"
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	_, err := signature.New(signature.Options{Keys: ourKeys(), Clock: frozen(), Origin: origin}).Verify(r, []byte("{}"))
	if reasonOf(t, err) == "" {
		t.Errorf("accepted %q", headers)
	}
}
