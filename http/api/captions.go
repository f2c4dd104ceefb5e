package api

import (
	"errors"
	"net/http"
	"path"

	"golang.org/x/text/language"

	"lucarne/platform/constant"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/subtitle"
)

func (a *API) captionRoutes() []route {
	if a.Captions == nil {
		return nil
	}
	const all = "/videos/{id}/captions"
	return []route{
		{method: "GET", pattern: all, access: optional, do: a.listCaptions},
		{method: "POST", pattern: all + "/generate", access: signedIn, do: a.generateCaption},
		{
			method: "PUT", pattern: all + "/{captionLanguage}", access: signedIn, maxBody: subtitle.MaxBytes + maxFormText,
			do: a.setCaption,
		},
		{method: "DELETE", pattern: all + "/{captionLanguage}", access: signedIn, do: a.deleteCaption},
	}
}

type captionJSON struct {
	Language               label[string] `json:"language"`
	AutomaticallyGenerated bool          `json:"automaticallyGenerated"`
	CaptionPath            string        `json:"captionPath"` // replaced by FileURL in version 8.0
	FileURL                string        `json:"fileUrl"`
	M3U8URL                *string       `json:"m3u8Url"`
	UpdatedAt              timestamp     `json:"updatedAt"`
}

func (a *API) caption(of video.Video, c video.Caption) captionJSON {
	j := captionJSON{
		Language: label[string]{c.Language, constant.Languages().Label(c.Language, language.English)}, AutomaticallyGenerated: c.IsAutomatic,
		CaptionPath: video.CaptionPath(c), FileURL: or(c.RemoteURL, video.CaptionURL(a.Site, c)), UpdatedAt: timestamp(c.UpdatedAt),
	}
	if c.PlaylistFilename != "" {
		j.M3U8URL = orNull(video.PlaylistURL(a.Site, of.Privacy, of.UUID, path.Base(c.PlaylistFilename)))
	}
	return j
}

func (a *API) listCaptions(w http.ResponseWriter, r *request) error {
	of, err := r.seen()
	if err != nil {
		return err
	}
	captions, err := a.Captions.List(r.Context(), of.ID)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(len(captions), captions, func(c video.Caption) captionJSON { return a.caption(of.Video, c) }))
}

func (a *API) setCaption(w http.ResponseWriter, r *request) error {
	id, err := r.pathVideo()
	if err != nil {
		return err
	}
	const field = "captionfile"
	_, files, done, err := r.multipart("", parts{field: subtitle.MaxBytes})
	if err != nil {
		return err
	}
	defer done()
	if files[field] == nil {
		return fault.InvalidParam(field, nil, "A caption file is needed: WebVTT or SRT")
	}
	text, err := files[field].open()
	if err != nil {
		return err
	}
	defer text.Close()
	if err := a.Captions.Set(r.Context(), r.viewer, id, r.PathValue("captionLanguage"), text); err != nil {
		return unreadable(field, err)
	}
	return noContent(w)
}

// unreadable names the field whose file a subject could not read.
func unreadable(field string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) && f.Kind == fault.Invalid && len(f.Params) == 0 {
		return fault.InvalidParam(field, nil, "%s", f.Message)
	}
	return err
}

func (a *API) deleteCaption(w http.ResponseWriter, r *request) error {
	id, err := r.pathVideo()
	if err != nil {
		return err
	}
	if err := a.Captions.Delete(r.Context(), r.viewer, id, r.PathValue("captionLanguage")); err != nil {
		return err
	}
	return noContent(w)
}

// generateCaption would have a machine write captions. There is none, which is what those who may change the video are told.
func (a *API) generateCaption(_ http.ResponseWriter, r *request) error {
	ref, err := r.ref("id")
	if err != nil {
		return err
	}
	if _, err := a.Videos.Manage(r.Context(), r.viewer, ref); err != nil {
		return err
	}
	return fault.New(fault.Invalid, "Video transcription is disabled on this instance")
}
