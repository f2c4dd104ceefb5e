package s2s

import (
	"context"
	"encoding/base64"
	"strings"

	"lucarne/chat/xmpp"
)

// authenticate is SASL EXTERNAL (XEP-0178 §3): the certificate speaks for the host the stream was opened by.
func (s *incoming) authenticate(e *xmpp.Element) error {
	if s.mechanisms++; s.mechanisms > maxMechanismsOfStream {
		return violation("policy-violation")
	}
	if e.Attr("mechanism") != "EXTERNAL" || !s.mayUseExternal() || !s.names(e.Text()) {
		return s.c.write(encode(xmpp.NewElement(nsSASL, "failure", xmpp.NewElement(nsSASL, "not-authorized"))))
	}
	before := s.header
	s.verified(s.own())
	if err := s.c.write(encode(xmpp.NewElement(nsSASL, "success"))); err != nil {
		return err
	}
	s.c.restart()
	if err := s.open(); err != nil {
		return err
	}
	if s.header.from != before.from || s.header.to != before.to {
		return violation("invalid-from")
	}
	return nil
}

// names says whether an authorization identity is the host the stream is from; none means just that (RFC 6120 §6.3.8).
func (s *incoming) names(text string) bool {
	text = strings.TrimSpace(text)
	if text == "" || text == "=" {
		return true
	}
	identity, err := base64.StdEncoding.DecodeString(text)
	return err == nil && parseHost(string(identity)) == s.header.from
}

// tell answers whether a key is ours (XEP-0220 §2.4): to whoever asks, since it tells nothing to who does not have the key.
func (s *incoming) tell(d dialback) error {
	kind := isInvalid
	if s.peers.keys.verify(d.key, d.from, d.to, d.id) {
		kind = isValid
	}
	return s.c.write(encode(dialback{name: "verify", from: d.to, to: d.from, id: d.id, kind: kind}.element()))
}

// result begins to verify a pair (XEP-0220 §2.2).
func (s *incoming) result(d dialback) error {
	if err := s.peers.checkSender(d.from); err != nil {
		return err
	}
	of := pair{ours: d.to, theirs: d.from}
	isNew, err := s.claim(of)
	switch {
	case err != nil:
		return err
	case s.isVerified(of):
		return s.settle(of, isValid, "")
	case !isNew:
		return nil // it is being verified: the answer will come
	case s.peers.identity.proves(s.certificates, d.from):
		// XEP-0344 §2.1: who shows a certificate of its host need not be called back.
		s.unclaim(of, true)
		return s.settle(of, isValid, "")
	}
	id := s.id
	if !s.peers.begin(func() { s.verify(of, id, d.key) }) {
		return violation("system-shutdown")
	}
	return nil
}

// claim notes that a pair is to be verified; isNew is false when it is known already.
func (s *incoming) claim(of pair) (isNew bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.pairs[of]; known {
		return false, nil
	}
	if len(s.pairs) >= maxPairsOfStream || s.pending >= maxPendingOfStream {
		return false, violation("resource-constraint")
	}
	s.pairs[of] = false
	s.pending++
	return true, nil
}

// unclaim ends what claim began.
func (s *incoming) unclaim(of pair, isVerified bool) {
	s.mu.Lock()
	s.pending--
	if !isVerified {
		delete(s.pairs, of)
	}
	s.mu.Unlock()
	if isVerified {
		s.verified(of)
	}
}

// verify asks the host itself, over a stream we open to it.
func (s *incoming) verify(of pair, id, key string) {
	ctx, cancel := context.WithTimeout(s.peers.ctx, verifyingTime)
	defer cancel()
	a := s.peers.ask(ctx, of, id, key)
	s.unclaim(of, a.isValid)
	kind := isValid
	switch {
	case a.err != nil:
		kind = isError
	case !a.isValid:
		kind = isInvalid
	}
	// XEP-0220 §2.2.2: who is not who it says it is has no more business here, unless it speaks for others too.
	if err := s.settle(of, kind, a.condition); err != nil || kind == isInvalid && !s.isOfUse() {
		s.c.end(nil)
	}
}

func (s *incoming) isOfUse() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.isTrusted || s.pending > 0
}

func (s *incoming) settle(of pair, kind, condition string) error {
	return s.c.write(encode(dialback{name: "result", from: of.ours, to: of.theirs, kind: kind, condition: condition}.element()))
}
