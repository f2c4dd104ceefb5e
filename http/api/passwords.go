package api

import (
	"net/http"

	"lucarne/video"
)

func (a *API) passwordRoutes() []route {
	if a.Videos == nil {
		return nil
	}
	const all = "/videos/{id}/passwords"
	return []route{
		{method: "GET", pattern: all, operation: "listVideoPasswords", access: signedIn, do: a.listPasswords},
		{method: "PUT", pattern: all, operation: "updateVideoPasswordList", access: signedIn, do: a.replacePasswords},
		{method: "POST", pattern: all, operation: "addVideoPassword", access: signedIn, do: a.addPassword},
		{method: "DELETE", pattern: all + "/{passwordId}", operation: "removeVideoPassword", access: signedIn, do: a.deletePassword},
	}
}

type passwordJSON struct {
	ID        video.PasswordID `json:"id"`
	Password  string           `json:"password"`
	VideoID   video.ID         `json:"videoId"`
	CreatedAt timestamp        `json:"createdAt"`
	UpdatedAt timestamp        `json:"updatedAt"`
}

func passwordOf(k video.Key) passwordJSON {
	return passwordJSON{ID: k.ID, Password: k.Password, VideoID: k.VideoID, CreatedAt: timestamp(k.CreatedAt), UpdatedAt: timestamp(k.UpdatedAt)}
}

func (a *API) listPasswords(w http.ResponseWriter, r *request) error {
	id, err := r.pathVideo()
	if err != nil {
		return err
	}
	in, err := r.query()
	if err != nil {
		return err
	}
	p := r.page(in)
	sort := in.optString("sort", oneOf("createdAt", "-createdAt"))
	if err := in.err(); err != nil {
		return err
	}
	page := video.Page{Start: p.start, Count: p.count}
	if sort != nil {
		page.Sort = video.Sort{By: "createdAt", IsDescending: *sort == "-createdAt"}
	}
	total, keys, err := a.Videos.Passwords(r.Context(), r.viewer, id, page)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(total, keys, passwordOf))
}

func (a *API) replacePasswords(w http.ResponseWriter, r *request) error {
	return a.changePasswords(w, r, func(id video.ID, in *input) error {
		passwords := in.strings("passwords")
		if err := in.err(); err != nil {
			return err
		}
		return a.Videos.ReplacePasswords(r.Context(), r.viewer, id, passwords)
	})
}

func (a *API) addPassword(w http.ResponseWriter, r *request) error {
	return a.changePasswords(w, r, func(id video.ID, in *input) error {
		password := valueOf(in.optString("password"))
		if err := in.err(); err != nil {
			return err
		}
		return a.Videos.AddPassword(r.Context(), r.viewer, id, password)
	})
}

func (a *API) changePasswords(w http.ResponseWriter, r *request, change func(video.ID, *input) error) error {
	id, err := r.pathVideo()
	if err != nil {
		return err
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	if err := change(id, in); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) deletePassword(w http.ResponseWriter, r *request) error {
	id, err := r.pathVideo()
	if err != nil {
		return err
	}
	key, err := r.pathID("passwordId")
	if err != nil {
		return err
	}
	if err := a.Videos.DeletePassword(r.Context(), r.viewer, id, video.PasswordID(key)); err != nil {
		return err
	}
	return noContent(w)
}
