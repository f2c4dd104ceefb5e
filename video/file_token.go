package video

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"lucarne/platform/clock"
)

// FileTokens let players fetch the files of a private video without a header: a token in the address, good for one video and for a
// while. They are signed rather than stored, so every node takes them and a restart ends none.
type FileTokens struct {
	key      []byte
	lifetime func() time.Duration
	clock    clock.Clock
}

// NewFileTokens makes tokens under a key derived from the site's secret.
func NewFileTokens(secret []byte, lifetime func() time.Duration, c clock.Clock) *FileTokens {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("video file token"))
	return &FileTokens{key: mac.Sum(nil), lifetime: lifetime, clock: c}
}

const tokenTimeBytes, tokenSumBytes = 8, 16

// Issue makes a token for somebody who was found to have the right to the video's files.
func (t *FileTokens) Issue(of uuid.UUID) (token string, expires time.Time) {
	expires = t.clock.Now().Add(t.lifetime())
	raw := binary.BigEndian.AppendUint64(nil, uint64(expires.UnixMilli()))
	return base64.RawURLEncoding.EncodeToString(append(raw, t.sum(of, raw)...)), expires
}

// IsValid reports whether the token opens the video's files now.
func (t *FileTokens) IsValid(of uuid.UUID, token string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != tokenTimeBytes+tokenSumBytes {
		return false
	}
	expires := time.UnixMilli(int64(binary.BigEndian.Uint64(raw)))
	return hmac.Equal(raw[tokenTimeBytes:], t.sum(of, raw[:tokenTimeBytes])) && t.clock.Now().Before(expires)
}

func (t *FileTokens) sum(of uuid.UUID, expires []byte) []byte {
	mac := hmac.New(sha256.New, t.key)
	mac.Write(of[:])
	mac.Write(expires)
	return mac.Sum(nil)[:tokenSumBytes]
}
