package audience

import (
	"slices"
	"testing"
	"time"

	"lucarne/platform/clock"
)

var began = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

// heard is what one report said, so much time after the one before.
type heard struct {
	after     time.Duration
	second    int
	hasSeeked bool
}

func TestReport(t *testing.T) {
	for name, c := range map[string]struct {
		reports  []heard
		watched  int
		sections []section
	}{
		"playing on":              {[]heard{{0, 0, false}, {5 * time.Second, 5, false}, {5 * time.Second, 10, false}}, 10, []section{{0, 10}}},
		"paused":                  {[]heard{{0, 3, false}, {time.Hour, 3, false}, {time.Hour, 3, false}}, 0, []section{{3, 3}}},
		"a seek":                  {[]heard{{0, 0, false}, {5 * time.Second, 5, false}, {time.Second, 20, true}, {5 * time.Second, 25, false}}, 10, []section{{0, 5}, {20, 25}}},
		"back without a word":     {[]heard{{0, 10, false}, {5 * time.Second, 15, false}, {time.Second, 0, false}, {5 * time.Second, 5, false}}, 10, []section{{10, 15}, {0, 5}}},
		"a far jump":              {[]heard{{0, 0, false}, {time.Second, 1000, false}, {5 * time.Second, 1005, false}}, 5, []section{{1000, 1005}}},
		"a slow reporter":         {[]heard{{0, 0, false}, {10 * time.Minute, 600, false}}, 600, []section{{0, 600}}},
		"seeks without watching":  {[]heard{{0, 0, false}, {0, 10, true}, {0, 20, true}, {0, 30, true}}, 0, []section{{30, 30}}},
		"watching one part twice": {[]heard{{0, 0, false}, {5 * time.Second, 5, false}, {0, 0, true}, {5 * time.Second, 5, false}}, 10, []section{{0, 5}, {0, 5}}},
	} {
		v, at := &viewing{lastAt: began}, began
		for _, r := range c.reports {
			at = at.Add(r.after)
			v.report(at, r.second, r.hasSeeked)
		}
		if v.watched != c.watched || !slices.Equal(v.sections, c.sections) {
			t.Errorf("%s: got %d seconds in %v, want %d in %v", name, v.watched, v.sections, c.watched, c.sections)
		}
	}
}

func TestUnion(t *testing.T) {
	for name, c := range map[string]struct{ in, want []section }{
		"nothing":    {nil, nil},
		"apart":      {[]section{{10, 12}, {0, 5}}, []section{{0, 5}, {10, 12}}},
		"touching":   {[]section{{0, 5}, {5, 10}}, []section{{0, 10}}},
		"one inside": {[]section{{0, 20}, {5, 10}, {30, 31}}, []section{{0, 20}, {30, 31}}},
	} {
		if got := union(c.in); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func FuzzReport(f *testing.F) {
	f.Add([]byte{0, 5, 10, 15})
	f.Add([]byte{200, 0, 255, 3, 128, 7, 9, 9})
	f.Fuzz(func(t *testing.T, moves []byte) {
		v, at, limit := &viewing{lastAt: began}, began, 0
		for i, move := range moves {
			at = at.Add(time.Duration(i%7) * time.Second)
			v.report(at, int(move)*(1+i%400), move&1 == 1)
			limit += max(maxStep, maxSpeed*(i%7))
		}
		if len(v.sections) > maxSections || v.watched < 0 || v.watched > limit {
			t.Fatalf("%d sections, %d seconds of at most %d", len(v.sections), v.watched, limit)
		}
		joined := union(v.sections)
		for i, s := range joined {
			if s.end < s.start || (i > 0 && s.start <= joined[i-1].end) {
				t.Fatalf("sections overlap: %v", joined)
			}
		}
	})
}

func FuzzAgent(f *testing.F) {
	f.Add("Firefox", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
	f.Add("", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1")
	f.Add("\x00\xff", "((((;;;;/////")
	f.Fuzz(func(t *testing.T, client, header string) {
		a := agentOf(Agent{Client: client, Device: client, System: client}, header)
		for _, name := range []string{a.Client, a.System} {
			if len(name) > MaxAgentName || clean(name) != name {
				t.Fatalf("got %q", name)
			}
		}
		if a.Device != "" && !IsDevice(a.Device) {
			t.Fatalf("got device %q", a.Device)
		}
	})
}

func TestDevices(t *testing.T) {
	for header, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0":                                                                  "desktop",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1": "mobile",
		"Mozilla/5.0 (iPad; CPU OS 15_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.0 Mobile/15E148 Safari/604.1":          "tablet",
		"Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0.3809.146/6.0 TV Safari/537.36":                      "smarttv",
		"Mozilla/5.0 (PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15":                     "console",
		"": "",
	} {
		if got := agentOf(Agent{}, header).Device; got != want {
			t.Errorf("%s: got %q, want %q", header, got, want)
		}
	}
}

func TestAddressesChangeTheirKeyEveryDay(t *testing.T) {
	c := clock.NewFake(began)
	ring := newKeyring(c)
	first, _ := ring.address("192.0.2.1")
	c.Advance(24 * time.Hour)
	second, before := ring.address("192.0.2.1")
	if second == first || before != first {
		t.Error("the key of the day before is not known the day after")
	}
	c.Advance(48 * time.Hour)
	if third, before := ring.address("192.0.2.1"); third == second || before == second {
		t.Error("a key of two days ago is still known")
	}
}
