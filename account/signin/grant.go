package signin

import (
	"context"
	"fmt"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Credentials are what somebody signs in with.
type Credentials struct {
	Login    string // name or mail address
	Password string
	Code     string // of the second factor; "" when it was not sent
}

// Codes clients branch on.
const (
	MissingTwoFactor = "missing_two_factor"
	InvalidTwoFactor = "invalid_two_factor"
)

// Tokens are what an application gets.
type Tokens struct {
	Access    string
	Refresh   string
	ExpiresIn time.Duration
	// RefreshExpiresIn is how long the refresh token is good for.
	RefreshExpiresIn time.Duration
}

const maxCredential = 1024 // bytes of a login or password; the longest password has 255 characters of up to 4 bytes

// Authenticate finds who signs in. It fails with fault.Invalid and code "invalid_grant" for wrong credentials, "access_denied" for
// users who may not sign in, InvalidTwoFactor for a wrong code; with fault.Unauthenticated and MissingTwoFactor when a code is
// needed; and with fault.TooMany past the limits of failures.
func (s *Sessions) Authenticate(ctx context.Context, c Credentials, client Client) (account.User, error) {
	if c.Login == "" || len(c.Login) > maxCredential || len(c.Password) > maxCredential {
		return account.User{}, wrongCredentials()
	}
	succeeded, err := s.throttle.Enter(s.o.Limits.bounds(c.Login, client.IP)...)
	if err != nil {
		return account.User{}, err
	}
	user, found, err := s.o.Users.Verify(ctx, c.Login, c.Password)
	if err != nil {
		return account.User{}, fmt.Errorf("sign in: %w", err)
	}
	if !found || s.o.NoRoot && user.Username == account.RootUsername {
		return account.User{}, wrongCredentials()
	}
	if err := s.checkMayEnter(user); err != nil {
		return account.User{}, err
	}
	err = s.checkSecondFactor(ctx, user, c.Code)
	if err == nil || fault.Is(err, fault.Unauthenticated) { // asking for the code is no failure
		succeeded()
	}
	return user, err
}

func wrongCredentials() error {
	return fault.New(fault.Invalid, "Invalid grant: user credentials are invalid").WithCode("invalid_grant")
}

func (s *Sessions) checkMayEnter(user account.User) error {
	if user.IsBlocked {
		return fault.New(fault.Invalid, "User is blocked.").WithCode("access_denied")
	}
	isUnverified := user.EmailVerified != nil && !*user.EmailVerified
	if isUnverified && s.o.MustVerifyEmail != nil && s.o.MustVerifyEmail() {
		return fault.New(fault.Invalid, "User email is not verified.").WithCode("access_denied")
	}
	return nil
}

func (s *Sessions) checkSecondFactor(ctx context.Context, user account.User, code string) error {
	if !user.HasTwoFactor {
		return nil
	}
	if code == "" {
		return fault.New(fault.Unauthenticated, "The code of the second factor is missing").WithCode(MissingTwoFactor)
	}
	isRight, err := s.o.TwoFactor.Check(ctx, user.ID, code)
	if err != nil {
		return fmt.Errorf("check second factor: %w", err)
	}
	if !isRight {
		return fault.New(fault.Invalid, "The code of the second factor is wrong").WithCode(InvalidTwoFactor)
	}
	return nil
}

// PasswordGrant signs a user in for an application (RFC 6749 §4.3). It fails as Authenticate does.
func (s *Sessions) PasswordGrant(ctx context.Context, app Application, c Credentials, client Client) (Tokens, error) {
	user, err := s.Authenticate(ctx, c, client)
	if err != nil {
		return Tokens{}, err
	}
	tokens, session := s.newTokens(app, client)
	session.userID = user.ID
	if err := s.begin(ctx, session); err != nil {
		return Tokens{}, err
	}
	return tokens, nil
}

// begin keeps a new session.
func (s *Sessions) begin(ctx context.Context, n newSession) error {
	err := s.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := insertSession(ctx, tx, n); err != nil {
			return err
		}
		return account.NoteLogin(ctx, tx, n.userID, n.at)
	})
	if err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	return nil
}

func (s *Sessions) newTokens(app Application, client Client) (Tokens, newSession) {
	now := s.o.Clock.Now()
	t := Tokens{
		Access: randomHex(accessBytes), Refresh: randomHex(refreshBytes), ExpiresIn: s.o.AccessLifetime, RefreshExpiresIn: s.o.RefreshLifetime,
	}
	return t, newSession{
		kind: oauthSession, application: app.id, accessHash: hash(t.Access), accessExpiresAt: now.Add(t.ExpiresIn), refreshHash: hash(t.Refresh),
		refreshExpiresAt: now.Add(t.RefreshExpiresIn), client: client.clean(), at: now,
	}
}

// RefreshGrant gives new tokens for a refresh token, which is good once (RFC 6749 §6, RFC 9700 §4.14).
func (s *Sessions) RefreshGrant(ctx context.Context, app Application, refresh string, client Client) (Tokens, error) {
	tokens, session := s.newTokens(app, client)
	err := s.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, found, err := rotate(ctx, tx, hash(refresh), session)
		if err == nil && !found {
			return fault.New(fault.Invalid, "Invalid grant: refresh token is invalid").WithCode("invalid_grant")
		}
		tx.Touch(Topic)
		return err
	})
	if err != nil {
		return Tokens{}, fmt.Errorf("refresh session: %w", err)
	}
	return tokens, nil
}
