package chat

import (
	"context"

	"lucarne/account"
)

// Affiliation is what somebody is to a room. It fails with fault.NotFound where there is none.
func (r *Rooms) Affiliation(ctx context.Context, viewer account.Viewer, id RoomID) (Affiliation, error) {
	room, err := roomWhere(ctx, r.o.DB, "r.id = ?", id)
	if err != nil {
		return NoAffiliation, err
	}
	return r.affiliationIn(ctx, r.o.DB, room, viewer)
}
