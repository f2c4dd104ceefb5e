package s2s

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"lucarne/chat/xmpp"
)

// outgoing is the stream from a host of ours to one of another server: what we send goes over it, and the questions of dialback whose answers
// that host owes us. It begins with the first of either and ends when it has had nothing to do for a while.
type outgoing struct {
	peers *Peers
	pair  pair
	wake  chan struct{}

	mu          sync.Mutex
	queue       []*item
	queueBytes  int
	questions   []*question          // to be asked
	asked       map[string]*question // by the id they ask about
	isConnected bool
	isOver      bool

	// Of the goroutine that runs it.
	isVerified bool
	hasSentKey bool
	strays     int
	answerBy   time.Time // zero: no answer is waited for
	idleBy     time.Time
}

const (
	maxQueue      = 2048
	maxQueueBytes = 4 << 20
	maxQuestions  = 64
	maxStrays     = 16
	answerTime    = 45 * time.Second
	idleTime      = 5 * time.Minute
	idleUnproven  = 30 * time.Second
)

func newOutgoing(p *Peers, of pair) *outgoing {
	return &outgoing{peers: p, pair: of, wake: make(chan struct{}, 1), asked: make(map[string]*question)}
}

type taking int

const (
	taken taking = iota
	full
	over
)

// take puts a stanza into the queue.
func (o *outgoing) take(i *item) taking {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.isOver {
		return over
	}
	if len(o.queue) >= maxQueue || o.queueBytes+len(i.data) > maxQueueBytes {
		return full
	}
	i.isOnOldLine = o.isConnected
	o.queue = append(o.queue, i)
	o.queueBytes += len(i.data)
	o.rouse()
	return taken
}

func (o *outgoing) rouse() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *outgoing) run() {
	err := o.live(o.peers.ctx)
	if !isEnd(err) && !errors.Is(err, errIdle) {
		o.peers.o.Logger.Info("a stream to another server ended", "from", o.pair.ours, "to", o.pair.theirs, "error", err)
	}
	o.finish(err)
}

func (o *outgoing) live(ctx context.Context) error {
	connecting, cancel := context.WithTimeout(ctx, connectTime)
	l, err := o.peers.connect(connecting, o.pair)
	cancel()
	if err != nil {
		return err
	}
	o.mu.Lock()
	o.isConnected = true
	o.mu.Unlock()
	if l.isVerified {
		o.verified()
	}
	err = o.converse(ctx, l)
	l.end(err)
	return err
}

type heard struct {
	element *xmpp.Element
	err     error
}

