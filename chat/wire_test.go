package chat_test

import (
	"fmt"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/platform/fault"
)

func TestNobodyIsRenamedIntoSomebodyElse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		helper := w.User(t, "william", account.Ordinary)
		must(t, w.rooms.Invite(t.Context(), w.owner, w.Channel(t, "alice").ID, helper.User.Account, true))
		w.User(t, "boss", account.Moderator)
		w.enter(t, visitor("Bob"))
		eve, _ := w.enter(t, visitor("eve"))
		w.send(t, eve, "hi")
		for _, nick := range []string{
			"bob", "Вob", "b\u200bob", "ALICE", "аlice", "a l i c e", "alice.", "aIice", "a1ice", "al|ce", "\u202eecila", "PeerTube", "WiIIiam", "vvilliam",
			"wi11iam", "B0SS", "ｂoss", "𝖇oss", "", " ", "\u200b", "x\u0007", fmt.Sprintf("%041d", 1),
		} {
			if err := w.rooms.Rename(t.Context(), eve, nick); err == nil {
				t.Errorf("renamed to %q", nick)
			}
			w.Clock.Advance(time.Minute)
		}
		if nick := eve.Nickname(); nick != "eve" {
			t.Errorf("named %q after refusals", nick)
		}
	})
}

func TestRenaming(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		eve, _ := w.enter(t, visitor("eve"))
		must(t, w.rooms.Rename(t.Context(), eve, "silent"))
		expect(t, eve, "renamed")
		silent(t, bob) // nobody knew of her
		w.send(t, eve, "hi")
		expect(t, bob, "posted hi")
		w.Clock.Advance(time.Minute)
		must(t, w.rooms.Rename(t.Context(), eve, "Mallory"))
		if e := expect(t, bob, "renamed"); e.Nick != "silent" || e.Presence.Nick != "Mallory" || e.Person != eve.Person {
			t.Errorf("told %+v of %+v", e, e.Presence)
		}
		refused(t, w.rooms.Rename(t.Context(), eve, "again"), fault.TooMany, "Wait")
		if m := w.send(t, eve, "it's me"); m.Nick != "Mallory" {
			t.Errorf("said by %q", m.Nick)
		}
		if person, found := w.rooms.PersonByNick(w.room.ID, "Mallory"); !found || person != eve.Person {
			t.Errorf("found %q, %t", person, found)
		}
		w.enter(t, visitor("silent")) // the name is free again
		must(t, w.rooms.Mute(t.Context(), w.owner, chat.Measure{Room: w.room.ID, Person: eve.Person}))
		w.Clock.Advance(time.Minute)
		refused(t, w.rooms.Rename(t.Context(), eve, "angel"), fault.Forbidden, "cannot speak")
		member, _ := w.enter(t, chat.Entrance{Viewer: w.User(t, "member", account.Ordinary), Nick: "Mr. President"})
		if member.Nickname() != "Member" {
			t.Errorf("who is signed in goes by %q", member.Nickname())
		}
		refused(t, w.rooms.Rename(t.Context(), member, "other"), fault.Forbidden, "name of your account")
		eve.Leave()
		w.enter(t, visitor("Mallory"))
	})
}

func TestOccupantIDsTellNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		id := w.rooms.OccupantID(w.room.ID, bob.Person)
		if id != w.rooms.OccupantID(w.room.ID, bob.Person) || id == w.rooms.OccupantID(w.room.ID+1, bob.Person) || len(id) != 32 {
			t.Errorf("occupant id %q", id)
		}
		if got, err := w.rooms.PersonByOccupantID(t.Context(), w.owner, w.room.ID, id); err != nil || got != bob.Person {
			t.Errorf("of somebody present: %q, %v", got, err)
		}
		w.send(t, bob, "bye")
		bob.Leave()
		if got, err := w.rooms.PersonByOccupantID(t.Context(), w.owner, w.room.ID, id); err != nil || got != bob.Person {
			t.Errorf("of somebody who spoke: %q, %v", got, err)
		}
		_, err := w.rooms.PersonByOccupantID(t.Context(), w.User(t, "x", account.Ordinary), w.room.ID, id)
		refused(t, err, fault.Forbidden, "moderators")
		_, err = w.rooms.PersonByOccupantID(t.Context(), w.owner, w.room.ID, "nobody's")
		refused(t, err, fault.NotFound, "nobody")
	})
}

