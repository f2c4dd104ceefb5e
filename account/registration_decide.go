package account

import (
	"context"
	"fmt"
	"unicode/utf8"

	"lucarne/account/mailtext"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Decision is what a moderator answers to a request.
type Decision struct {
	Response string // goes to the person by mail
	IsSilent bool   // no mail
}

// Accept makes the user that was asked for. A request that is decided already fails with fault.Conflict.
func (r *Registrations) Accept(ctx context.Context, viewer Viewer, id RegistrationID, d Decision) error {
	return r.decide(ctx, viewer, id, Accepted, d)
}

// Reject refuses a request. One that is decided already fails with fault.Conflict.
func (r *Registrations) Reject(ctx context.Context, viewer Viewer, id RegistrationID, d Decision) error {
	return r.decide(ctx, viewer, id, Rejected, d)
}

func (r *Registrations) decide(ctx context.Context, viewer Viewer, id RegistrationID, state RegistrationState, d Decision) error {
	if n := utf8.RuneCountInString(d.Response); n < minReason || n > maxResponse {
		return fault.InvalidParam("moderationResponse", d.Response, invalid)
	}
	err := r.manage(ctx, viewer, id, func(ctx context.Context, tx *db.Tx, found Registration) error {
		if found.State != Pending {
			return fault.New(fault.Conflict, "This registration is already accepted or rejected.")
		}
		about := mailtext.RegistrationRejected
		if state == Accepted {
			about = mailtext.RegistrationAccepted
			made, err := r.users.CreateIn(ctx, tx, found.draft())
			if err != nil {
				return err
			}
			found.UserID = made.ID
		}
		found.State, found.ModerationResponse, found.PasswordHash = state, d.Response, "" // the hash has no more use here
		found.UpdatedAt = r.users.o.Clock.Now()
		found.ProcessedAt = found.UpdatedAt
		if err := updateRegistration(ctx, tx, found); err != nil || d.IsSilent {
			return err
		}
		return r.letters.postIn(ctx, tx, letter{About: about, Registration: id})
	})
	if err != nil {
		return fmt.Errorf("decide on registration %d: %w", id, err)
	}
	return nil
}

func (g Registration) draft() Draft {
	return Draft{
		Username: g.Username, Email: g.Email, EmailVerified: g.EmailVerified, PasswordHash: g.PasswordHash, DisplayName: g.AccountName, Role: Ordinary,
		ChannelName: g.ChannelUsername, ChannelDisplayName: g.ChannelName,
	}
}

// Delete forgets a request, decided or not; the user it became stays.
func (r *Registrations) Delete(ctx context.Context, viewer Viewer, id RegistrationID) error {
	err := r.manage(ctx, viewer, id, func(ctx context.Context, tx *db.Tx, _ Registration) error { return deleteRegistration(ctx, tx, id) })
	if err != nil {
		return fmt.Errorf("delete registration %d: %w", id, err)
	}
	return nil
}

func (r *Registrations) manage(ctx context.Context, viewer Viewer, id RegistrationID, work func(context.Context, *db.Tx, Registration) error) error {
	if !viewer.Can(ManageRegistrations) {
		return fault.New(fault.Forbidden, "You do not manage registrations")
	}
	return r.users.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := getRegistration(ctx, tx, id)
		if err != nil {
			return err
		}
		return work(ctx, tx, found)
	})
}

// RegistrationFilter says which requests a list holds and which part of it is wanted.
type RegistrationFilter struct {
	Search string
	States []RegistrationState // none means all
	Sort   RegistrationSort
	Start  int
	Count  int // at most MaxPage; 0 means 15
}

// RegistrationSort is an order of requests. The zero value is newest first.
type RegistrationSort struct{ sort }

var registrationSorts = map[string]string{"createdAt": "created_at", "state": "state"}

// ParseRegistrationSort reads an order as the API writes it.
func ParseRegistrationSort(text string) (RegistrationSort, error) {
	s, err := parseSort(text, registrationSorts)
	return RegistrationSort{s}, err
}

// List pages the requests for those who decide, and tells how many there are in all.
func (r *Registrations) List(ctx context.Context, f RegistrationFilter) ([]Registration, int, error) {
	found, total, err := listRegistrations(ctx, r.users.o.DB, f)
	if err != nil {
		return nil, 0, fmt.Errorf("list registrations: %w", err)
	}
	return found, total, nil
}