// listen hands on what the other side says, until the line ends or nobody wants it any more.
func listen(ctx context.Context, l *line) <-chan heard {
	said := make(chan heard)
	go func() {
		for {
			e, err := l.read()
			select {
			case said <- heard{e, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return said
}

// errIdle closes a stream that has nothing to do.
var errIdle = errors.New("nothing to do")

func (o *outgoing) converse(ctx context.Context, l *line) error {
	listening, cancel := context.WithCancel(ctx)
	defer cancel()
	said := listen(listening, l)
	beat := time.NewTicker(keepAliveEvery)
	defer beat.Stop()
	o.stir()
	for {
		if err := o.flush(l); err != nil {
			return err
		}
		select {
		case <-o.wake:
			o.stir()
		case h := <-said:
			if err := o.hear(h); err != nil {
				return err
			}
		case <-beat.C:
			if err := l.keepAlive(); err != nil {
				return err
			}
		case <-time.After(time.Until(o.deadline())):
			return o.tooLate()
		case <-ctx.Done():
			return violation("system-shutdown")
		}
	}
}

// stir notes that there was something to do.
func (o *outgoing) stir() {
	o.idleBy = time.Now().Add(idleUnproven)
	if o.isVerified {
		o.idleBy = time.Now().Add(idleTime)
	}
}

func (o *outgoing) deadline() time.Time {
	if o.answerBy.IsZero() {
		return o.idleBy
	}
	return o.answerBy
}

func (o *outgoing) tooLate() error {
	if o.answerBy.IsZero() {
		return errIdle
	}
	return os.ErrDeadlineExceeded
}

// flush writes what may be written by now.
func (o *outgoing) flush(l *line) error {
	questions, items, isWaiting := o.due()
	for _, q := range questions {
		if err := l.write(encode(q.element(o.pair))); err != nil {
			return err
		}
	}
	if isWaiting && !o.hasSentKey {
		o.hasSentKey = true
		key := o.peers.keys.key(o.pair.theirs, o.pair.ours, l.id)
		if err := l.write(encode(dialback{name: "result", from: o.pair.ours, to: o.pair.theirs, key: key}.element())); err != nil {
			return err
		}
	}
	o.expect()
	return o.send(l, items)
}

// due takes out the questions and, when the pair is verified, the stanzas; isWaiting says that stanzas wait for that.
func (o *outgoing) due() (questions []*question, items []*item, isWaiting bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	questions, o.questions = o.questions, nil
	for _, q := range questions {
		o.asked[q.id] = q
	}
	if !o.isVerified {
		return questions, nil, len(o.queue) > 0
	}
	items, o.queue, o.queueBytes = o.queue, nil, 0
	return questions, items, false
}

// expect sets until when the other side owes an answer.
func (o *outgoing) expect() {
	o.mu.Lock()
	isOwed := len(o.asked) > 0 || o.hasSentKey && !o.isVerified
	o.mu.Unlock()
	if !isOwed {
		o.answerBy = time.Time{}
	} else if o.answerBy.IsZero() {
		o.answerBy = time.Now().Add(answerTime)
	}
}

// send writes stanzas. Those of a write that failed wait again: they go over the next line, once.
func (o *outgoing) send(l *line, items []*item) error {
	const most = 32
	for len(items) > 0 {
		batch := items[:min(most, len(items))]
		data := make([][]byte, len(batch))
		for i := range batch {
			data[i] = batch[i].data
		}
		if err := l.write(data...); err != nil {
			o.mu.Lock()
			o.queue = append(items, o.queue...)
			o.mu.Unlock()
			return err
		}
		for _, i := range batch {
			o.peers.release(len(i.data))
		}
		items = items[len(batch):]
	}
	return nil
}

// hear handles what the other side says on a stream that is ours to speak on.
func (o *outgoing) hear(h heard) error {
	if h.err != nil {
		return h.err
	}
	if h.element.Is(xmpp.NSStreams, "error") {
		return errorOf(h.element)
	}
	if isStanza(h.element) {
		return violation("not-authorized") // it has not been asked who it is here
	}
	d, ok := parseDialback(h.element)
	ours := ok && d.from == o.pair.theirs && d.to == o.pair.ours
	switch {
	case ours && d.name == "verify" && o.answered(d):
		o.answerBy = time.Time{}
		o.peers.backoff.succeed(o.pair.theirs)
		return nil
	case ours && d.name == "result" && o.hasSentKey && !o.isVerified && d.kind != "":
		if d.kind != isValid {
			return violation("not-authorized")
		}
		o.verified()
		return nil
	}
	if o.strays++; o.strays > maxStrays {
		return violation("policy-violation")
	}
	return nil
}

func (o *outgoing) verified() {
	o.isVerified = true
	o.answerBy = time.Time{}
	o.peers.backoff.succeed(o.pair.theirs)
	o.stir()
}

// finish gives everybody who waits what they are owed.
func (o *outgoing) finish(err error) {
	o.mu.Lock()
	o.isOver = true
	queue, questions := o.queue, o.questions
	for _, q := range o.asked {
		questions = append(questions, q)
	}
	o.queue, o.questions, o.asked = nil, nil, nil
	o.mu.Unlock()
	o.peers.forget(o)
	condition := conditionOfReturn(err)
	if !o.isVerified && o.hasFailed(queue, questions) {
		o.peers.backoff.fail(o.pair.theirs, condition)
	}
	for _, q := range questions {
		q.answer <- answer{err: errUnanswered, condition: condition}
	}
	for _, i := range queue {
		o.peers.release(len(i.data))
		if (o.isVerified || i.isOnOldLine) && !i.hasBeenResent {
			i.hasBeenResent = true
			o.peers.queue(o.pair, i)
			continue
		}
		o.peers.giveBack(i, condition)
	}
}

// hasFailed tells a host that cannot be reached from a line that was merely old.
func (o *outgoing) hasFailed(queue []*item, questions []*question) bool {
	return slices.ContainsFunc(queue, func(i *item) bool { return !i.isOnOldLine || i.hasBeenResent }) ||
		slices.ContainsFunc(questions, func(q *question) bool { return !q.isOnOldLine })
}

// conditionOfReturn is why stanzas come back from a stream that ended so.
func conditionOfReturn(err error) string {
	var network net.Error
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout() {
		return timedOut
	}
	return notFound
}