func TestReactionsAreSets(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		eve, _ := w.enter(t, visitor("eve"))
		m := w.send(t, bob, "hi")
		expect(t, eve, "posted hi")
		must(t, w.rooms.SetReactions(t.Context(), bob, m.ID, []string{"👍", "🎉", "👍"}))
		must(t, w.rooms.SetReactions(t.Context(), bob, m.ID, []string{"🎉", "👍"})) // no change
		must(t, w.rooms.React(t.Context(), eve, m.ID, "👍", true))
		must(t, w.rooms.SetReactions(t.Context(), bob, m.ID, []string{"👍", "🐙"}))
		for _, want := range []string{"[🎉 👍] [{🎉 1} {👍 1}] bob", "[👍] [{👍 2} {🎉 1}] eve", "[🐙 👍] [{👍 2} {🐙 1}] bob"} {
			e := expect(t, eve, "reacted")
			if got := fmt.Sprint(e.Reaction.Own, " ", e.Reaction.Counts, " ", e.Nick); got != want || e.MessageID != m.ID {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		silent(t, eve)
		_, welcome := w.enter(t, visitor("late"))
		archive, err := w.rooms.Archive(t.Context(), w.room, chat.Span{Max: 10})
		must(t, err)
		const want = "[{👍 2} {🐙 1}]"
		if got, kept := fmt.Sprint(welcome.History[0].Reactions), fmt.Sprint(archive.Messages[0].Reactions); got != want || kept != want {
			t.Errorf("on join %s, in the archive %s, want %s", got, kept, want)
		}
		for name, emojis := range map[string][]string{"text": {"lol"}, "oversized": {fmt.Sprintf("%065d", 1)}, "markup": {"<b>"}, "turned": {"\u202e"}, "custom of another channel": {":sepia:"}} {
			if err := w.rooms.SetReactions(t.Context(), eve, m.ID, emojis); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		refused(t, w.rooms.SetReactions(t.Context(), eve, m.ID, []string{"🐙", "🐳", "🐬", "🐟", "🐡", "🦈"}), fault.TooMany, "enough")
	})
}

func TestTheArchiveIsPagedBothWays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		var ids []chat.MessageID
		start := w.Clock.Now()
		for i := range 7 {
			ids = append(ids, w.send(t, bob, fmt.Sprint(i)).ID)
			w.Clock.Advance(time.Second)
		}
		must(t, w.rooms.Retract(t.Context(), bob, ids[3], ""))
		must(t, w.rooms.Configure(t.Context(), w.owner, w.room.ID, chat.Settings{ModerationDelay: time.Minute}))
		w.send(t, bob, "waits")
		for _, c := range []struct {
			name     string
			span     chat.Span
			want     string
			complete bool
		}{
			{"first page", chat.Span{Max: 3}, "[0 1 2]", false},
			{"after one", chat.Span{After: ids[1], Max: 2}, "[2 4]", false},
			{"after one that was taken back", chat.Span{After: ids[3], Max: 9}, "[4 5 6]", true},
			{"last page", chat.Span{Max: 2, FromEnd: true}, "[5 6]", false},
			{"before one", chat.Span{Before: ids[2], Max: 2, FromEnd: true}, "[0 1]", true},
			{"between", chat.Span{After: ids[0], Before: ids[5], Max: 9}, "[1 2 4]", true},
			{"times", chat.Span{Start: start.Add(time.Second), End: start.Add(2 * time.Second), Max: 9}, "[1 2]", true},
			{"nothing but a count", chat.Span{Count: true}, "[]", false},
		} {
			got, err := w.rooms.Archive(t.Context(), w.room, c.span)
			must(t, err)
			text := []string{}
			for _, m := range got.Messages {
				text = append(text, m.Body)
			}
			if fmt.Sprint(text) != c.want || got.IsComplete != c.complete || c.span.Count && got.Total != 6 {
				t.Errorf("%s: got %s (complete %t, %d in all), want %s (%t)", c.name, text, got.IsComplete, got.Total, c.want, c.complete)
			}
		}
		_, err := w.rooms.Archive(t.Context(), w.room, chat.Span{After: 999_999, Max: 1})
		refused(t, err, fault.NotFound, "Message")
	})
}

func TestMessagesAreFoundByTheirIDs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		must(t, w.rooms.Configure(t.Context(), w.owner, w.room.ID, chat.Settings{ModerationDelay: time.Minute}))
		bob, _ := w.enter(t, visitor("bob"))
		eve, _ := w.enter(t, visitor("eve"))
		mod, _ := w.enter(t, chat.Entrance{Viewer: w.owner})
		m, err := w.rooms.Send(t.Context(), bob, chat.Post{Body: "hi", Origin: "o1"})
		must(t, err)
		for _, o := range []*chat.Occupant{bob, mod} {
			if got, err := w.rooms.Message(t.Context(), o, m.ID); err != nil || got.Body != "hi" {
				t.Errorf("%s: got %+v, %v", o.Nick, got, err)
			}
		}
		_, err = w.rooms.Message(t.Context(), eve, m.ID)
		refused(t, err, fault.NotFound, "Message")
		if got, err := w.rooms.ByOrigin(t.Context(), bob, "o1"); err != nil || got.ID != m.ID {
			t.Errorf("got %+v, %v", got, err)
		}
		_, err = w.rooms.ByOrigin(t.Context(), eve, "o1")
		refused(t, err, fault.NotFound, "Message")
		if person, err := w.rooms.Author(t.Context(), w.owner, w.room.ID, m.ID); err != nil || person != bob.Person {
			t.Errorf("author %q, %v", person, err)
		}
	})
}

