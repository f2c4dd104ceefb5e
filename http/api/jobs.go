package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"lucarne/account"
	"lucarne/platform/fault"
	"lucarne/platform/job"
)

// jobStates are the states clients may ask for, with ours. Waiting jobs of a paused queue are in "paused"; no job of ours waits for others
// or jumps the queue, so that the last two are empty.
var jobStates = map[string]job.State{
	"active": job.Active, "completed": job.Completed, "failed": job.Failed, "waiting": job.Waiting, "delayed": job.Delayed,
	pausedState: job.Waiting, "waiting-children": noState, "prioritized": noState,
}

const (
	pausedState           = "paused"
	noState     job.State = "none"
)

// jobTypes are the kinds of jobs of PeerTube 8.2, which clients filter by whether or not we have them.
var jobTypes = []string{
	"activitypub-cleaner", "activitypub-follow", "activitypub-http-broadcast", "activitypub-http-broadcast-parallel", "activitypub-http-fetcher",
	"activitypub-http-unicast", "activitypub-refresher", "actor-keys", "after-video-channel-import", "create-user-export", "email", "federate-video",
	"generate-video-storyboard", "import-user-archive", "manage-video-torrent", "move-to-file-system", "move-to-object-storage", "notify",
	"transcoding-job-builder", "video-channel-import", "video-file-import", "video-import", "video-live-ending", "video-redundancy",
	"video-studio-edition", "video-transcoding", "video-transcription", "videos-stats", "videos-views-stats",
}

// jobJSON is a job as administrators see it.
type jobJSON struct {
	ID          string          `json:"id"`
	State       string          `json:"state"`
	Type        string          `json:"type"`
	Data        json.RawMessage `json:"data"`
	Progress    int             `json:"progress"`
	Priority    int             `json:"priority"`
	Error       *string         `json:"error"`
	Reason      string          `json:"reason,omitempty"` // ours: why it does not move, or what it is doing
	CanCancel   bool            `json:"canCancel"`
	CreatedAt   timestamp       `json:"createdAt"`
	FinishedOn  timestamp       `json:"finishedOn"`
	ProcessedOn timestamp       `json:"processedOn"`
}

func (a *API) jobRoutes() []route {
	if a.Jobs == nil {
		return nil
	}
	admin := func(method, pattern, operation string, do func(http.ResponseWriter, *request) error) route {
		return route{method: method, pattern: pattern, operation: operation, access: privileged, right: account.ManageJobs, do: do}
	}
	return []route{
		admin("GET", "/jobs", "getJobs", a.listJobs),
		admin("GET", "/jobs/{$}", "getJobs", a.listJobs),
		admin("GET", "/jobs/{state}", "getJobs", a.listJobs),
		admin("POST", "/jobs/pause", "", a.pauseJobs),
		admin("POST", "/jobs/resume", "", a.resumeJobs),
		admin("POST", "/jobs/{jobType}/{jobId}/cancel", "cancelJob", a.cancelJob),
	}
}

func (a *API) listJobs(w http.ResponseWriter, r *request) error {
	filter, isNone, err := a.jobFilter(r)
	if err != nil {
		return err
	}
	isPaused, err := a.Jobs.IsPaused(r.Context())
	if err != nil {
		return err
	}
	asked := r.PathValue("state")
	if isNone || (asked == pausedState) != isPaused && filter.State == job.Waiting {
		return a.emptyList(w, r)
	}
	jobs, total, err := a.Jobs.List(r.Context(), filter)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(total, jobs, func(j job.Job) jobJSON { return encodeJob(j, isPaused) }))
}

// jobFilter reads what is asked for; isNone says that no job of ours can be it.
func (a *API) jobFilter(r *request) (filter job.Filter, isNone bool, err error) {
	state, known := jobStates[r.PathValue("state")]
	if !known && r.PathValue("state") != "" {
		return filter, false, r.badPath("state", invalidValue)
	}
	in, err := r.query()
	if err != nil {
		return filter, false, err
	}
	p := r.page(in)
	kind := in.optString("jobType", oneOf(append(slices.Clone(a.Jobs.Kinds()), jobTypes...)...))
	sort := in.optString("sort", oneOf("", "createdAt", "-createdAt"))
	filter = job.Filter{State: state, Start: p.start, Count: p.count, OldestFirst: sort != nil && *sort == "createdAt"}
	if kind != nil {
		filter.Kind = *kind
	}
	return filter, state == noState, in.err()
}

func encodeJob(j job.Job, isPaused bool) jobJSON {
	encoded := jobJSON{
		ID: strconv.FormatInt(int64(j.ID), 10), State: string(j.State), Type: j.Kind, Data: j.Payload, Progress: j.Percent, Priority: j.Priority,
		Reason: j.Reason, CanCancel: j.State == job.Active, Error: orNull(j.Error),
		CreatedAt: timestamp(j.CreatedAt), FinishedOn: timestamp(j.FinishedAt), ProcessedOn: timestamp(j.StartedAt),
	}
	if j.State == job.Waiting && isPaused {
		encoded.State = pausedState
	}
	if j.State == job.Completed {
		encoded.Progress = 100
	}
	if len(j.Payload) == 0 {
		encoded.Data = json.RawMessage("{}")
	}
	return encoded
}

func (a *API) pauseJobs(w http.ResponseWriter, r *request) error {
	if err := a.Jobs.Pause(r.Context()); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) resumeJobs(w http.ResponseWriter, r *request) error {
	if err := a.Jobs.Resume(r.Context()); err != nil {
		return err
	}
	return noContent(w)
}

// cancelJob ends a job that runs.
func (a *API) cancelJob(w http.ResponseWriter, r *request) error {
	id, err := r.pathID("jobId")
	if err != nil {
		return err
	}
	found, err := a.Jobs.Get(r.Context(), job.ID(id))
	if err != nil {
		return err
	}
	if found.Kind != r.PathValue("jobType") {
		return fault.New(fault.NotFound, "Job not found")
	}
	if found.State != job.Active {
		return fault.New(fault.Conflict, "Only a running job can be cancelled")
	}
	if err := a.Jobs.Cancel(r.Context(), found.ID); err != nil {
		return err
	}
	return noContent(w)
}
