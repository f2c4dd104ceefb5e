package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// purpose is what a one-time token opens.
type purpose string

const (
	verifyEmail        purpose = "verify-email"
	verifyRegistration purpose = "verify-registration"
	resetPassword      purpose = "reset-password"
)

// ticket is a one-time token as it is kept. It belongs to a user or a registration.
type ticket struct {
	purpose      purpose
	user         UserID
	registration RegistrationID
	payload      string // what it was made for, such as the mail address that it proves
	expiresAt    time.Time
}

const ticketBytes = 32

// issue keeps a new token, in place of any of the same purpose its owner had, and gives it in clear: the only time it is seen so.
func issue(ctx context.Context, tx *db.Tx, t ticket) (string, error) {
	if err := deleteTickets(ctx, tx, t); err != nil {
		return "", err
	}
	raw := make([]byte, ticketBytes)
	_, _ = rand.Read(raw) // never fails, see crypto/rand
	token := hex.EncodeToString(raw)
	return token, insertTicket(ctx, tx, hashed(token), t)
}

// redeem finds what a token was made for and makes it void. It fails with fault.Forbidden unless the token is of that purpose and owner
// and has not expired.
func redeem(ctx context.Context, tx *db.Tx, token string, want ticket, now time.Time) (payload string, err error) {
	found, ok, err := findTicket(ctx, tx, hashed(token))
	if err != nil {
		return "", err
	}
	if !ok || found.purpose != want.purpose || found.user != want.user || found.registration != want.registration || !now.Before(found.expiresAt) {
		return "", fault.New(fault.Forbidden, "Invalid verification string.")
	}
	return found.payload, deleteTickets(ctx, tx, found)
}

// hashed is how tokens are kept: they are random and long, so a fast hash without salt is enough.
func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Clean removes the one-time tokens that expired.
func (u *Users) Clean(ctx context.Context) error {
	return deleteExpiredTickets(ctx, u.o.DB, u.o.Clock.Now())
}
