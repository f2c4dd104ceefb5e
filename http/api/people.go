package api

import (
	"lucarne/account"
	"lucarne/account/signin"
)

// People is what the API speaks for about users and their sessions.
type People struct {
	Users         *account.Users
	Sessions      *signin.Sessions
	Codes         *signin.Codes // second factors
	Registrations *account.Registrations
	Letters       *account.Letters
}

func (a *API) peopleRoutes() []route {
	var all []route
	for _, table := range [][]route{
		a.oauthRoutes(), a.sessionRoutes(), a.myRoutes(), a.userRoutes(), a.accountRoutes(), a.twoFactorRoutes(), a.registrationRoutes(),
		a.letterRoutes(),
	} {
		all = append(all, table...)
	}
	return all
}
