package upload

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"lucarne/account"
	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/video"
)

// Single is a file that arrived in one request.
type Single struct {
	Path     string // local, taken over when it becomes a video
	Size     int64
	MIMEType string
	Filename string
	Draft    video.Draft
	Pictures PicturePaths
}

// Store makes a video of a file that arrived in one request.
func (u *Uploads) Store(ctx context.Context, viewer account.Viewer, s Single) (video.Video, error) {
	if err := u.checkStart(ctx, viewer, Start{Size: s.Size, MIMEType: s.MIMEType, Filename: s.Filename, Draft: s.Draft}); err != nil {
		return video.Video{}, err
	}
	found := Upload{UserID: viewer.UserID(), Size: s.Size, MIMEType: s.MIMEType, Filename: s.Filename, Draft: s.Draft}
	made, err := u.complete(context.WithoutCancel(ctx), viewer, found, s.Path, s.Pictures)
	if err != nil {
		return video.Video{}, fmt.Errorf("upload: %w", err)
	}
	return made, nil
}

// complete moves the file to the originals and makes the video, or replaces its file, with everything that follows from it.
func (u *Uploads) complete(ctx context.Context, viewer account.Viewer, found Upload, path string, pictures PicturePaths) (video.Video, error) {
	if err := u.checkQuotaAtEnd(ctx, viewer, found); err != nil {
		return video.Video{}, err
	}
	chosen, err := u.chosen(ctx, pictures)
	if err != nil {
		return video.Video{}, err
	}
	key, err := u.adopt(ctx, found, path)
	if err != nil {
		u.o.Thumbnails.Discard(ctx, chosen.prepared)
		return video.Video{}, err
	}
	source := u.look(ctx, &found, key)
	var made video.Video
	err = u.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		made, err = u.completeIn(ctx, tx, viewer, found, source, chosen)
		return err
	})
	if err != nil {
		u.o.Thumbnails.Discard(ctx, chosen.prepared)
		return video.Video{}, errors.Join(err, u.o.Blobs.Local(blob.OriginalVideoFiles).Delete(ctx, key))
	}
	if path != u.path(found.ID) {
		_ = os.Remove(path) // the second name of the adopted file
	}
	return made, nil
}

// checkQuotaAtEnd counts again: other uploads may have ended meanwhile. This one is counted among those under way.
func (u *Uploads) checkQuotaAtEnd(ctx context.Context, viewer account.Viewer, found Upload) error {
	left, err := u.quotaLeft(ctx, viewer)
	if err != nil {
		return err
	}
	if found.ID == "" {
		left -= found.Size
	}
	if left < 0 {
		return fault.New(fault.TooLarge, "The user video quota is exceeded with this video.").WithCode(codeQuota)
	}
	return nil
}

// chosenPictures are the thumbnails somebody sent along.
type chosenPictures struct {
	prepared video.Prepared
	isGiven  bool
}

func (u *Uploads) chosen(ctx context.Context, paths PicturePaths) (chosenPictures, error) {
	var from video.Pictures
	thumbnail, err := openIfThere(paths.Thumbnail)
	if err != nil {
		return chosenPictures{}, err
	}
	if thumbnail != nil {
		defer thumbnail.Close()
		from.Thumbnail = thumbnail
	}
	preview, err := openIfThere(paths.Preview)
	if err != nil {
		return chosenPictures{}, err
	}
	if preview != nil {
		defer preview.Close()
		from.Preview = preview
	}
	if from.IsZero() {
		return chosenPictures{}, nil
	}
	prepared, err := u.o.Thumbnails.Prepare(ctx, from, false)
	return chosenPictures{prepared: prepared, isGiven: true}, err
}

func openIfThere(path string) (*os.File, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return f, err
}

// adopt brings the file to the originals under a name of ours. It gets a second name first: whatever interrupts us before the video
// exists, the upload is still whole under its own.
func (u *Uploads) adopt(ctx context.Context, found Upload, path string) (key string, err error) {
	key = uuid.NewString() + strings.ToLower(filepath.Ext(found.Filename))
	if found.ID != "" {
		key = uuid.NewSHA1(uuid.NameSpaceOID, []byte(found.ID)).String() + strings.ToLower(filepath.Ext(found.Filename))
	}
	second := path + ".complete"
	if err := os.Remove(second); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if err := os.Link(path, second); err != nil {
		second = path // a file system without hard links
	}
	if err := u.o.Blobs.Local(blob.OriginalVideoFiles).Adopt(ctx, key, second, blob.PutOptions{}); err != nil {
		return "", fmt.Errorf("keep the uploaded file: %w", err)
	}
	return key, nil
}

// lookTimeout bounds how long the sender waits for the look into the file.
const lookTimeout = 5 * time.Second

// look puts in the draft what can be told of the whole file at once. What is no media, or takes longer to tell, is left to the first job:
// it tells the owner in words why nothing came of it.
func (u *Uploads) look(ctx context.Context, found *Upload, key string) video.Source {
	source := video.Source{InputFilename: found.Filename, Filename: key, IsKept: u.o.Settings().KeepOriginal, Size: found.Size}
	path, err := u.o.Blobs.Local(blob.OriginalVideoFiles).Path(key)
	if err != nil || u.o.Glance == nil {
		return source
	}
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	probe, err := u.o.Glance(ctx, path)
	if err != nil {
		u.o.Logger.Debug("an uploaded file could not be looked into at once", "upload", found.ID, "error", err)
		return source
	}
	found.Draft.AspectRatio = source.Describe(probe)
	found.Draft.DurationSeconds = int(math.Round(probe.Duration.Seconds()))
	return source
}

func (u *Uploads) completeIn(ctx context.Context, tx *db.Tx, viewer account.Viewer, found Upload, from video.Source, chosen chosenPictures) (video.Video, error) {
	made := video.Video{ID: found.VideoID}
	if found.VideoID == 0 {
		var err error
		if made, err = u.o.Videos.CreateIn(ctx, tx, viewer, found.Draft); err != nil {
			return made, err
		}
	}
	from.VideoID = made.ID
	source, err := u.o.Files.AddSourceIn(ctx, tx, from)
	if err != nil {
		return made, err
	}
	if chosen.isGiven {
		if err := u.o.Thumbnails.SetIn(ctx, tx, made.ID, chosen.prepared); err != nil {
			return made, err
		}
	}
	if found.ID != "" {
		if err := became(ctx, tx, found.ID, made.ID, u.o.Clock.Now()); err != nil {
			return made, err
		}
	}
	return made, u.o.Pipeline.StartIn(ctx, tx, made.ID, source, found.VideoID != 0)
}
