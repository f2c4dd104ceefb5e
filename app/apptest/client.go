package apptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Client asks a server in somebody's name. Its methods end the test when the answer is not the expected one.
type Client struct {
	t       testing.TB
	server  *Server
	token   string
	refresh string
	headers map[string]string
}

// Exchange is a request with its answer.
type Exchange struct {
	Request *http.Request // its body has been read
	Sent    []byte        // that body; nil where it was streamed
	Answer  *Answer
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Raw is a body sent as it is.
type Raw struct {
	Type string
	Body string
}

// Visitor is somebody who has not signed in.
func (s *Server) Visitor(t testing.TB) *Client { return &Client{t: t, server: s} }

// Root is the administrator.
func (s *Server) Root(t testing.TB) *Client {
	t.Helper()
	return s.SignIn(t, "root", RootPassword)
}

// SignIn is a user who has signed in by password.
func (s *Server) SignIn(t testing.TB, name, password string) *Client {
	t.Helper()
	c := s.Visitor(t)
	answer := c.Grant(url.Values{"grant_type": {"password"}, "username": {name}, "password": {password}})
	if answer.Status != http.StatusOK {
		t.Fatalf("sign in as %s: %d %s", name, answer.Status, answer.Body)
	}
	c.accept(answer)
	return c
}

func (c *Client) accept(answer *Answer) {
	c.t.Helper()
	var tokens struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	answer.Into(c.t, &tokens)
	c.token, c.refresh = tokens.Access, tokens.Refresh
}

// Grant asks for tokens (RFC 6749 §4.3, §6) as this server's own application.
func (c *Client) Grant(fields url.Values) *Answer {
	c.t.Helper()
	var application struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	c.Get("/api/v1/oauth-clients/local", &application)
	form := maps.Clone(fields)
	form.Set("client_id", application.ID)
	form.Set("client_secret", application.Secret)
	return c.Do("POST", "/api/v1/users/token", form)
}

// Refresh exchanges the refresh token for new tokens.
func (c *Client) Refresh() {
	c.t.Helper()
	answer := c.Grant(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {c.refresh}})
	if answer.Status != http.StatusOK {
		c.t.Fatalf("refresh: %d %s", answer.Status, answer.Body)
	}
	c.accept(answer)
}

// Token is the access token, "" for visitors.
func (c *Client) Token() string { return c.token }

// In is the same person in another test.
func (c *Client) In(t testing.TB) *Client {
	other := *c
	other.t = t
	return &other
}

// With is the same person sending one more header.
func (c *Client) With(name, value string) *Client {
	other := *c
	other.headers = maps.Clone(c.headers)
	if other.headers == nil {
		other.headers = make(map[string]string)
	}
	other.headers[name] = value
	return &other
}

// Do sends a request and gives the answer, whatever its status. body is nil, url.Values, Form, Raw, or a value to send as JSON.
func (c *Client) Do(method, path string, body any) *Answer {
	c.t.Helper()
	kind, content, err := encode(body)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.send(method, path, kind, bytes.NewReader(content), content)
}

func encode(body any) (kind string, content []byte, err error) {
	switch b := body.(type) {
	case nil:
		return "", nil, nil
	case url.Values:
		return "application/x-www-form-urlencoded", []byte(b.Encode()), nil
	case Raw:
		return b.Type, []byte(b.Body), nil
	case Form:
		return b.encode()
	}
	content, err = json.Marshal(body)
	return "application/json", content, err
}

// requestTimeout bounds one request, so that a hanging answer fails its test and no other.
const requestTimeout = time.Minute

var browser = &http.Client{
	Timeout:       requestTimeout,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (c *Client) send(method, path, kind string, body io.Reader, sent []byte) *Answer {
	c.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = c.server.Origin + path
	}
	request, err := http.NewRequestWithContext(c.t.Context(), method, path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	for name, value := range c.headers {
		request.Header.Set(name, value)
	}
	response, err := browser.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	answer := &Answer{Status: response.StatusCode, Header: response.Header, Body: content}
	if c.server.Check != nil {
		c.server.Check(c.t, Exchange{Request: request, Sent: sent, Answer: answer})
	}
	return answer
}

// Send is Do for one expected status.
func (c *Client) Send(method, path string, body any, want int) *Answer {
	c.t.Helper()
	answer := c.Do(method, path, body)
	if answer.Status != want {
		c.t.Fatalf("%s %s: got %d %.800s, want %d", method, path, answer.Status, answer.Body, want)
	}
	return answer
}

// Get reads a JSON document.
func (c *Client) Get(path string, into any) {
	c.t.Helper()
	c.Send("GET", path, nil, http.StatusOK).Into(c.t, into)
}

// Post sends JSON and reads the answer into into, unless that is nil.
func (c *Client) Post(path string, body any, want int, into any) {
	c.t.Helper()
	answer := c.Send("POST", path, body, want)
	if into != nil {
		answer.Into(c.t, into)
	}
}

// Put changes something; the answer is 204.
func (c *Client) Put(path string, body any) {
	c.t.Helper()
	c.Send("PUT", path, body, http.StatusNoContent)
}

// Delete removes something; the answer is 204.
func (c *Client) Delete(path string) {
	c.t.Helper()
	c.Send("DELETE", path, nil, http.StatusNoContent)
}

// Into decodes a JSON answer.
func (a *Answer) Into(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal(a.Body, into); err != nil {
		t.Fatalf("not JSON: %v: %.300s", err, a.Body)
	}
}

// Problem is the body of an error.
type Problem struct {
	Status  int    `json:"status"`
	Detail  string `json:"detail"`
	Code    string `json:"code"`
	Invalid map[string]struct {
		Message string `json:"msg"`
	} `json:"invalid-params"`
}

// Problem reads the answer as RFC 9457 has errors, and tells what in it is missing.
func (a *Answer) Problem() (Problem, error) {
	var p Problem
	if kind := a.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/problem+json") {
		return p, fmt.Errorf("status %d with content type %q, want application/problem+json", a.Status, kind)
	}
	if err := json.Unmarshal(a.Body, &p); err != nil {
		return p, err
	}
	if p.Status != a.Status || p.Detail == "" {
		return p, fmt.Errorf("problem of status %d has status %d and detail %q", a.Status, p.Status, p.Detail)
	}
	return p, nil
}

// Refused sends a request that must be answered with a problem of the status.
func (c *Client) Refused(method, path string, body any, want int) Problem {
	c.t.Helper()
	problem, err := c.Send(method, path, body, want).Problem()
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	return problem
}

// poll is how often something that cannot be waited for is looked at again.
const poll = 20 * time.Millisecond

// Await looks again until is holds, and fails with what when it does not in time.
func Await(t testing.TB, within time.Duration, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(within)
	for !is() {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", within, what)
		}
		select {
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		case <-time.After(poll):
		}
	}
}
