package config

import (
	"strings"
	"sync"
	"testing"
)

func TestApplyIsLiveAndTellsSubscribers(t *testing.T) {
	t.Parallel()
	live := open(t, Sources{})
	before := live.Current()
	var told []string
	cancel := live.Subscribe(func(old, now *Config) { told = append(told, old.Instance.Name+" → "+now.Instance.Name) })
	for _, overlay := range []string{`{"instance":{"name":"A"}}`, ``} {
		if err := live.Apply([]byte(overlay)); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err := live.Apply([]byte(`{"instance":{"name":"B"}}`)); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(told, ", "), "Lucarne → A, A → Lucarne"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if before.Instance.Name != "Lucarne" || live.Current().Instance.Name != "B" {
		t.Errorf("a snapshot changed: %s, %s", before.Instance.Name, live.Current().Instance.Name)
	}
}

func TestABrokenOverlayChangesNothing(t *testing.T) {
	t.Parallel()
	live := open(t, Sources{})
	if err := live.Apply([]byte(`{"signup":{"limit":5}}`)); err != nil {
		t.Fatal(err)
	}
	for _, overlay := range []string{`{`, `{"signup":{"limit":"x"}}`, `{"signup":{"limit":-9}}`, `{"signup":7}`} {
		if err := live.Apply([]byte(overlay)); err == nil {
			t.Errorf("%s was accepted", overlay)
		}
		if got := live.Current().Signup.Limit; got != 5 {
			t.Errorf("%s: got the limit %d, want 5", overlay, got)
		}
	}
}

func TestAnOverlayReachesOnlyWhatTheWebMayChange(t *testing.T) {
	t.Parallel()
	live := open(t, Sources{})
	if err := live.Apply([]byte(`{"secrets":{"peertube":"stolen"},"listen":{"port":1},"instance":{"name":"A"}}`)); err != nil {
		t.Fatal(err)
	}
	c := live.Current()
	if c.Secrets.PeerTube != "" || c.Listen.Port != 9000 || c.Instance.Name != "A" {
		t.Errorf("got %q, %d, %s", c.Secrets.PeerTube, c.Listen.Port, c.Instance.Name)
	}
	var warnings []string
	for _, w := range live.Warnings() {
		warnings = append(warnings, w.String())
	}
	want := "administration:1: secrets.peertube cannot be changed from the web and is ignored, administration:1: listen.port cannot be changed from the web and is ignored"
	if got := strings.Join(warnings, ", "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCurrentIsSafeDuringApply(t *testing.T) {
	t.Parallel()
	live := open(t, Sources{})
	var group sync.WaitGroup
	for _, name := range []string{"A", "B"} {
		group.Go(func() {
			for range 20 {
				if err := live.Apply([]byte(`{"instance":{"name":"` + name + `","description":"` + name + `"}}`)); err != nil {
					t.Error(err)
				}
				if c := live.Current(); c.Instance.Name != c.Instance.Description {
					t.Errorf("a torn snapshot: %s, %s", c.Instance.Name, c.Instance.Description)
				}
			}
		})
	}
	group.Wait()
}
