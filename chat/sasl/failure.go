package sasl

import (
	"errors"
	"fmt"

	"lucarne/platform/fault"
)

// Failure is why an exchange failed, by the name the wire has for it (RFC 6120 §6.5).
type Failure string

// The failures.
const (
	AccountDisabled      Failure = "account-disabled"
	InvalidAuthzid       Failure = "invalid-authzid"
	InvalidMechanism     Failure = "invalid-mechanism"
	MalformedRequest     Failure = "malformed-request"
	NotAuthorized        Failure = "not-authorized"
	TemporaryAuthFailure Failure = "temporary-auth-failure"
)

// Error is the name.
func (f Failure) Error() string { return string(f) }

// FailureOf is what the client is told of an error; what went wrong on our side is temporary.
func FailureOf(err error) Failure {
	var f Failure
	if errors.As(err, &f) {
		return f
	}
	return TemporaryAuthFailure
}

// refused gives an error of those asked its name.
func refused(err error) error {
	var f Failure
	if errors.As(err, &f) {
		return err
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Unauthenticated, fault.NotFound:
		f = NotAuthorized
	case fault.Forbidden:
		f = AccountDisabled
	default:
		f = TemporaryAuthFailure
	}
	return fmt.Errorf("%w: %w", f, err)
}
