package router

import (
	"context"
	"net/http"
	"net/netip"
)

type clientKey struct{}

// WithClientIP notes who really asks, once the proxies in between are known.
func WithClientIP(ctx context.Context, ip string) context.Context {
	return context.WithValue(ctx, clientKey{}, ip)
}

// ClientIP is the address of who asks: behind trusted proxies the one they name, else the connection's.
func ClientIP(r *http.Request) string {
	if ip, ok := r.Context().Value(clientKey{}).(string); ok {
		return ip
	}
	return connectionIP(r)
}

// ClientNetwork is who asks, for counting: the address, or for IPv6 its network of 64 bits, which is what one household gets.
func ClientNetwork(r *http.Request) string {
	ip := ClientIP(r)
	address, err := netip.ParseAddr(ip)
	if err != nil || address.Is4() || address.Is4In6() {
		return ip
	}
	prefix, err := address.Prefix(64)
	if err != nil {
		return ip
	}
	return prefix.String()
}
