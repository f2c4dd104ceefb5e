package token_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"lucarne/account"
	"lucarne/chat/token"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
)

func TestOverlays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		room, other := w.room(t, w.alice), w.room(t, w.bob)
		moderator := w.User(t, "mod", account.Moderator)
		_, err := w.tokens.CreateOverlay(t.Context(), w.bob, room.ID, "mine")
		refused(t, "created by another", err, fault.Forbidden)
		_, err = w.tokens.CreateOverlay(t.Context(), account.Viewer{}, room.ID, "mine")
		refused(t, "created by nobody", err, fault.Forbidden)
		_, err = w.tokens.CreateOverlay(t.Context(), w.alice, room.ID+1000, "mine")
		refused(t, "created in no room", err, fault.NotFound)
		_, err = w.tokens.CreateOverlay(t.Context(), w.alice, room.ID, " ")
		refused(t, "created without a label", err, fault.Invalid)

		made, err := w.tokens.CreateOverlay(t.Context(), w.alice, room.ID, "stage")
		must(t, err)
		theirs, err := w.tokens.CreateOverlay(t.Context(), moderator, room.ID, "desk")
		must(t, err)
		if got, err := w.tokens.Room(t.Context(), made.Secret); err != nil || got != room.ID || len(made.Secret) < 30 {
			t.Fatalf("got room %d, %v", got, err)
		}
		phone := w.create(t, w.alice, "phone")
		for name, secret := range map[string]string{
			"none": "", "in small letters": strings.ToLower(made.Secret), "far too long": strings.Repeat("x", 1<<20), "a token of the account": phone.Secret,
			"its number": fmt.Sprint(made.ID),
		} {
			_, err := w.tokens.Room(t.Context(), secret)
			refused(t, name, err, fault.Unauthenticated)
		}
		if got := w.who(t, "alice", made.Secret); got != "nobody" {
			t.Errorf("an overlay's token lets %s in", got)
		}
		want := []token.Overlay{theirs.Overlay, made.Overlay}
		want[1].UsedAt = w.Clock.Now()
		if list, err := w.tokens.Overlays(t.Context(), moderator, room.ID); err != nil || !reflect.DeepEqual(list, want) {
			t.Errorf("got %+v, %v, want %+v", list, err, want)
		}
		_, err = w.tokens.Overlays(t.Context(), w.bob, room.ID)
		refused(t, "listed by another", err, fault.Forbidden)

		refused(t, "revoked by another", w.tokens.RevokeOverlay(t.Context(), w.bob, room.ID, made.ID), fault.Forbidden)
		refused(t, "revoked through a room of one's own", w.tokens.RevokeOverlay(t.Context(), w.bob, other.ID, made.ID), fault.NotFound)
		must(t, w.tokens.RevokeOverlay(t.Context(), w.alice, room.ID, made.ID))
		_, err = w.tokens.Room(t.Context(), made.Secret)
		refused(t, "revoked", err, fault.Unauthenticated)
		must(t, w.Outbox.Deliver(t.Context()))
		if want := []any{token.OverlayRevoked{ID: made.ID, RoomID: room.ID}}; !reflect.DeepEqual(w.revoked, want) {
			t.Errorf("told %+v, want %+v", w.revoked, want)
		}
	})
}

func TestOverlaysOutliveWhoMadeThemButNotTheRoom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		room := w.room(t, w.alice)
		boss := w.User(t, "boss", account.Administrator)
		made, err := w.tokens.CreateOverlay(t.Context(), boss, room.ID, "stage")
		must(t, err)
		must(t, w.Users.DeleteMe(t.Context(), boss))
		if _, err := w.tokens.Room(t.Context(), made.Secret); err != nil {
			t.Errorf("after who made it was deleted: got %v", err)
		}
		must(t, w.Users.DeleteMe(t.Context(), w.alice))
		_, err = w.tokens.Room(t.Context(), made.Secret)
		refused(t, "after the room was deleted", err, fault.Unauthenticated)
	})
}

func TestOverlaysOfOneRoomAreBounded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		room := w.room(t, w.alice)
		for i := range 20 {
			_, err := w.tokens.CreateOverlay(t.Context(), w.alice, room.ID, fmt.Sprint(i))
			must(t, err)
		}
		_, err := w.tokens.CreateOverlay(t.Context(), w.alice, room.ID, "one more")
		refused(t, "one more", err, fault.Conflict)
	})
}
