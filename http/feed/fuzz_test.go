package feed

import (
	"net/url"
	"strings"
	"testing"

	"lucarne/account"
)

func fuzzed() *Feeds {
	return New(Options{Site: account.Site{Origin: "http://localhost:9100", Host: "localhost:9100"}})
}

func FuzzLocalName(f *testing.F) {
	for _, seed := range []string{
		"acct:alice@localhost:9100", "acct:@a@localhost:9100", "acct:@localhost:9100", "acct:a@b@localhost:9100", "http://localhost:9100/accounts/alice",
		"http://localhost:9100/@alice", "http://localhost:9100/accounts/a/b?c#d", "nonsense", "acct:", "\x00",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, resource string) {
		name, isOurs := fuzzed().localName(resource)
		if isOurs && (name == "" || !strings.Contains(strings.ToLower(resource), "localhost:9100")) {
			t.Errorf("%q: got %q as a name of ours", resource, name)
		}
	})
}

func FuzzVideoAt(f *testing.F) {
	for _, seed := range []string{
		"http://localhost:9100/w/h7Q3RRDVLTpKf9vKPzzrc5", "http://localhost:9100/videos/watch/82864ae8-d21b-417b-8b17-aa68a44fb6de?start=3",
		"http://localhost:9100@evil.example/w/1", "http://localhost:9100.evil.example/w/1", "HTTP://LOCALHOST:9100/videos/embed/1", "//localhost:9100/w/1",
		"http://evil.example#http://localhost:9100/w/1", "http://[::1]/w/1", "http://localhost:9100/w/../w/1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		target, err := url.Parse(address)
		if err != nil {
			return
		}
		if _, err := fuzzed().videoAt(target); err == nil && !strings.EqualFold(target.Host, "localhost:9100") {
			t.Errorf("%q was taken for ours", address)
		}
	})
}
