// Package password keeps passwords as hashes that are slow to guess, without letting sign-ins exhaust memory.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/sync/semaphore"

	"lucarne/platform/fault"
)

// Options say what a hash costs. Zero fields mean the defaults.
type Options struct {
	MemoryKiB uint32 // of one hash
	Passes    uint32
	AtOnce    int // hashes worked on at the same time; the others wait
	Waiting   int // that wait at most; more are refused
}

// The default cost is the second of OWASP's equal choices for argon2id (Password Storage Cheat Sheet): 19 MiB and two passes rather than
// 46 MiB and one, so that a burst of sign-ins on a small machine stays small.
const (
	defaultMemoryKiB = 19 << 10
	defaultPasses    = 2
	lanes            = 1
	saltBytes        = 16
	keyBytes         = 32
	waitingPerWorker = 64
)

// Hasher makes and checks hashes, a bounded number at once. It is safe for concurrent use.
type Hasher struct {
	cost    cost
	working *semaphore.Weighted
	waiting *semaphore.Weighted
	decoy   string // what an unknown user's password is compared with
}

// New makes a hasher.
func New(o Options) (*Hasher, error) {
	c := cost{memory: o.MemoryKiB, passes: o.Passes, lanes: lanes}
	if c.memory == 0 {
		c.memory = defaultMemoryKiB
	}
	if c.passes == 0 {
		c.passes = defaultPasses
	}
	if o.AtOnce == 0 {
		o.AtOnce = runtime.GOMAXPROCS(0)
	}
	if o.Waiting == 0 {
		o.Waiting = waitingPerWorker * o.AtOnce
	}
	h := &Hasher{cost: c, working: semaphore.NewWeighted(int64(o.AtOnce)), waiting: semaphore.NewWeighted(int64(o.AtOnce + o.Waiting))}
	decoy, err := h.Hash(context.Background(), rand.Text())
	if err != nil {
		return nil, fmt.Errorf("password hasher: %w", err)
	}
	h.decoy = decoy
	return h, nil
}

// Hash encodes the password in the PHC string format of argon2id.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	return h.cost.encode(salt, h.cost.key(password, salt, keyBytes)), nil
}

// Verify compares the password with a hash of argon2id or bcrypt. An empty hash stands for an unknown user, or one without a password: it
// takes as long as any other and matches nothing. isOutdated tells that the password should be hashed anew.
func (h *Hasher) Verify(ctx context.Context, hash, password string) (isRight, isOutdated bool, err error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return false, false, err
	}
	defer leave()
	switch {
	case hash == "":
		_, _ = h.argon2(h.decoy, password)
		return false, false, nil
	case strings.HasPrefix(hash, "$2"):
		// bcrypt reads 72 bytes; longer passwords were cut by those who stored them.
		err := bcrypt.CompareHashAndPassword([]byte(hash), []byte(password[:min(len(password), 72)]))
		return err == nil, true, nil
	}
	isRight, err = h.argon2(hash, password)
	return isRight, !strings.HasPrefix(hash, h.cost.prefix()), err
}

func (h *Hasher) argon2(hash, password string) (bool, error) {
	c, salt, want, err := decode(hash)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(c.key(password, salt, uint32(len(want))), want) == 1, nil
}

// enter waits for a place among those worked on. Past the bound of those that wait it fails at once.
func (h *Hasher) enter(ctx context.Context) (leave func(), err error) {
	if !h.waiting.TryAcquire(1) {
		return nil, busy()
	}
	if err := h.working.Acquire(ctx, 1); err != nil {
		h.waiting.Release(1)
		return nil, busy().Because(err)
	}
	return func() { h.working.Release(1); h.waiting.Release(1) }, nil
}

func busy() *fault.Error {
	return fault.New(fault.Unavailable, "Too many people sign in at this moment, try again in a few seconds")
}

// cost is what a hash was made with.
type cost struct {
	memory, passes uint32
	lanes          uint8
}

func (c cost) key(password string, salt []byte, length uint32) []byte {
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.lanes, length)
}

func (c cost) prefix() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, c.memory, c.passes, c.lanes)
}

func (c cost) encode(salt, key []byte) string {
	return c.prefix() + base64.RawStdEncoding.EncodeToString(salt) + "$" + base64.RawStdEncoding.EncodeToString(key)
}

var errHash = errors.New("stored password hash is not one of argon2id or bcrypt")

// The bounds of decode keep a hash that was written into the database by hand from taking the machine down.
const (
	maxMemoryKiB = 256 << 10
	maxPasses    = 16
	maxLanes     = 16
	maxKeyBytes  = 128
)

func decode(hash string) (c cost, salt, key []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.lanes); err != nil {
		return c, nil, nil, errHash
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	key, keyErr := base64.RawStdEncoding.DecodeString(parts[5])
	isSane := c.memory > 0 && c.memory <= maxMemoryKiB && c.passes > 0 && c.passes <= maxPasses && c.lanes > 0 && c.lanes <= maxLanes
	if saltErr != nil || keyErr != nil || !isSane || len(key) == 0 || len(key) > maxKeyBytes {
		return c, nil, nil, errHash
	}
	return c, salt, key, nil
}
