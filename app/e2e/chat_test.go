package e2e_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"lucarne/app/apptest"
	"lucarne/chat/chattest"
)

// heardUntil are the texts up to one of them, from what is not read yet.
func (w *talker) heardUntil(last string) (texts []string) {
	w.t.Helper()
	w.sees("message "+last, func(s chattest.Stanza) bool {
		if s.Is("message") && s.Child("body", "") != nil {
			texts = append(texts, s.Child("body", "").Text())
		}
		return slices.Contains(texts, last)
	})
	return texts
}

// again comes back as the same person, with the last event seen.
func (w *talker) again(seq int64) *talker {
	w.t.Helper()
	return w.at.enter(w.t, w.options, w.arrival.Nick, seq)
}

func TestChatOutlivesAKill(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	program := apptest.Launch(t)
	r := newRoom(t, &program.Server)
	ada, bo := r.visitor(t, "Ada"), r.visitor(t, "Bo")
	bo.says("one")
	seq := ada.hears("one").Seq()
	ada.Close() // she loses her line before the server dies
	var want []string
	for i := range 5 {
		want = append(want, fmt.Sprint("while she is away ", i))
		bo.says(want[i])
	}
	bo.hears(want[4]) // who hears their own words knows that they are kept
	program.Kill()

	program.Start(t)
	back := ada.again(seq)
	if back.arrival.IsReset {
		t.Error("the history begins anew")
	}
	if got := back.heardUntil(want[4]); !slices.Equal(got, want) {
		t.Errorf("after coming back: got %q, want %q", got, want)
	}
	bo = bo.again(seq)
	bo.says("I am back too")
	if got := back.heardUntil("I am back too"); len(got) != 1 {
		t.Errorf("after that: got %q", got)
	}
}

func TestModerationDelayHasNoHole(t *testing.T) {
	r := newRoom(t, chatSite(t))
	owner, ada, troll := r.owner(t), r.visitor(t, "Ada"), r.visitor(t, "Troll")
	owner.says("Welcome")
	seq := ada.hears("Welcome").Seq()
	owner.configures("delay", "muc#roomconfig_moderation_delay", "2")
	troll.says("nonsense")
	troll.says("on second thoughts, hello")
	owner.moderates("m1", owner.hears("nonsense"))
	ada.Close()
	// Neither who comes back nor who comes anew sees what waits, and both see it when its time has come.
	back, fresh := ada.again(seq), r.visitor(t, "Cy")
	if got, want := back.heardUntil("on second thoughts, hello"), []string{"on second thoughts, hello"}; !slices.Equal(got, want) {
		t.Errorf("who comes back hears %q, want %q", got, want)
	}
	if got, want := fresh.heardUntil("on second thoughts, hello"), []string{"Welcome", "on second thoughts, hello"}; !slices.Equal(got, want) {
		t.Errorf("who comes anew hears %q, want %q", got, want)
	}
}

func TestPanicSwitch(t *testing.T) {
	r := newRoom(t, chatSite(t))
	owner, regular := r.owner(t), r.visitor(t, "A regular")
	var trolls []*talker
	for i := range 10 {
		troll := r.visitor(t, fmt.Sprint("Troll ", i))
		trolls = append(trolls, troll)
		for j := range 5 {
			troll.says(strings.Repeat("nonsense ", j+1))
		}
	}
	path := "/api/v1/chat/rooms/" + r.UUID
	r.root.Send("PUT", path+"/panic", nil, http.StatusNoContent)
	for i, troll := range trolls {
		id := troll.says(fmt.Sprint("more nonsense ", i))
		if refusal := troll.refused(id); refusal.Condition != "registration-required" {
			t.Errorf("troll %d is refused with %v", i, refusal)
		}
	}
	owner.says("They are gone")
	for _, text := range regular.heardUntil("They are gone") {
		if strings.HasPrefix(text, "more nonsense") {
			t.Errorf("heard %q", text)
		}
	}
	r.root.Send("DELETE", path+"/panic", nil, http.StatusNoContent)
	apptest.Await(t, chatSoon, "visitors speak again", func() bool {
		id := regular.says("At last")
		answer := regular.sees("answer", func(s chattest.Stanza) bool { return s.Attr("id") == id })
		return answer.Refusal() == nil
	})
	owner.hears("At last")
}
