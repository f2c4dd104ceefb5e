package upload

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"lucarne/account"
	"lucarne/platform/blob"
	"lucarne/platform/fault"
	"lucarne/video"
)

// Extensions that are received: always, with transcoding.allow_additional_extensions, and with transcoding.allow_audio_files.
var (
	usualExtensions      = []string{".mp4", ".ogv", ".webm"}
	additionalExtensions = []string{
		".m4v", ".mov", ".qt", ".mkv", ".mk3d", ".mks", ".avi", ".flv", ".f4v", ".3gp", ".3g2", ".mpg", ".mpeg", ".mpe", ".m1v", ".m2v", ".ts", ".m2t",
		".m2ts", ".mts", ".vob", ".mod", ".wmv", ".asf", ".mxf", ".ogg", ".nut",
	}
	audioExtensions = []string{".mp3", ".flac", ".wav", ".aac", ".m4a", ".m4b", ".oga", ".ogg", ".opus", ".wma", ".ac3", ".aif", ".aiff", ".mka"}
)

// Extensions lists those received now, for forms and for the configuration's answer.
func (s Settings) Extensions() []string {
	all := slices.Clone(usualExtensions)
	if s.AllowAdditionalExtensions {
		all = append(all, additionalExtensions...)
	}
	if s.AllowAudio {
		all = append(all, audioExtensions...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// mediaTypes are those that are neither video/… nor audio/… but what senders claim of media.
var mediaTypes = []string{"", "application/octet-stream", "application/ogg", "application/mxf", "application/x-matroska", "binary/octet-stream"}

// checkName looks at what the sender says of the file. What it really is shows when it is probed.
func (u *Uploads) checkName(filename, mimeType string) error {
	s := u.o.Settings()
	extension := strings.ToLower(filepath.Ext(filename))
	mimeType, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(mimeType)), ";")
	isMedia := strings.HasPrefix(mimeType, "video/") || (s.AllowAudio && strings.HasPrefix(mimeType, "audio/")) || slices.Contains(mediaTypes, mimeType)
	if slices.Contains(s.Extensions(), extension) && isMedia {
		return nil
	}
	return fault.New(fault.Unsupported, "This file is not supported. Please, make sure it is of the following type: %s", strings.Join(s.Extensions(), ", "))
}

// Codes that clients branch on, from PeerTube's ServerErrorCode.
const (
	codeQuota       = "quota_reached"
	codeMaxFileSize = "max_file_size_reached"
)

// Room is how many bytes the viewer may send now; the error is what to answer when they send more.
func (u *Uploads) Room(ctx context.Context, viewer account.Viewer) (bytes int64, beyond error, err error) {
	bytes, beyond = math.MaxInt64-1, nil
	least := func(n int64, reason error) {
		if n < bytes {
			bytes, beyond = max(n, 0), reason
		}
	}
	if most := u.o.Settings().MaxBytes; most >= 0 {
		least(most, fault.New(fault.TooLarge, "The file is larger than this site accepts").WithCode(codeMaxFileSize))
	}
	free, err := u.free()
	if err != nil {
		return 0, nil, err
	}
	least(free, diskFull())
	left, err := u.quotaLeft(ctx, viewer)
	least(left, fault.New(fault.TooLarge, "The user video quota is exceeded with this video.").WithCode(codeQuota))
	return bytes, beyond, err
}

func (u *Uploads) free() (int64, error) {
	free, _, err := blob.FreeSpace(u.o.Blobs.Local(blob.TemporaryKept).Root())
	return free - u.o.Settings().MinFreeBytes, err
}

// quotaLeft counts what the user has stored, and what is promised to uploads under way.
func (u *Uploads) quotaLeft(ctx context.Context, viewer account.Viewer) (int64, error) {
	left := int64(math.MaxInt64)
	for _, quota := range []struct {
		most  int64
		since time.Time
	}{{viewer.User.VideoQuota, time.Time{}}, {viewer.User.VideoQuotaDaily, u.o.Clock.Now().Add(-24 * time.Hour)}} {
		if quota.most < 0 {
			continue
		}
		used, err := usedBy(ctx, u.o.DB, viewer.UserID(), quota.since)
		if err != nil {
			return 0, err
		}
		left = min(left, quota.most-used)
	}
	return left, nil
}

func (u *Uploads) checkRoom(ctx context.Context, viewer account.Viewer, size int64) error {
	if size <= 0 {
		return fault.InvalidParam("filesize", size, "Should have a file size above 0")
	}
	room, beyond, err := u.Room(ctx, viewer)
	if err != nil {
		return err
	}
	if size > room {
		u.report(beyond)
		return beyond
	}
	return nil
}

func diskFull() error {
	return fault.New(fault.Unavailable, "The disk of this site is full: nothing can be uploaded until its administrator makes room").WithCode("disk_full")
}

// report tells the administrator of a full disk; everything else is the sender's affair.
func (u *Uploads) report(err error) {
	var f *fault.Error
	if errors.As(err, &f) && f.Code == "disk_full" {
		u.o.Logger.Error("an upload was refused: the disk is full", "folder", u.o.Blobs.Local(blob.TemporaryKept).Root(), "cause", errors.Unwrap(f))
	}
}

// fromDisk gives an error of the file system its kind.
func (u *Uploads) fromDisk(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		u.report(diskFull())
		return diskFull()
	case errors.Is(err, os.ErrNotExist):
		return notFound()
	}
	return err
}

// checkReplacement tells whether the viewer may replace the file of a video.
func (u *Uploads) checkReplacement(ctx context.Context, viewer account.Viewer, id video.ID) error {
	if !u.o.Settings().CanReplace {
		return fault.New(fault.Forbidden, "Updating the file of an existing video is not allowed on this instance")
	}
	of, err := u.o.Videos.Get(ctx, id)
	if err != nil {
		return err
	}
	if !of.CanManage(viewer) {
		return fault.New(fault.Forbidden, "Cannot manage a video of another user.")
	}
	if of.IsLive {
		return fault.New(fault.Invalid, "Cannot update the file of a live video")
	}
	return nil
}
