package apptest

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// Session reads the pages of a site as a browser without scripts does: with cookies, links and forms.
type Session struct {
	t        testing.TB
	origin   string
	language string
	client   *http.Client
}

// Session signs in by the form of the site; without a name it stays a visitor. Pages are in the language.
func (s *Server) Session(t testing.TB, language, name, password string) *Session {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	session := &Session{t: t, origin: s.Origin, language: language, client: &http.Client{Timeout: requestTimeout, Jar: jar}}
	if name != "" {
		session.Fill("/login", url.Values{"login": {name}, "password": {password}}, http.StatusOK)
	}
	return session
}

// Read is the text of a page, which must be there.
func (s *Session) Read(path string) string {
	s.t.Helper()
	return s.send(http.MethodGet, path, nil, http.StatusOK)
}

// formToken is what pages carry for the forms of who is signed in.
var formToken = regexp.MustCompile(`name="csrf-token" content="([^"]+)"`)

// Fill sends the form of an address and gives the page it leads to, which must have the status.
func (s *Session) Fill(path string, values url.Values, want int) string {
	s.t.Helper()
	if found := formToken.FindStringSubmatch(s.Read("/")); found != nil {
		values.Set("csrf", found[1])
	}
	return s.send(http.MethodPost, path, values, want)
}

func (s *Session) send(method, path string, values url.Values, want int) string {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.origin+path, strings.NewReader(values.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Accept-Language", s.language)
	request.Header.Set("Origin", s.origin)
	if values != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := s.client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if answer.StatusCode != want {
		s.t.Fatalf("%s %s: %d, want %d\n%.500s", method, path, answer.StatusCode, want, page)
	}
	return string(page)
}
