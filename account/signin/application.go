package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"fmt"

	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Application is an OAuth client (RFC 6749 §2): what asks for tokens on a user's behalf. This instance has one, which is public.
type Application struct {
	id     int64
	ID     string
	Secret string
}

const applicationBytes = 16

// EnsureApplication gives the instance's application, made at the first call.
func (s *Sessions) EnsureApplication(ctx context.Context) (Application, error) {
	if known := s.application.Load(); known != nil {
		return *known, nil
	}
	var own Application
	err := s.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, ok, err := firstApplication(ctx, tx)
		if err == nil && !ok {
			found, err = insertApplication(ctx, tx, Application{ID: randomHex(applicationBytes), Secret: randomHex(applicationBytes)}, s.o.Clock.Now())
		}
		own = found
		return err
	})
	if err != nil {
		return Application{}, fmt.Errorf("ensure OAuth client: %w", err)
	}
	s.application.Store(&own)
	return own, nil
}

// CheckApplication fails with code "invalid_client" unless id and secret are those of the application.
func (s *Sessions) CheckApplication(ctx context.Context, id, secret string) (Application, error) {
	own, err := s.EnsureApplication(ctx)
	if err != nil {
		return Application{}, err
	}
	sameID := subtle.ConstantTimeCompare([]byte(id), []byte(own.ID))
	sameSecret := subtle.ConstantTimeCompare([]byte(secret), []byte(own.Secret))
	if sameID&sameSecret != 1 {
		return Application{}, fault.New(fault.Invalid, "Invalid client: client is invalid").WithCode("invalid_client")
	}
	return own, nil
}

func randomHex(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails, see crypto/rand
	return hex.EncodeToString(raw)
}
