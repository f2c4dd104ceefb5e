package rule

import (
	"regexp"
	"strings"
)

// Links catches links to hosts that are not on the list. A host on it stands for those below it too.
type Links struct {
	Policy
	Allowed []string // "example.org"
}

// link finds addresses with a scheme, and bare host names that end in something that can be a top-level domain.
var link = regexp.MustCompile(`(?i)(?:\b[a-z][a-z0-9+.-]{1,20}://(?:[^\s/@]*@)?|\bwww\.|\b)((?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})\.)+[\p{L}]{2,24}|xn--[a-z0-9-]+|\[[0-9a-f:.]+\]|\d{1,3}(?:\.\d{1,3}){3})`)

// scheme finds what says by itself that it is a link, whatever follows.
var scheme = regexp.MustCompile(`(?i)\b(?:https?|ftp|ircs?|xmpp|magnet|data|javascript|mailto):`)

type linkRule struct{ allowed []string }

func newLinkRule(l Links) linkRule {
	var rule linkRule
	for _, host := range l.Allowed {
		if host = strings.Trim(strings.ToLower(strings.TrimSpace(host)), "."); host != "" {
			rule.allowed = append(rule.allowed, host)
		}
	}
	return rule
}

// hostsIn finds the hosts a text leads to.
func hostsIn(body string) []string {
	var hosts []string
	for _, match := range link.FindAllStringSubmatch(body, -1) {
		hosts = append(hosts, strings.ToLower(match[1]))
	}
	return hosts
}

func (l linkRule) catches(body string) bool {
	found := hostsIn(body)
	for _, host := range found {
		if !l.allows(host) {
			return true
		}
	}
	return len(found) == 0 && scheme.MatchString(body)
}

func (l linkRule) allows(host string) bool {
	for _, allowed := range l.allowed {
		if host == allowed || strings.HasSuffix(host, "."+allowed) {
			return true
		}
	}
	return false
}

// HasLink reports whether the text leads anywhere.
func HasLink(body string) bool { return linkRule{}.catches(body) }
