package sasl

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"
)

// scram is SCRAM (RFC 5802) with either hash, with and without channel binding. Names nobody has take the same steps as others.
type scram[A any] struct {
	o      *Options[A]
	hash   Hash
	isPlus bool
	nonce  string // the server's part, then the whole

	first       *clientFirst // nil before it came
	serverFirst string
	salted      Salted[A]
}

func (s *scram[A]) step(ctx context.Context, response []byte) (answer[A], error) {
	if s.first == nil {
		return s.greet(ctx, string(response))
	}
	return s.finish(ctx, string(response))
}

// greet answers the first message with salt and iterations.
func (s *scram[A]) greet(ctx context.Context, message string) (answer[A], error) {
	first, ok := parseClientFirst(message)
	if !ok || !s.bindsRightly(first.header) {
		return answer[A]{}, MalformedRequest
	}
	// RFC 5802 §6: the client was told that there is no binding, by somebody between us.
	if first.header.flag == 'y' && s.o.Binding.isKnown() {
		return answer[A]{}, NotAuthorized
	}
	salted, err := s.o.Keys.ScramKeys(ctx, s.hash, first.username)
	if err != nil {
		return answer[A]{}, refused(err)
	}
	s.first, s.salted, s.nonce = &first, salted, first.nonce+s.nonce
	s.serverFirst = "r=" + s.nonce + ",s=" + base64.StdEncoding.EncodeToString(salted.Salt) + ",i=" + strconv.Itoa(salted.Iterations)
	return answer[A]{challenge: []byte(s.serverFirst)}, nil
}

// bindsRightly says whether the client binds to the channel exactly where the mechanism is one that does.
func (s *scram[A]) bindsRightly(h gs2) bool {
	if !s.isPlus {
		return h.flag != 'p'
	}
	return h.flag == 'p' && h.binding == s.o.Binding.Name
}

// finish compares the proof with the keys, all of them, and proves that the server knew the password too.
func (s *scram[A]) finish(ctx context.Context, message string) (answer[A], error) {
	final, ok := parseClientFinal(message)
	if !ok {
		return answer[A]{}, MalformedRequest
	}
	said := s.first.bare + "," + s.serverFirst + "," + final.withoutProof
	key := s.matching(final.proof, said)
	if key == nil || final.nonce != s.nonce || final.binding != s.binding() {
		return answer[A]{}, NotAuthorized
	}
	account, err := key.Accept(ctx)
	if err != nil {
		return answer[A]{}, refused(err)
	}
	signature := base64.StdEncoding.EncodeToString(s.hash.mac(key.ServerKey, said))
	return s.o.admit(account, s.first.header.authzid, []byte("v="+signature))
}

func (s *scram[A]) matching(proof []byte, said string) *Key[A] {
	// Somebody without keys costs as much as somebody with one.
	_ = Stored{StoredKey: make([]byte, len(proof))}.fits(s.hash, proof, said)
	var match *Key[A]
	for i := range s.salted.Keys {
		if s.salted.Keys[i].fits(s.hash, proof, said) {
			match = &s.salted.Keys[i]
		}
	}
	return match
}

// binding is what the client has to repeat (RFC 5802 §7: cbind-input): its header, so that nobody changed it, and what binds to the channel.
func (s *scram[A]) binding() string {
	if s.first.header.flag != 'p' {
		return s.first.header.text
	}
	return s.first.header.text + string(s.o.Binding.Data)
}

// clientFirst is the first message.
type clientFirst struct {
	header   gs2
	bare     string // without the header
	username string
	nonce    string
}

const maxNonce = 256

func parseClientFirst(message string) (clientFirst, bool) {
	header, bare, ok := cutGS2(message)
	if !ok {
		return clientFirst{}, false
	}
	name, rest, ok := strings.Cut(bare, ",")
	// RFC 5802 §5.1: an attribute "m" asks for an extension, and there are none; it would stand here.
	name, hasName := strings.CutPrefix(name, "n=")
	nonce, _, _ := strings.Cut(rest, ",") // what follows are extensions, to be ignored
	nonce, hasNonce := strings.CutPrefix(nonce, "r=")
	if !ok || !hasName || !hasNonce || !isNonce(nonce) {
		return clientFirst{}, false
	}
	username, ok := decodeName(name)
	return clientFirst{header: header, bare: bare, username: username, nonce: nonce}, ok
}

// isNonce follows RFC 5802 §7: printable ASCII but the comma.
func isNonce(nonce string) bool {
	for i := range len(nonce) {
		if c := nonce[i]; c < '!' || c > '~' || c == ',' {
			return false
		}
	}
	return nonce != "" && len(nonce) <= maxNonce
}

// clientFinal is the second message.
type clientFinal struct {
	binding      string // decoded
	nonce        string
	proof        []byte
	withoutProof string
}

func parseClientFinal(message string) (clientFinal, bool) {
	at := strings.LastIndex(message, ",p=") // the proof is the last attribute
	if at < 0 {
		return clientFinal{}, false
	}
	f := clientFinal{withoutProof: message[:at]}
	binding, rest, ok := strings.Cut(f.withoutProof, ",")
	nonce, _, _ := strings.Cut(rest, ",")
	binding, hasBinding := strings.CutPrefix(binding, "c=")
	f.nonce, _ = strings.CutPrefix(nonce, "r=")
	if !ok || !hasBinding || !strings.HasPrefix(nonce, "r=") {
		return clientFinal{}, false
	}
	decoded, err := base64.StdEncoding.Strict().DecodeString(binding)
	if err != nil {
		return clientFinal{}, false
	}
	f.binding = string(decoded)
	f.proof, err = base64.StdEncoding.Strict().DecodeString(message[at+len(",p="):])
	return f, err == nil
}
