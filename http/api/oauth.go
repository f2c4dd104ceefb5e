package api

import (
	"errors"
	"net/http"
	"time"

	"lucarne/account/signin"
	"lucarne/platform/fault"
)

func (a *API) oauthRoutes() []route {
	if a.Sessions == nil {
		return nil
	}
	return []route{
		{method: "GET", pattern: "/oauth-clients/local", operation: "getOAuthClient", access: anyone, do: a.oauthClient},
		{method: "POST", pattern: "/users/token", operation: "getOAuthToken", access: anyone, group: "login", do: a.token},
		{method: "POST", pattern: "/users/revoke-token", operation: "revokeOAuthToken", access: signedIn, do: a.revokeToken},
	}
}

func (a *API) oauthClient(w http.ResponseWriter, r *request) error {
	app, err := a.Sessions.EnsureApplication(r.Context())
	if err != nil {
		return err
	}
	return answer(w, r, map[string]string{"client_id": app.ID, "client_secret": app.Secret})
}

// tokenJSON is RFC 6749 §5.1 with the lifetime of the refresh token.
type tokenJSON struct {
	TokenType        string `json:"token_type"`
	AccessToken      string `json:"access_token"`
	RefreshToken     string `json:"refresh_token"`
	ExpiresIn        int64  `json:"expires_in"`
	RefreshExpiresIn int64  `json:"refresh_token_expires_in"`
}

// otpHeader carries the code of the second factor, and tells that one is needed.
const otpHeader = "X-PeerTube-OTP"

func (a *API) token(w http.ResponseWriter, r *request) error {
	in, err := r.body()
	if err != nil {
		return err
	}
	tokens, err := a.grant(r, in)
	if codeOf(err) == signin.MissingTwoFactor {
		w.Header().Set(otpHeader, "required; app")
	}
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store") // RFC 6749 §5.1, and the next line
	w.Header().Set("Pragma", "no-cache")
	return answer(w, r, tokenJSON{
		TokenType: "Bearer", AccessToken: tokens.Access, RefreshToken: tokens.Refresh,
		ExpiresIn: int64(tokens.ExpiresIn / time.Second), RefreshExpiresIn: int64(tokens.RefreshExpiresIn / time.Second),
	})
}

func (a *API) grant(r *request, in *input) (signin.Tokens, error) {
	text := func(name string) string { return valueOf(in.optString(name)) }
	id, secret, kind := text("client_id"), text("client_secret"), text("grant_type")
	c := signin.Credentials{Login: text("username"), Password: text("password"), Code: r.Header.Get(otpHeader)}
	refresh := text("refresh_token")
	if err := in.err(); err != nil {
		return signin.Tokens{}, err
	}
	app, err := a.Sessions.CheckApplication(r.Context(), id, secret)
	if err != nil {
		return signin.Tokens{}, err
	}
	switch kind {
	case "password":
		return a.Sessions.PasswordGrant(r.Context(), app, c, clientOf(r.Request))
	case "refresh_token":
		return a.Sessions.RefreshGrant(r.Context(), app, refresh, clientOf(r.Request))
	}
	return signin.Tokens{}, fault.New(fault.Invalid, "Unsupported grant type: `grant_type` is invalid").WithCode("unsupported_grant_type")
}

func codeOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

func (a *API) revokeToken(w http.ResponseWriter, r *request) error {
	if err := a.Sessions.RevokeToken(r.Context(), a.Sessions.Credential(r.Request)); err != nil {
		return err
	}
	return answer(w, r, map[string]bool{"success": true})
}
