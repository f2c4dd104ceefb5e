package chat_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/chat/rule"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/video"
)

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newWorld(t, d)) })
}

func TestWhatIsSaidReachesEverybodyAndWhoComesLater(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, welcome := w.enter(t, visitor("bob"))
		if len(welcome.History) != 0 || welcome.Seq != 0 {
			t.Errorf("a new room: %+v", welcome)
		}
		eve, _ := w.enter(t, visitor("eve"))
		sent := w.send(t, bob, "hello")
		for _, o := range []*chat.Occupant{bob, eve} {
			if got := expect(t, o, "posted hello"); got.Seq != sent.Seq || got.Message.ID != sent.ID || sent.ID == 0 {
				t.Errorf("%+v is not %+v", got, sent)
			}
		}
		reply, err := w.rooms.Send(t.Context(), eve, chat.Post{Body: "hi @Bob!", ReplyTo: sent.ID})
		must(t, err)
		if len(reply.Mentions) != 1 || reply.Mentions[0] != bob.Person {
			t.Errorf("mentions: %q", reply.Mentions)
		}
		_, late := w.enter(t, visitor("late"))
		if got := bodies(late.History); got != "[hello hi @Bob!]" {
			t.Errorf("history: %s", got)
		}
		if len(late.Present) != 2 {
			t.Errorf("speakers: %+v", late.Present)
		}
	})
}

func TestAMessageSentAgainIsStoredOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		must(t, w.rooms.Configure(t.Context(), w.owner, w.room.ID, chat.Settings{SlowMode: time.Minute}))
		bob, _ := w.enter(t, visitor("bob"))
		first, err := w.rooms.Send(t.Context(), bob, chat.Post{Body: "once", Origin: "o1"})
		must(t, err)
		again, err := w.rooms.Send(t.Context(), bob, chat.Post{Body: "once", Origin: "o1"})
		must(t, err)
		if again.ID != first.ID {
			t.Errorf("got message %d, want %d", again.ID, first.ID)
		}
		expect(t, bob, "posted once")
		silent(t, bob)
	})
}

func TestWhoComesBackMissesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		first := w.send(t, bob, "one")
		gone := w.send(t, bob, "two")
		w.send(t, bob, "three")
		must(t, w.rooms.Retract(t.Context(), bob, gone.ID, ""))
		check := func(where string) {
			t.Helper()
			back := visitor("back")
			back.Since = first.Seq
			o, welcome := w.enter(t, back)
			defer o.Leave()
			var got []string
			for _, e := range welcome.Missed {
				got = append(got, says(e))
			}
			if want := "[posted three retracted]"; fmt.Sprint(got) != want || welcome.IsReset || len(welcome.History) != 0 {
				t.Errorf("%s: got %s (reset %t, history %s), want %s", where, got, welcome.IsReset, bodies(welcome.History), want)
			}
		}
		check("from memory")
		w.stop()
		w.start(t)
		check("after a restart")
		lost := visitor("lost")
		lost.Since = 12345
		if _, welcome := w.enter(t, lost); !welcome.IsReset || bodies(welcome.History) != "[one three]" {
			t.Errorf("an unknown number: reset %t, %s", welcome.IsReset, bodies(welcome.History))
		}
	})
}

func TestASlowConnectionIsCutOffAndGoesOn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		slow, _ := w.enter(t, visitor("slow"))
		mod, _ := w.enter(t, chat.Entrance{Viewer: w.owner})
		const all = 150
		for i := range all {
			w.send(t, mod, fmt.Sprint(i))
			next(t, mod)
			w.Clock.Advance(time.Second)
		}
		count, last := 0, int64(0)
		for {
			e, err := slow.Next(t.Context())
			if err != nil {
				var f *fault.Error
				if !errors.As(err, &f) || f.Code != "too_slow" {
					t.Fatalf("let go for %v", err)
				}
				break
			}
			if e.Kind == chat.Posted {
				count, last = count+1, e.Seq
			}
		}
		again := visitor("slow")
		again.Since = last
		_, welcome := w.enter(t, again)
		if count == all || count+len(welcome.Missed) != all {
			t.Errorf("%d before, %d after, want %d in all", count, len(welcome.Missed), all)
		}
	})
}

