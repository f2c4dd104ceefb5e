package upload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/video"
)

// Part is a piece of a file, as Content-Range tells (RFC 9110 §14.4).
type Part struct {
	Start, End int64 // first and last byte
	Total      int64 // of the whole file
	IsQuestion bool  // "bytes */total": nothing is sent, how much is here is asked
}

// Received is how far an upload is.
type Received struct {
	Bytes  int64    // here, without a gap, and on the device
	Became video.ID // 0 until the last byte is here
	Video  video.Video
}

// Receive appends a part to an upload. A part that was here already, in whole or in its beginning, is not written twice; one that would
// leave a gap, or is of a file of another size, is fault.Conflict. What arrives before a connection breaks is kept. The last byte makes the
// video, or begins to replace the file of one; until that is done other requests get fault.Unavailable.
func (u *Uploads) Receive(ctx context.Context, viewer account.Viewer, id string, replaces video.ID, part Part, body io.Reader) (Received, error) {
	found, err := u.own(ctx, viewer, id, replaces)
	if err != nil {
		return Received{}, err
	}
	if found.BecameID != 0 {
		return u.arrived(ctx, found)
	}
	if part.Total != found.Size || (!part.IsQuestion && (part.Start > part.End || part.End >= part.Total)) {
		return Received{}, conflict()
	}
	if part.IsQuestion {
		return u.tell(ctx, viewer, found)
	}
	mine, err := u.session(id).take()
	if err != nil {
		return Received{}, err
	}
	defer mine.leave()
	bytes, err := u.append(mine, id, part, body)
	if err := errors.Join(err, u.touch(ctx, id)); err != nil {
		return Received{}, err
	}
	if bytes < found.Size {
		return Received{Bytes: bytes}, nil
	}
	return u.end(ctx, viewer, found, mine)
}

// tell says how much is here. A file that is whole, but was not made a video before the process ended, is made one now.
func (u *Uploads) tell(ctx context.Context, viewer account.Viewer, found Upload) (Received, error) {
	if u.session(found.ID).isBusy() {
		return Received{}, processing()
	}
	stat, err := os.Stat(u.path(found.ID))
	if err != nil {
		return Received{}, u.fromDisk(err)
	}
	if stat.Size() < found.Size {
		return Received{Bytes: stat.Size()}, nil
	}
	mine, err := u.session(found.ID).take()
	if err != nil {
		return Received{}, err
	}
	defer mine.leave()
	return u.end(ctx, viewer, found, mine)
}

func (u *Uploads) arrived(ctx context.Context, found Upload) (Received, error) {
	made, err := u.o.Videos.Get(ctx, found.BecameID)
	return Received{Bytes: found.Size, Became: found.BecameID, Video: made.Video}, err
}

// bufferBytes is what one upload takes of the memory.
const bufferBytes = 256 << 10

// append writes the part, flushes it to the device and tells how much of the file is here then.
func (u *Uploads) append(mine turn, id string, part Part, body io.Reader) (int64, error) {
	f, err := os.OpenFile(u.path(id), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return 0, u.fromDisk(err)
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return 0, err
	}
	here := stat.Size()
	if part.Start > here {
		return 0, conflict()
	}
	body = io.LimitReader(body, part.End-part.Start+1)
	if _, err := io.CopyN(io.Discard, body, here-part.Start); err != nil {
		return here, unlessBroken(err)
	}
	_, writeErr := io.CopyBuffer(appender{mine, f}, onlyReader{body}, make([]byte, bufferBytes))
	if err := f.Sync(); err != nil {
		return 0, u.fromDisk(err)
	}
	if stat, err = f.Stat(); err != nil {
		return 0, err
	}
	return stat.Size(), u.fromBody(writeErr)
}

// onlyReader hides the other methods of a body, so that it is read into our buffer.
type onlyReader struct{ io.Reader }

// unlessBroken takes a body that ends early for what it is: the rest comes later.
func unlessBroken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return fault.New(fault.Invalid, "The request broke off").Because(err)
}

// fromBody tells the trouble of our disk from that of the sender's line.
func (u *Uploads) fromBody(err error) error {
	var path *os.PathError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errOvertaken):
		return conflict()
	case errors.As(err, &path):
		return u.fromDisk(err)
	}
	return unlessBroken(err)
}

func (u *Uploads) touch(ctx context.Context, id string) error {
	// What arrived is acknowledged even when the sender has gone meanwhile.
	ctx = context.WithoutCancel(ctx)
	err := u.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return touch(ctx, tx, id, u.o.Clock.Now()) })
	if err != nil {
		return fmt.Errorf("receive part: %w", err)
	}
	return nil
}

// end makes a complete file a video.
func (u *Uploads) end(ctx context.Context, viewer account.Viewer, found Upload, mine turn) (Received, error) {
	if !mine.finish() {
		return Received{}, processing()
	}
	defer mine.end()
	ctx = context.WithoutCancel(ctx)
	if again, ok, err := get(ctx, u.o.DB, found.ID); err != nil || !ok || again.BecameID != 0 {
		if err != nil || !ok {
			return Received{}, errors.Join(err, notFound())
		}
		return u.arrived(ctx, again)
	}
	made, err := u.complete(ctx, viewer, found, u.path(found.ID), PicturePaths{
		Thumbnail: u.path(found.ID) + thumbnailSuffix, Preview: u.path(found.ID) + previewSuffix,
	})
	if err != nil {
		return Received{}, fmt.Errorf("end upload: %w", err)
	}
	u.removeFiles(found.ID)
	u.forget(found.ID)
	return Received{Bytes: found.Size, Became: made.ID, Video: made}, nil
}
