package signature

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"strings"
)

// Digest is the value of the Digest header of a body (RFC 3230, as the cavage signatures cover it).
func Digest(body []byte) string {
	sum := sha256.Sum256(body)
	return "SHA-256=" + base64.StdEncoding.EncodeToString(sum[:])
}

// ContentDigest is the value of the Content-Digest header of a body (RFC 9530).
func ContentDigest(body []byte) string {
	sum := sha256.Sum256(body)
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}

const maxDigestBytes = 1000

// checkDigest compares the SHA-256 of a Digest header with the body; algorithms not known here are passed over, but one must be known.
func checkDigest(header string, body []byte) *Refusal {
	if len(header) > maxDigestBytes {
		return refuse(Malformed, "The Digest header is too long")
	}
	found := false
	for part := range strings.SplitSeq(header, ",") {
		algorithm, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if !strings.EqualFold(algorithm, "SHA-256") {
			continue
		}
		sum := sha256.Sum256(body)
		given, err := base64.StdEncoding.DecodeString(value)
		if err != nil || !bytes.Equal(given, sum[:]) {
			return refuse(WrongDigest, "Invalid digest")
		}
		found = true
	}
	if !found {
		return refuse(WrongDigest, "The Digest header has no SHA-256")
	}
	return nil
}

// checkContentDigest does the same for RFC 9530 §2: every known algorithm must fit, and one must be known.
func checkContentDigest(header string, body []byte) *Refusal {
	members, err := parseDictionary(header)
	if err != nil {
		return err
	}
	found := false
	for _, m := range members {
		var sum []byte
		switch m.name {
		case "sha-256":
			s := sha256.Sum256(body)
			sum = s[:]
		case "sha-512":
			s := sha512.Sum512(body)
			sum = s[:]
		default:
			continue
		}
		if given, isBytes := m.item.value.([]byte); m.isList || !isBytes || !bytes.Equal(given, sum) {
			return refuse(WrongDigest, "Invalid digest")
		}
		found = true
	}
	if !found {
		return refuse(WrongDigest, "The Content-Digest header has neither sha-256 nor sha-512")
	}
	return nil
}
