package api

import (
	"context"
	"net/http"
	"time"

	"lucarne/account"
	"lucarne/live"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/video"
)

// Broadcasting is what the API speaks for about lives.
type Broadcasting struct {
	Lives        *live.Lives
	LiveSessions *live.Sessions
	LiveRelays   *live.Relays
	LiveEnder    LiveEnder
	// IngestAddresses are where encoders send to, without the key; "" where nothing listens.
	IngestAddresses func() IngestAddresses
}

// LiveEnder takes a live off the air, telling its encoder why. A live that is not on air is left alone.
type LiveEnder interface {
	End(id video.ID, code live.SessionError, reason error)
}

// IngestAddresses are where encoders send to.
type IngestAddresses struct{ RTMP, RTMPS string }

func (a *API) liveRoutes() []route {
	if a.Lives == nil {
		return nil
	}
	const one = livePrefix + "{id}"
	return []route{
		{method: "POST", pattern: "/videos/live", operation: "addLive", access: signedIn, maxBody: a.maxVideoForm(), do: a.createLive},
		{method: "GET", pattern: one, operation: "getLiveId", access: optional, do: a.getLive},
		{method: "PUT", pattern: one, operation: "updateLiveId", access: signedIn, do: a.updateLive},
		{method: "GET", pattern: one + "/sessions", access: signedIn, do: a.listLiveSessions},
		{method: "POST", pattern: one + "/force-end", access: signedIn, do: a.endLive},
		{method: "GET", pattern: one + "/relays", access: signedIn, do: a.listRelays},
		{method: "POST", pattern: one + "/relays", access: signedIn, do: a.addRelay},
		{method: "PUT", pattern: one + "/relays/{relayId}", access: signedIn, do: a.updateRelay},
		{method: "DELETE", pattern: one + "/relays/{relayId}", access: signedIn, do: a.removeRelay},
		{method: "GET", pattern: "/videos/{id}/live-session", access: optional, do: a.liveSessionOf},
	}
}

type liveJSON struct {
	*liveSecretsJSON
	PermanentLive  bool                `json:"permanentLive"`
	SaveReplay     bool                `json:"saveReplay"`
	ReplaySettings *replaySettingsJSON `json:"replaySettings,omitempty"`
	LatencyMode    live.Latency        `json:"latencyMode"`
	DVRWindow      int64               `json:"dvrWindow"` // seconds
	Schedules      []liveDateJSON      `json:"schedules"`
}

// liveSecretsJSON is what opens the air, for who may go on it.
type liveSecretsJSON struct {
	StreamKey string  `json:"streamKey"`
	RTMPURL   *string `json:"rtmpUrl"`
	RTMPSURL  *string `json:"rtmpsUrl"`
}

type replaySettingsJSON struct {
	Privacy video.Privacy `json:"privacy"`
}

type liveDateJSON struct {
	StartAt timestamp `json:"startAt"`
}

func liveDates(times []time.Time) []liveDateJSON {
	list := make([]liveDateJSON, len(times))
	for i, at := range times {
		list[i].StartAt = timestamp(at)
	}
	return list
}

func replaySettings(saves bool, privacy video.Privacy) *replaySettingsJSON {
	if !saves {
		return nil
	}
	return &replaySettingsJSON{Privacy: privacy}
}

func (a *API) live(l live.Live) liveJSON {
	j := liveJSON{
		PermanentLive: l.Permanent, SaveReplay: l.SaveReplay, ReplaySettings: replaySettings(l.SaveReplay, l.ReplayPrivacy), LatencyMode: l.Latency,
		DVRWindow: int64(a.Lives.Window(l) / time.Second), Schedules: liveDates(l.Schedules),
	}
	if l.Key != "" {
		at := a.IngestAddresses()
		j.liveSecretsJSON = &liveSecretsJSON{StreamKey: l.Key, RTMPURL: orNull(at.RTMP), RTMPSURL: orNull(at.RTMPS)}
	}
	return j
}

// liveChange reads what a form or a body says of a live.
func liveChange(in *input) live.Change {
	c := live.Change{
		SaveReplay: in.optBool("saveReplay"), Permanent: in.optBool("permanentLive"), Latency: as[live.Latency](in.optInt("latencyMode")),
		Schedules: schedulesIn(in),
	}
	if replay := in.object("replaySettings"); replay != nil {
		c.ReplayPrivacy = as[video.Privacy](replay.optInt("privacy"))
	}
	if seconds := in.optInt("dvrWindow", between(0, maxDVRSeconds)); seconds != nil {
		c.DVRWindow = new(time.Duration(*seconds) * time.Second)
	}
	return c
}

