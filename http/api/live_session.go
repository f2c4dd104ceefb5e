package api

import (
	"net/http"

	"github.com/google/uuid"

	"lucarne/live"
	"lucarne/platform/shortid"
	"lucarne/video"
)

type liveSessionJSON struct {
	ID              live.SessionID      `json:"id"`
	StartDate       timestamp           `json:"startDate"`
	EndDate         timestamp           `json:"endDate"`
	EndingProcessed bool                `json:"endingProcessed"`
	SaveReplay      bool                `json:"saveReplay"`
	ReplaySettings  *replaySettingsJSON `json:"replaySettings,omitempty"`
	Error           *live.SessionError  `json:"error"`
	ReplayVideo     *replayVideoJSON    `json:"replayVideo,omitempty"`
}

type replayVideoJSON struct {
	ID        video.ID  `json:"id"`
	UUID      uuid.UUID `json:"uuid"`
	ShortUUID string    `json:"shortUUID"`
}

func liveSessionOf(s live.Session) liveSessionJSON {
	j := liveSessionJSON{
		ID: s.ID, StartDate: timestamp(s.StartedAt), EndDate: timestamp(s.EndedAt), EndingProcessed: s.Processed, SaveReplay: s.SaveReplay,
		ReplaySettings: replaySettings(s.SaveReplay, s.ReplayPrivacy),
	}
	if s.Error != 0 {
		j.Error = &s.Error
	}
	if s.ReplayVideoID != 0 {
		j.ReplayVideo = &replayVideoJSON{ID: s.ReplayVideoID, UUID: s.ReplayUUID, ShortUUID: shortid.Encode(s.ReplayUUID)}
	}
	return j
}

func (a *API) listLiveSessions(w http.ResponseWriter, r *request) error {
	of, err := r.managedLive()
	if err != nil {
		return err
	}
	in, err := r.query()
	if err != nil {
		return err
	}
	const byStart = "startDate"
	sort := in.optString("sort", oneOf(byStart, "-"+byStart))
	if err := in.err(); err != nil {
		return err
	}
	total, list, err := a.LiveSessions.List(r.Context(), of.VideoID, valueOf(sort) == "-"+byStart)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(total, list, liveSessionOf))
}

func (a *API) liveSessionOf(w http.ResponseWriter, r *request) error {
	ref, err := r.ref("id")
	if err != nil {
		return err
	}
	found, err := a.LiveSessions.ForVideo(r.Context(), ref, video.Access{Viewer: r.viewer, Password: r.Header.Get(passwordHeader)})
	if err != nil {
		return err
	}
	return answer(w, r, liveSessionOf(found))
}
