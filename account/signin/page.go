package signin

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"lucarne/account"
	"lucarne/platform/fault"
)

const (
	cookieName = "lucarne_session"
	// CSRFHeader and CSRFField are where requests that change something carry the token of CSRF.
	CSRFHeader = "X-CSRF-Token"
	CSRFField  = "csrf"
	// cookieLifetime is the longest browsers accept (RFC 6265bis §5.5); the session ends before.
	cookieLifetime = 400 * day
)

// cookieName begins with __Host- where the site is reached by https: no other host of the domain can then plant one (RFC 6265bis §4.1.3).
func (s *Sessions) cookieName() string {
	if s.o.HasHTTPS {
		return "__Host-" + cookieName
	}
	return cookieName
}

// StartPage signs a browser in as a user who was authenticated, and gives the cookie to set.
func (s *Sessions) StartPage(ctx context.Context, user account.User, client Client) (*http.Cookie, error) {
	token, now := randomHex(pageBytes), s.o.Clock.Now()
	err := s.begin(ctx, newSession{
		userID: user.ID, kind: pageSession, accessHash: hash(token), accessExpiresAt: now.Add(s.o.PageLifetime), client: client.clean(), at: now,
	})
	if err != nil {
		return nil, err
	}
	return s.cookie(token, int(cookieLifetime/time.Second)), nil
}

// EndPage ends the session of a browser, if it has one, and gives the cookie that clears its own.
func (s *Sessions) EndPage(ctx context.Context, r *http.Request) (*http.Cookie, error) {
	cleared := s.cookie("", -1)
	token, found := s.pageToken(r)
	if !found {
		return cleared, nil
	}
	if err := s.RevokeToken(ctx, token); err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	return cleared, nil
}

func (s *Sessions) cookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: s.cookieName(), Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: s.o.HasHTTPS, SameSite: http.SameSiteLaxMode,
	}
}

func (s *Sessions) pageToken(r *http.Request) (string, bool) {
	cookie, err := r.Cookie(s.cookieName())
	if err != nil || cookie.Value == "" {
		return "", false
	}
	return cookie.Value, true
}

// ByCookie finds the user of a browser; without a session, or with one that ended, nobody. Requests that change something fail with
// fault.Forbidden unless they carry the CSRF token.
func (s *Sessions) ByCookie(ctx context.Context, r *http.Request) (account.Viewer, error) {
	token, found := s.pageToken(r)
	if !found {
		return account.Viewer{}, nil
	}
	viewer, err := s.byToken(ctx, token, pageSession, s.clientOf(r))
	if fault.Is(err, fault.Unauthenticated) {
		return account.Viewer{}, nil
	}
	if err == nil && !isSafe(r.Method) && !s.hasCSRF(r, token) {
		return account.Viewer{}, fault.New(fault.Forbidden, "This page is too old, load it again")
	}
	return viewer, err
}

// isSafe follows RFC 9110 §9.2.1.
func isSafe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// CSRF is the token forms of this browser's pages carry; "" for nobody.
func (s *Sessions) CSRF(r *http.Request) string {
	token, found := s.pageToken(r)
	if !found {
		return ""
	}
	return s.csrfOf(token)
}

func (s *Sessions) csrfOf(token string) string {
	mac := hmac.New(sha256.New, s.o.Secret)
	mac.Write([]byte("csrf " + hash(token)))
	return hex.EncodeToString(mac.Sum(nil))
}

func (s *Sessions) hasCSRF(r *http.Request, token string) bool {
	return hmac.Equal([]byte(sentCSRF(r)), []byte(s.csrfOf(token)))
}

// sentCSRF looks where scripts, forms and forms with files put it. The body of a form with files is not read here: such a form has the
// token in the query of its action.
func sentCSRF(r *http.Request) string {
	if sent := r.Header.Get(CSRFHeader); sent != "" {
		return sent
	}
	if sent := r.URL.Query().Get(CSRFField); sent != "" {
		return sent
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return r.PostFormValue(CSRFField)
	}
	return ""
}

// Credential is the token of a request, of an application or of a page; "" for nobody.
func (s *Sessions) Credential(r *http.Request) string {
	if token, found := Bearer(r); found {
		return token
	}
	page, _ := s.pageToken(r)
	return page
}

// Viewer finds who asks: by the access token where one is sent, else by the cookie of a page.
func (s *Sessions) Viewer(ctx context.Context, r *http.Request) (account.Viewer, error) {
	if token, found := Bearer(r); found {
		return s.ByToken(ctx, token, s.clientOf(r))
	}
	return s.ByCookie(ctx, r)
}

func (s *Sessions) clientOf(r *http.Request) Client {
	return Client{IP: s.o.ClientIP(r), Device: r.UserAgent()}
}

// Bearer reads the access token of the Authorization header (RFC 6750 §2.1; the scheme's case does not matter).
func Bearer(r *http.Request) (token string, found bool) {
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), found && strings.EqualFold(scheme, "Bearer")
}
