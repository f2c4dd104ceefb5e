package account

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"lucarne/account/mailtext"
	"lucarne/account/password"
	"lucarne/account/throttle"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/fault"
)

// Channels is what users need of channels: each user begins with one, and takes all away when leaving.
type Channels interface {
	CreateDefault(ctx context.Context, tx *db.Tx, owner Account, username, displayName string) error
	DeleteOf(ctx context.Context, tx *db.Tx, owner ID) error
}

// Settings are what new users get, and what is asked of them.
type Settings struct {
	VideoQuota         int64 // bytes, -1 none
	VideoQuotaDaily    int64
	MinPasswordLength  int
	DefaultChannelName string // "$1" becomes the username
	Preferences        Preferences
	// VerifiesEmail says that users prove their addresses before these count.
	VerifiesEmail bool
}

// Options set up Users.
type Options struct {
	DB         *db.DB
	Clock      clock.Clock
	Outbox     *event.Outbox
	Site       Site
	Keys       *Keys
	Passwords  *password.Hasher
	Channels   Channels
	Gallery    *Gallery
	AdminEmail string   // of the user root
	Letters    *Letters // nil: no mail is sent
	Settings   func() Settings
}

// Users are those who sign in here. It is safe for concurrent use.
type Users struct {
	o        Options
	throttle *throttle.Throttle // of wrong passwords of those signed in
}

// The bound of wrong passwords of one user in a window; see ConfirmPassword.
const (
	wrongPasswordsWindow = 5 * time.Minute
	maxWrongPasswords    = 15
)

// New makes the users' subject.
func New(o Options) *Users {
	return &Users{o: o, throttle: throttle.New(wrongPasswordsWindow, o.Clock)}
}

// Add makes a user with an account and a first channel, whoever asks: for the operator and the first start. It fails with
// fault.Conflict when the name or mail address is taken.
func (u *Users) Add(ctx context.Context, d Draft) (User, error) {
	if err := d.check(u.o.Settings().MinPasswordLength); err != nil {
		return User{}, err
	}
	if d.Password != "" {
		hash, err := u.o.Passwords.Hash(ctx, d.Password)
		if err != nil {
			return User{}, fmt.Errorf("add user %s: %w", d.Username, err)
		}
		d.PasswordHash = hash
	}
	var made User
	err := u.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if made, err = u.CreateIn(ctx, tx, d); err != nil || d.PasswordHash != "" {
			return err
		}
		return u.o.Letters.postIn(ctx, tx, letter{About: mailtext.CreatePassword, User: made.ID})
	})
	if err != nil {
		return User{}, fmt.Errorf("add user %s: %w", d.Username, err)
	}
	return made, nil
}

// CreateIn makes a user from a checked draft whose password is hashed already, in the caller's transaction.
func (u *Users) CreateIn(ctx context.Context, tx *db.Tx, d Draft) (User, error) {
	if err := checkFree(ctx, tx, 0, d.Username, d.Email); err != nil {
		return User{}, err
	}
	made := u.fromDraft(d)
	var err error
	if made.ID, err = insertUser(ctx, tx, made); err != nil {
		return User{}, orTaken(err)
	}
	owner := Account{UserID: made.ID, Name: d.displayName()}
	if made.Account, err = u.createAccount(ctx, tx, AccountActor, d.Username, owner); err != nil {
		return User{}, err
	}
	if err := u.createChannel(ctx, tx, made, d); err != nil {
		return User{}, err
	}
	return made, u.o.Outbox.Record(ctx, tx, UserCreated{UserID: made.ID})
}

func (d Draft) displayName() string {
	if d.DisplayName == "" {
		return d.Username
	}
	return d.DisplayName
}

func (u *Users) fromDraft(d Draft) User {
	settings, now := u.o.Settings(), u.o.Clock.Now()
	made := User{
		Username: d.Username, Email: d.Email, EmailVerified: d.EmailVerified, PasswordHash: d.PasswordHash, Role: d.Role, AdminFlags: d.AdminFlags,
		VideoQuota: settings.VideoQuota, VideoQuotaDaily: settings.VideoQuotaDaily, FeedToken: uuid.NewString(),
		Preferences: settings.Preferences, Notifications: DefaultNotifications(), CreatedAt: now, UpdatedAt: now,
	}
	if d.VideoQuota != nil {
		made.VideoQuota = *d.VideoQuota
	}
	if d.VideoQuotaDaily != nil {
		made.VideoQuotaDaily = *d.VideoQuotaDaily
	}
	return made
}

