package router

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the reverse proxies whose word on who asks is believed.
type Proxies []netip.Prefix

// named are the words PeerTube's configuration knows (those of Express's "trust proxy").
var named = map[string][]string{
	"loopback":    {"127.0.0.0/8", "::1/128"},
	"linklocal":   {"169.254.0.0/16", "fe80::/10"},
	"uniquelocal": {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"},
}

// ParseProxies reads addresses, subnets, and the words loopback, linklocal and uniquelocal.
func ParseProxies(texts []string) (Proxies, error) {
	var all Proxies
	for _, text := range texts {
		list, isWord := named[text]
		if !isWord {
			list = []string{text}
		}
		for _, item := range list {
			prefix, err := parsePrefix(item)
			if err != nil {
				return nil, fmt.Errorf("trusted proxy %q: %w", text, err)
			}
			all = append(all, prefix)
		}
	}
	return all, nil
}

func parsePrefix(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		return netip.ParsePrefix(text)
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	return netip.PrefixFrom(address, address.BitLen()), nil
}

func (p Proxies) contain(address netip.Addr) bool {
	address = address.Unmap().WithZone("") // a prefix holds no address with a zone
	for _, prefix := range p {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}

// maxHops bounds how many proxies in a row are followed.
const maxHops = 16

// clientOf reads X-Forwarded-For from the right, over the trusted proxies, to the first address that is not one: anything further
// left was written by that client and proves nothing.
func (p Proxies) clientOf(r *http.Request) string {
	direct := connectionIP(r)
	address, err := netip.ParseAddr(direct)
	if err != nil || !p.contain(address) {
		return direct
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= max(0, len(hops)-maxHops); i-- {
		next, isAddress := parseHop(hops[i])
		if !isAddress {
			break
		}
		address = next
		if !p.contain(address) {
			break
		}
	}
	return address.Unmap().String()
}

// parseHop reads one entry of X-Forwarded-For; IIS and Azure's gateways put the port behind the address.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	address, err := netip.ParseAddr(text)
	if err != nil {
		pair, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}, false
		}
		address = pair.Addr()
	}
	return address.Unmap().WithZone(""), true
}

func connectionIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// FromProxies notes for everything behind it who really asks.
func FromProxies(proxies Proxies, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(WithClientIP(r.Context(), proxies.clientOf(r))))
	})
}
