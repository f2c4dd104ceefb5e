package account

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"
	"unicode/utf8"

	"lucarne/account/mailtext"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// RegistrationID names a request for an account.
type RegistrationID int64

// RegistrationState is what became of a request, numbered as PeerTube's API does.
type RegistrationState int

// The states.
const (
	Pending  RegistrationState = 1
	Rejected RegistrationState = 2
	Accepted RegistrationState = 3
)

// Registration is a request for an account that a moderator decides on.
type Registration struct {
	ID                 RegistrationID
	State              RegistrationState
	Username           string
	Email              string
	EmailVerified      *bool // nil: never asked
	PasswordHash       string
	ChannelUsername    string
	ChannelName        string
	AccountName        string
	Reason             string
	ModerationResponse string
	UserID             UserID // who it became; 0 for nobody
	ProcessedAt        time.Time
	CreatedAt          time.Time
	UpdatedAt          time.Time
}

// SignupSettings are the rules of registration; an administrator may change them while the program runs.
type SignupSettings struct {
	IsOpen                    bool
	Limit                     int // users past which registration closes; -1 none
	RequiresApproval          bool
	RequiresEmailVerification bool
	Allowed                   []netip.Prefix // networks it is open to; none means all
	Denied                    []netip.Prefix // networks it is closed to
}

func (s SignupSettings) admits(ip string) bool {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return len(s.Allowed) == 0 && len(s.Denied) == 0
	}
	address = address.Unmap()
	contains := func(p netip.Prefix) bool { return p.Contains(address) }
	return (len(s.Allowed) == 0 || slices.ContainsFunc(s.Allowed, contains)) && !slices.ContainsFunc(s.Denied, contains)
}

// Registrations let people in who have no account yet.
type Registrations struct {
	users    *Users
	letters  *Letters
	settings func() SignupSettings
}

// NewRegistrations makes the registrations of the users' instance. letters may be nil: then no mail is sent.
func NewRegistrations(users *Users, letters *Letters, settings func() SignupSettings) *Registrations {
	return &Registrations{users: users, letters: letters, settings: settings}
}

// Openness tells who may register.
type Openness struct {
	IsOpen   bool // to somebody
	IsOpenTo bool // to the address that asked
}

// Openness tells whether registration is open, and to this address.
func (r *Registrations) Openness(ctx context.Context, ip string) (Openness, error) {
	s := r.settings()
	isOpen, err := r.hasRoom(ctx, s)
	if err != nil {
		return Openness{}, fmt.Errorf("is registration open: %w", err)
	}
	return Openness{IsOpen: isOpen, IsOpenTo: isOpen && s.admits(ip)}, nil
}

func (r *Registrations) hasRoom(ctx context.Context, s SignupSettings) (bool, error) {
	if !s.IsOpen || s.Limit < 0 {
		return s.IsOpen, nil
	}
	count, err := userTotal(ctx, r.users.o.DB)
	return count < s.Limit, err
}

func (r *Registrations) checkOpen(ctx context.Context, s SignupSettings, ip string) error {
	isOpen, err := r.hasRoom(ctx, s)
	switch {
	case err != nil:
		return err
	case !isOpen:
		return fault.New(fault.Forbidden, "User registration is not enabled, or the limit of users is reached")
	case !s.admits(ip):
		return fault.New(fault.Forbidden, "You are not on a network authorized for registration.")
	}
	return nil
}

// Register makes a user for a visitor, where no moderator has to agree. Role and quotas of the draft are not looked at.
func (r *Registrations) Register(ctx context.Context, d Draft, ip string) (User, error) {
	s := r.settings()
	if err := r.checkOpen(ctx, s, ip); err != nil {
		return User{}, err
	}
	if s.RequiresApproval {
		return User{}, fault.New(fault.Forbidden, "Registration needs the approval of a moderator here")
	}
	d, err := r.prepare(ctx, s, d)
	if err != nil {
		return User{}, err
	}
	var made User
	err = r.users.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := checkNotRequested(ctx, tx, d.Username, d.Email); err != nil {
			return err
		}
		if made, err = r.users.CreateIn(ctx, tx, d); err != nil || !s.RequiresEmailVerification {
			return err
		}
		return r.letters.postIn(ctx, tx, letter{About: mailtext.VerifyEmail, User: made.ID})
	})
	if err != nil {
		return User{}, fmt.Errorf("register %s: %w", d.Username, err)
	}
	return made, nil
}