// createAccount makes an actor with its account.
func (u *Users) createAccount(ctx context.Context, tx *db.Tx, kind ActorKind, username string, a Account) (Account, error) {
	keys, err := u.o.Keys.Take()
	if err != nil {
		return Account{}, err
	}
	a.CreatedAt = u.o.Clock.Now()
	a.UpdatedAt = a.CreatedAt
	if a.Actor, err = CreateActor(ctx, tx, NewActor{Site: u.o.Site, Kind: kind, Username: username, Keys: keys, At: a.CreatedAt}); err != nil {
		return Account{}, err
	}
	tx.Touch(Topic)
	a.ID, err = insertAccount(ctx, tx, a)
	return a, err
}

func (u *Users) createChannel(ctx context.Context, tx *db.Tx, owner User, d Draft) error {
	name, displayName := d.ChannelName, d.ChannelDisplayName
	if displayName == "" {
		displayName = name
	}
	if name == "" {
		name = defaultChannelName(ctx, tx, d.Username)
	}
	if displayName == "" {
		displayName = cut(strings.ReplaceAll(u.o.Settings().DefaultChannelName, "$1", d.Username), maxChannelName)
	}
	return u.o.Channels.CreateDefault(ctx, tx, owner.Account, name, displayName)
}

// maxChannelName is the longest display name of a channel, in characters.
const maxChannelName = 50

func cut(text string, most int) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), most)])
}

// defaultChannelName is "<username>_channel", or a name nobody can have taken where somebody took that one or it is too long.
func defaultChannelName(ctx context.Context, tx *db.Tx, username string) string {
	name := username + "_channel"
	if len(name) <= maxUsername && nameIsFree(ctx, tx, name) == nil {
		return name
	}
	return "channel_" + strings.ReplaceAll(uuid.NewString(), "-", "")
}

// Get finds a user by its id, and fails with fault.NotFound.
func (u *Users) Get(ctx context.Context, id UserID) (User, error) {
	return u.get(ctx, u.o.DB, "users.id = ?", id)
}

// ByUsername finds a user by name, whatever the case, and fails with fault.NotFound.
func (u *Users) ByUsername(ctx context.Context, username string) (User, error) {
	return u.get(ctx, u.o.DB, "LOWER(users.username) = LOWER(?)", username)
}

// ByFeedToken finds the user whose feeds a token opens; it fails with fault.NotFound unless both belong together.
func (u *Users) ByFeedToken(ctx context.Context, accountID ID, token string) (User, error) {
	if token == "" {
		return User{}, userNotFound()
	}
	return u.get(ctx, u.o.DB, "account.id = ? AND users.feed_token = ?", accountID, token)
}

func (u *Users) get(ctx context.Context, q db.Querier, condition string, args ...any) (User, error) {
	found, ok, err := findUser(ctx, q, condition, args...)
	if err != nil {
		return User{}, fmt.Errorf("get user: %w", err)
	}
	if !ok {
		return User{}, userNotFound()
	}
	return found, nil
}

func userNotFound() error { return fault.New(fault.NotFound, "User not found") }

// FindByLogin finds who signs in with a name or a mail address, whatever the case; found is false when nobody does.
func (u *Users) FindByLogin(ctx context.Context, login string) (user User, found bool, err error) {
	user, found, err = findUser(ctx, u.o.DB, "LOWER(users.username) = LOWER(?) OR LOWER(users.email) = LOWER(?)", login, login)
	if err != nil {
		return User{}, false, fmt.Errorf("find user by login: %w", err)
	}
	return user, found, nil
}

