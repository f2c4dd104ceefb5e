package router

import (
	"context"
	"net/http"
	"strings"
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

// Bearer reads the access token of the Authorization header (RFC 6750 §2.1; the scheme's case does not matter).
func Bearer(r *http.Request) (token string, found bool) {
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), found && strings.EqualFold(scheme, "Bearer")
}
