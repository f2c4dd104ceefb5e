package live

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"

	"github.com/google/uuid"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

// newKey makes a stream key: a random UUID, as encoders know them from PeerTube.
func newKey() string { return uuid.NewString() }

// digest is what a key is looked up by. How long a lookup takes tells something of the digest, which tells nothing of the key.
func digest(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// FindByKey finds the live an encoder may go on air with. An unknown key is fault.Forbidden, whatever is wrong with it, and takes as long
// to refuse as any other.
func (l *Lives) FindByKey(ctx context.Context, key string) (Live, error) {
	found, ok, err := liveWhere(ctx, l.o.DB, "l.key_digest = ?", digest(key))
	if err != nil {
		return Live{}, fmt.Errorf("find a live by its key: %w", err)
	}
	if isSame := subtle.ConstantTimeCompare([]byte(found.Key), []byte(key)) == 1; !ok || !isSame {
		return Live{}, fault.New(fault.Forbidden, "The stream key is not known here")
	}
	return found, nil
}

// RenewKey gives a live another key, for who may use it; the old one opens nothing from then on. Who is on air with it stays so.
func (l *Lives) RenewKey(ctx context.Context, viewer account.Viewer, id video.ID) (string, error) {
	if _, _, err := l.Manage(ctx, viewer, shortid.Ref{Number: int64(id)}); err != nil {
		return "", err
	}
	key := newKey()
	return key, l.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, "UPDATE live SET stream_key = ?, key_digest = ?, updated_at = ? WHERE video_id = ?", key, digest(key), l.o.Clock.Now(), id)
		return err
	})
}
