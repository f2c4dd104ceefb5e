package video

import (
	"context"
	"fmt"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
)

// Details is a video with the files it is played from.
type Details struct {
	Video
	WebFiles         []File     // progressive, best first
	Playlists        []Playlist // HLS
	SourceReplacedAt time.Time  // zero: never
}

// Get reads a video with everything its page shows, whoever asks; it fails with fault.NotFound.
func (v *Videos) Get(ctx context.Context, id ID) (Details, error) {
	d, err := read(ctx, v.o.DB, id)
	if err != nil {
		return Details{}, fmt.Errorf("get video %d: %w", id, err)
	}
	return d, nil
}

// Resolve finds the id of a video that was named by number, UUID or short UUID; it fails with fault.NotFound.
func (v *Videos) Resolve(ctx context.Context, ref shortid.Ref) (ID, error) {
	return idOf(ctx, v.o.DB, ref)
}

// See reads a video for somebody who may see it. Otherwise it fails with fault.Unauthenticated or fault.Forbidden, the latter with the
// codes video_requires_password and incorrect_video_password where a password would open it.
func (v *Videos) See(ctx context.Context, ref shortid.Ref, a Access) (Details, error) {
	id, err := idOf(ctx, v.o.DB, ref)
	if err != nil {
		return Details{}, err
	}
	d, err := v.Get(ctx, id)
	if err != nil {
		return Details{}, err
	}
	a.ByNumber = !ref.IsUUID()
	return d, v.Check(ctx, d.Video, a)
}

// Check tells whether somebody may see a video and its files, as See does.
func (v *Videos) Check(ctx context.Context, of Video, a Access) error {
	found := judge(of, a)
	if found != needsPassword {
		return found.fault()
	}
	if a.Password == "" {
		return fault.New(fault.Forbidden, "Please provide a password to access this password protected video").WithCode("video_requires_password")
	}
	isRight, err := hasPassword(ctx, v.o.DB, of.ID, a.Password)
	if err == nil && !isRight {
		err = fault.New(fault.Forbidden, "Incorrect video password. Access to the video is denied.").WithCode("incorrect_video_password")
	}
	return err
}

// Manage reads a video for somebody who may change it: its owner, and those who update any video.
func (v *Videos) Manage(ctx context.Context, viewer account.Viewer, ref shortid.Ref) (Details, error) {
	id, err := idOf(ctx, v.o.DB, ref)
	if err != nil {
		return Details{}, err
	}
	d, err := v.Get(ctx, id)
	if err != nil {
		return Details{}, err
	}
	return d, checkManage(d.CanManage(viewer), viewer)
}

func read(ctx context.Context, q db.Querier, id ID) (Details, error) {
	found, err := getBare(ctx, q, id)
	if err != nil {
		return Details{}, err
	}
	if err := load(ctx, q, []*Video{&found}, parts{tags: true, schedule: true}); err != nil {
		return Details{}, err
	}
	all := []Details{{Video: found}}
	if err := loadFiles(ctx, q, all); err != nil {
		return Details{}, err
	}
	all[0].SourceReplacedAt, err = sourceReplacedAt(ctx, q, id)
	return all[0], err
}
