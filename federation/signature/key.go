package signature

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"

	"lucarne/platform/fault"
)

// Bounds on the keys of strangers: a smaller key proves nothing, a larger one costs too much to check.
const (
	minKeyBits  = 2048
	maxKeyBits  = 8192
	maxPEMBytes = 16 << 10
)

// Key is an actor's public key: its id, the actor it belongs to, and the key itself.
type Key struct {
	ID     string
	Owner  string
	Public *rsa.PublicKey
}

// PrivateKey is what an actor of ours signs with; ID is the address under which others find the public half.
type PrivateKey struct {
	ID  string
	Key *rsa.PrivateKey
}

// ParsePublicKey reads the publicKeyPem of an actor: SPKI as everybody sends it, or PKCS #1. Other than RSA of 2048 to 8192 bits is Invalid.
func ParsePublicKey(text string) (*rsa.PublicKey, error) {
	block, err := onlyBlock(text)
	if err != nil {
		return nil, err
	}
	var parsed any
	if block.Type == "RSA PUBLIC KEY" {
		parsed, err = x509.ParsePKCS1PublicKey(block.Bytes)
	} else {
		parsed, err = x509.ParsePKIXPublicKey(block.Bytes)
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "The public key cannot be read").Because(err)
	}
	key, isRSA := parsed.(*rsa.PublicKey)
	if !isRSA || key.N.BitLen() < minKeyBits || key.N.BitLen() > maxKeyBits {
		return nil, fault.New(fault.Invalid, "The public key is not RSA of %d to %d bits", minKeyBits, maxKeyBits)
	}
	return key, nil
}

// ParsePrivateKey reads one of our keys, PKCS #8 or PKCS #1.
func ParsePrivateKey(id, text string) (PrivateKey, error) {
	block, err := onlyBlock(text)
	if err != nil {
		return PrivateKey{}, err
	}
	var parsed any
	if block.Type == "RSA PRIVATE KEY" {
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	} else {
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return PrivateKey{}, fault.New(fault.Invalid, "The private key cannot be read").Because(err)
	}
	key, isRSA := parsed.(*rsa.PrivateKey)
	if !isRSA {
		return PrivateKey{}, fault.New(fault.Invalid, "The private key is not RSA")
	}
	return PrivateKey{ID: id, Key: key}, nil
}

func onlyBlock(text string) (*pem.Block, error) {
	if len(text) > maxPEMBytes {
		return nil, fault.New(fault.TooLarge, "The key is too long")
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, fault.New(fault.Invalid, "The key is not in PEM")
	}
	return block, nil
}

// sign is RSASSA-PKCS1-v1_5 with SHA-256: the one algorithm the whole fediverse speaks, whatever it calls it.
func (k PrivateKey) sign(text []byte) ([]byte, error) {
	sum := sha256.Sum256(text)
	return rsa.SignPKCS1v15(rand.Reader, k.Key, crypto.SHA256, sum[:])
}

func (k Key) made(signature, text []byte) bool {
	sum := sha256.Sum256(text)
	return k.Public != nil && rsa.VerifyPKCS1v15(k.Public, crypto.SHA256, sum[:], signature) == nil
}
