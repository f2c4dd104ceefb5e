package sasl

import (
	"context"
	"strings"
	"unicode/utf8"
)

const maxTraceRunes = 255 // RFC 4505 §2

type anonymous[A any] struct{ visitors Visitors[A] }

func (a anonymous[A]) step(ctx context.Context, response []byte) (answer[A], error) {
	trace := string(response)
	if !utf8.ValidString(trace) || utf8.RuneCountInString(trace) > maxTraceRunes || strings.ContainsRune(trace, 0) {
		return answer[A]{}, MalformedRequest
	}
	account, err := a.visitors.Admit(ctx, trace)
	if err != nil {
		return answer[A]{}, refused(err)
	}
	return answer[A]{isDone: true, account: account}, nil
}

type external[A any] struct{ certificates Certificates[A] }

func (e external[A]) step(ctx context.Context, response []byte) (answer[A], error) {
	authzid := string(response)
	if !utf8.ValidString(authzid) || strings.ContainsRune(authzid, 0) {
		return answer[A]{}, MalformedRequest
	}
	account, err := e.certificates.CheckCertificate(ctx, authzid)
	if err != nil {
		return answer[A]{}, refused(err)
	}
	return answer[A]{isDone: true, account: account}, nil
}

type plain[A any] struct{ o *Options[A] }

func (p plain[A]) step(ctx context.Context, response []byte) (answer[A], error) {
	// RFC 4616 §2: [authzid] NUL authcid NUL passwd, none of which holds a NUL.
	parts := strings.Split(string(response), "\x00")
	if len(parts) != 3 || parts[1] == "" || parts[2] == "" || !utf8.Valid(response) {
		return answer[A]{}, MalformedRequest
	}
	account, err := p.o.Passwords.CheckPassword(ctx, parts[1], parts[2])
	if err != nil {
		return answer[A]{}, refused(err)
	}
	return p.o.admit(account, parts[0], nil)
}
