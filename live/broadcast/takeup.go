package broadcast

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"lucarne/live"
	"lucarne/live/packager"
	"lucarne/platform/fault"
	"lucarne/video"
)

// Folders of sessions are named by the UUID of the live, then by one of their own.
const folderNameSeparator = "_"

func newFolderName(id uuid.UUID) string { return id.String() + folderNameSeparator + uuid.NewString() }

// takeUp goes on with what a stopped or killed process left: encoders may come back to shows that were on air, and recordings of those
// that were over become replays. Folders nobody asks for are removed.
func (bs *Broadcasts) takeUp(ctx context.Context) error {
	left, err := bs.leftFolders()
	if err != nil {
		return err
	}
	unfinished, err := bs.o.Sessions.Unfinished(ctx)
	if err != nil {
		return err
	}
	for _, session := range unfinished {
		show, err := bs.o.Lives.Get(ctx, session.VideoID)
		if fault.Is(err, fault.NotFound) {
			if err := bs.o.Replays.GiveUp(ctx, session.ID, ""); err != nil {
				bs.o.Logger.Error("a live session without its live is left over", "session", session.ID, "error", err)
			}
			continue
		}
		if err != nil {
			return err
		}
		of, err := bs.o.Videos.Get(ctx, session.VideoID)
		if err != nil {
			return err
		}
		folders := left[show.UUID]
		delete(left, show.UUID)
		bs.resume(show, of.Privacy, session, folders)
	}
	for _, folders := range left {
		for _, folder := range folders {
			if err := os.RemoveAll(folder); err != nil {
				return fmt.Errorf("remove the recording of nothing: %w", err)
			}
		}
	}
	return nil
}

// leftFolders are the folders of sessions there are, by live.
func (bs *Broadcasts) leftFolders() (map[uuid.UUID][]string, error) {
	entries, err := os.ReadDir(bs.o.Folder)
	if err != nil {
		return nil, fmt.Errorf("look for recordings: %w", err)
	}
	left := make(map[uuid.UUID][]string)
	for _, entry := range entries {
		name, _, _ := strings.Cut(entry.Name(), folderNameSeparator)
		id, _ := uuid.Parse(name)
		left[id] = append(left[id], filepath.Join(bs.o.Folder, entry.Name()))
	}
	return left, nil
}

// resume makes a session of before known again. One that was on air waits for its encoder, one that was over is finished at once.
func (bs *Broadcasts) resume(show live.Live, privacy video.Privacy, session live.Session, folders []string) {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	folder := filepath.Join(bs.o.Folder, newFolderName(show.UUID))
	if len(folders) > 0 {
		folder = folders[0]
	}
	show.SaveReplay = session.SaveReplay
	b := bs.add(show, privacy, folder)
	b.session, b.startedAt = session.ID, session.StartedAt
	b.pieces = b.recovered()
	b.logger.Info("a live session is taken up again", "session", session.ID, "pieces", len(b.pieces))
	if !session.IsOnAir() {
		b.stop(ending{code: session.Error})
	}
	bs.start(b)
}

// recovered reads what earlier runs of the site recorded of the session.
func (b *Broadcast) recovered() []packager.Recording {
	entries, err := os.ReadDir(b.folder)
	if err != nil {
		return nil
	}
	var pieces []packager.Recording
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		piece, err := packager.Recover(filepath.Join(b.folder, entry.Name()))
		if err != nil {
			b.logger.Error("a part of a recording cannot be read", "error", err)
		}
		pieces = append(pieces, piece)
	}
	return pieces
}