func TestModerationDelayLeavesNoHole(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		must(t, w.rooms.Configure(t.Context(), w.owner, w.room.ID, chat.Settings{ModerationDelay: 10 * time.Second}))
		bob, _ := w.enter(t, visitor("bob"))
		eve, welcome := w.enter(t, visitor("eve"))
		mod, _ := w.enter(t, chat.Entrance{Viewer: w.owner})
		if m := w.send(t, bob, "soon"); m.State != chat.Delayed {
			t.Fatalf("state %s", m.State)
		}
		bad := w.send(t, bob, "never")
		for _, o := range []*chat.Occupant{bob, mod} {
			expect(t, o, "pending soon")
			expect(t, o, "pending never")
		}
		must(t, w.rooms.Retract(t.Context(), mod, bad.ID, "no"))
		late, later := w.enter(t, visitor("late"))
		if len(later.History) != 0 {
			t.Errorf("who comes meanwhile sees %s", bodies(later.History))
		}
		silent(t, eve)
		w.stop()
		w.start(t)
		back := visitor("eve")
		back.Since = welcome.Seq
		eve, _ = w.enter(t, back)
		late.Leave()
		w.Clock.Advance(10 * time.Second)
		shown := expect(t, eve, "posted soon")
		silent(t, eve)
		again := visitor("other")
		again.Since = welcome.Seq
		_, other := w.enter(t, again)
		if len(other.Missed) != 1 || other.Missed[0].Seq != shown.Seq {
			t.Errorf("who comes back is told %d events", len(other.Missed))
		}
	})
}

func TestRetractedMessagesAreNowhere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		eve, _ := w.enter(t, visitor("eve"))
		m := w.send(t, bob, "secret")
		refused(t, w.rooms.Retract(t.Context(), eve, m.ID, ""), fault.Forbidden, "Only moderators")
		must(t, w.rooms.Pin(t.Context(), w.owner, w.room.ID, m.ID))
		must(t, w.rooms.React(t.Context(), eve, m.ID, "👍", true))
		must(t, w.rooms.Retract(t.Context(), bob, m.ID, ""))
		for _, want := range []string{"posted secret", "pinned secret", "reacted", "retracted"} {
			expect(t, eve, want)
		}
		_, welcome := w.enter(t, visitor("late"))
		history, err := w.rooms.History(t.Context(), w.room, 0, 10)
		if err != nil || len(history) != 0 || len(welcome.History) != 0 || welcome.Pinned != nil {
			t.Errorf("history %v, %v; on join %s, pinned %v", history, err, bodies(welcome.History), welcome.Pinned)
		}
		left, err := db.Value[int](t.Context(), w.DB, "SELECT COUNT(*) FROM chat_message WHERE body LIKE '%secret%'")
		if err != nil || left != 0 {
			t.Errorf("%d rows still hold it, %v", left, err)
		}
	})
}

func TestOnlyTheLastOwnMessageIsEdited(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		eve, _ := w.enter(t, visitor("eve"))
		first, last := w.send(t, bob, "one"), w.send(t, bob, "tow")
		_, err := w.rooms.Edit(t.Context(), bob, first.ID, "two")
		refused(t, err, fault.Forbidden, "last message")
		_, err = w.rooms.Edit(t.Context(), eve, last.ID, "two")
		refused(t, err, fault.Forbidden, "last message")
		_, err = w.rooms.Edit(t.Context(), bob, last.ID, "two")
		must(t, err)
		expect(t, eve, "posted one")
		expect(t, eve, "posted tow")
		expect(t, eve, "edited two")
		if _, welcome := w.enter(t, visitor("late")); bodies(welcome.History) != "[one two]" {
			t.Errorf("history: %s", bodies(welcome.History))
		}
	})
}

