package api

import (
	"lucarne/account"
	"lucarne/account/signin"
)

// People is what the API speaks for about users and their sessions.
type People struct {
	Users    *account.Users
	Sessions *signin.Sessions
}

func (a *API) peopleRoutes() []route {
	var all []route
	for _, table := range [][]route{a.oauthRoutes(), a.sessionRoutes(), a.myRoutes(), a.userRoutes()} {
		all = append(all, table...)
	}
	return all
}
