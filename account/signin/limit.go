package signin

import (
	"cmp"
	"net/netip"
	"strings"
	"time"

	"lucarne/account/throttle"
)

// Limits bound failed sign-ins. Zero fields mean the defaults.
type Limits struct {
	Window     time.Duration // 5 minutes
	PerIP      int           // 15; an IPv6 network of 64 bits counts as one
	PerAccount int           // 50: higher, so that a stranger cannot lock somebody out with a few attempts
}

const (
	defaultWindow     = 5 * time.Minute
	defaultPerIP      = 15
	defaultPerAccount = 50
)

func (l Limits) withDefaults() Limits {
	return Limits{
		Window: cmp.Or(l.Window, defaultWindow), PerIP: cmp.Or(l.PerIP, defaultPerIP), PerAccount: cmp.Or(l.PerAccount, defaultPerAccount),
	}
}

// bounds are those of an attempt to sign in.
func (l Limits) bounds(login, ip string) []throttle.Bound {
	return []throttle.Bound{{Key: "ip " + network(ip), Most: l.PerIP}, {Key: "account " + strings.ToLower(login), Most: l.PerAccount}}
}

// network is what an attacker has at least: one IPv4 address, or 64 bits of IPv6.
func network(ip string) string {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	address = address.Unmap()
	if address.Is4() {
		return address.String()
	}
	prefix, _ := address.Prefix(64) // 64 bits are always there
	return prefix.String()
}
