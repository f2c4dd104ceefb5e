package router

import (
	"context"
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
	return connectionIP(r)
}
