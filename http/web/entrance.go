package web

import (
	"lucarne/account"
	"lucarne/account/signin"
)

// Entrance is what the pages in front of the door speak for: signing in and up, addresses and passwords.
type Entrance struct {
	Sessions      *signin.Sessions
	Users         *account.Users
	Registrations *account.Registrations
	AccountMail   *account.Letters // nil: no mail is sent
	Codes         *signin.Codes    // second factors
	// Rules are what a newcomer is told before filling the form in.
	Rules func() SignupRules
}

// SignupRules are what is asked of newcomers.
type SignupRules struct {
	RequiresApproval          bool
	RequiresEmailVerification bool
	MinPasswordLength         int
	MinimumAge                int // 0 not asked
}
