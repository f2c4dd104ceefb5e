package account

import (
	"context"

	"lucarne/account/mailtext"
	"lucarne/platform/db"
)

// findAddressee finds the user a letter is for: a blocked one is not written to, save about being blocked. An address that was not proved
// counts for its proof only: nobody can claim the letters of somebody else.
func findAddressee(ctx context.Context, tx *db.Tx, a letter) (User, bool, error) {
	if a.User != 0 {
		return findUser(ctx, tx, "users.id = ?", a.User)
	}
	user, found, err := findUser(ctx, tx, "LOWER(users.email) = LOWER(?) AND users.blocked = ?", a.Email, false)
	if err != nil || found || a.About != mailtext.VerifyEmail {
		return user, found, err
	}
	return findUser(ctx, tx, "LOWER(users.pending_email) = LOWER(?) AND users.blocked = ? ORDER BY users.id LIMIT 1", a.Email, false)
}

// findRegistrationFor finds the registration a letter is for, by its id or as the one that waits for this address.
func findRegistrationFor(ctx context.Context, tx *db.Tx, a letter) (Registration, bool, error) {
	if a.Registration != 0 {
		return findRegistration(ctx, tx, a.Registration)
	}
	return db.Find(ctx, tx, scanRegistration, registrationColumns+" WHERE LOWER(email) = LOWER(?) AND state = ? ORDER BY id DESC LIMIT 1", a.Email, Pending)
}
