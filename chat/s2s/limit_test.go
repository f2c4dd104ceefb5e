package s2s

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"lucarne/platform/clock"
)

func TestPace(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(time.Now())
	p := newPace(fake, 10, 2)
	steps := []struct {
		name    string
		who     string
		tokens  float64
		advance time.Duration
		want    time.Duration
		isOver  bool
	}{
		{"at once", "a", 10, 0, 0, false},
		{"then at its pace", "a", 1, 0, 500 * time.Millisecond, false},
		{"another one has its own", "b", 10, 0, 0, false},
		{"after a while", "a", 1, time.Second, 0, false},
		{"too much", "a", 80, 0, 0, true},
		{"what was refused is not owed", "a", 1, time.Second, 0, false},
		{"rest counts no more than once", "a", 12, time.Hour, time.Second, false},
	}
	for _, s := range steps {
		fake.Advance(s.advance)
		if got, ok := p.spend(s.who, s.tokens); got != s.want || ok == s.isOver {
			t.Errorf("%s: got %v, %v", s.name, got, ok)
		}
	}
}

func TestPaceForgets(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(time.Now())
	p := newPace(fake, 1, 1)
	p.most = 3
	for i := range 10 {
		p.spend(fmt.Sprint(i), 1)
	}
	if len(p.spent) > p.most+1 {
		t.Errorf("knows %d", len(p.spent))
	}
	if wait, _ := p.spend("new", 1); wait == 0 {
		t.Error("who cannot be told apart has no account in common")
	}
	fake.Advance(time.Minute)
	if wait, ok := p.spend("new", 1); wait != 0 || !ok || len(p.spent) > p.most {
		t.Errorf("got %v, %v; knows %d", wait, ok, len(p.spent))
	}
}

func TestDoor(t *testing.T) {
	t.Parallel()
	d := newDoor(4, 2)
	enter := func(address string, want bool) func() {
		t.Helper()
		leave, ok := d.enter(netip.MustParseAddr(address))
		if ok != want {
			t.Errorf("%s: got %v", address, ok)
		}
		return leave
	}
	leave := enter("192.0.2.1", true)
	enter("::ffff:192.0.2.1", true) // the same one
	enter("192.0.2.1", false)
	enter("2001:db8::1", true)
	enter("2001:db8::2", true) // the same network
	enter("2001:db8::3", false)
	enter("192.0.2.2", false) // all are in
	leave()
	enter("192.0.2.2", true)
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(time.Now())
	b := newBackoff(fake)
	wait := firstBackoff
	for range 20 {
		b.fail("a.example", notFound)
		if b.refuses("a.example") != notFound || !b.refusesQuestion("a.example") || b.refuses("b.example") != "" {
			t.Fatal("it is tried at once, or another one is not")
		}
		fake.Advance(firstBackoff)
		if b.refusesQuestion("a.example") {
			t.Error("a host that calls is not asked")
		}
		fake.Advance(wait - firstBackoff - time.Millisecond)
		if wait > firstBackoff && b.refuses("a.example") == "" {
			t.Errorf("it is tried before %v", wait)
		}
		fake.Advance(time.Millisecond)
		if b.refuses("a.example") != "" {
			t.Errorf("it is not tried after %v", wait)
		}
		wait = min(2*wait, lastBackoff)
	}
	b.fail("a.example", timedOut)
	b.succeed("a.example")
	if b.refuses("a.example") != "" {
		t.Error("a host that was reached is left in peace")
	}
	for i := range maxFailures + 10 {
		b.fail(fmt.Sprint(i), notFound)
	}
	if len(b.of) > maxFailures {
		t.Errorf("remembers %d", len(b.of))
	}
}
