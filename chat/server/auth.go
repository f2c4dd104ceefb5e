package server

import (
	"context"
	"encoding/base64"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/chat/sasl"
	"lucarne/chat/xmpp"
)

const minTrace = 16 // characters of a secret that nobody guesses

// saslOptions are the mechanisms of the host the stream was opened to.
func (st *Stream) saslOptions() sasl.Options[*identity] {
	if st.host == st.s.anon {
		return sasl.Options[*identity]{Visitors: st}
	}
	o := sasl.Options[*identity]{Keys: st}
	if st.origin.IsSecure {
		o.Passwords, o.Bearers = st, st
	}
	o.Binding = sasl.ExporterBinding(st.origin.TLS)
	o.MayActAs = func(who *identity, authzid string) bool {
		claimed, err := xmpp.ParseJID(authzid)
		return err == nil && claimed.Bare() == who.bare
	}
	return o
}

// Admit lets somebody in who has no account. A trace that may serve as a secret makes them known again the next time.
func (st *Stream) Admit(_ context.Context, trace string) (*identity, error) {
	if len(trace) < minTrace || len(trace) > chat.MaxVisitorBytes {
		trace = token()
	}
	return st.s.ofVisitor(trace)
}

// CheckPassword signs in who has an account here.
func (st *Stream) CheckPassword(ctx context.Context, username, password string) (*identity, error) {
	viewer, err := st.s.o.Verifier.ByPassword(ctx, username, password, st.origin)
	return st.known(viewer, err)
}

// CheckBearer signs in with a token of the API.
func (st *Stream) CheckBearer(ctx context.Context, token string) (*identity, error) {
	viewer, err := st.s.o.Verifier.ByToken(ctx, token, st.origin)
	return st.known(viewer, err)
}

// ScramKeys gives what is kept of somebody's chat tokens.
func (st *Stream) ScramKeys(ctx context.Context, h sasl.Hash, username string) (sasl.Salted[*identity], error) {
	kept, err := st.s.o.Verifier.ScramKeys(ctx, h, username)
	salted := sasl.Salted[*identity]{Salt: kept.Salt, Iterations: kept.Iterations}
	for _, key := range kept.Keys {
		salted.Keys = append(salted.Keys, sasl.Key[*identity]{Stored: key.Stored, Accept: func(ctx context.Context) (*identity, error) {
			viewer, err := key.Accept(ctx)
			return st.known(viewer, err)
		}})
	}
	return salted, err
}

func (st *Stream) known(viewer account.Viewer, err error) (*identity, error) {
	if err != nil {
		return nil, err
	}
	return st.s.ofAccount(viewer)
}

// authenticate is SASL in a stream (RFC 6120 §6).
func (st *Stream) authenticate(ctx context.Context, e *xmpp.Element) error {
	if st.who != nil || st.host.IsZero() {
		return &StreamError{Condition: NotAuthorized}
	}
	if st.login == nil {
		st.login = sasl.New(st.saslOptions())
	}
	if e.Name.Local == "abort" {
		st.login.Abort()
		return st.failLogin(sasl.Failure("aborted"))
	}
	challenge, isDone, err := st.step(ctx, e)
	if err != nil {
		return st.failLogin(err)
	}
	told := "challenge"
	if isDone {
		st.who, st.login, told = st.login.Account(), nil, "success"
	}
	return st.reply(xmpp.NewText(nsSASL, told, encodeData(challenge, isDone)))
}

func (st *Stream) step(ctx context.Context, e *xmpp.Element) (challenge []byte, isDone bool, err error) {
	data, err := decodeData(e.Text())
	if err != nil {
		return nil, false, sasl.Failure("incorrect-encoding")
	}
	switch e.Name.Local {
	case "auth":
		return st.login.Start(ctx, e.Attr("mechanism"), data)
	case "response":
		if data == nil {
			data = []byte{}
		}
		return st.login.Step(ctx, data)
	}
	return nil, false, sasl.MalformedRequest
}

func (st *Stream) failLogin(err error) error {
	failure := sasl.FailureOf(err)
	if failure == sasl.TemporaryAuthFailure {
		st.s.o.Logger.Warn("somebody could not sign in to the chat", "address", st.origin.Address.String(), "error", err)
	}
	told := xmpp.NewElement(nsSASL, "failure", xmpp.NewElement(nsSASL, string(failure)))
	if text := refusalOf(err).text; text != "" {
		told.Add(xmpp.NewText(nsSASL, "text", text).SetLang("en"))
	}
	if err := st.reply(told); err != nil {
		return err
	}
	if st.tries++; st.tries >= maxTries {
		return &StreamError{Condition: PolicyViolation, Text: "Too many attempts to sign in"}
	}
	return nil
}

// decodeData reads what stands in an element of SASL: nil for nothing, empty for "=" (RFC 6120 §6.4.2).
func decodeData(text string) ([]byte, error) {
	switch text {
	case "":
		return nil, nil
	case "=":
		return []byte{}, nil
	}
	return base64.StdEncoding.DecodeString(text)
}

func encodeData(data []byte, isDone bool) string {
	if len(data) == 0 {
		if isDone && data != nil {
			return "="
		}
		return ""
	}
	return base64.StdEncoding.EncodeToString(data)
}
