package chat_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/chat"
	"lucarne/chat/rule"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
)

// publisher serves a shared list, signed with a key of its own.
type publisher struct {
	*httptest.Server
	key     ed25519.PrivateKey
	content atomic.Pointer[string]
	asked   atomic.Int64 // answered in full
}

func newPublisher(t testing.TB) *publisher {
	t.Helper()
	p := &publisher{key: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content := *p.content.Load()
		tag := fmt.Sprintf(`"%x"`, len(content))
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		p.asked.Add(1)
		w.Header().Set("ETag", tag)
		w.Write(signed(p.key, content))
	}))
	t.Cleanup(p.Close)
	return p
}

func signed(key ed25519.PrivateKey, content string) []byte {
	file, _ := json.Marshal(map[string]string{
		"key":       base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey)),
		"signature": base64.StdEncoding.EncodeToString(ed25519.Sign(key, []byte(content))), "content": content,
	})
	return file
}

func (p *publisher) publish(at time.Time, rest string) {
	content := fmt.Sprintf(`{"type":"lucarne-chat-list","version":1,"name":"Trolls","updatedAt":%q,%s}`, at.Format(time.RFC3339), rest)
	p.content.Store(&content)
}

func TestSharedListsAreTriedSwitchedOnAndOff(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, id := newPublisher(t), w.Channel(t, "alice").ID
		p.publish(w.Clock.Now(), `"words":[{"language":"en","entries":["never ever"]}],"domains":["evil.example"]`)
		bob, _ := w.enter(t, visitor("bob"))
		w.send(t, bob, "N3ver evér.")
		s, err := w.rooms.Subscribe(t.Context(), w.owner, id, p.URL)
		must(t, err)
		if s.IsOn || s.List.Name != "Trolls" || s.PublicKey == "" {
			t.Errorf("subscribed: %+v", s)
		}
		_, err = w.rooms.Subscribe(t.Context(), w.owner, id, p.URL)
		refused(t, err, fault.Conflict, "already")
		caught, err := w.rooms.TryList(t.Context(), w.owner, w.room.ID, s.ID)
		if err != nil || len(caught) != 1 || caught[0].Verdict.Name() != "list Trolls" {
			t.Errorf("tried: %+v, %v", caught, err)
		}
		must(t, w.rooms.SwitchList(t.Context(), w.owner, s.ID, true, rule.Refuse))
		for _, body := range []string{"never ever", "see https://www.evil.example/x"} {
			_, err = w.rooms.Send(t.Context(), bob, chat.Post{Body: body})
			refused(t, err, fault.Forbidden, "")
			if f := err.(*fault.Error); f.Code != "rule" || f.Params[0].Name != "list Trolls" || f.Message == "" {
				t.Errorf("%s: %+v", body, f)
			}
		}
		w.send(t, bob, "ever never")
		_, _, err = w.rooms.Join(t.Context(), w.room, chat.Entrance{JID: "x@sub.evil.example", Nick: "x"})
		refused(t, err, fault.Forbidden, "Trolls")
		w.stop()
		w.start(t)
		bob, _ = w.enter(t, visitor("bob"))
		w.Clock.Advance(time.Minute)
		_, err = w.rooms.Send(t.Context(), bob, chat.Post{Body: "never ever"})
		refused(t, err, fault.Forbidden, "")
		must(t, w.rooms.SwitchList(t.Context(), w.owner, s.ID, false, rule.Hold))
		w.send(t, bob, "never ever")
		must(t, w.rooms.Unsubscribe(t.Context(), w.owner, s.ID))
		if left, err := w.rooms.Subscriptions(t.Context(), w.owner, id); err != nil || len(left) != 0 {
			t.Errorf("left: %+v, %v", left, err)
		}
	})
}

