package account

import (
	"context"
	"fmt"
	"unicode/utf8"

	"lucarne/account/mailtext"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// UserChange is what an administrator or moderator sets of a user; nil fields stay as they are.
type UserChange struct {
	Email           *string
	EmailVerified   *bool
	Password        *string
	Role            *Role
	AdminFlags      *int
	VideoQuota      *int64
	VideoQuotaDaily *int64
	PluginAuth      *string
}

func (c UserChange) check(minPassword int) error {
	refused := check(nil, c.Password == nil || isPassword(*c.Password, minPassword), "password", nil, invalid)
	refused = check(refused, c.Email == nil || IsEmail(*c.Email), "email", c.Email, invalid)
	refused = check(refused, c.Role == nil || c.Role.isKnown(), "role", c.Role, invalid)
	refused = check(refused, c.AdminFlags == nil || *c.AdminFlags >= 0 && *c.AdminFlags <= maxAdminFlags, "adminFlags", c.AdminFlags, invalid)
	refused = check(refused, isQuota(c.VideoQuota), "videoQuota", c.VideoQuota, invalid)
	refused = check(refused, isQuota(c.VideoQuotaDaily), "videoQuotaDaily", c.VideoQuotaDaily, invalid)
	refused = check(refused, c.PluginAuth == nil || len(*c.PluginAuth) <= maxName, "pluginAuth", c.PluginAuth, invalid)
	return fault.InvalidParams(refused)
}

// Create makes a user in the name of somebody who manages users; only administrators make administrators and moderators. Without a
// password, the user is mailed a link to choose one.
func (u *Users) Create(ctx context.Context, viewer Viewer, d Draft) (User, error) {
	if !viewer.Can(ManageUsers) {
		return User{}, notManaging()
	}
	if d.Role != Ordinary && d.Role.isKnown() && !viewer.Can(ManageAllUsers) {
		return User{}, fault.New(fault.Forbidden, "You can only create users (and not administrators or moderators)")
	}
	if d.Password == "" && !u.o.Letters.Enabled() {
		return User{}, fault.InvalidParam("password", nil, "A password is needed: this site cannot mail a link to choose one")
	}
	return u.Add(ctx, d)
}

// Update changes a user in the name of somebody who manages users. Another mail address or password ends nothing but what depends on it:
// a new password ends the user's sessions.
func (u *Users) Update(ctx context.Context, viewer Viewer, id UserID, c UserChange) error {
	if err := c.check(u.o.Settings().MinPasswordLength); err != nil {
		return err
	}
	hash, err := u.hashOf(ctx, c.Password)
	if err != nil {
		return fmt.Errorf("update user %d: %w", id, err)
	}
	err = u.manage(ctx, viewer, id, func(ctx context.Context, tx *db.Tx, found User) error {
		if err := c.checkRole(viewer, found); err != nil {
			return err
		}
		if c.Email != nil {
			if err := checkFree(ctx, tx, id, found.Username, *c.Email); err != nil {
				return err
			}
		}
		c.apply(&found)
		found.UpdatedAt = u.o.Clock.Now()
		if err := updateUser(ctx, tx, found); err != nil || hash == "" {
			return err
		}
		return u.replacePassword(ctx, tx, id, hash)
	})
	if err != nil {
		return fmt.Errorf("update user %d: %w", id, err)
	}
	return nil
}

// hashOf hashes a password that may not be given; it is "" then.
func (u *Users) hashOf(ctx context.Context, password *string) (string, error) {
	if password == nil {
		return "", nil
	}
	return u.o.Passwords.Hash(ctx, *password)
}

func (c UserChange) checkRole(viewer Viewer, found User) error {
	if c.Role == nil || *c.Role == found.Role {
		return nil
	}
	if !viewer.Can(ManageAllUsers) {
		return fault.New(fault.Forbidden, "Only administrators can change roles")
	}
	if found.Username == RootUsername {
		return fault.New(fault.Invalid, "Cannot change the role of the root user")
	}
	return nil
}

func (c UserChange) apply(to *User) {
	set(&to.Email, c.Email)
	set(&to.Role, c.Role)
	set(&to.AdminFlags, c.AdminFlags)
	set(&to.VideoQuota, c.VideoQuota)
	set(&to.VideoQuotaDaily, c.VideoQuotaDaily)
	set(&to.PluginAuth, c.PluginAuth)
	if c.EmailVerified != nil {
		to.EmailVerified = c.EmailVerified
	}
}

// set copies what is given.
func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// Block keeps a user from signing in and ends their sessions.
func (u *Users) Block(ctx context.Context, viewer Viewer, id UserID, reason string) error {
	if utf8.RuneCountInString(reason) > maxBlockedReason {
		return fault.InvalidParam("reason", reason, "Should have a block reason of at most %d characters", maxBlockedReason)
	}
	err := u.manage(ctx, viewer, id, func(ctx context.Context, tx *db.Tx, found User) error {
		if found.Username == RootUsername {
			return fault.New(fault.Invalid, "Cannot block the root user")
		}
		if found.ID == viewer.UserID() {
			return fault.New(fault.Invalid, "You cannot block yourself")
		}
		if err := setBlocked(ctx, tx, id, true, reason, u.o.Clock.Now()); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, id); err != nil {
			return err
		}
		if err := u.o.Letters.postIn(ctx, tx, letter{About: mailtext.Blocked, User: id}); err != nil {
			return err
		}
		return u.o.Outbox.Record(ctx, tx, UserBlocked{UserID: id})
	})
	if err != nil {
		return fmt.Errorf("block user %d: %w", id, err)
	}
	return nil
}

