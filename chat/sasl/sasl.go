// Package sasl is the server's side of SASL (RFC 4422): how somebody says who they are. It knows no accounts and no streams. Whoever offers a
// mechanism gives what it asks, by an interface of one method, and gets back what that interface says of the account: a value of the type A.
package sasl

import (
	"context"
	"slices"
)

// The mechanisms. Those that end in PLUS tie the sign-in to the TLS connection it is made over.
const (
	Anonymous       = "ANONYMOUS"          // RFC 4505
	External        = "EXTERNAL"           // RFC 4422, appendix A
	OAuthBearer     = "OAUTHBEARER"        // RFC 7628
	Plain           = "PLAIN"              // RFC 4616
	ScramSHA1       = "SCRAM-SHA-1"        // RFC 5802
	ScramSHA1Plus   = "SCRAM-SHA-1-PLUS"   // RFC 5802
	ScramSHA256     = "SCRAM-SHA-256"      // RFC 7677
	ScramSHA256Plus = "SCRAM-SHA-256-PLUS" // RFC 7677
)

// maxResponse bounds what a client may say at once, in bytes; no mechanism here needs more.
const maxResponse = 4096

// Visitors let people in without an account. The trace is what the client told of itself (RFC 4505 §2), "" for nothing: at most 255
// characters of valid text.
type Visitors[A any] interface {
	Admit(ctx context.Context, trace string) (A, error)
}

// Passwords compare names and passwords as they were typed. What is wrong fails with fault.Unauthenticated, whether or not there is such a name.
type Passwords[A any] interface {
	CheckPassword(ctx context.Context, username, password string) (A, error)
}

// Bearers know access tokens. A wrong one fails with fault.Unauthenticated.
type Bearers[A any] interface {
	CheckBearer(ctx context.Context, token string) (A, error)
}

// Certificates know whom the certificate of the connection stands for. authzid is whom the client wants to be, "" for whom it names.
type Certificates[A any] interface {
	CheckCertificate(ctx context.Context, authzid string) (A, error)
}

// Options say what is offered: a mechanism whose interface is nil is not.
type Options[A any] struct {
	Visitors     Visitors[A]     // ANONYMOUS
	Passwords    Passwords[A]    // PLAIN: over TLS only
	Bearers      Bearers[A]      // OAUTHBEARER: over TLS only
	Certificates Certificates[A] // EXTERNAL
	Keys         Keys[A]         // SCRAM
	Binding      Binding         // of the TLS connection, for SCRAM-…-PLUS; zero for none
	// MayActAs says whether an account may be who the client says it wants to be; nil refuses all who say so.
	MayActAs func(account A, authzid string) bool
}

// Server is the server's side of one connection. An exchange begins with Start and goes on with Step; after a failure another may begin. How
// often is for the caller to bound, as are guesses over several connections. It is not safe for concurrent use.
type Server[A any] struct {
	o        Options[A]
	exchange exchange[A] // nil: none is under way
	account  A
	newNonce func() string
}

// exchange is a mechanism in use.
type exchange[A any] interface {
	step(ctx context.Context, response []byte) (answer[A], error)
}

// answer is what a mechanism says to a response: it wants to know more, or who signed in.
type answer[A any] struct {
	challenge []byte // with the success: additional data (RFC 4422 §3.6)
	isDone    bool
	account   A
}

// New makes the server's side of a connection.
func New[A any](o Options[A]) *Server[A] { return &Server[A]{o: o, newNonce: randomNonce} }

// Mechanisms lists what is offered, the strongest first.
func (s *Server[A]) Mechanisms() []string {
	var names []string
	offer := func(isOffered bool, name ...string) {
		if isOffered {
			names = append(names, name...)
		}
	}
	offer(s.o.Keys != nil && s.o.Binding.isKnown(), ScramSHA256Plus, ScramSHA1Plus)
	offer(s.o.Keys != nil, ScramSHA256, ScramSHA1)
	offer(s.o.Certificates != nil, External)
	offer(s.o.Bearers != nil, OAuthBearer)
	offer(s.o.Passwords != nil, Plain)
	offer(s.o.Visitors != nil, Anonymous)
	return names
}

// Start begins an exchange. initial is the initial response: nil for none, empty for an empty one (RFC 6120 §6.4.2 writes that as "=").
// The results are those of Step.
func (s *Server[A]) Start(ctx context.Context, mechanism string, initial []byte) (challenge []byte, isDone bool, err error) {
	s.exchange = nil
	if !slices.Contains(s.Mechanisms(), mechanism) {
		return nil, false, InvalidMechanism
	}
	s.exchange = s.begin(mechanism)
	// RFC 4422 §3: in all of these the client speaks first; who did not yet is asked to by an empty challenge. Strophe 5.0 says nothing for
	// ANONYMOUS and cannot be asked: what it would be asked for may be left out (RFC 4505 §2).
	if initial == nil && mechanism != Anonymous {
		return []byte{}, false, nil
	}
	return s.Step(ctx, initial)
}

func (s *Server[A]) begin(mechanism string) exchange[A] {
	switch mechanism {
	case Anonymous:
		return anonymous[A]{s.o.Visitors}
	case External:
		return external[A]{s.o.Certificates}
	case OAuthBearer:
		return &bearer[A]{o: &s.o}
	case Plain:
		return plain[A]{&s.o}
	case ScramSHA1, ScramSHA1Plus:
		return &scram[A]{o: &s.o, hash: SHA1, isPlus: mechanism == ScramSHA1Plus, nonce: s.newNonce()}
	default:
		return &scram[A]{o: &s.o, hash: SHA256, isPlus: mechanism == ScramSHA256Plus, nonce: s.newNonce()}
	}
}

// Step goes on with what the client answered. When it is done, the challenge goes with the success, and Account tells who it is; a nil
// one is no data at all. An error ends the exchange; FailureOf tells what to say of it.
func (s *Server[A]) Step(ctx context.Context, response []byte) (challenge []byte, isDone bool, err error) {
	if s.exchange == nil || len(response) > maxResponse {
		s.exchange = nil
		return nil, false, MalformedRequest
	}
	a, err := s.exchange.step(ctx, response)
	if err != nil {
		s.exchange = nil
		return nil, false, err
	}
	if a.isDone {
		s.exchange, s.account = nil, a.account
	}
	return a.challenge, a.isDone, nil
}

// Abort ends the exchange, as the client may wish (RFC 6120 §6.4.4). Without one it does nothing.
func (s *Server[A]) Abort() { s.exchange = nil }

// Account is who signed in; the zero value before.
func (s *Server[A]) Account() A { return s.account }

// admit ends an exchange in which the account has shown who it is, unless it wants to be somebody else.
func (o *Options[A]) admit(account A, authzid string, data []byte) (answer[A], error) {
	if authzid != "" && (o.MayActAs == nil || !o.MayActAs(account, authzid)) {
		return answer[A]{}, InvalidAuthzid
	}
	return answer[A]{challenge: data, isDone: true, account: account}, nil
}
