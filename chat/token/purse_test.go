package token

import (
	"strconv"
	"testing"
	"time"

	"lucarne/account"
)

func TestPurseIsBounded(t *testing.T) {
	p, now := newPurse(100), time.UnixMilli(1_000_000)
	put := func(i int, user account.UserID) {
		p.put(&temporary{hash: digestOf(strconv.Itoa(i)), user: user, expiresAt: now.Add(temporaryLife)}, now)
	}
	for i := range 1000 {
		put(i, account.UserID(i/5))
	}
	if p.order.Len() != 100 || len(p.byHash) != 100 || len(p.byUser) != 20 {
		t.Errorf("got %d in order, %d by hash, %d users", p.order.Len(), len(p.byHash), len(p.byUser))
	}
	if _, found := p.find(digestOf("899"), now); found {
		t.Error("the oldest is still there")
	}
	if _, found := p.find(digestOf("900"), now); !found {
		t.Error("one of the newest is gone")
	}
	now = now.Add(temporaryLife)
	put(1000, 1)
	if p.order.Len() != 1 || len(p.byHash) != 1 || len(p.byUser) != 1 {
		t.Errorf("later: got %d in order, %d by hash, %d users", p.order.Len(), len(p.byHash), len(p.byUser))
	}
}
