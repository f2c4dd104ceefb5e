package outbound_test

import (
	"net/netip"
	"testing"

	"lucarne/platform/outbound"
)

var notPublic = []string{
	"127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.127.255.255",
	"0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "168.63.129.16", "100.100.100.200", "192.0.0.192", "192.0.2.1",
	"192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
	"255.255.255.255",
	"::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12:3456::1", "fd00:ec2::254", "ff02::1", "100::1", "2001:db8::1",
	"2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1", "3fff::1", "4000::1",
	"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::8.8.8.8",
	"64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8", "2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::1",
}

var isPublic = []string{
	"8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.0.1.1", "198.17.255.255", "223.255.255.255",
	"2606:4700::1111", "2a00:1450:4007::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
}

func TestIsPublic(t *testing.T) {
	t.Parallel()
	for _, text := range notPublic {
		if outbound.IsPublic(netip.MustParseAddr(text)) {
			t.Errorf("%s passes for public", text)
		}
	}
	for _, text := range isPublic {
		if !outbound.IsPublic(netip.MustParseAddr(text)) {
			t.Errorf("%s does not pass for public", text)
		}
	}
	if outbound.IsPublic(netip.Addr{}) {
		t.Error("no address at all passes for public")
	}
}

// FuzzCarriedAddresses checks that no way to write an IPv4 address inside an IPv6 one makes it more public.
func FuzzCarriedAddresses(f *testing.F) {
	for _, text := range append(notPublic, isPublic...) {
		if a := netip.MustParseAddr(text); a.Is4() {
			b := a.As4()
			f.Add(b[0], b[1], b[2], b[3])
		}
	}
	f.Fuzz(func(t *testing.T, a, b, c, d byte) {
		plain := netip.AddrFrom4([4]byte{a, b, c, d})
		carried := [][16]byte{
			{10: 0xff, 11: 0xff, 12: a, 13: b, 14: c, 15: d},
			{1: 0x64, 2: 0xff, 3: 0x9b, 12: a, 13: b, 14: c, 15: d},
			{0: 0x20, 1: 0x02, 2: a, 3: b, 4: c, 5: d, 15: 1},
		}
		for _, bytes := range carried {
			address := netip.AddrFrom16(bytes)
			if got, want := outbound.IsPublic(address), outbound.IsPublic(plain); got != want {
				t.Errorf("%s: public %v, but %s: %v", address, got, plain, want)
			}
		}
	})
}
