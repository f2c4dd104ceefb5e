package live

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

// maxSchedules bounds how many dates a live announces.
const maxSchedules = 50

// Change is what somebody chose for a live; nil fields stay as they are, or as new lives begin.
type Change struct {
	Permanent     *bool
	SaveReplay    *bool
	ReplayPrivacy *video.Privacy
	Latency       *Latency
	DVRWindow     *time.Duration
	Schedules     *[]time.Time
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// apply changes a live and leaves it consistent; of is the privacy replays have where nobody chose one.
func (c Change) apply(l *Live, of video.Privacy) {
	set(&l.Permanent, c.Permanent)
	set(&l.SaveReplay, c.SaveReplay)
	set(&l.ReplayPrivacy, c.ReplayPrivacy)
	set(&l.Latency, c.Latency)
	set(&l.DVRWindow, c.DVRWindow)
	set(&l.Schedules, c.Schedules)
	l.Schedules = slices.Clone(l.Schedules)
	slices.SortFunc(l.Schedules, time.Time.Compare)
	l.Schedules = slices.CompactFunc(l.Schedules, time.Time.Equal)
	switch {
	case !l.SaveReplay:
		l.ReplayPrivacy = 0
	case l.ReplayPrivacy == 0 && of == video.Password:
		l.ReplayPrivacy = video.Private // the replay has no passwords
	case l.ReplayPrivacy == 0:
		l.ReplayPrivacy = of
	}
}

// check holds a change to the rules of form, then to those of the site.
func (c Change) check(s Settings, savesReplay bool) error {
	if err := fault.InvalidParams(c.refused()); err != nil {
		return err
	}
	if c.SaveReplay != nil && *c.SaveReplay && !s.AllowReplay {
		return fault.New(fault.Forbidden, "Saving live replay is not enabled on this instance").WithCode("live_not_allowing_replay")
	}
	if c.Latency != nil && *c.Latency != DefaultLatency && !s.UsersChooseLatency {
		return fault.New(fault.Forbidden, "Custom latency mode is not allowed by this instance")
	}
	if c.DVRWindow != nil && *c.DVRWindow > s.MaxDVRWindow {
		return fault.InvalidParam("dvrWindow", int64(*c.DVRWindow/time.Second), "Should have a DVR window of at most %d seconds", int64(s.MaxDVRWindow/time.Second))
	}
	set(&savesReplay, c.SaveReplay)
	if c.ReplayPrivacy != nil && !savesReplay {
		return fault.New(fault.Invalid, "Cannot set replay settings without saveReplay enabled")
	}
	return nil
}

func (s Settings) savesReplay() bool { return s.SavesReplay && s.AllowReplay }

const badValue = "Invalid value"

func (c Change) refused() []fault.Param {
	var params []fault.Param
	refuse := func(name string, value any) {
		params = append(params, fault.Param{Name: name, Value: value, Message: badValue})
	}
	if p := c.ReplayPrivacy; p != nil && (*p < video.Public || *p > video.Internal) {
		refuse("replaySettings.privacy", *p)
	}
	if l := c.Latency; l != nil && (*l < DefaultLatency || *l > SmallLatency) {
		refuse("latencyMode", *l)
	}
	if w := c.DVRWindow; w != nil && *w < 0 && *w != WholeWindow {
		refuse("dvrWindow", int64(*w/time.Second))
	}
	if s := c.Schedules; s != nil && (len(*s) > maxSchedules || slices.ContainsFunc(*s, time.Time.IsZero)) {
		refuse("schedules", nil)
	}
	return params
}

// Draft is what a live is made from.
type Draft struct {
	Video  video.Draft
	Change Change
	// Also does what belongs to the same transaction, such as giving the video its pictures.
	Also func(ctx context.Context, tx *db.Tx, id video.ID) error
}

// Create makes a live that waits for its first broadcast.
func (l *Lives) Create(ctx context.Context, viewer account.Viewer, d Draft) (video.Video, error) {
	var made video.Video
	err := l.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		made, err = l.createIn(ctx, tx, viewer, d)
		return err
	})
	if err != nil {
		return video.Video{}, fmt.Errorf("create live: %w", err)
	}
	return made, nil
}

func (l *Lives) createIn(ctx context.Context, tx *db.Tx, viewer account.Viewer, d Draft) (video.Video, error) {
	if err := l.checkCreation(ctx, tx, viewer, d); err != nil {
		return video.Video{}, err
	}
	d.Video.IsLive, d.Video.State, d.Video.WaitTranscoding = true, video.WaitingForLive, false
	d.Video.DurationSeconds, d.Video.AspectRatio = 0, 0
	made, err := l.o.Videos.CreateIn(ctx, tx, viewer, d.Video)
	if err != nil {
		return made, err
	}
	of := Live{VideoID: made.ID, Key: newKey(), SaveReplay: l.o.Settings().savesReplay(), Latency: DefaultLatency, DVRWindow: WholeWindow}
	d.Change.apply(&of, made.Privacy)
	if err := insertLive(ctx, tx, of, l.o.Clock.Now()); err != nil {
		return made, err
	}
	if err := l.o.Videos.SetLiveSchedulesIn(ctx, tx, made.ID, of.Schedules); err != nil || d.Also == nil {
		return made, err
	}
	return made, d.Also(ctx, tx, made.ID)
}

// CheckDraft tells whether Create would take the draft, before pictures are made for it.
func (l *Lives) CheckDraft(ctx context.Context, viewer account.Viewer, d Draft) error {
	if err := l.checkCreation(ctx, l.o.DB, viewer, d); err != nil {
		return err
	}
	return l.o.Videos.CheckDraft(ctx, viewer, d.Video)
}

// checkCreation refuses what is no live here; the rules of videos are left to them.
func (l *Lives) checkCreation(ctx context.Context, q db.Querier, viewer account.Viewer, d Draft) error {
	s := l.o.Settings()
	if !s.IsEnabled {
		return fault.New(fault.Forbidden, "Live is not enabled on this instance").WithCode("live_not_enabled")
	}
	if err := d.Change.check(s, s.savesReplay()); err != nil {
		return err
	}
	return l.checkRoom(ctx, q, viewer)
}

// Update changes a live that waits, for its owner and who manages any live.
func (l *Lives) Update(ctx context.Context, viewer account.Viewer, id video.ID, c Change) error {
	now, of, err := l.Manage(ctx, viewer, shortid.Ref{Number: int64(id)})
	if err != nil {
		return err
	}
	if err := c.check(l.o.Settings(), now.SaveReplay); err != nil {
		return err
	}
	err = l.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return l.updateIn(ctx, tx, of.Video, c) })
	if err != nil {
		return fmt.Errorf("update live %d: %w", id, err)
	}
	return nil
}

func (l *Lives) updateIn(ctx context.Context, tx *db.Tx, of video.Video, c Change) error {
	state, err := db.Value[video.State](ctx, tx, "SELECT state FROM video WHERE id = ?", of.ID)
	if err != nil {
		return err
	}
	if state != video.WaitingForLive {
		return fault.New(fault.Invalid, "Cannot update a live that has already started")
	}
	changed, err := getLive(ctx, tx, of.ID)
	if err != nil {
		return err
	}
	c.apply(&changed, of.Privacy)
	if err := updateLive(ctx, tx, changed, l.o.Clock.Now()); err != nil {
		return err
	}
	if err := l.o.Videos.SetLiveSchedulesIn(ctx, tx, of.ID, changed.Schedules); err != nil {
		return err
	}
	return l.o.Outbox.Record(ctx, tx, video.Updated{VideoID: of.ID})
}
