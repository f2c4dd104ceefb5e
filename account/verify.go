package account

import (
	"context"
	"fmt"

	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// VerifyEmail takes the token of a mail as proof of the address it went to. A new address that waited for its proof takes the place of the
// old one. It fails with fault.NotFound for an unknown user, fault.Forbidden for a wrong or expired token, and fault.Conflict when somebody
// else has the address by now.
func (u *Users) VerifyEmail(ctx context.Context, id UserID, token string) error {
	err := u.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		user, err := u.get(ctx, tx, "users.id = ?", id)
		if err != nil {
			return err
		}
		address, err := redeem(ctx, tx, token, ticket{purpose: verifyEmail, user: id}, u.o.Clock.Now())
		if err != nil {
			return err
		}
		tx.Touch(Topic)
		return u.proved(ctx, tx, user, address)
	})
	if err != nil {
		return fmt.Errorf("verify address of user %d: %w", id, err)
	}
	return nil
}

func (u *Users) proved(ctx context.Context, tx *db.Tx, user User, address string) error {
	switch address {
	case user.PendingEmail:
		if err := checkFree(ctx, tx, user.ID, user.Username, address); err != nil {
			return err
		}
		user.Email, user.PendingEmail = address, ""
	case user.Email:
	default:
		return fault.New(fault.Forbidden, "Invalid verification string.")
	}
	isVerified := true
	user.EmailVerified, user.UpdatedAt = &isVerified, u.o.Clock.Now()
	return updateUser(ctx, tx, user)
}

// ResetPassword sets a new password with the token of a mail, and ends all sessions of the user. It fails as VerifyEmail does, and
// with fault.Forbidden when the user has another mail address by now.
func (u *Users) ResetPassword(ctx context.Context, id UserID, token, password string) error {
	if !isPassword(password, u.o.Settings().MinPasswordLength) {
		return fault.InvalidParam("password", nil, invalid)
	}
	hash, err := u.o.Passwords.Hash(ctx, password)
	if err != nil {
		return fmt.Errorf("reset password of user %d: %w", id, err)
	}
	err = u.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		user, err := u.get(ctx, tx, "users.id = ?", id)
		if err != nil {
			return err
		}
		address, err := redeem(ctx, tx, token, ticket{purpose: resetPassword, user: id}, u.o.Clock.Now())
		if err != nil {
			return err
		}
		if address != user.Email { // the mail is in a box that is no longer theirs
			return fault.New(fault.Forbidden, "Invalid verification string.")
		}
		return u.replacePassword(ctx, tx, id, hash)
	})
	if err != nil {
		return fmt.Errorf("reset password of user %d: %w", id, err)
	}
	return nil
}