func TestSharedListsAreKeptFresh(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := newPublisher(t)
		p.publish(w.Clock.Now(), `"words":[{"entries":["one"]}]`)
		boss := w.User(t, "boss", account.Administrator)
		bob, _ := w.enter(t, visitor("bob"))
		s, err := w.rooms.Subscribe(t.Context(), boss, chat.SiteWide, p.URL)
		must(t, err)
		must(t, w.rooms.SwitchList(t.Context(), boss, s.ID, true, rule.Refuse))
		refresh := func() chat.Subscription {
			t.Helper()
			w.Clock.Advance(7 * time.Hour)
			must(t, w.rooms.RefreshLists(t.Context()))
			list, err := w.rooms.Subscriptions(t.Context(), boss, chat.SiteWide)
			must(t, err)
			return list[0]
		}
		if s := refresh(); s.Error != "" || p.asked.Load() != 1 || !s.FetchedAt.Equal(w.Clock.Now()) {
			t.Errorf("unchanged: asked %d times, %+v", p.asked.Load(), s)
		}
		p.publish(w.Clock.Now(), `"words":[{"entries":["one","two","three"]}]`)
		if s := refresh(); s.Error != "" {
			t.Errorf("changed: %+v", s)
		}
		_, err = w.rooms.Send(t.Context(), bob, chat.Post{Body: "two"})
		refused(t, err, fault.Forbidden, "")
		good := *p.content.Load()
		for name, spoil := range map[string]struct {
			do   func()
			want string
		}{
			"an older one":  {func() { p.publish(w.Clock.Now().Add(-100*time.Hour), `"words":[]`) }, "older"},
			"of the future": {func() { p.publish(w.Clock.Now().Add(100*time.Hour), `"words":[{"entries":[]}]`) }, "future"},
			"another key": {func() {
				p.publish(w.Clock.Now(), `"words":[{"entries":["x"]}]`)
				p.key = ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", 32)))
			}, "another key"},
			"no list": {func() { text := "{}"; p.content.Store(&text) }, "no shared list"},
		} {
			key := p.key
			spoil.do()
			if s := refresh(); !strings.Contains(s.Error, spoil.want) || len(s.List.Words[0].Entries) != 3 {
				t.Errorf("%s: %q, %+v", name, s.Error, s.List)
			}
			p.key = key
		}
		p.content.Store(&good)
		p.Close()
		if s := refresh(); s.Error == "" || len(s.List.Words[0].Entries) != 3 {
			t.Errorf("gone: %+v", s)
		}
		_, err = w.rooms.Send(t.Context(), bob, chat.Post{Body: "three"})
		refused(t, err, fault.Forbidden, "")
	})
}

func TestWhoMayListWhat(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, stranger := w.Channel(t, "alice").ID, w.User(t, "stranger", account.Ordinary)
		for _, c := range []struct {
			viewer account.Viewer
			scope  channel.ID
		}{{stranger, id}, {stranger, chat.SiteWide}, {w.owner, chat.SiteWide}, {account.Viewer{}, id}} {
			_, err := w.rooms.Subscribe(t.Context(), c.viewer, c.scope, "https://lists.example")
			refused(t, err, fault.Forbidden, "Only")
			refused(t, w.rooms.PublishList(t.Context(), c.viewer, c.scope, chat.SharedList{Name: "x"}), fault.Forbidden, "Only")
			_, err = w.rooms.Subscriptions(t.Context(), c.viewer, c.scope)
			refused(t, err, fault.Forbidden, "Only")
		}
	})
}

func TestAListIsPublishedForOthers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.Channel(t, "alice").ID
		_, _, err := w.rooms.ListDocument(t.Context(), id)
		refused(t, err, fault.NotFound, "no shared list")
		must(t, w.rooms.PublishList(t.Context(), w.owner, id, chat.SharedList{
			Name: "Mine", Words: []chat.SharedWords{{Language: "en", Entries: []string{"never"}}}, Domains: []string{"Evil.example"},
		}))
		file, _, err := w.rooms.ListDocument(t.Context(), id)
		must(t, err)
		l, key, err := chat.ParseList(file)
		if err != nil || key == "" || l.Name != "Mine" || l.Domains[0] != "evil.example" || !l.UpdatedAt.Equal(w.Clock.Now()) {
			t.Errorf("read %+v, %q, %v", l, key, err)
		}
		w.stop()
		w.start(t)
		again, _, err := w.rooms.ListDocument(t.Context(), id)
		if err != nil || string(again) != string(file) {
			t.Errorf("after a restart: %s, %v, want %s", again, err, file)
		}
		must(t, w.rooms.WithdrawList(t.Context(), w.owner, id))
		_, _, err = w.rooms.ListDocument(t.Context(), id)
		refused(t, err, fault.NotFound, "no shared list")
	})
}

