package router

import (
	"context"
	"net"
	"net/http"
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
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
