package broadcast

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"lucarne/live"
	"lucarne/live/packager"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/ffmpeg"
)

// errNoReplay says that nothing was to be kept, or nothing could.
var errNoReplay = errors.New("no replay")

// publish makes a video of what an ended session recorded. It fails with errNoReplay when that is over and done with, otherwise it may be
// tried again with the same recording.
func (o *Options) publish(ctx context.Context, id live.SessionID, folder string, recordings []packager.Recording) error {
	session, err := o.Sessions.Get(ctx, id)
	if fault.Is(err, fault.NotFound) { // the live was deleted while it was on air
		return errNoReplay
	}
	if err != nil {
		return err
	}
	if session.Processed {
		return errNoReplay
	}
	kept := byRendition(recordings)
	if len(kept) == 0 {
		return errors.Join(errNoReplay, o.Replays.GiveUp(ctx, id, ""))
	}
	of, err := o.Replays.Prepare(ctx, id)
	if fault.Is(err, fault.NotFound) { // the live was deleted, and nobody wants its replay
		return errors.Join(errNoReplay, o.Replays.GiveUp(ctx, id, ""))
	}
	if err != nil {
		return err
	}
	paths, err := o.join(ctx, folder, kept)
	if err == nil {
		as := replayOf(kept[0])
		err = o.Pipeline.Take(ctx, of.ID, paths, func(ctx context.Context, tx *db.Tx) error { return o.Replays.PublishIn(ctx, tx, id, as) })
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Unsupported) {
		return errors.Join(errNoReplay, o.Replays.GiveUp(ctx, id, "The recording cannot be read: "+err.Error()))
	}
	return err
}

// byRendition sorts recorded files by rendition, the source first. Renditions that were not made all the time are left out, as are those
// some of whose files are missing something the source has.
func byRendition(recordings []packager.Recording) [][]packager.Recorded {
	found := make(map[int][]packager.Recorded)
	names := 0
	for _, r := range recordings {
		for _, one := range r.Renditions {
			found[one.Rendition] = append(found[one.Rendition], one)
			names = max(names, one.Rendition+1)
		}
	}
	source := found[0]
	if len(source) == 0 {
		return nil
	}
	kept := [][]packager.Recorded{source}
	for name := 1; name < names; name++ {
		if isWhole(found[name], source) {
			kept = append(kept, found[name])
		}
	}
	return kept
}

// slack is how much a rendition may lack at its ends.
const slack = 3 * time.Second

func isWhole(files, source []packager.Recorded) bool {
	if len(files) != len(source) {
		return false
	}
	for i, f := range files {
		if !f.IsComplete || f.Start > source[i].Start+slack || f.Duration < source[i].Duration-2*slack {
			return false
		}
	}
	return true
}

// join gives one file for each rendition. Pieces are copied one after the other, not encoded.
func (o *Options) join(ctx context.Context, folder string, kept [][]packager.Recorded) ([]string, error) {
	paths := make([]string, len(kept))
	for i, files := range kept {
		if len(files) == 1 {
			paths[i] = files[0].Path
			continue
		}
		pieces := make([]string, len(files))
		for j, f := range files {
			pieces[j] = f.Path
		}
		paths[i] = filepath.Join(folder, fmt.Sprintf("joined-%d.mp4", i))
		command, done, err := ffmpeg.Join(pieces, paths[i], files[0].HasVideo)
		if err != nil {
			return nil, err
		}
		err = o.Tools.Run(ctx, command)
		done()
		if err != nil {
			return nil, err
		}
	}
	return paths, nil
}

func replayOf(source []packager.Recorded) video.Replay {
	var r video.Replay
	for _, f := range source {
		r.Duration += f.Duration
		if r.AspectRatio == 0 && f.Height > 0 {
			r.AspectRatio = float64(f.Width) / float64(f.Height)
		}
	}
	return r
}