// Unblock lets a user sign in again.
func (u *Users) Unblock(ctx context.Context, viewer Viewer, id UserID) error {
	err := u.manage(ctx, viewer, id, func(ctx context.Context, tx *db.Tx, _ User) error {
		if err := setBlocked(ctx, tx, id, false, "", u.o.Clock.Now()); err != nil {
			return err
		}
		return u.o.Letters.postIn(ctx, tx, letter{About: mailtext.Unblocked, User: id})
	})
	if err != nil {
		return fmt.Errorf("unblock user %d: %w", id, err)
	}
	return nil
}

// Delete removes a user in the name of somebody who manages users, with the account, the channels and everything in them.
func (u *Users) Delete(ctx context.Context, viewer Viewer, id UserID) error {
	err := u.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := u.get(ctx, tx, "users.id = ?", id)
		if err != nil {
			return err
		}
		if found.Username == RootUsername { // said to whoever asks, before the question who may
			return errRootStays()
		}
		if err := CheckManages(viewer, found); err != nil {
			return err
		}
		tx.Touch(Topic)
		return u.delete(ctx, tx, found)
	})
	if err != nil {
		return fmt.Errorf("delete user %d: %w", id, err)
	}
	return nil
}

func errRootStays() error { return fault.New(fault.Invalid, "Cannot remove the root user") }

// DeleteMe removes the viewer's own user.
func (u *Users) DeleteMe(ctx context.Context, viewer Viewer) error {
	err := u.own(ctx, viewer, u.delete)
	if err != nil {
		return fmt.Errorf("delete own user: %w", err)
	}
	return nil
}

func (u *Users) delete(ctx context.Context, tx *db.Tx, found User) error {
	if found.Username == RootUsername {
		return errRootStays()
	}
	if err := u.o.Channels.DeleteOf(ctx, tx, found.Account.ID); err != nil {
		return err
	}
	if err := DeleteActor(ctx, tx, found.Account.Actor.ID); err != nil {
		return err
	}
	if err := deleteUser(ctx, tx, found.ID); err != nil {
		return err
	}
	return u.o.Outbox.Record(ctx, tx, UserDeleted{
		UserID: found.ID, AccountID: found.Account.ID, ActorURL: found.Account.Actor.URL, Images: Filenames(found.Account.Actor.Avatars),
	})
}

// manage runs work on a user the viewer may manage, in one transaction that touches the topic.
func (u *Users) manage(ctx context.Context, viewer Viewer, id UserID, work func(context.Context, *db.Tx, User) error) error {
	return u.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := u.get(ctx, tx, "users.id = ?", id)
		if err != nil {
			return err
		}
		if err := CheckManages(viewer, found); err != nil {
			return err
		}
		tx.Touch(Topic)
		return work(ctx, tx, found)
	})
}

// own runs work on the viewer's own user, as it is now, in one transaction that touches the topic.
func (u *Users) own(ctx context.Context, viewer Viewer, work func(context.Context, *db.Tx, User) error) error {
	if !viewer.IsSignedIn() {
		return fault.New(fault.Unauthenticated, "Not authenticated")
	}
	return u.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := u.get(ctx, tx, "users.id = ?", viewer.UserID())
		if err != nil {
			return err
		}
		tx.Touch(Topic)
		return work(ctx, tx, found)
	})
}

// CheckManages is the rule for changing others: moderators manage ordinary users, administrators everybody. It fails with fault.Forbidden.
func CheckManages(viewer Viewer, found User) error {
	switch {
	case viewer.Can(ManageAllUsers), viewer.Can(ManageUsers) && found.Role == Ordinary:
		return nil
	case viewer.Can(ManageUsers):
		return fault.New(fault.Forbidden, "Moderators can only manage ordinary users")
	}
	return notManaging()
}

func notManaging() error { return fault.New(fault.Forbidden, "You do not manage users") }
