// Package signature proves who sent a request or wrote a document: HTTP signatures (draft-cavage-12 and RFC 9421) and RsaSignature2017, made
// and checked.
package signature

import (
	"fmt"

	"lucarne/platform/fault"
)

// Reason says why a signature was refused, in a stable word that logs and administrators' pages may group by.
type Reason string

// The reasons, in the order in which they are looked for.
const (
	Missing          Reason = "missing"           // no signature at all
	Malformed        Reason = "malformed"         // cannot be read
	Unsupported      Reason = "unsupported"       // an algorithm or a component that is not spoken here
	Uncovered        Reason = "uncovered"         // something that must be signed is not
	WrongHost        Reason = "wrong host"        // made for another server
	ClockSkew        Reason = "clock skew"        // too far from our clock
	Expired          Reason = "expired"           // past the end its signer gave it
	WrongDigest      Reason = "wrong digest"      // the body is not the one that was signed
	TooComplex       Reason = "too complex"       // beyond what is read of a stranger
	ForeignContext   Reason = "foreign context"   // needs a JSON-LD context that is not known here
	UnknownKey       Reason = "unknown key"       // nobody has this key
	KeyUnavailable   Reason = "key unavailable"   // the key cannot be fetched now
	InvalidSignature Reason = "invalid signature" // the key did not make this signature
	Replayed         Reason = "replayed"          // accepted once already
)

// Refusal is the error of everything that is not verified: the reason, the key it was said to be made with ("" unknown) and the detail.
type Refusal struct {
	Reason Reason
	KeyID  string
	Detail string
	cause  error
}

// Error is the reason with its detail; nothing in it is secret.
func (r *Refusal) Error() string {
	return fmt.Sprintf("signature refused (%s): %s", r.Reason, r.Detail)
}

// Unwrap gives surfaces the kind to answer with, and logs the cause.
func (r *Refusal) Unwrap() []error {
	kind := fault.Forbidden
	if r.Reason == KeyUnavailable {
		kind = fault.Unavailable
	}
	public := fault.New(kind, "%s", r.Detail)
	if r.cause == nil {
		return []error{public}
	}
	return []error{public, r.cause}
}

func refuse(reason Reason, format string, args ...any) *Refusal {
	return &Refusal{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

func (r *Refusal) because(cause error) *Refusal {
	r.cause = cause
	return r
}

func (r *Refusal) about(keyID string) *Refusal {
	r.KeyID = keyID
	return r
}
