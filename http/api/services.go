package api

import (
	"log/slog"

	"lucarne/account"
)

// Services are what the API speaks for. A nil service leaves its routes out.
type Services struct {
	Site   account.Site
	Auth   Authenticator
	Logger *slog.Logger
	// PageSize is the length of a page when the request does not say; MaxPageSize the longest it may ask for.
	PageSize    func() int
	MaxPageSize func() int

	Instance
	Catalogue
	Audience
	Media
	Broadcasting
	Chat
	People
}

// routes is the whole API: one table per subject, each beside its handlers.
func (a *API) routes() []route {
	var all []route
	for _, table := range [][]route{
		a.pingRoutes(), a.constantRoutes(), a.instanceRoutes(), a.catalogueRoutes(), a.audienceRoutes(), a.mediaRoutes(), a.liveRoutes(), a.chatRoutes(), a.peopleRoutes(),
	} {
		all = append(all, table...)
	}
	return all
}
