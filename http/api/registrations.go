package api

import (
	"context"
	"net/http"

	"lucarne/account"
)

func (a *API) registrationRoutes() []route {
	if a.Registrations == nil {
		return nil
	}
	const all = "/users/registrations"
	const one = all + "/{registrationId}"
	deciding := func(method, pattern, operation string, do func(http.ResponseWriter, *request) error) route {
		return route{method: method, pattern: pattern, operation: operation, access: privileged, right: account.ManageRegistrations, do: do}
	}
	return []route{
		{method: "POST", pattern: "/users/register", operation: "registerUser", access: anyone, group: "signup", do: a.register},
		{method: "POST", pattern: all + "/request", operation: "requestRegistration", access: anyone, group: "signup", do: a.requestRegistration},
		{method: "POST", pattern: one + "/verify-email", operation: "verifyRegistrationEmail", access: anyone, do: a.verifyRegistration},
		deciding("GET", all, "listRegistrations", a.listRegistrations),
		deciding("POST", one+"/accept", "acceptRegistration", a.decideRegistration(a.Registrations.Accept)),
		deciding("POST", one+"/reject", "rejectRegistration", a.decideRegistration(a.Registrations.Reject)),
		deciding("DELETE", one, "deleteRegistration", a.deleteRegistration),
	}
}

type registrationJSON struct {
	ID                 account.RegistrationID           `json:"id"`
	State              label[account.RegistrationState] `json:"state"`
	RegistrationReason string                           `json:"registrationReason"`
	ModerationResponse *string                          `json:"moderationResponse"`
	Username           string                           `json:"username"`
	Email              string                           `json:"email"`
	EmailVerified      *bool                            `json:"emailVerified"`
	AccountDisplayName *string                          `json:"accountDisplayName"`
	ChannelHandle      *string                          `json:"channelHandle"`
	ChannelDisplayName *string                          `json:"channelDisplayName"`
	CreatedAt          timestamp                        `json:"createdAt"`
	UpdatedAt          timestamp                        `json:"updatedAt"`
	User               *registeredJSON                  `json:"user"`
}

type registeredJSON struct {
	ID account.UserID `json:"id"`
}

var registrationLabels = map[account.RegistrationState]string{account.Pending: "Pending", account.Rejected: "Rejected", account.Accepted: "Accepted"}

func registrationOf(g account.Registration) registrationJSON {
	j := registrationJSON{
		ID: g.ID, State: label[account.RegistrationState]{ID: g.State, Label: registrationLabels[g.State]}, RegistrationReason: g.Reason,
		ModerationResponse: orNull(g.ModerationResponse), Username: g.Username, Email: g.Email, EmailVerified: g.EmailVerified,
		AccountDisplayName: orNull(g.AccountName), ChannelHandle: orNull(g.ChannelUsername), ChannelDisplayName: orNull(g.ChannelName),
		CreatedAt: timestamp(g.CreatedAt), UpdatedAt: timestamp(g.UpdatedAt),
	}
	if g.UserID != 0 {
		j.User = &registeredJSON{ID: g.UserID}
	}
	return j
}

// newcomer reads what visitors say of themselves.
func (in *input) newcomer() account.Draft {
	text := func(name string) string { return valueOf(in.optString(name)) }
	d := account.Draft{Username: text("username"), Email: text("email"), Password: text("password"), DisplayName: text("displayName")}
	if c := in.object("channel"); c != nil {
		d.ChannelName, d.ChannelDisplayName = valueOf(c.optString("name")), valueOf(c.optString("displayName"))
	}
	return d
}

func (a *API) register(w http.ResponseWriter, r *request) error {
	in, err := r.body()
	if err != nil {
		return err
	}
	d := in.newcomer()
	if err := in.err(); err != nil {
		return err
	}
	if _, err := a.Registrations.Register(r.Context(), d, clientOf(r.Request).IP); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) requestRegistration(w http.ResponseWriter, r *request) error {
	in, err := r.body()
	if err != nil {
		return err
	}
	d, reason := in.newcomer(), valueOf(in.optString("registrationReason"))
	if err := in.err(); err != nil {
		return err
	}
	made, err := a.Registrations.Request(r.Context(), d, reason, clientOf(r.Request).IP)
	if err != nil {
		return err
	}
	return answer(w, r, registrationOf(made))
}

func (r *request) pathRegistration() (account.RegistrationID, error) {
	id, err := r.pathID("registrationId")
	return account.RegistrationID(id), err
}

func (a *API) verifyRegistration(w http.ResponseWriter, r *request) error {
	id, err := r.pathRegistration()
	if err != nil {
		return err
	}
	token, err := r.verificationString()
	if err != nil {
		return err
	}
	if err := a.Registrations.VerifyEmail(r.Context(), id, token); err != nil {
		return err
	}
	return noContent(w)
}

// verificationString reads the token of a mail out of the body.
func (r *request) verificationString() (string, error) {
	in, err := r.body()
	if err != nil {
		return "", err
	}
	in.require("verificationString", invalidValue)
	token := valueOf(in.optString("verificationString"))
	return token, in.err()
}

func (a *API) listRegistrations(w http.ResponseWriter, r *request) error {
	in, err := r.query()
	if err != nil {
		return err
	}
	p := r.page(in)
	f := account.RegistrationFilter{Search: valueOf(in.optString("search")), Start: p.start, Count: p.count}
	for _, state := range in.ints("stateOneOf", between(int(account.Pending), int(account.Accepted))) {
		f.States = append(f.States, account.RegistrationState(state))
	}
	order := valueOf(in.optString("sort"))
	if err := in.err(); err != nil {
		return err
	}
	if f.Sort, err = account.ParseRegistrationSort(order); err != nil {
		return locate(err, "query")
	}
	found, total, err := a.Registrations.List(r.Context(), f)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(total, found, registrationOf))
}

type registrationDecision func(context.Context, account.Viewer, account.RegistrationID, account.Decision) error

func (a *API) decideRegistration(decide registrationDecision) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		id, err := r.pathRegistration()
		if err != nil {
			return err
		}
		in, err := r.body()
		if err != nil {
			return err
		}
		d := account.Decision{Response: valueOf(in.optString("moderationResponse")), IsSilent: valueOf(in.optBool("preventEmailDelivery"))}
		if err := in.err(); err != nil {
			return err
		}
		if err := decide(r.Context(), r.viewer, id, d); err != nil {
			return err
		}
		return noContent(w)
	}
}

func (a *API) deleteRegistration(w http.ResponseWriter, r *request) error {
	id, err := r.pathRegistration()
	if err != nil {
		return err
	}
	if err := a.Registrations.Delete(r.Context(), r.viewer, id); err != nil {
		return err
	}
	return noContent(w)
}
