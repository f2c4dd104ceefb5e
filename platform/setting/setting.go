// Package setting keeps what belongs to the instance as a whole and to nothing in it: one JSON value per name.
package setting

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"lucarne/platform/clock"
	"lucarne/platform/db"
)

// topic moves with every change, so that what is remembered is never stale.
const topic = "setting"

// Settings are the stored values. What was read once is remembered until something changes. It is safe for concurrent use.
type Settings struct {
	db    *db.DB
	clock clock.Clock

	mu      sync.Mutex
	version int64
	known   map[string]stored
}

// stored is a value as the database has it.
type stored struct {
	text  string
	found bool
}

// New makes the settings of a database.
func New(d *db.DB, c clock.Clock) *Settings {
	return &Settings{db: d, clock: c, known: make(map[string]stored)}
}

// Get reads the value of a name into into, as encoding/json does; found is false, and into untouched, when there is none.
func (s *Settings) Get(ctx context.Context, name string, into any) (found bool, err error) {
	value, err := s.read(ctx, name)
	if err == nil && value.found {
		err = json.Unmarshal([]byte(value.text), into)
	}
	if err != nil {
		return false, fmt.Errorf("get setting %s: %w", name, err)
	}
	return value.found, nil
}

// Put stores the value under the name, replacing what was there.
func (s *Settings) Put(ctx context.Context, name string, value any) error {
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		tx.Touch(topic)
		return put(ctx, tx, name, value, s.clock.Now())
	})
	if err != nil {
		return fmt.Errorf("put setting %s: %w", name, err)
	}
	return nil
}

// Delete forgets the value of the name. A name without one is no error.
func (s *Settings) Delete(ctx context.Context, name string) error {
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		tx.Touch(topic)
		return remove(ctx, tx, name)
	})
	if err != nil {
		return fmt.Errorf("delete setting %s: %w", name, err)
	}
	return nil
}

func (s *Settings) read(ctx context.Context, name string) (stored, error) {
	version := s.db.Version(topic)
	if value, ok := s.remembered(name, version); ok {
		return value, nil
	}
	text, found, err := find(ctx, s.db, name)
	if err != nil {
		return stored{}, err
	}
	value := stored{text: text, found: found}
	s.remember(name, version, value)
	return value, nil
}

func (s *Settings) remembered(name string, version int64) (stored, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.known[name]
	return value, ok && s.version == version
}

// remember keeps a value read at a version. The version is of before the read, so a change in between is read again.
func (s *Settings) remember(name string, version int64, value stored) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if version < s.version {
		return
	}
	if version > s.version {
		clear(s.known)
		s.version = version
	}
	s.known[name] = value
}
