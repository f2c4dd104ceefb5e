package api

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"lucarne/http/router"
)

// answers remembers encoded answers to people who are not signed in. An answer is good while no commit changed what it shows, and
// for a few seconds at most, since the viewers of the moment are counted without a commit.
type answers struct {
	mu    sync.Mutex
	byKey map[string]remembered
	bytes int
}

type remembered struct {
	body    []byte
	version int64
	until   time.Time
}

const (
	maxAnswerBytes = 32 << 20 // of all of them
	answerLife     = 5 * time.Second
)

func newAnswers() *answers { return &answers{byKey: make(map[string]remembered)} }

func (a *answers) get(key string, version int64, now time.Time) ([]byte, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	known, ok := a.byKey[key]
	return known.body, ok && known.version == version && now.Before(known.until)
}

// put remembers an answer. When there is no room, all of them go: they are cheap to make again, and this needs no bookkeeping.
func (a *answers) put(key string, r remembered) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if old, ok := a.byKey[key]; ok {
		a.bytes -= len(old.body) + len(key)
	}
	if a.bytes += len(r.body) + len(key); a.bytes > maxAnswerBytes {
		clear(a.byKey)
		a.bytes = len(r.body) + len(key)
	}
	a.byKey[key] = r
}

// remembered answers from memory where it may, and with what make gives otherwise.
func (a *API) remembered(w http.ResponseWriter, r *request, make func() (any, error)) error {
	if r.viewer.IsSignedIn() || r.Header.Get(passwordHeader) != "" {
		value, err := make()
		if err != nil {
			return err
		}
		return answer(w, r, value)
	}
	key, version, now := r.URL.RequestURI()+" "+a.NSFWPolicy(), a.Videos.Version(), time.Now()
	body, ok := a.answers.get(key, version, now)
	if !ok {
		value, err := make()
		if err != nil {
			return err
		}
		if body, err = json.Marshal(value); err != nil {
			return err
		}
		a.answers.put(key, remembered{body: body, version: version, until: now.Add(answerLife)})
	}
	return router.WriteBody(w, r.Request, "application/json; charset=utf-8", body)
}