func TestEmojiOnly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		must(t, w.rooms.Configure(t.Context(), w.owner, w.room.ID, chat.Settings{EmojiOnly: true}))
		bob, _ := w.enter(t, visitor("bob"))
		mod, _ := w.enter(t, chat.Entrance{Viewer: w.owner})
		m := w.send(t, bob, "👍 🎉")
		w.send(t, mod, "words")
		_, err := w.rooms.Send(t.Context(), bob, chat.Post{Body: "👍 words"})
		refused(t, err, fault.Forbidden, "Only emoji")
		_, err = w.rooms.Edit(t.Context(), bob, m.ID, "words")
		refused(t, err, fault.Forbidden, "Only emoji")
	})
}

func TestPeopleWithAnAccountAreIntroduced(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		member, _ := w.enter(t, chat.Entrance{Viewer: w.User(t, "member", account.Ordinary)})
		eve, _ := w.enter(t, visitor("eve"))
		if m := w.send(t, member, "hi"); m.Account != "member" {
			t.Errorf("sent by %q", m.Account)
		}
		if e := next(t, eve); e.Message.Account != "member" {
			t.Errorf("told of %q", e.Message.Account)
		}
		w.send(t, eve, "ho")
		w.stop()
		w.start(t)
		_, welcome := w.enter(t, visitor("late"))
		if got := welcome.History; got[0].Account != "member" || got[1].Account != "" {
			t.Errorf("after a restart: %q, %q", got[0].Account, got[1].Account)
		}
	})
}

func TestTheCardOfAPerson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		first := w.Clock.Now()
		w.send(t, bob, "one")
		bad := w.send(t, bob, "two")
		w.Clock.Advance(time.Minute)
		must(t, w.rooms.Rename(t.Context(), bob, "robert"))
		w.send(t, bob, "three")
		mod, _ := w.enter(t, chat.Entrance{Viewer: w.owner})
		must(t, w.rooms.Retract(t.Context(), mod, bad.ID, "rude"))
		must(t, w.rooms.Mute(t.Context(), w.owner, chat.Measure{Room: w.room.ID, Person: bob.Person, For: time.Hour}))
		card, err := w.rooms.Card(t.Context(), w.owner, w.room.ID, bob.Person)
		must(t, err)
		got := fmt.Sprint(card.Nicks, card.IsPresent, card.Messages, card.Removed, card.FirstSeen.Equal(first), len(card.Sanctions), len(card.Entries))
		if want := "[robert bob] true 3 1 true 1 2"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		_, err = w.rooms.Card(t.Context(), w.User(t, "x", account.Ordinary), w.room.ID, bob.Person)
		refused(t, err, fault.Forbidden, "moderators")
	})
}

func TestWhoIsKickedIsSeenToBe(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		eve, _ := w.enter(t, visitor("eve"))
		w.send(t, bob, "bad")
		expect(t, eve, "posted bad")
		must(t, w.rooms.Kick(t.Context(), w.owner, chat.Measure{Room: w.room.ID, Person: bob.Person, Reason: "rude"}))
		e, err := eve.Next(t.Context())
		must(t, err)
		if e.Kind != chat.Absent || e.Why != "kick" || e.Reason != "rude" || e.ByPerson != chat.OfAccount(w.owner.AccountID()) {
			t.Errorf("told %+v", e)
		}
	})
}

func TestWhoIsMutedIsTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		eve, _ := w.enter(t, visitor("eve"))
		roleOf := func(o *chat.Occupant, want chat.Role) {
			t.Helper()
			if e, err := o.Next(t.Context()); err != nil || e.Kind != chat.Present || e.Person != bob.Person || e.Presence.Role != want {
				t.Errorf("%s was told %+v, %v", o.Nick, e, err)
			}
		}
		m := chat.Measure{Room: w.room.ID, Person: bob.Person}
		must(t, w.rooms.Mute(t.Context(), w.owner, m))
		roleOf(bob, chat.VisitorRole)
		silent(t, eve) // nobody knew of him
		must(t, w.rooms.Lift(t.Context(), w.owner, chat.Mute, m))
		roleOf(bob, chat.ParticipantRole)
		w.send(t, bob, "hi")
		roleOf(eve, chat.ParticipantRole)
		expect(t, eve, "posted hi")
		must(t, w.rooms.Mute(t.Context(), w.owner, m))
		roleOf(eve, chat.VisitorRole)
		again, welcome := w.enter(t, visitor("bob"))
		if welcome.Self.Role != chat.VisitorRole {
			t.Errorf("who comes again is %s", welcome.Self.Role)
		}
		again.Leave()
	})
}
