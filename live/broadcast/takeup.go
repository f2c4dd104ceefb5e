package broadcast

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/google/uuid"

	"lucarne/live"
	"lucarne/live/packager"
	"lucarne/platform/fault"
	"lucarne/video"
)

// folderOf is where a session is recorded: named by its live and when it began, so that it is found again after a kill.
func (o *Options) folderOf(id uuid.UUID, startedAt time.Time) string {
	return filepath.Join(o.Folder, fmt.Sprintf("%s_%d", id, startedAt.UnixMilli()))
}

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
		delete(left, bs.o.folderOf(show.UUID, session.StartedAt))
		bs.resume(show, of.Privacy, session)
	}
	for folder := range left {
		if err := os.RemoveAll(folder); err != nil {
			return fmt.Errorf("remove the recording of nothing: %w", err)
		}
	}
	return nil
}

// leftFolders are the folders of sessions there are.
func (bs *Broadcasts) leftFolders() (map[string]bool, error) {
	entries, err := os.ReadDir(bs.o.Folder)
	if err != nil {
		return nil, fmt.Errorf("look for recordings: %w", err)
	}
	left := make(map[string]bool, len(entries))
	for _, entry := range entries {
		left[filepath.Join(bs.o.Folder, entry.Name())] = true
	}
	return left, nil
}

// resume makes a session of before known again. One that was on air waits for its encoder, one that was over is finished at once.
func (bs *Broadcasts) resume(show live.Live, privacy video.Privacy, session live.Session) {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	show.SaveReplay = session.SaveReplay
	b := bs.add(show, privacy)
	b.session, b.startedAt, b.folder = session.ID, session.StartedAt, bs.o.folderOf(show.UUID, session.StartedAt)
	b.pieces = b.recovered()
	b.logger.Info("a live session is taken up again", "session", session.ID, "pieces", len(b.pieces))
	if !session.IsOnAir() {
		b.stop(ending{code: session.Error})
	}
	bs.start(b)
}

// recovered reads what earlier runs of the site recorded of the session, in the order of time.
func (b *Broadcast) recovered() (pieces []packager.Recording) {
	for {
		folder := filepath.Join(b.folder, strconv.Itoa(len(pieces)))
		if _, err := os.Stat(folder); err != nil {
			return pieces
		}
		piece, err := packager.Recover(folder)
		if err != nil {
			b.logger.Error("a part of a recording cannot be read", "error", err)
		}
		pieces = append(pieces, piece)
	}
}