func TestWhoMaySpeak(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		member := chat.Entrance{Viewer: w.User(t, "member", account.Ordinary)}
		boss := chat.Entrance{Viewer: w.owner}
		for _, c := range []struct {
			mode  chat.Mode
			who   string
			enter chat.Entrance
			want  string // part of the refusal; "" speaks
		}{
			{chat.Everybody, "visitor", visitor("v"), ""},
			{chat.AnonymousMuted, "visitor", visitor("v"), "only read"},
			{chat.AnonymousMuted, "member", member, ""},
			{chat.SignedInOnly, "visitor", visitor("v"), "with an account"},
			{chat.SignedInOnly, "member", member, ""},
			{chat.FollowersOnly, "member", member, "only read"},
			{chat.FollowersOnly, "owner", boss, ""},
			{chat.ReadOnly, "member", member, "only read"},
			{chat.ReadOnly, "owner", boss, ""},
		} {
			must(t, w.rooms.Configure(t.Context(), w.owner, w.room.ID, chat.Settings{Mode: c.mode}))
			room, err := w.rooms.Get(t.Context(), w.room.ID)
			must(t, err)
			o, _, err := w.rooms.Join(t.Context(), room, c.enter)
			if err == nil {
				_, err = w.rooms.Send(t.Context(), o, chat.Post{Body: "hello"})
				o.Leave()
			}
			if c.want == "" {
				must(t, err)
				continue
			}
			refused(t, err, fault.Forbidden, c.want)
		}
	})
}

func TestSlowModeSparesModerators(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		must(t, w.rooms.Configure(t.Context(), w.owner, w.room.ID, chat.Settings{SlowMode: 30 * time.Second}))
		bob, _ := w.enter(t, visitor("bob"))
		mod, _ := w.enter(t, chat.Entrance{Viewer: w.owner})
		w.send(t, bob, "one")
		w.Clock.Advance(10 * time.Second)
		_, err := w.rooms.Send(t.Context(), bob, chat.Post{Body: "two"})
		refused(t, err, fault.TooMany, "wait 20 seconds")
		w.Clock.Advance(20 * time.Second)
		w.send(t, bob, "two")
		w.send(t, mod, "one")
		w.send(t, mod, "two")
	})
}

func TestNicknamesAreNotTaken(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.enter(t, visitor("Bob"))
		for _, nick := range []string{"bob", "Вob", "b\u200bob", "ALICE", "аlice", "PeerTube", "", "\u202ebob", "x\n\u0007"} {
			e := visitor("other")
			e.Nick = nick
			if _, _, err := w.rooms.Join(t.Context(), w.room, e); err == nil {
				t.Errorf("%q is let in", nick)
			}
		}
		carol := w.User(t, "carol", account.Ordinary)
		carol.User.Account.Name = "bob"
		member, _ := w.enter(t, chat.Entrance{Viewer: carol})
		if member.Nick != "bob 2" {
			t.Errorf("who is signed in is named %q", member.Nick)
		}
	})
}

func TestBansHoldOverRestartsAndAddresses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		troll, _ := w.enter(t, visitor("troll"))
		w.send(t, troll, "bad")
		must(t, w.rooms.Ban(t.Context(), w.owner, chat.Measure{Room: w.room.ID, Person: troll.Person, Reason: "rude", For: time.Hour, Retract: true}))
		for {
			if _, err := troll.Next(t.Context()); err != nil {
				refused(t, err, fault.Forbidden, "rude")
				break
			}
		}
		w.stop()
		w.start(t)
		other := visitor("troll")
		other.Visitor, other.Nick = "a new browser", "angel"
		for _, e := range []chat.Entrance{visitor("troll"), other} {
			_, _, err := w.rooms.Join(t.Context(), w.room, e)
			refused(t, err, fault.Forbidden, "banned")
		}
		if _, welcome := w.enter(t, visitor("eve")); len(welcome.History) != 0 {
			t.Errorf("what was said stays: %s", bodies(welcome.History))
		}
		list, err := w.rooms.Sanctions(t.Context(), w.owner, w.room.ID)
		if err != nil || len(list) != 2 {
			t.Errorf("%d sanctions, %v; want the person's and the address's", len(list), err)
		}
		w.Clock.Advance(time.Hour)
		w.enter(t, other)
	})
}

