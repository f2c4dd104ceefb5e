package rule

import (
	"container/list"
	"hash/maphash"
	"sync"
	"time"
)

// Bounds of what is remembered.
const (
	rememberedAuthors  = 4096 // the quietest is forgotten first
	rememberedMessages = 30   // of one author
)

// past is what is kept of a message: enough to recognise it.
type past struct {
	digest uint64
	at     time.Time
}

// Memory is what authors said lately, for the rules that compare. It is safe for concurrent use, and bounded.
type Memory struct {
	mu      sync.Mutex
	authors map[string]*list.Element
	recent  *list.List // of *author, the last who spoke in front
}

type author struct {
	name string
	said []past
}

// NewMemory remembers nothing yet.
func NewMemory() *Memory { return &Memory{authors: make(map[string]*list.Element), recent: list.New()} }

// note remembers a message and gives what its author said before it.
func (m *Memory) note(message Message) []past {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.author(message.Author)
	earlier := append([]past(nil), a.said...)
	a.said = append(a.said, past{digest: digestOf(message.Body), at: message.At})
	if len(a.said) > rememberedMessages {
		a.said = append(a.said[:0], a.said[1:]...)
	}
	return earlier
}

func (m *Memory) author(name string) *author {
	if known := m.authors[name]; known != nil {
		m.recent.MoveToFront(known)
		return known.Value.(*author)
	}
	if m.recent.Len() >= rememberedAuthors {
		last := m.recent.Back()
		delete(m.authors, m.recent.Remove(last).(*author).name)
	}
	a := &author{name: name}
	m.authors[name] = m.recent.PushFront(a)
	return a
}

var seed = maphash.MakeSeed()

// digestOf is the same for texts that differ in case, accents and white space only.
func digestOf(body string) uint64 { return maphash.String(seed, Normal(body)) }
