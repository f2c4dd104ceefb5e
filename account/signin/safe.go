package signin

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
)

// safe seals small secrets with a key that is derived from the site's (AES-256-GCM with a random nonce).
type safe struct{ aead cipher.AEAD }

const safeKeyBytes = 32

func newSafe(secret []byte, purpose string) (safe, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, purpose, safeKeyBytes)
	if err != nil {
		return safe{}, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return safe{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return safe{aead}, err
}

// seal hides a text. It opens with the same label only, so that what is sealed for one user is of no use to another.
func (s safe) seal(text []byte, label string) string {
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, text, []byte(label)))
}

var errSealed = errors.New("sealed text is damaged, or sealed by another secret")

// maxSealed bounds, in bytes, what strangers have us decode.
const maxSealed = 4096

func (s safe) open(sealed, label string) ([]byte, error) {
	if len(sealed) > maxSealed {
		return nil, errSealed
	}
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return nil, errSealed
	}
	text, err := s.aead.Open(nil, nil, raw, []byte(label))
	if err != nil {
		return nil, errSealed
	}
	return text, nil
}