func TestMeasures(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		helper, stranger := w.User(t, "helper", account.Ordinary), w.User(t, "stranger", account.Ordinary)
		of := w.Channel(t, "alice")
		must(t, w.rooms.Invite(t.Context(), w.owner, of.ID, helper.User.Account, true))
		refused(t, w.rooms.Invite(t.Context(), stranger, of.ID, stranger.User.Account, true), fault.Forbidden, "owner")
		bob, _ := w.enter(t, visitor("bob"))
		m := chat.Measure{Room: w.room.ID, Person: bob.Person, For: time.Minute}
		refused(t, w.rooms.Mute(t.Context(), stranger, m), fault.Forbidden, "moderators")
		must(t, w.rooms.Mute(t.Context(), helper, m))
		_, err := w.rooms.Send(t.Context(), bob, chat.Post{Body: "hm"})
		refused(t, err, fault.Forbidden, "cannot speak")
		must(t, w.rooms.Lift(t.Context(), helper, chat.Mute, m))
		w.send(t, bob, "thanks")
		refused(t, w.rooms.Kick(t.Context(), helper, chat.Measure{Room: w.room.ID, Person: chat.OfAccount(w.owner.AccountID())}), fault.Forbidden, "moderator")
		must(t, w.rooms.Kick(t.Context(), helper, m))
		w.enter(t, visitor("bob"))
		entries, err := w.rooms.Log(t.Context(), w.owner, w.room.ID, 0)
		must(t, err)
		var did []string
		for _, e := range entries {
			did = append(did, e.ByName+" "+e.Action+" "+e.Nick)
		}
		if want := "[Helper kick bob Helper lift mute bob Helper mute bob]"; fmt.Sprint(did) != want {
			t.Errorf("got %s, want %s", did, want)
		}
	})
}

func TestDomainsAreBanned(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		must(t, w.rooms.Ban(t.Context(), w.owner, chat.Measure{Room: w.room.ID, Person: chat.OfDomain("evil.example")}))
		_, _, err := w.rooms.Join(t.Context(), w.room, chat.Entrance{JID: "x@evil.example", Nick: "x"})
		refused(t, err, fault.Forbidden, "banned")
		w.enter(t, chat.Entrance{JID: "x@good.example", Nick: "x"})
	})
}

func TestHeldMessagesWaitForADecision(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		must(t, w.rooms.ConfigureChannel(t.Context(), w.owner, w.Channel(t, "alice").ID, chat.ChannelSettings{HasRules: true, Rules: rule.Set{
			Words: []rule.WordList{{Policy: rule.Policy{Enabled: true, Action: rule.Hold}, Entries: []string{"maybe"}}, {Policy: rule.Policy{Enabled: true, Reason: "Be kind"}, Entries: []string{"never"}}},
		}}))
		bob, _ := w.enter(t, visitor("bob"))
		eve, _ := w.enter(t, visitor("eve"))
		_, err := w.rooms.Send(t.Context(), bob, chat.Post{Body: "n3ver"})
		refused(t, err, fault.Forbidden, "Be kind")
		yes, no := w.send(t, bob, "maybe yes"), w.send(t, bob, "maybe no")
		silent(t, eve)
		waiting, err := w.rooms.Waiting(t.Context(), w.owner, w.room.ID)
		if err != nil || len(waiting) != 2 || waiting[0].Rule != "words" {
			t.Fatalf("waiting: %+v, %v", waiting, err)
		}
		must(t, w.rooms.Approve(t.Context(), w.owner, w.room.ID, yes.ID))
		must(t, w.rooms.Reject(t.Context(), w.owner, w.room.ID, no.ID))
		expect(t, eve, "posted maybe yes")
		silent(t, eve)
		caught, err := w.rooms.Try(t.Context(), w.owner, w.room.ID, rule.Set{Words: []rule.WordList{{Policy: rule.Policy{Enabled: true}, Entries: []string{"yes"}}}})
		if err != nil || len(caught) != 1 || caught[0].Message.Body != "maybe yes" {
			t.Errorf("tried: %+v, %v", caught, err)
		}
	})
}

