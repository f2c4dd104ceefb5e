package web

import (
	"net/http"

	"lucarne/http/router"
	"lucarne/platform/fault"
)

// trouble is how an error is told: what happened, and what to do.
type trouble struct{ title, advice string }

func (r *request) troubleOf(kind fault.Kind) trouble {
	switch kind {
	case fault.NotFound:
		return trouble{r.t.T("error.not-found"), r.t.T("error.not-found-advice")}
	case fault.Unauthenticated:
		return trouble{r.t.T("error.sign-in"), r.t.T("error.sign-in-advice")}
	case fault.Forbidden:
		return trouble{r.t.T("error.forbidden"), r.t.T("error.forbidden-advice")}
	case fault.TooMany:
		return trouble{r.t.T("error.too-many"), r.t.T("error.too-many-advice")}
	case fault.Unavailable:
		return trouble{r.t.T("error.unavailable"), r.t.T("error.unavailable-advice")}
	case fault.Internal:
		return trouble{r.t.T("error.internal"), r.t.T("error.internal-advice")}
	}
	return trouble{r.t.T("error.invalid"), r.t.T("error.invalid-advice")}
}

// fail answers an error with a page. What the visitor must not see is logged, once.
func (r *request) fail(w http.ResponseWriter, err error) {
	kind, status := fault.KindOf(err), router.StatusOf(err)
	if kind == fault.Internal && r.Context().Err() == nil {
		r.pages.Logger.ErrorContext(r.Context(), "page failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	told := r.troubleOf(kind)
	page := r.page(told.title)
	page.Robots = noIndex
	content := errorContent(r, page, status, told)
	if err := r.show(w, status, page, content); err != nil {
		r.pages.Logger.ErrorContext(r.Context(), "error page failed", "path", r.URL.Path, "error", err)
	}
}

// noIndex keeps search engines away from a page.
const noIndex = "noindex"
