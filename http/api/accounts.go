package api

import (
	"net/http"

	"lucarne/account"
	"lucarne/channel"
)

func (a *API) accountRoutes() []route {
	if a.Users == nil || a.Channels == nil {
		return nil
	}
	return []route{
		{method: "GET", pattern: "/accounts", operation: "getAccounts", access: anyone, do: a.listAccounts},
		{method: "GET", pattern: "/accounts/{handle}", operation: "getAccount", access: anyone, do: a.getAccount},
		{method: "GET", pattern: "/accounts/{handle}/followers", operation: "getAccountFollowers", access: signedIn, do: a.accountFollowers},
		{method: "GET", pattern: "/video-channels/{handle}/followers", operation: "getVideoChannelFollowers", access: signedIn, do: a.channelFollowers},
	}
}

func (a *API) listAccounts(w http.ResponseWriter, r *request) error {
	in, err := r.query()
	if err != nil {
		return err
	}
	p := r.page(in)
	f := account.AccountFilter{Start: p.start, Count: p.count}
	order := in.text("sort")
	if err := in.err(); err != nil {
		return err
	}
	if f.Sort, err = account.ParseAccountSort(order); err != nil {
		return locate(err, "query")
	}
	found, total, err := a.Users.Accounts(r.Context(), f)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(total, found, a.account))
}

func (a *API) getAccount(w http.ResponseWriter, r *request) error {
	found, err := a.Users.AccountByHandle(r.Context(), r.PathValue("handle"))
	if err != nil {
		return err
	}
	return answer(w, r, a.account(found))
}

// accountFollowers are those of the account and of its channels.
func (a *API) accountFollowers(w http.ResponseWriter, r *request) error {
	owner, err := a.Users.AccountByHandle(r.Context(), r.PathValue("handle"))
	if err != nil {
		return err
	}
	if err := account.CheckSeesFollowers(r.viewer, owner.ID); err != nil {
		return err
	}
	owned, err := a.Channels.List(r.Context(), channel.Filter{Owner: owner.ID}, channel.Page{Count: channel.MaxPage})
	if err != nil {
		return err
	}
	targets := []account.ActorID{owner.Actor.ID}
	for _, c := range owned.Channels {
		targets = append(targets, c.Actor.ID)
	}
	return a.answerFollowers(w, r, targets)
}

func (a *API) channelFollowers(w http.ResponseWriter, r *request) error {
	found, err := r.pathChannel()
	if err != nil {
		return err
	}
	if err := account.CheckSeesFollowers(r.viewer, found.Owner.ID); err != nil {
		return err
	}
	return a.answerFollowers(w, r, []account.ActorID{found.Actor.ID})
}

func (a *API) answerFollowers(w http.ResponseWriter, r *request, targets []account.ActorID) error {
	in, err := r.query()
	if err != nil {
		return err
	}
	p := r.page(in)
	f := account.FollowFilter{Targets: targets, Search: in.text("search"), Start: p.start, Count: p.count}
	order := in.text("sort")
	if err := in.err(); err != nil {
		return err
	}
	if f.Sort, err = account.ParseFollowSort(order); err != nil {
		return locate(err, "query")
	}
	found, total, err := a.Users.Followers(r.Context(), f)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(total, found, a.follow))
}

type followJSON struct {
	ID        account.FollowID `json:"id"`
	Follower  bareActorJSON    `json:"follower"`
	Following bareActorJSON    `json:"following"`
	Score     int              `json:"score"`
	State     string           `json:"state"`
	CreatedAt timestamp        `json:"createdAt"`
	UpdatedAt timestamp        `json:"updatedAt"`
}

// bareActorJSON is an actor as such, whether account or channel.
type bareActorJSON struct {
	ID                    account.ActorID  `json:"id"`
	URL                   string           `json:"url"`
	Name                  string           `json:"name"`
	Host                  string           `json:"host"`
	HostRedundancyAllowed bool             `json:"hostRedundancyAllowed"`
	FollowingCount        int              `json:"followingCount"`
	FollowersCount        int              `json:"followersCount"`
	CreatedAt             timestamp        `json:"createdAt"`
	Avatars               []actorImageJSON `json:"avatars"`
	Banners               []actorImageJSON `json:"banners"`
}

func (a *API) follow(f account.Follow) followJSON {
	return followJSON{
		ID: f.ID, Follower: a.bareActor(f.Follower), Following: a.bareActor(f.Target), Score: f.Score, State: f.State,
		CreatedAt: timestamp(f.CreatedAt), UpdatedAt: timestamp(f.UpdatedAt),
	}
}

func (a *API) bareActor(of account.Actor) bareActorJSON {
	return bareActorJSON{
		ID: of.ID, URL: of.URL, Name: of.Username, Host: a.host(of), FollowingCount: of.FollowingCount, FollowersCount: of.FollowersCount,
		CreatedAt: timestamp(of.CreatedAt), Avatars: a.images(of.Avatars, avatarPath), Banners: a.images(of.Banners, bannerPath),
	}
}