func TestHostileLists(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	content := func(rest string) string {
		return `{"type":"lucarne-chat-list","version":1,"name":"x","updatedAt":"2026-01-01T00:00:00Z",` + rest + `}`
	}
	many := strings.Repeat(`"x",`, 10_001)
	for name, c := range map[string]struct {
		file []byte
		kind fault.Kind
	}{
		"oversized":          {make([]byte, chat.MaxListDocument+1), fault.TooLarge},
		"no JSON":            {[]byte("<html>"), fault.Invalid},
		"deep":               {[]byte(strings.Repeat(`{"content":`, 200_000)[:1<<20]), fault.Invalid},
		"unsigned":           {[]byte(`{"content":"{}"}`), fault.Invalid},
		"changed afterwards": {[]byte(strings.Replace(string(signed(key, content(`"words":[]`))), "2026", "2027", 1)), fault.Invalid},
		"short key":          {[]byte(`{"key":"AAAA","signature":"AAAA","content":"{}"}`), fault.Invalid},
		"another type":       {signed(key, `{"type":"x"}`), fault.Invalid},
		"another version":    {signed(key, `{"type":"lucarne-chat-list","version":2}`), fault.Unsupported},
		"no name":            {signed(key, `{"type":"lucarne-chat-list","version":1}`), fault.Invalid},
		"too many entries":   {signed(key, content(`"words":[{"entries":[`+strings.TrimSuffix(many, ",")+`]}]`)), fault.TooLarge},
		"long entry":         {signed(key, content(`"words":[{"entries":["`+strings.Repeat("x", 300)+`"]}]`)), fault.Invalid},
		"too many inside":    {signed(key, content(`"words":[{"inside":true,"entries":[`+strings.TrimSuffix(strings.Repeat(`"x",`, 501), ",")+`]}]`)), fault.TooLarge},
		"too many domains":   {signed(key, content(`"domains":[`+strings.TrimSuffix(many, ",")+`]`)), fault.TooLarge},
		"a whole domain":     {signed(key, content(`"domains":["com"]`)), fault.Invalid},
		"domain with path":   {signed(key, content(`"domains":["evil.example/x"]`)), fault.Invalid},
		"domain with user":   {signed(key, content(`"domains":["x@evil.example"]`)), fault.Invalid},
	} {
		began := time.Now()
		if _, _, err := chat.ParseList(c.file); !fault.Is(err, c.kind) {
			t.Errorf("%s: got %v, want %s", name, err, c.kind)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}

func TestListsAreFetchedWithinLimits(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	id := w.Channel(t, "alice").ID
	for name, answer := range map[string]http.HandlerFunc{
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			for range 100 {
				if _, err := w.Write(make([]byte, 100_000)); err != nil {
					return
				}
			}
		},
		"redirected for ever": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) },
		"forbidden":           func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"not modified":        func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) },
		"nothing":             func(http.ResponseWriter, *http.Request) {},
	} {
		server := httptest.NewServer(answer)
		_, err := w.rooms.Subscribe(t.Context(), w.owner, id, server.URL)
		if err == nil || fault.Is(err, fault.Internal) {
			t.Errorf("%s: %v", name, err)
		}
		server.Close()
	}
	for _, address := range []string{"", "file:///etc/passwd", "gopher://x.example", "https://" + strings.Repeat("x", 1000), "https://user:pass@x.example/"} {
		if _, err := w.rooms.Subscribe(t.Context(), w.owner, id, address); !fault.Is(err, fault.Invalid) {
			t.Errorf("%.30s: %v", address, err)
		}
	}
}

func FuzzParseList(f *testing.F) {
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	f.Add(signed(key, `{"type":"lucarne-chat-list","version":1,"name":"x","updatedAt":"2026-01-01T00:00:00Z","words":[{"entries":["y"]}],"domains":["e.example"]}`))
	f.Add([]byte(`{"key":"","signature":"","content":""}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		if l, publicKey, err := chat.ParseList(file); err == nil && (l.Name == "" || publicKey == "") {
			t.Errorf("read %+v by %q", l, publicKey)
		}
	})
}