// prepare checks a visitor's draft and hashes its password; what visitors may not choose is what new users get.
func (r *Registrations) prepare(ctx context.Context, s SignupSettings, d Draft) (Draft, error) {
	d.Role, d.AdminFlags, d.VideoQuota, d.VideoQuotaDaily, d.PasswordHash, d.EmailVerified = Ordinary, 0, nil, nil, "", nil
	if d.Password == "" {
		return d, fault.InvalidParam("password", nil, invalid)
	}
	if err := d.check(r.users.o.Settings().MinPasswordLength); err != nil {
		return d, err
	}
	if s.RequiresEmailVerification {
		d.EmailVerified = new(bool)
	}
	var err error
	d.PasswordHash, err = r.users.o.Passwords.Hash(ctx, d.Password)
	return d, err
}

// The bounds of what people write about a request, in characters.
const (
	minReason   = 2
	maxReason   = 3000
	maxResponse = 3000
)

// Request keeps a visitor's wish for an account until a moderator decides.
func (r *Registrations) Request(ctx context.Context, d Draft, reason, ip string) (Registration, error) {
	s := r.settings()
	if err := r.checkOpen(ctx, s, ip); err != nil {
		return Registration{}, err
	}
	if !s.RequiresApproval {
		return Registration{}, fault.New(fault.Invalid, "Signup approval is not enabled on this instance")
	}
	if n := utf8.RuneCountInString(reason); n < minReason || n > maxReason {
		return Registration{}, fault.InvalidParam("registrationReason", reason, invalid)
	}
	d, err := r.prepare(ctx, s, d)
	if err != nil {
		return Registration{}, err
	}
	now := r.users.o.Clock.Now()
	made := Registration{
		State: Pending, Username: d.Username, Email: d.Email, EmailVerified: d.EmailVerified, PasswordHash: d.PasswordHash, ChannelUsername: d.ChannelName,
		ChannelName: d.ChannelDisplayName, AccountName: d.DisplayName, Reason: reason, CreatedAt: now, UpdatedAt: now,
	}
	err = r.users.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.keep(ctx, tx, &made) })
	if err != nil {
		return Registration{}, fmt.Errorf("request registration of %s: %w", d.Username, err)
	}
	return made, nil
}

func (r *Registrations) keep(ctx context.Context, tx *db.Tx, made *Registration) error {
	if err := checkFree(ctx, tx, 0, made.Username, made.Email); err != nil {
		return err
	}
	for _, name := range []string{made.Username, made.ChannelUsername} {
		if err := nameIsFree(ctx, tx, name); err != nil {
			return err
		}
	}
	if err := checkNotRequested(ctx, tx, made.Username, made.Email); err != nil {
		return err
	}
	var err error
	if made.ID, err = insertRegistration(ctx, tx, *made); err != nil {
		return err
	}
	if made.EmailVerified != nil {
		if err := r.letters.postIn(ctx, tx, letter{About: mailtext.VerifyRegistration, Registration: made.ID}); err != nil {
			return err
		}
	}
	return r.users.o.Outbox.Record(ctx, tx, RegistrationRequested{RegistrationID: made.ID})
}

// RegistrationRequested tells that somebody waits for a moderator's decision.
type RegistrationRequested struct{ RegistrationID RegistrationID }

// VerifyEmail takes the token of a mail as proof of the address of a request.
func (r *Registrations) VerifyEmail(ctx context.Context, id RegistrationID, token string) error {
	err := r.users.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := getRegistration(ctx, tx, id); err != nil {
			return err
		}
		now := r.users.o.Clock.Now()
		if _, err := redeem(ctx, tx, token, ticket{purpose: verifyRegistration, registration: id}, now); err != nil {
			return err
		}
		return setRegistrationVerified(ctx, tx, id, now)
	})
	if err != nil {
		return fmt.Errorf("verify address of registration %d: %w", id, err)
	}
	return nil
}
