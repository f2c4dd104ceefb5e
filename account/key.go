package account

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// KeyPair is what an actor signs its activities with, in PEM: PKIX for the public half, PKCS #8 for the private one.
type KeyPair struct {
	Public  string
	Private string
}

const keyBits = 2048

// NewKeyPair makes an RSA key pair. It takes a tenth of a second or more: too long for a transaction, see Keys.
func NewKeyPair() (KeyPair, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return KeyPair{}, fmt.Errorf("make key pair: %w", err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return KeyPair{}, fmt.Errorf("encode private key: %w", err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return KeyPair{}, fmt.Errorf("encode public key: %w", err)
	}
	return KeyPair{Public: inPEM("PUBLIC KEY", public), Private: inPEM("PRIVATE KEY", private)}, nil
}

func inPEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// Keys has key pairs ready before they are asked for, so that an actor can be made inside a transaction. It is safe for concurrent use.
type Keys struct {
	ready chan KeyPair
	make  func() (KeyPair, error)
}

// readyKeys is how many pairs wait: a new user needs two at once.
const readyKeys = 2

// NewKeys starts making the first pairs. generate is NewKeyPair save in tests, which may hand out one pair again and again.
func NewKeys(generate func() (KeyPair, error)) *Keys {
	k := &Keys{ready: make(chan KeyPair, readyKeys), make: generate}
	for range readyKeys {
		go k.prepare()
	}
	return k
}

// Take gives a pair nobody else has, and has the next one made in the background.
func (k *Keys) Take() (KeyPair, error) {
	select {
	case pair := <-k.ready:
		go k.prepare()
		return pair, nil
	default:
		return k.make()
	}
}

// prepare makes one pair; a failure only means that Take makes its own and reports it.
func (k *Keys) prepare() {
	pair, err := k.make()
	if err != nil {
		return
	}
	select {
	case k.ready <- pair:
	default:
	}
}
