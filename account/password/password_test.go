package password

import (
	"context"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"lucarne/platform/fault"
)

func cheap(t testing.TB, o Options) *Hasher {
	t.Helper()
	o.MemoryKiB, o.Passes = 64, 1
	h, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestVerify(t *testing.T) {
	h := cheap(t, Options{})
	ours, err := h.Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	imported, err := bcrypt.GenerateFromPassword([]byte("correct horse"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	costly := cost{memory: 128, passes: 1, lanes: 1}
	older := costly.encode([]byte("0123456789abcdef"), costly.key("correct horse", []byte("0123456789abcdef"), 32))
	for _, c := range []struct {
		name, hash, password string
		isRight, isOutdated  bool
	}{
		{"right", ours, "correct horse", true, false},
		{"wrong", ours, "correct horsf", false, false},
		{"empty", ours, "", false, false},
		{"bcrypt right", string(imported), "correct horse", true, true},
		{"bcrypt wrong", string(imported), "nope", false, true},
		{"bcrypt, longer than it reads", string(imported), strings.Repeat("x", 100), false, true},
		{"other cost", older, "correct horse", true, true},
		{"unknown user", "", "correct horse", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			isRight, isOutdated, err := h.Verify(t.Context(), c.hash, c.password)
			if err != nil || isRight != c.isRight || isOutdated != c.isOutdated {
				t.Errorf("got %v, %v, %v; want %v, %v", isRight, isOutdated, err, c.isRight, c.isOutdated)
			}
		})
	}
}

func TestHashesOfOnePasswordDiffer(t *testing.T) {
	h := cheap(t, Options{})
	first, _ := h.Hash(t.Context(), "same")
	second, _ := h.Hash(t.Context(), "same")
	if first == second {
		t.Errorf("got %s twice, want different salts", first)
	}
}

func TestTooManyAtOnceAreRefused(t *testing.T) {
	h := cheap(t, Options{AtOnce: 1, Waiting: 1})
	leave, err := h.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	given, giveUp := context.WithCancel(t.Context())
	giveUp()
	if _, err := h.enter(given); !fault.Is(err, fault.Unavailable) {
		t.Errorf("second, given up: got %v, want unavailable", err)
	}
	if !h.waiting.TryAcquire(1) { // stands for one that waits
		t.Fatal("who gave up still has a place")
	}
	if _, err := h.Hash(t.Context(), "third"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("third: got %v, want it refused", err)
	}
	h.waiting.Release(1)
	leave()
	if _, err := h.Hash(t.Context(), "fourth"); err != nil {
		t.Errorf("afterwards: got %v, want a hash", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$a2V5", "$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdA$a2V5", "$argon2i$v=19$m=1,t=1,p=1$$", "$2a$10$abc", "$$$$$",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, hash string) {
		c, _, key, err := decode(hash)
		if err == nil && (c.memory > maxMemoryKiB || c.passes > maxPasses || len(key) > maxKeyBytes || c.lanes == 0) {
			t.Errorf("%q gives an unbounded cost %+v", hash, c)
		}
	})
}
