package chat_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/chat"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/video"
)

// listens has the rooms hear of facts.
func (w *world) listens() { w.Outbox.Subscribe(w.rooms.Listeners()...) }

// record tells facts and waits until they are heard.
func (w *world) record(t testing.TB, facts ...any) {
	t.Helper()
	must(t, w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, fact := range facts {
			if err := w.Outbox.Record(ctx, tx, fact); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, w.Outbox.Deliver(t.Context()))
}

// letGo waits until the occupant is gone, and compares why.
func letGo(t testing.TB, o *chat.Occupant, kind fault.Kind, part string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		if _, err := o.Next(ctx); err != nil {
			refused(t, err, kind, part)
			return
		}
	}
}

func TestARoomGoesWithItsVideo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.listens()
		bob, _ := w.enter(t, visitor("bob"))
		m := w.send(t, bob, "hi")
		must(t, w.Videos.Delete(t.Context(), w.owner, w.room.VideoID))
		for _, err := range []error{
			errorOf(w.rooms.Send(t.Context(), bob, chat.Post{Body: "still here?"})),
			w.rooms.React(t.Context(), bob, m.ID, "👍", true),
			w.rooms.Retract(t.Context(), bob, m.ID, ""),
			errorOf(w.rooms.Edit(t.Context(), bob, m.ID, "x")),
			errorOf(w.rooms.Ask(t.Context(), w.owner, w.room.ID, "Tea?", []string{"yes", "no"}, time.Hour)),
			w.rooms.Mute(t.Context(), w.owner, chat.Measure{Room: w.room.ID, Person: bob.Person}),
		} {
			if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
				t.Errorf("got %v", err)
			}
		}
		must(t, w.Outbox.Deliver(t.Context()))
		letGo(t, bob, fault.NotFound, "not found")
		_, err := w.rooms.Send(t.Context(), bob, chat.Post{Body: "still here?"})
		refused(t, err, fault.NotFound, "not found")
		_, _, err = w.rooms.Join(t.Context(), w.room, visitor("late"))
		refused(t, err, fault.NotFound, "not found")
	})
}

func errorOf[T any](_ T, err error) error { return err }

func TestARoomGoesWithItsChannel(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.listens()
		of := w.Channel(t, "alice")
		must(t, w.rooms.ConfigureChannel(t.Context(), w.owner, of.ID, chat.ChannelSettings{HasRoom: true}))
		room, err := w.rooms.Find(t.Context(), fmt.Sprintf("channel.%d", of.ID), video.Access{})
		must(t, err)
		bob, _, err := w.rooms.Join(t.Context(), room, visitor("bob"))
		must(t, err)
		eve, _ := w.enter(t, visitor("eve"))
		must(t, w.rooms.ConfigureChannel(t.Context(), w.owner, of.ID, chat.ChannelSettings{}))
		letGo(t, bob, fault.NotFound, "not found")
		silent(t, eve)
		w.record(t, channel.Deleted{ChannelID: of.ID})
		letGo(t, eve, fault.NotFound, "not found")
	})
}

func TestWhoMayNotSeeTheVideoAnyMoreIsLetGo(t *testing.T) {
	for _, c := range []struct {
		to     video.Privacy
		member bool // stays
	}{{video.Private, false}, {video.Internal, true}, {video.Password, false}, {video.Unlisted, true}} {
		each(t, func(t *testing.T, w *world) {
			w.listens()
			bob, _ := w.enter(t, visitor("bob"))
			member, _ := w.enter(t, chat.Entrance{Viewer: w.User(t, "member", account.Ordinary)})
			boss, _ := w.enter(t, chat.Entrance{Viewer: w.owner})
			must(t, w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return w.Videos.SetPrivacyIn(ctx, tx, w.room.VideoID, c.to)
			}))
			w.record(t, video.PrivacyChanged{VideoID: w.room.VideoID, From: video.Public, To: c.to})
			if c.to == video.Unlisted {
				silent(t, bob)
			} else {
				letGo(t, bob, fault.Forbidden, "cannot see this video")
			}
			if c.member {
				silent(t, member)
			} else {
				letGo(t, member, fault.Forbidden, "cannot see this video")
			}
			silent(t, boss)
		})
	}
}

func TestWhoIsBlockedIsLetGo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.listens()
		troll := w.User(t, "troll", account.Ordinary)
		in, _ := w.enter(t, chat.Entrance{Viewer: troll})
		w.record(t, account.UserBlocked{UserID: troll.UserID()})
		letGo(t, in, fault.Forbidden, "not signed in")
	})
}

func TestFollowingCountsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		must(t, w.rooms.Configure(t.Context(), w.owner, w.room.ID, chat.Settings{Mode: chat.FollowersOnly}))
		fan := w.User(t, "fan", account.Ordinary)
		o, _ := w.enter(t, chat.Entrance{Viewer: fan})
		say := func() error { return errorOf(w.rooms.Send(t.Context(), o, chat.Post{Body: "hi"})) }
		refused(t, say(), fault.Forbidden, "only read")
		target := w.Channel(t, "alice").Actor.ID
		must(t, w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return errorOf(db.Exec(ctx, tx, `INSERT INTO follow (actor_id, target_actor_id, state, url, score, created_at, updated_at)
				VALUES (?, ?, 'accepted', 'x', 0, 0, 0)`, fan.User.Account.Actor.ID, target))
		}))
		must(t, say())
		must(t, w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return errorOf(db.Exec(ctx, tx, "DELETE FROM follow")) }))
		w.Clock.Advance(time.Minute)
		refused(t, say(), fault.Forbidden, "only read")
	})
}

func TestOnesOwnWordsAreReadAndErased(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		eve, _ := w.enter(t, visitor("eve"))
		const all = 60 // more than one batch
		theirs := w.send(t, eve, "mine")
		expect(t, eve, "posted mine")
		must(t, w.rooms.React(t.Context(), bob, theirs.ID, "👍", true))
		expect(t, eve, "reacted")
		for i := range all {
			w.send(t, bob, fmt.Sprint("word ", i))
			expect(t, eve, fmt.Sprint("posted word ", i))
			w.Clock.Advance(time.Second)
		}
		must(t, w.rooms.Configure(t.Context(), w.owner, w.room.ID, chat.Settings{ModerationDelay: time.Minute}))
		expect(t, eve, "changed")
		w.send(t, bob, "word that waits")
		self := chat.Self{Visitor: "secret of bob"}
		page, err := w.rooms.Mine(t.Context(), self, 0, 10)
		if err != nil || len(page) != 10 || page[0].Body != "word that waits" || page[0].Room != w.room.Name {
			t.Fatalf("first page: %+v, %v", page, err)
		}
		count := 0
		must(t, w.rooms.EachOfMine(t.Context(), self, func(chat.Own) error { count++; return nil }))
		if count != all+1 {
			t.Errorf("%d messages, want %d", count, all+1)
		}
		_, err = w.rooms.Mine(t.Context(), chat.Self{}, 0, 10)
		refused(t, err, fault.Unauthenticated, "Not authenticated")
		must(t, w.rooms.EraseMine(t.Context(), self))
		for range all {
			expect(t, eve, "retracted")
		}
		if e := expect(t, eve, "reacted"); len(e.Reaction.Own) != 0 || len(e.Reaction.Counts) != 0 || e.Nick != "" {
			t.Errorf("told %+v", e)
		}
		must(t, w.rooms.EraseMine(t.Context(), self))
		silent(t, eve)
		for _, text := range []string{
			"SELECT COUNT(*) FROM chat_message WHERE body LIKE '%word%' OR nick = 'bob'", "SELECT COUNT(*) FROM chat_reaction",
			"SELECT COUNT(*) FROM chat_event WHERE detail LIKE '%bob%'",
		} {
			if left, err := db.Value[int](t.Context(), w.DB, text); err != nil || left != 0 {
				t.Errorf("%s: %d, %v", text, left, err)
			}
		}
		back := visitor("back")
		back.Since = theirs.Seq
		_, welcome := w.enter(t, back)
		for _, e := range welcome.Missed {
			if e.Message != nil || e.Nick == "bob" {
				t.Errorf("who comes back is told %+v", e)
			}
		}
		for tries := 0; ; tries++ { // the room remembers what is older after a moment
			late, welcome := w.enter(t, visitor("late"))
			late.Leave()
			if bodies(welcome.History) == "[mine]" {
				return
			}
			if tries > 100 {
				t.Fatalf("left: %s", bodies(welcome.History))
			}
			<-time.After(20 * time.Millisecond)
		}
	})
}

func TestWordsGoWithTheAccount(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.listens()
		member := w.User(t, "member", account.Ordinary)
		o, _ := w.enter(t, chat.Entrance{Viewer: member})
		w.send(t, o, "hi")
		must(t, w.rooms.Mute(t.Context(), w.owner, chat.Measure{Room: w.room.ID, Person: o.Person, Reason: "rude"}))
		w.record(t, account.UserDeleted{UserID: member.UserID(), AccountID: member.AccountID()})
		letGo(t, o, fault.Forbidden, "not signed in")
		if _, welcome := w.enter(t, visitor("late")); len(welcome.History) != 0 {
			t.Errorf("left: %s", bodies(welcome.History))
		}
		entries, err := w.rooms.Log(t.Context(), w.owner, w.room.ID, 0)
		if err != nil || len(entries) != 1 || entries[0].Nick != "" {
			t.Errorf("the log has %+v, %v", entries, err)
		}
	})
}