// maxDVRSeconds keeps the window countable; the site's bound is far below.
const maxDVRSeconds = 365 * 24 * 3600

// schedulesIn reads when a live is to begin; nil when it was not sent.
func schedulesIn(in *input) *[]time.Time {
	value, sent := in.fields["schedules"]
	if !sent {
		return nil
	}
	list := []time.Time{}
	for _, element := range elements(value) {
		fields, _ := element.(map[string]any)
		at, ok := parseTime(fields["startAt"])
		if !ok {
			in.refuse("schedules", value, "Should have a schedule start date that conforms to ISO 8601")
			return nil
		}
		list = append(list, at)
	}
	return &list
}

func (a *API) createLive(w http.ResponseWriter, r *request) error {
	in, files, done, err := r.multipart(a.TemporaryFolder, a.videoPictures())
	if err != nil {
		return err
	}
	defer done()
	d, err := a.liveDraft(r, in)
	if err != nil {
		return err
	}
	hasChat := chatChoice(in)
	if err := in.err(); err != nil {
		return err
	}
	prepared, err := a.preparePictures(r.Context(), files)
	if err != nil {
		return err
	}
	if len(files) > 0 && a.Thumbnails != nil {
		d.Also = func(ctx context.Context, tx *db.Tx, id video.ID) error {
			return a.Thumbnails.SetIn(ctx, tx, id, prepared)
		}
	}
	made, err := a.Lives.Create(r.Context(), r.viewer, d)
	if err != nil {
		a.discardPictures(r.Context(), prepared)
		return err
	}
	if err := a.keepChatChoice(r, made, hasChat); err != nil {
		return err
	}
	return answerNewVideo(w, r, made)
}

// liveDraft reads the fields of a new live and has them checked; everything refused is told in one answer.
func (a *API) liveDraft(r *request, in *input) (live.Draft, error) {
	change := liveChange(in)
	of, err := a.draft(r, in)
	d := live.Draft{Video: of, Change: change}
	return d, joinRefused(err, a.Lives.CheckDraft(r.Context(), r.viewer, d))
}

func (a *API) getLive(w http.ResponseWriter, r *request) error {
	ref, err := r.ref("id")
	if err != nil {
		return err
	}
	found, err := a.Lives.See(r.Context(), ref, video.Access{Viewer: r.viewer, Password: r.Header.Get(passwordHeader)})
	if err != nil {
		return err
	}
	if found.Key != "" {
		w.Header().Set("Cache-Control", "no-store")
	}
	return answer(w, r, a.live(found))
}

func (a *API) updateLive(w http.ResponseWriter, r *request) error {
	of, err := r.managedLive()
	if err != nil {
		return err
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	change := liveChange(in)
	if err := in.err(); err != nil {
		return err
	}
	if err := a.Lives.Update(r.Context(), r.viewer, of.VideoID, change); err != nil {
		return err
	}
	return noContent(w)
}

// managedLive is the live the path names, for who may go on air with it.
func (r *request) managedLive() (live.Live, error) {
	ref, err := r.ref("id")
	if err != nil {
		return live.Live{}, err
	}
	found, _, err := r.api.Lives.Manage(r.Context(), r.viewer, ref)
	return found, err
}

// endLive takes a live off the air: its owner as planned, an administrator as blocked.
func (a *API) endLive(w http.ResponseWriter, r *request) error {
	of, err := r.managedLive()
	if err != nil {
		return err
	}
	_, isOnAir, err := a.LiveSessions.Running(r.Context(), of.VideoID)
	if err != nil {
		return err
	}
	if !isOnAir || a.LiveEnder == nil {
		return fault.New(fault.Conflict, "This live is not on air")
	}
	code, reason := endingBy(r.viewer, of)
	a.LiveEnder.End(of.VideoID, code, reason)
	return noContent(w)
}

func endingBy(viewer account.Viewer, of live.Live) (live.SessionError, error) {
	if viewer.UserID() == of.OwnerID {
		return 0, fault.New(fault.Unavailable, "This live was ended by its owner")
	}
	return live.Blocked, fault.New(fault.Forbidden, "This live was ended by an administrator")
}
