package api

import (
	"encoding/json"
	"net/http"
	"time"

	"lucarne/video"
)

type sourceJSON struct {
	Filename        string          `json:"filename"` // until version 8.0
	InputFilename   string          `json:"inputFilename"`
	FileURL         *string         `json:"fileUrl"` // always null: originals are private
	FileDownloadURL *string         `json:"fileDownloadUrl"`
	Resolution      label[int]      `json:"resolution"`
	Size            int64           `json:"size"`
	Width           int             `json:"width"`
	Height          int             `json:"height"`
	FPS             int             `json:"fps"`
	Metadata        json.RawMessage `json:"metadata"`
	CreatedAt       time.Time       `json:"createdAt"`
}

func (a *API) source(s video.Source) sourceJSON {
	j := sourceJSON{
		Filename: s.InputFilename, InputFilename: s.InputFilename, Size: s.Size, Width: s.Width, Height: s.Height, FPS: s.FPS,
		Metadata: s.Metadata, CreatedAt: s.CreatedAt,
	}
	if j.Metadata == nil {
		j.Metadata = json.RawMessage("null")
	}
	if s.Resolution >= 0 {
		j.Resolution = label[int]{s.Resolution, resolutionLabel(s.Resolution)}
	}
	if s.HasFile() && s.IsKept {
		download := a.sourceDownload(s.Filename)
		j.FileDownloadURL = &download
	}
	return j
}

// videoSource tells the owner what was uploaded.
func (a *API) videoSource(w http.ResponseWriter, r *request) error {
	ref, err := r.ref("id")
	if err != nil {
		return err
	}
	managed, err := a.Videos.Manage(r.Context(), r.viewer, ref)
	if err != nil {
		return err
	}
	s, err := a.Files.Source(r.Context(), managed.ID)
	if err != nil {
		return err
	}
	return answer(w, r, a.source(s))
}

func (a *API) deleteSourceFile(w http.ResponseWriter, r *request) error {
	id, err := r.pathVideo()
	if err != nil {
		return err
	}
	if err := a.Files.DropSource(r.Context(), id); err != nil {
		return err
	}
	return noContent(w)
}