// Verify finds the user a name or mail address and a password belong to; found is false when they belong to nobody, after the same
// time whether the name exists or not. A password kept in an older way is hashed anew. Who waits for a moderator's decision gets
// fault.Invalid with code "account_waiting_for_approval".
func (u *Users) Verify(ctx context.Context, login, password string) (user User, found bool, err error) {
	user, isKnown, err := u.FindByLogin(ctx, login)
	if err != nil {
		return User{}, false, err
	}
	if !isKnown {
		return User{}, false, u.verifyWaiting(ctx, login, password)
	}
	matches, err := u.VerifyPassword(ctx, user, password)
	if err != nil || !matches {
		return User{}, false, err
	}
	return user, true, nil
}

// verifyWaiting tells people whose registration waits for a moderator that it does, if the password is theirs. For everybody else the
// comparison only takes its time.
func (u *Users) verifyWaiting(ctx context.Context, login, password string) error {
	hash, _, err := waitingHash(ctx, u.o.DB, login)
	if err != nil {
		return fmt.Errorf("find waiting registration: %w", err)
	}
	matches, _, err := u.o.Passwords.Verify(ctx, hash, password)
	if err == nil && matches {
		return fault.New(fault.Invalid, "This account is awaiting approval by moderators.").WithCode("account_waiting_for_approval")
	}
	return err
}

// VerifyPassword compares a password with a user's.
func (u *Users) VerifyPassword(ctx context.Context, user User, password string) (bool, error) {
	matches, isOutdated, err := u.o.Passwords.Verify(ctx, user.PasswordHash, password)
	if err == nil && matches && isOutdated {
		err = u.hashAnew(ctx, user.ID, password)
	}
	if err != nil {
		return false, fmt.Errorf("verify password: %w", err)
	}
	return matches, nil
}

// ConfirmPassword compares the password of somebody who is signed in already, and is asked again before what matters. Past a few wrong
// ones it fails with fault.TooMany: who found a session open must not guess on.
func (u *Users) ConfirmPassword(ctx context.Context, user User, password string) (bool, error) {
	if utf8.RuneCountInString(password) > maxPassword {
		return false, nil
	}
	succeeded, err := u.throttle.Enter(throttle.Bound{Key: user.Username, Most: maxWrongPasswords})
	if err != nil {
		return false, err
	}
	isRight, err := u.VerifyPassword(ctx, user, password)
	if isRight {
		succeeded()
	}
	return isRight, err
}

// SetPassword gives a user a new password and ends all their sessions.
func (u *Users) SetPassword(ctx context.Context, id UserID, password string) error {
	if !isPassword(password, u.o.Settings().MinPasswordLength) {
		return fault.InvalidParam("password", nil, invalid)
	}
	hash, err := u.o.Passwords.Hash(ctx, password)
	if err != nil {
		return fmt.Errorf("set password of user %d: %w", id, err)
	}
	err = u.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return u.replacePassword(ctx, tx, id, hash)
	})
	if err != nil {
		return fmt.Errorf("set password of user %d: %w", id, err)
	}
	return nil
}

func (u *Users) replacePassword(ctx context.Context, tx *db.Tx, id UserID, hash string) error {
	tx.Touch(Topic)
	if err := setPasswordHash(ctx, tx, id, hash, u.o.Clock.Now()); err != nil {
		return err
	}
	if err := deleteTickets(ctx, tx, ticket{purpose: resetPassword, user: id}); err != nil { // links to a new password are void with the old one
		return err
	}
	return endSessions(ctx, tx, id)
}

// hashAnew replaces the hash of the same password; sessions go on.
func (u *Users) hashAnew(ctx context.Context, id UserID, password string) error {
	hash, err := u.o.Passwords.Hash(ctx, password)
	if err != nil {
		return err
	}
	return u.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return setPasswordHash(ctx, tx, id, hash, u.o.Clock.Now())
	})
}

// checkFree refuses a name or mail address another user (than except) has.
func checkFree(ctx context.Context, tx *db.Tx, except UserID, username, email string) error {
	taken, err := isTaken(ctx, tx, except, username, email)
	if err == nil && taken {
		return errTaken()
	}
	return err
}

// orTaken tells the case of two transactions that took the same name at once.
func orTaken(err error) error {
	if db.IsDuplicate(err) {
		return errTaken()
	}
	return err
}

func errTaken() error {
	return fault.New(fault.Conflict, "User with this username or email already exists.")
}
