package api

import (
	"net/http"

	"lucarne/video"
	"lucarne/video/audience"
)

func (a *API) rateRoutes() []route {
	if a.Rates == nil {
		return nil
	}
	return []route{
		{method: "PUT", pattern: "/videos/{id}/rate", access: signedIn, do: a.rate},
		{method: "GET", pattern: "/users/me/videos/{id}/rating", access: signedIn, do: a.myRating},
		{method: "GET", pattern: "/accounts/{name}/ratings", access: signedIn, do: a.listRatings},
	}
}

func (a *API) rate(w http.ResponseWriter, r *request) error {
	ref, err := r.ref("id")
	if err != nil {
		return err
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	isRating := check[string]{ok: audience.IsRating, message: invalidValue}
	rating := valueOf(in.optString("rating", isRating))
	if in.err() == nil {
		in.require("rating", invalidValue)
	}
	if err := in.err(); err != nil {
		return err
	}
	access := video.Access{Viewer: r.viewer, Password: r.Header.Get(passwordHeader)}
	if err := a.Rates.Rate(r.Context(), ref, access, audience.Rating(rating)); err != nil {
		return err
	}
	return noContent(w)
}

type myRatingJSON struct {
	VideoID video.ID        `json:"videoId"`
	Rating  audience.Rating `json:"rating"`
}

func (a *API) myRating(w http.ResponseWriter, r *request) error {
	ref, err := r.ref("id")
	if err != nil {
		return err
	}
	id, rating, err := a.Rates.Of(r.Context(), r.viewer, ref)
	if err != nil {
		return err
	}
	return answer(w, r, myRatingJSON{id, rating})
}

type ratedJSON struct {
	Video  videoJSON       `json:"video"`
	Rating audience.Rating `json:"rating"`
}

func (a *API) listRatings(w http.ResponseWriter, r *request) error {
	of, err := a.FindAccount(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	in, err := r.query()
	if err != nil {
		return err
	}
	p := r.page(in)
	sort := in.optString("sort", oneOf("createdAt", "-createdAt", "").saying("Should have a valid sort column"))
	rating := in.optString("rating", oneOf(string(audience.Like), string(audience.Dislike)))
	if err := in.err(); err != nil {
		return err
	}
	total, rated, err := a.Rates.List(r.Context(), r.viewer, of.ID, audience.RatedPage{
		Start: p.start, Count: p.count, OldestFirst: valueOf(sort) == "createdAt", Rating: audience.Rating(valueOf(rating)),
	})
	if err != nil {
		return err
	}
	return answer(w, r, listOf(total, rated, func(one audience.RatedVideo) ratedJSON {
		return ratedJSON{Video: a.video(one.Video.Video), Rating: one.Rating}
	}))
}
