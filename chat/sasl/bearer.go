package sasl

import (
	"context"
	"strings"
)

// bearer is OAUTHBEARER (RFC 7628).
type bearer[A any] struct {
	o      *Options[A]
	failed error // why the token was refused; the client has been told and must now say that it heard
}

// invalidToken is the server's error (RFC 7628 §3.2.2).
const invalidToken = `{"status":"invalid_token"}`

func (b *bearer[A]) step(ctx context.Context, response []byte) (answer[A], error) {
	if b.failed != nil {
		// RFC 7628 §3.2.3: whatever the client answers to the error, the exchange fails.
		return answer[A]{}, b.failed
	}
	authzid, token, err := parseBearer(string(response))
	if err != nil {
		return answer[A]{}, err
	}
	account, err := b.o.Bearers.CheckBearer(ctx, token)
	if err == nil {
		return b.o.admit(account, authzid, nil)
	}
	err = refused(err)
	if FailureOf(err) != NotAuthorized {
		return answer[A]{}, err
	}
	b.failed = err
	return answer[A]{challenge: []byte(invalidToken)}, nil
}

// parseBearer reads the client's response (RFC 7628 §3.1): a GS2 header, then key=value pairs, each ended by 0x01, and another 0x01.
func parseBearer(message string) (authzid, token string, err error) {
	header, rest, ok := cutGS2(message)
	// RFC 7628 §3.1 leaves channel binding to mechanisms to come.
	if !ok || header.flag == 'p' {
		return "", "", MalformedRequest
	}
	pairs, ended := strings.CutSuffix(rest, "\x01\x01")
	pairs, began := strings.CutPrefix(pairs, "\x01")
	if !ended || !began {
		return "", "", MalformedRequest
	}
	for pair := range strings.SplitSeq(pairs, "\x01") {
		key, value, _ := strings.Cut(pair, "=")
		if key != "auth" {
			continue
		}
		scheme, given, _ := strings.Cut(value, " ")
		// RFC 9110 §11.1: schemes are named in any case. Two tokens are one too many.
		if !strings.EqualFold(scheme, "Bearer") || token != "" {
			return "", "", MalformedRequest
		}
		token = strings.TrimSpace(given)
	}
	if !isBearerToken(token) {
		return "", "", MalformedRequest
	}
	return header.authzid, token, nil
}

// isBearerToken follows RFC 6750 §2.1: b64token.
func isBearerToken(token string) bool {
	for i := range len(token) {
		c := token[i]
		isLetter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !isLetter && !strings.ContainsRune("-._~+/=", rune(c)) {
			return false
		}
	}
	return token != ""
}
