package live

import (
	"context"
	"fmt"
	"strings"

	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/video"
)

// Replays are the videos that are left of what was on air.
type Replays struct{ o Options }

// NewReplays makes the subject of replays.
func NewReplays(o Options) *Replays { return &Replays{o: o} }

// Prepare gives the video that takes the recording of an ended session, with the privacy its files will have. For a live that goes on air
// once it is the live itself; for a permanent one it is a new video that says of itself what the live does, found by nobody before
// PublishIn. Preparing again gives the same video.
func (r *Replays) Prepare(ctx context.Context, id SessionID) (video.Details, error) {
	of, err := r.prepare(ctx, id)
	if err != nil {
		return video.Details{}, fmt.Errorf("prepare the replay of session %d: %w", id, err)
	}
	return r.o.Videos.Get(ctx, of)
}

func (r *Replays) prepare(ctx context.Context, id SessionID) (of video.ID, err error) {
	var live Live
	isNew := false
	err = r.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		session, err := getSession(ctx, tx, id)
		if err != nil {
			return err
		}
		if of = session.ReplayVideoID; of != 0 {
			return nil
		}
		if live, err = getLive(ctx, tx, session.VideoID); err != nil {
			return err
		}
		isNew = live.Permanent
		if of, err = r.choose(ctx, tx, live, session); err != nil {
			return err
		}
		return setReplay(ctx, tx, id, of)
	})
	if err == nil && isNew {
		err = r.copyPictures(ctx, live.VideoID, of)
	}
	return of, err
}

func (r *Replays) choose(ctx context.Context, tx *db.Tx, of Live, s Session) (video.ID, error) {
	if !of.Permanent {
		return of.VideoID, r.o.Videos.SetPrivacyIn(ctx, tx, of.VideoID, s.ReplayPrivacy)
	}
	made, err := r.o.Videos.CopyIn(ctx, tx, of.VideoID, func(d *video.Draft) {
		d.Name = nameOf(d.Name, s)
		d.Privacy, d.State, d.WaitTranscoding, d.IsLive = s.ReplayPrivacy, video.ToTranscode, true, false
	})
	return made.ID, err
}

// maxName is the longest name of a video, in characters.
const maxName = 120

// nameOf tells one show of a permanent live from another by its date.
func nameOf(name string, s Session) string {
	date := " - " + s.StartedAt.UTC().Format("2006-01-02 15:04")
	characters := []rune(name)
	if most := maxName - len(date); len(characters) > most {
		characters = characters[:most]
	}
	return strings.TrimSpace(string(characters)) + date
}

// copyPictures gives the replay the picture somebody chose for the live; one taken from the video is made anew from the recording.
func (r *Replays) copyPictures(ctx context.Context, from, to video.ID) error {
	isGiven, err := r.o.Thumbnails.Given(ctx, from)
	if err != nil || !isGiven {
		return err
	}
	picture, err := r.o.Thumbnails.Largest(ctx, from)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer picture.Close()
	return r.o.Thumbnails.Set(ctx, to, video.Pictures{Preview: picture.Content}, false)
}

// PublishIn makes a prepared replay public, as far as its privacy goes, in the transaction that gives it its files (video.Addition.Then).
// The live that went on air once is then a video like others, and its key opens nothing.
func (r *Replays) PublishIn(ctx context.Context, tx *db.Tx, id SessionID, as video.Replay) error {
	session, err := getSession(ctx, tx, id)
	if err != nil {
		return err
	}
	if session.ReplayVideoID == 0 {
		return fault.New(fault.Conflict, "The replay of session %d was not prepared", id)
	}
	if session.Processed {
		return nil
	}
	if err := r.o.Videos.BecomeReplayIn(ctx, tx, session.ReplayVideoID, as); err != nil {
		return err
	}
	if session.ReplayVideoID == session.VideoID {
		if err := deleteLive(ctx, tx, session.VideoID); err != nil {
			return err
		}
	}
	if err := setProcessed(ctx, tx, id); err != nil {
		return err
	}
	return r.o.Outbox.Record(ctx, tx, ReplayPublished{SessionID: id, LiveID: session.VideoID, VideoID: session.ReplayVideoID})
}

// GiveUp notes that nothing can be kept of an ended session. reason tells the owner, on the video of a permanent live's show; "" when
// there was nothing to keep, and then no such video is left.
func (r *Replays) GiveUp(ctx context.Context, id SessionID, reason string) error {
	err := r.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		session, err := getSession(ctx, tx, id)
		if err != nil || session.Processed {
			return err
		}
		if err := setProcessed(ctx, tx, id); err != nil {
			return err
		}
		return r.dropPrepared(ctx, tx, session, reason)
	})
	if err != nil {
		return fmt.Errorf("give up the replay of session %d: %w", id, err)
	}
	return nil
}

func (r *Replays) dropPrepared(ctx context.Context, tx *db.Tx, s Session, reason string) error {
	of, err := getLive(ctx, tx, s.VideoID)
	isOnce := err == nil && !of.Permanent
	switch {
	case err != nil && !fault.Is(err, fault.NotFound):
		return err
	case isOnce:
		if err := setReplay(ctx, tx, s.ID, 0); err != nil {
			return err
		}
		return r.o.Videos.EndLiveIn(ctx, tx, s.VideoID, video.LiveEnded, false)
	case s.ReplayVideoID == 0:
		return nil
	case reason == "":
		return r.o.Videos.ForgetIn(ctx, tx, s.ReplayVideoID)
	}
	return r.o.Videos.SetStateIn(ctx, tx, s.ReplayVideoID, video.TranscodingFailed, reason)
}
