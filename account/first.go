package account

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"lucarne/platform/db"
)

// The names of those every instance has.
const (
	RootUsername     = "root"
	InstanceUsername = "peertube" // federation knows it by this name
)

// generatedPasswordLength gives 100 bits with the base32 alphabet of rand.Text.
const generatedPasswordLength = 20

// EnsureRoot makes the administrator root unless there is one. With an empty password it makes one up, and gives it back once.
func (u *Users) EnsureRoot(ctx context.Context, password string) (root User, generated string, created bool, err error) {
	root, found, err := findUser(ctx, u.o.DB, "users.username = ?", RootUsername)
	if err != nil || found {
		return root, "", false, err
	}
	if password == "" {
		generated = strings.ToLower(rand.Text()[:generatedPasswordLength])
		password = generated
	}
	isVerified := true
	unlimited := int64(-1)
	root, err = u.Add(ctx, Draft{
		Username: RootUsername, Email: u.o.AdminEmail, Password: password, Role: Administrator, EmailVerified: &isVerified,
		VideoQuota: &unlimited, VideoQuotaDaily: &unlimited,
	})
	return root, generated, err == nil, err
}

// EnsureInstanceActor gives the account the instance itself speaks as, made at the first call.
func (u *Users) EnsureInstanceActor(ctx context.Context) (Account, error) {
	var own Account
	err := u.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var found bool
		var err error
		own, found, err = findAccount(ctx, tx, "LOWER(actor.username) = ? AND actor.host = ''", InstanceUsername)
		if err != nil || found {
			return err
		}
		own, err = u.createAccount(ctx, tx, ApplicationActor, InstanceUsername, Account{Name: InstanceUsername})
		return err
	})
	if err != nil {
		return Account{}, fmt.Errorf("ensure instance actor: %w", err)
	}
	return own, nil
}
