package s2s

import (
	"context"
	"errors"

	"lucarne/chat/xmpp"
)

// question asks a host whether a key is its own (XEP-0220 §2.4).
type question struct {
	id, key string
	answer  chan answer // has room for the one that comes
	// isOnOldLine says that the line was there before: it may have been dead without anybody knowing.
	isOnOldLine bool
}

type answer struct {
	isValid   bool
	err       error
	condition string // of the error
}

var errUnanswered = errors.New("the other server did not say whether a key is its own")

func (q *question) element(of pair) *xmpp.Element {
	return dialback{name: "verify", from: of.ours, to: of.theirs, id: q.id, key: q.key}.element()
}

// put takes a question to be asked.
func (o *outgoing) put(q *question) taking {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.isOver {
		return over
	}
	if len(o.questions)+len(o.asked) >= maxQuestions {
		return full
	}
	q.isOnOldLine = o.isConnected
	o.questions = append(o.questions, q)
	o.rouse()
	return taken
}

// answered settles the question an answer is for; false when nobody asked, or it was settled before.
func (o *outgoing) answered(d dialback) bool {
	if d.kind == "" {
		return false
	}
	o.mu.Lock()
	q := o.asked[d.id]
	delete(o.asked, d.id)
	o.mu.Unlock()
	if q == nil {
		return false
	}
	a := answer{isValid: d.kind == isValid}
	if d.kind == isError {
		a = answer{err: errUnanswered, condition: notFound}
	}
	q.answer <- a
	return true
}

// ask finds out from the host itself whether it opened the stream of this id with this key.
func (p *Peers) ask(ctx context.Context, of pair, id, key string) answer {
	if s := p.o.Settings(); !s.isEnabled() || s.blocks(of.theirs) || p.backoff.refusesQuestion(of.theirs) {
		return answer{err: errUnanswered, condition: notFound}
	}
	var a answer
	for range 2 {
		q := &question{id: id, key: key, answer: make(chan answer, 1)}
		if p.hand(of, maxOutgoingToAsk, func(o *outgoing) taking { return o.put(q) }) != taken {
			return answer{err: errUnanswered, condition: tooMany}
		}
		select {
		case a = <-q.answer:
		case <-ctx.Done():
			return answer{err: ctx.Err(), condition: timedOut}
		}
		if a.err == nil || !q.isOnOldLine {
			break
		}
	}
	return a
}