func TestPanicAndCalm(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		before := chat.Settings{SlowMode: 3 * time.Second, AnonymizeModeration: true}
		must(t, w.rooms.Configure(t.Context(), w.owner, w.room.ID, before))
		for range 2 {
			must(t, w.rooms.Panic(t.Context(), w.owner, w.room.ID))
		}
		_, _, err := w.rooms.Join(t.Context(), w.room, visitor("bob"))
		refused(t, err, fault.Forbidden, "with an account")
		member, _ := w.enter(t, chat.Entrance{Viewer: w.User(t, "member", account.Ordinary)})
		if m := w.send(t, member, "see https://x.example"); m.State != chat.HeldBack {
			t.Errorf("a link is %s", m.State)
		}
		for range 2 {
			must(t, w.rooms.Calm(t.Context(), w.owner, w.room.ID))
		}
		if room, err := w.rooms.Get(t.Context(), w.room.ID); err != nil || room.Settings != before || room.IsPanic {
			t.Errorf("got %+v, %v, want %+v", room, err, before)
		}
		w.enter(t, visitor("bob"))
	})
}

func TestPolls(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		eve, _ := w.enter(t, visitor("eve"))
		_, err := w.rooms.Ask(t.Context(), w.owner, w.room.ID, "Tea?", []string{"yes"}, time.Hour)
		refused(t, err, fault.Invalid, "choices")
		poll, err := w.rooms.Ask(t.Context(), w.owner, w.room.ID, "Tea?", []string{"yes", "no"}, time.Hour)
		must(t, err)
		expect(t, eve, "poll began")
		for _, choice := range []int{0, 1} {
			must(t, w.rooms.Vote(t.Context(), bob, poll.ID, choice))
		}
		must(t, w.rooms.Vote(t.Context(), eve, poll.ID, 1))
		refused(t, w.rooms.Vote(t.Context(), eve, poll.ID, 2), fault.Invalid, "choice")
		w.Clock.Advance(2 * time.Second)
		if e := expect(t, eve, "poll counted"); fmt.Sprint(e.Poll.Votes) != "[0 2]" {
			t.Errorf("counted %v", e.Poll.Votes)
		}
		w.Clock.Advance(time.Hour)
		if e := expect(t, eve, "poll over"); fmt.Sprint(e.Poll.Votes) != "[0 2]" {
			t.Errorf("in the end %v", e.Poll.Votes)
		}
		refused(t, w.rooms.Vote(t.Context(), eve, poll.ID, 0), fault.Conflict, "over")
		known, err := db.Value[int](t.Context(), w.DB, "SELECT COUNT(*) FROM chat_vote WHERE voter LIKE '%visitor%'")
		if err != nil || known != 0 {
			t.Errorf("%d votes tell who voted, %v", known, err)
		}
	})
}

func TestOldMessagesAreSwept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		w.send(t, bob, "old")
		w.Clock.Advance(50 * time.Minute)
		w.send(t, bob, "new")
		w.Clock.Advance(20 * time.Minute)
		must(t, w.rooms.Sweep(t.Context()))
		left, err := w.rooms.History(t.Context(), w.room, 0, 10)
		if err != nil || len(left) != 1 || left[0].Body != "new" {
			t.Errorf("left: %+v, %v", left, err)
		}
		if _, welcome := w.enter(t, visitor("late")); bodies(welcome.History) != "[new]" {
			t.Errorf("on join: %s", bodies(welcome.History))
		}
	})
}

