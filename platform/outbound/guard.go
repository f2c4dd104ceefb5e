package outbound

import (
	"context"
	"net/netip"
	"strings"
	"syscall"

	"lucarne/platform/fault"
)

// guard refuses to connect to addresses that are not public. It looks at the address about to be dialled, after every
// lookup, so that a name that changes its answer in between (DNS rebinding) gains nothing.
type guard struct{ allowPrivate bool }

// control is called by net.Dialer for each address, between socket and connect.
func (g guard) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") {
		return refused()
	}
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return refused()
	}
	return g.check(target.Addr())
}

func (g guard) check(address netip.Addr) error {
	switch classify(address) {
	case public:
		return nil
	case private:
		if g.allowPrivate {
			return nil
		}
	}
	return refused()
}

func refused() error { return fault.New(fault.Invalid, "This address is not on the public internet") }

// IsPublic reports whether an address is one of the public internet, and none that carries another that is not.
func IsPublic(address netip.Addr) bool { return classify(address) == public }

type class int

const (
	public  class = iota
	private       // somebody's own network: reached when the operator says so
	never         // nothing to fetch there, or the cloud's secrets
)

// From the IANA special-purpose address registries for IPv4 and IPv6. The first match counts.
var ranges = []struct {
	prefix netip.Prefix
	class  class
}{
	{netip.MustParsePrefix("10.0.0.0/8"), private},       // RFC 1918
	{netip.MustParsePrefix("172.16.0.0/12"), private},    // RFC 1918
	{netip.MustParsePrefix("192.168.0.0/16"), private},   // RFC 1918
	{netip.MustParsePrefix("127.0.0.0/8"), private},      // loopback, RFC 1122
	{netip.MustParsePrefix("100.100.100.200/32"), never}, // metadata of Alibaba Cloud
	{netip.MustParsePrefix("100.64.0.0/10"), private},    // carrier-grade NAT, RFC 6598
	{netip.MustParsePrefix("0.0.0.0/8"), never},          // this network, RFC 791
	{netip.MustParsePrefix("168.63.129.16/32"), never},   // metadata of Azure
	{netip.MustParsePrefix("169.254.0.0/16"), never},     // link-local, RFC 3927; metadata of most clouds
	{netip.MustParsePrefix("192.0.0.0/24"), never},       // protocol assignments, RFC 6890; metadata of Oracle
	{netip.MustParsePrefix("192.0.2.0/24"), never},       // documentation, RFC 5737
	{netip.MustParsePrefix("192.88.99.0/24"), never},     // 6to4 relays, RFC 7526
	{netip.MustParsePrefix("198.18.0.0/15"), never},      // benchmarks, RFC 2544
	{netip.MustParsePrefix("198.51.100.0/24"), never},    // documentation, RFC 5737
	{netip.MustParsePrefix("203.0.113.0/24"), never},     // documentation, RFC 5737
	{netip.MustParsePrefix("224.0.0.0/4"), never},        // multicast, RFC 5771
	{netip.MustParsePrefix("240.0.0.0/4"), never},        // reserved and broadcast, RFC 1112
	{netip.MustParsePrefix("0.0.0.0/0"), public},

	{netip.MustParsePrefix("::1/128"), private},        // loopback, RFC 4291
	{netip.MustParsePrefix("fd00:ec2::/32"), never},    // metadata of AWS
	{netip.MustParsePrefix("fd20:ce::254/128"), never}, // metadata of Google
	{netip.MustParsePrefix("fc00::/7"), private},       // unique local, RFC 4193
	{netip.MustParsePrefix("2001::/23"), never},        // protocol assignments, RFC 2928; holds Teredo, which hides an IPv4 address
	{netip.MustParsePrefix("2001:db8::/32"), never},    // documentation, RFC 3849
	{netip.MustParsePrefix("3fff::/20"), never},        // documentation, RFC 9637
	{netip.MustParsePrefix("2000::/3"), public},        // the only global unicast space given out, RFC 4291
	{netip.MustParsePrefix("::/0"), never},
}

// Prefixes whose addresses carry an IPv4 address, and the byte it starts at.
var carriers = []struct {
	prefix netip.Prefix
	offset int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12}, // NAT64, RFC 6052
	{netip.MustParsePrefix("2002::/16"), 2},     // 6to4, RFC 3056
}

// classify judges an address that carries an IPv4 address by what it carries.
func classify(address netip.Addr) class {
	if !address.IsValid() {
		return never
	}
	address = address.WithZone("").Unmap()
	for _, c := range carriers {
		if c.prefix.Contains(address) {
			b := address.As16()
			return classify(netip.AddrFrom4([4]byte(b[c.offset : c.offset+4])))
		}
	}
	for _, r := range ranges {
		if r.prefix.Contains(address) {
			return r.class
		}
	}
	return never
}
