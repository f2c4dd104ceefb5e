package api

import (
	"context"
	"net/http"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/chat"
	"lucarne/chat/rule"
	"lucarne/http/router"
)

// The lists of a channel are below its path, those of the site below this one.
const siteChatPath = "/chat/site"

func (a *API) chatListRoutes() []route {
	var all []route
	for path, scope := range map[string]scope{siteChatPath: siteWide, channelChatPath: (*request).channelID} {
		all = append(all,
			route{method: "GET", pattern: path + "/list", do: a.listDocument(scope)},
			route{method: "PUT", pattern: path + "/list", access: signedIn, maxBody: chat.MaxListDocument, do: a.publishList(scope)},
			route{method: "DELETE", pattern: path + "/list", access: signedIn, do: a.withdrawList(scope)},
			route{method: "GET", pattern: path + "/subscriptions", access: signedIn, do: a.listSubscriptions(scope)},
			route{method: "POST", pattern: path + "/subscriptions", access: signedIn, do: a.subscribe(scope)},
		)
	}
	const one = "/chat/subscriptions/{subscriptionId}"
	return append(all,
		route{method: "PUT", pattern: one, access: signedIn, do: a.switchList},
		route{method: "DELETE", pattern: one, access: signedIn, do: a.unsubscribe},
		route{method: "POST", pattern: roomPath + "/subscriptions/{subscriptionId}/try", access: signedIn, do: a.tryList},
	)
}

// scope tells whose lists a path is about.
type scope func(*request) (channel.ID, error)

func siteWide(*request) (channel.ID, error) { return chat.SiteWide, nil }

// listDocument is the list that is offered to others, as they fetch it: docs/chat-lists.md.
func (a *API) listDocument(of scope) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		id, err := of(r)
		if err != nil {
			return err
		}
		file, _, err := a.Rooms.ListDocument(r.Context(), id)
		if err != nil {
			return err
		}
		return router.WriteBody(w, r.Request, "application/json; charset=utf-8", file)
	}
}

// sharedListJSON is a list as its publisher sends it, and subscribers read it.
type sharedListJSON struct {
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Words       []sharedWordsJSON `json:"words"`
	Domains     []string          `json:"domains"`
}

type sharedWordsJSON struct {
	Language string   `json:"language"`
	Inside   bool     `json:"inside"`
	Entries  []string `json:"entries"`
}

func (a *API) publishList(of scope) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		id, err := of(r)
		if err != nil {
			return err
		}
		in, err := r.body()
		if err != nil {
			return err
		}
		var sent sharedListJSON
		in.require("list", "Should have a list")
		readStrictly(in, "list", &sent)
		if err := in.err(); err != nil {
			return err
		}
		l := chat.SharedList{Name: sent.Name, Description: sent.Description, Publisher: a.Site.Origin, Domains: sent.Domains}
		for _, words := range sent.Words {
			l.Words = append(l.Words, chat.SharedWords(words))
		}
		if err := a.Rooms.PublishList(r.Context(), r.viewer, id, l); err != nil {
			return err
		}
		return noContent(w)
	}
}

func (a *API) withdrawList(of scope) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		id, err := of(r)
		if err != nil {
			return err
		}
		if err := a.Rooms.WithdrawList(r.Context(), r.viewer, id); err != nil {
			return err
		}
		return noContent(w)
	}
}

// subscriptionJSON is a list of somebody else's.
type subscriptionJSON struct {
	ID        chat.SubscriptionID `json:"id"`
	URL       string              `json:"url"`
	Key       string              `json:"key"` // base64, of the publisher
	Name      string              `json:"name"`
	Publisher *string             `json:"publisher"`
	Entries   int                 `json:"entries"`
	Domains   int                 `json:"domains"`
	UpdatedAt timestamp           `json:"updatedAt"`
	Enabled   bool                `json:"enabled"`
	Action    rule.Action         `json:"action"`
	FetchedAt timestamp           `json:"fetchedAt"`
	Error     *string             `json:"error"` // why it could not be fetched last time
}

func subscriptionOf(s chat.Subscription) subscriptionJSON {
	j := subscriptionJSON{
		ID: s.ID, URL: s.URL, Key: s.PublicKey, Name: s.List.Name, Publisher: orNull(s.List.Publisher), Domains: len(s.List.Domains),
		UpdatedAt: timestamp(s.List.UpdatedAt), Enabled: s.IsOn, Action: s.Action, FetchedAt: timestamp(s.FetchedAt), Error: orNull(s.Error),
	}
	for _, words := range s.List.Words {
		j.Entries += len(words.Entries)
	}
	return j
}

func (a *API) listSubscriptions(of scope) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		id, err := of(r)
		if err != nil {
			return err
		}
		lists, err := a.Rooms.Subscriptions(r.Context(), r.viewer, id)
		if err != nil {
			return err
		}
		return answer(w, r, listOf(len(lists), lists, subscriptionOf))
	}
}

// subscribe fetches a list: {url}. It catches nothing before it is switched on.
func (a *API) subscribe(of scope) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		id, err := of(r)
		if err != nil {
			return err
		}
		in, err := r.body()
		if err != nil {
			return err
		}
		in.require("url", "Should have an address")
		address := valueOf(in.optString("url"))
		if err := in.err(); err != nil {
			return err
		}
		made, err := a.Rooms.Subscribe(r.Context(), r.viewer, id, address)
		if err != nil {
			return err
		}
		return answer(w, r, map[string]subscriptionJSON{"subscription": subscriptionOf(made)})
	}
}

func (a *API) aboutSubscription(r *request, do func(context.Context, account.Viewer, chat.SubscriptionID) error) error {
	id, err := r.pathID("subscriptionId")
	if err != nil {
		return err
	}
	return do(r.Context(), r.viewer, chat.SubscriptionID(id))
}

// switchList applies a list or does so no longer: {enabled, action}.
func (a *API) switchList(w http.ResponseWriter, r *request) error {
	in, err := r.body()
	if err != nil {
		return err
	}
	in.require("enabled", "Should have a boolean enabled")
	isOn, action := valueOf(in.optBool("enabled")), rule.Action(valueOf(in.optString("action")))
	if err := in.err(); err != nil {
		return err
	}
	if action == rule.Pass {
		action = rule.Hold
	}
	err = a.aboutSubscription(r, func(ctx context.Context, viewer account.Viewer, id chat.SubscriptionID) error {
		return a.Rooms.SwitchList(ctx, viewer, id, isOn, action)
	})
	if err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) unsubscribe(w http.ResponseWriter, r *request) error {
	if err := a.aboutSubscription(r, a.Rooms.Unsubscribe); err != nil {
		return err
	}
	return noContent(w)
}

// tryList tells what a list would have caught of what was said in the room last.
func (a *API) tryList(w http.ResponseWriter, r *request) error {
	room, err := r.room()
	if err != nil {
		return err
	}
	var caught []rule.Caught
	err = a.aboutSubscription(r, func(ctx context.Context, viewer account.Viewer, id chat.SubscriptionID) (err error) {
		caught, err = a.Rooms.TryList(ctx, viewer, room.ID, id)
		return err
	})
	if err != nil {
		return err
	}
	return answer(w, r, listOf(len(caught), caught, caughtOf))
}