func TestRoomsAreThereByChoice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.settings.AllVideos = false
		of := w.Video(t, w.owner, nil)
		find := func(name string) error {
			_, err := w.rooms.Find(t.Context(), name, video.Access{})
			return err
		}
		refused(t, find(of.UUID.String()), fault.NotFound, "Chat room")
		must(t, w.rooms.SetOnVideo(t.Context(), w.owner, of.UUID, true))
		must(t, find(of.UUID.String()))
		must(t, w.rooms.SetOnVideo(t.Context(), w.owner, of.UUID, false))
		refused(t, find(of.UUID.String()), fault.NotFound, "Chat room")
		channel := w.Channel(t, "alice")
		name := fmt.Sprintf("channel.%d", channel.ID)
		refused(t, find(name), fault.NotFound, "Chat room")
		must(t, w.rooms.ConfigureChannel(t.Context(), w.owner, channel.ID, chat.ChannelSettings{HasRoom: true, Terms: "Be kind"}))
		must(t, find(name))
		refused(t, find("channel.01"), fault.NotFound, "Chat room")
		refused(t, find("../x"), fault.NotFound, "Chat room")
		if _, welcome := w.enter(t, visitor("bob")); welcome.Terms != "Be kind" {
			t.Errorf("terms: %q", welcome.Terms)
		}
	})
}

func TestManyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reader, _ := w.enter(t, visitor("reader"))
		const people, each = 10, 10
		var all sync.WaitGroup
		for i := range people {
			o, _ := w.enter(t, visitor(fmt.Sprint("speaker ", i)))
			all.Go(func() {
				for n := range each {
					if _, err := w.rooms.Send(context.Background(), o, chat.Post{Body: fmt.Sprint(n)}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		last := int64(0)
		for range people * each {
			e := next(t, reader)
			if e.Seq <= last {
				t.Fatalf("event %d after %d", e.Seq, last)
			}
			last = e.Seq
		}
		silent(t, reader)
	})
}

func TestNobodyHangsWhenTheChatStops(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		w.stop()
		_, err := bob.Next(t.Context())
		refused(t, err, fault.Unavailable, "stopped")
		_, _, err = w.rooms.Join(t.Context(), w.room, visitor("late"))
		refused(t, err, fault.Unavailable, "stopped")
		_, err = w.rooms.Send(t.Context(), bob, chat.Post{Body: "hello"})
		refused(t, err, fault.Unavailable, "stopped")
	})
}

func TestOneConnectionIsBounded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		var err error
		for range 11 {
			_, err = w.rooms.Send(t.Context(), bob, chat.Post{Body: "x"})
		}
		refused(t, err, fault.TooMany, "too much")
	})
}

func BenchmarkFanOut(b *testing.B) {
	w := newWorld(b, dbtest.SQLite(b))
	const readers = 10_000
	var all sync.WaitGroup
	for i := range readers {
		e := visitor(fmt.Sprint("reader ", i))
		o, _, err := w.rooms.Join(b.Context(), w.room, e)
		must(b, err)
		all.Go(func() {
			for {
				e, err := o.Next(context.Background())
				if err != nil {
					return
				}
				e.Frame(chat.ToStaff, func(e *chat.Event) []byte { return []byte(says(e)) })
			}
		})
		b.Cleanup(o.Leave)
	}
	mod, _ := w.enter(b, chat.Entrance{Viewer: w.owner})
	for b.Loop() {
		w.send(b, mod, "hello")
		w.Clock.Advance(time.Second)
		for {
			e, err := mod.Next(b.Context())
			must(b, err)
			if e.Kind == chat.Posted {
				break
			}
		}
	}
	b.ReportMetric(float64(b.N*readers)/b.Elapsed().Seconds(), "deliveries/s")
	w.stop()
	all.Wait()
}
