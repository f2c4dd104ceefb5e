package signin

import (
	"bytes"
	"testing"
)

func newTestSafe(t testing.TB, secret, purpose string) safe {
	t.Helper()
	s, err := newSafe([]byte(secret), purpose)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSafeOpensWhatItSealed(t *testing.T) {
	s := newTestSafe(t, "secret", "purpose")
	sealed := s.seal([]byte("text"), "alice")
	for _, c := range []struct {
		name          string
		safe          safe
		sealed, label string
		opens         bool
	}{
		{"as sealed", s, sealed, "alice", true},
		{"another label", s, sealed, "bob", false},
		{"another secret", newTestSafe(t, "other", "purpose"), sealed, "alice", false},
		{"another purpose", newTestSafe(t, "secret", "other"), sealed, "alice", false},
		{"cut", s, sealed[:len(sealed)-2], "alice", false},
		{"nothing", s, "", "alice", false},
	} {
		text, err := c.safe.open(c.sealed, c.label)
		if (err == nil) != c.opens || c.opens && string(text) != "text" {
			t.Errorf("%s: got %q, %v", c.name, text, err)
		}
	}
	if again := s.seal([]byte("text"), "alice"); again == sealed {
		t.Error("the same text looks the same twice")
	}
}

func FuzzOpen(f *testing.F) {
	s := newTestSafe(f, "secret", "purpose")
	for _, seed := range []string{"", "x", "AAAAAAAAAAAAAAAA", s.seal([]byte("text"), "alice"), "====", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sealed string) {
		text, err := s.open(sealed, "alice")
		if err == nil && !bytes.Equal(text, []byte("text")) {
			t.Errorf("%q opens as %q", sealed, text)
		}
	})
}
