package web

import (
	"net/http"

	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
	"lucarne/video/audience"
)

func (r *request) ratingOf(v video.Video) (audience.Rating, error) {
	if !r.viewer.IsSignedIn() {
		return audience.None, nil
	}
	_, rating, err := r.pages.Rates.Of(r.Context(), r.viewer, shortid.Of(v.UUID))
	return rating, err
}

// rate sets what the viewer thinks of the video, and shows the buttons anew.
func (p *Pages) rate(w http.ResponseWriter, r *request) error {
	ref, err := r.ref()
	if err != nil {
		return err
	}
	wanted := r.PostFormValue("rating")
	if !audience.IsRating(wanted) {
		return fault.New(fault.Invalid, "There is no such rating")
	}
	if err := p.Rates.Rate(r.Context(), ref, r.accessTo(ref), audience.Rating(wanted)); err != nil {
		return err
	}
	d, err := r.seen()
	if err != nil {
		return err
	}
	if r.isPart() {
		return r.part(w, rateForm(r, r.page(""), d.Video, audience.Rating(wanted)))
	}
	return r.redirect(w, watchPath(d.Video))
}

// opposite is what a press on a button asks for: pressed again, it takes the rating back.
func opposite(now, button audience.Rating) string {
	if now == button {
		return string(audience.None)
	}
	return string(button)
}
