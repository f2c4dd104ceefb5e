package api

import (
	"net/http"

	"lucarne/video"
	"lucarne/video/audience"
)

func (a *API) historyRoutes() []route {
	if a.History == nil {
		return nil
	}
	const all = "/users/me/history/videos"
	return []route{
		{method: "GET", pattern: all, access: signedIn, do: a.listHistory},
		{method: "POST", pattern: all + "/remove", access: signedIn, do: a.clearHistory},
		{method: "DELETE", pattern: all + "/{id}", access: signedIn, do: a.forgetWatched},
	}
}

// userHistoryJSON is where a user stands in a video.
type userHistoryJSON struct {
	CurrentTime int `json:"currentTime"`
}

func (a *API) listHistory(w http.ResponseWriter, r *request) error {
	in, err := r.query()
	if err != nil {
		return err
	}
	p := r.page(in)
	search := in.optString("search", length(0, 1000))
	if err := in.err(); err != nil {
		return err
	}
	total, watched, err := a.History.List(r.Context(), r.viewer, audience.WatchedPage{Start: p.start, Count: p.count, Search: valueOf(search)})
	if err != nil {
		return err
	}
	return answer(w, r, listOf(total, watched, func(one audience.Watched) videoJSON {
		j := a.video(one.Video.Video)
		j.UserHistory = &userHistoryJSON{one.Seconds}
		return j
	}))
}

func (a *API) clearHistory(w http.ResponseWriter, r *request) error {
	in, _, done, err := r.multipart("", nil)
	if err != nil {
		return err
	}
	defer done()
	before := in.optTime("beforeDate", "Should have a before date that conforms to ISO 8601")
	if err := in.err(); err != nil {
		return err
	}
	if err := a.History.Clear(r.Context(), r.viewer, valueOf(before)); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) forgetWatched(w http.ResponseWriter, r *request) error {
	id, err := r.pathVideo()
	if err != nil {
		return err
	}
	if err := a.History.Forget(r.Context(), r.viewer, id); err != nil {
		return err
	}
	return noContent(w)
}

// addPositions tells users where they stand in the videos of a page, with one query.
func (a *API) addPositions(r *request, videos []videoJSON) error {
	if a.History == nil || !r.viewer.IsSignedIn() {
		return nil
	}
	ids := make([]video.ID, len(videos))
	for i, v := range videos {
		ids[i] = v.ID
	}
	positions, err := a.History.Positions(r.Context(), r.viewer, ids)
	for i, v := range videos {
		if seconds, ok := positions[v.ID]; ok {
			videos[i].UserHistory = &userHistoryJSON{seconds}
		}
	}
	return err
}
