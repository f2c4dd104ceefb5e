package sasl

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1" // SCRAM-SHA-1 is all some clients have, and HMAC does not need a hash free of collisions
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"fmt"
	"hash"
	"strings"
)

// Hash is the hash function of a SCRAM mechanism.
type Hash string

// The hash functions.
const (
	SHA1   Hash = "SHA-1"
	SHA256 Hash = "SHA-256"
)

func (h Hash) make() hash.Hash {
	if h == SHA1 {
		return sha1.New()
	}
	return sha256.New()
}

func (h Hash) sum(data []byte) []byte {
	sum := h.make()
	sum.Write(data)
	return sum.Sum(nil)
}

func (h Hash) mac(key []byte, message string) []byte {
	mac := hmac.New(h.make, key)
	mac.Write([]byte(message))
	return mac.Sum(nil)
}

// Iterations are those RFC 5802 §5.1 and RFC 7677 §4 ask for at least: enough for secrets that are long and random, and for no others.
const Iterations = 4096

// Stored is what a server keeps of a password: it can tell whether a client knows it, and nobody who reads it can sign in by it.
type Stored struct {
	StoredKey []byte
	ServerKey []byte
}

// Derive makes what is kept of a password (RFC 5802 §3).
func Derive(h Hash, password string, salt []byte, iterations int) (Stored, error) {
	salted, err := pbkdf2.Key(h.make, password, salt, iterations, h.make().Size())
	if err != nil {
		return Stored{}, fmt.Errorf("derive SCRAM keys: %w", err)
	}
	return Stored{StoredKey: h.sum(h.mac(salted, "Client Key")), ServerKey: h.mac(salted, "Server Key")}, nil
}

const saltBytes = 16

// Salt derives the salt of a name from a secret: the same each time, also for names nobody has, so that it does not tell who has an account.
func Salt(secret []byte, username string) []byte {
	return SHA256.mac(secret, "scram salt\x00"+strings.ToLower(username))[:saltBytes]
}

// Keys know what is kept of the passwords of a name. Nobody's name fails with no error: it has a salt as all others have, and no keys.
type Keys[A any] interface {
	ScramKeys(ctx context.Context, h Hash, username string) (Salted[A], error)
}

// Salted are the keys of a name: its passwords, of which any will do, with one salt.
type Salted[A any] struct {
	Salt       []byte
	Iterations int
	Keys       []Key[A]
}

// Key is what is kept of one password.
type Key[A any] struct {
	Stored
	// Accept tells whom a client that has proved to know the password signs in as.
	Accept func(ctx context.Context) (A, error)
}

// fits says whether a proof was made with the key, in a time that does not depend on it (RFC 5802 §3).
func (s Stored) fits(h Hash, proof []byte, message string) bool {
	signature := h.mac(s.StoredKey, message)
	if len(proof) != len(signature) {
		return false
	}
	clientKey := make([]byte, len(proof))
	subtle.XORBytes(clientKey, proof, signature)
	return subtle.ConstantTimeCompare(h.sum(clientKey), s.StoredKey) == 1
}

// Binding is what both ends of a TLS connection know, and nobody between them (RFC 5056). The zero Binding is none.
type Binding struct {
	Name string // as IANA has it: "tls-exporter"
	Data []byte
}

func (b Binding) isKnown() bool { return len(b.Data) > 0 }

const exporterBytes = 32

// ExporterBinding gives the binding "tls-exporter" of a connection (RFC 9266): of TLS 1.3, the zero Binding of earlier ones, which need an
// extension for it to be safe.
func ExporterBinding(state *tls.ConnectionState) Binding {
	if state == nil || state.Version < tls.VersionTLS13 {
		return Binding{}
	}
	data, err := state.ExportKeyingMaterial("EXPORTER-Channel-Binding", []byte{}, exporterBytes)
	if err != nil {
		return Binding{}
	}
	return Binding{Name: "tls-exporter", Data: data}
}

// randomNonce has only characters that may stand in a nonce, and 130 bits of randomness.
func randomNonce() string { return rand.Text() }
