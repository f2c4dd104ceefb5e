package web

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// sealer encrypts and authenticates the cookies that must not be read or made up: AES-256-GCM under a key derived from the site's secret.
type sealer struct{ aead cipher.AEAD }

func newSealer(secret []byte) (*sealer, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "cookies of pages", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return &sealer{aead: aead}, err
}

// close seals a value for the cookie of that name; under another name it does not open.
func (s *sealer) close(name, value string) string {
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, []byte(value), []byte(name)))
}

func (s *sealer) open(name, sealed string) (string, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return "", false
	}
	value, err := s.aead.Open(nil, nil, raw, []byte(name))
	return string(value), err == nil
}

// choiceLifetime is the longest browsers accept (RFC 6265bis §5.5).
const choiceLifetime = 400 * 24 * time.Hour

// cookie is one of ours. A lifetime of 0 ends with the browser, a negative one at once.
func (r *request) cookie(name, value string, lifetime time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(lifetime.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(r.pages.Site.Origin, "https:"),
	}
}

func (r *request) cookieValue(name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}
