package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/upload"
)

func (a *API) resumableRoutes() []route {
	const fresh, replacing = "/videos/upload-resumable", "/videos/{id}/source/replace-resumable"
	return []route{
		{method: "POST", pattern: fresh, operation: "uploadResumableInit", access: signedIn, maxBody: a.maxVideoForm(), do: a.beginUpload},
		{method: "PUT", pattern: fresh, operation: "uploadResumable", access: signedIn, maxBody: -1, do: a.continueUpload(newVideo)},
		{method: "DELETE", pattern: fresh, operation: "uploadResumableCancel", access: signedIn, do: a.cancelUpload(newVideo)},
		{method: "POST", pattern: replacing, operation: "replaceVideoSourceResumableInit", access: signedIn, maxBody: a.maxVideoForm(), do: a.beginReplacement},
		{method: "PUT", pattern: replacing, operation: "replaceVideoSourceResumable", access: signedIn, maxBody: -1, do: a.continueUpload((*request).pathVideo)},
		{method: "DELETE", pattern: replacing, operation: "replaceVideoSourceResumableCancel", access: signedIn, do: a.cancelUpload((*request).pathVideo)},
	}
}

// newVideo is for uploads that replace nothing.
func newVideo(*request) (video.ID, error) { return 0, nil }

// beginUpload opens an upload in pieces; Location is where they go.
func (a *API) beginUpload(w http.ResponseWriter, r *request) error {
	in, files, done, err := r.multipart(a.TemporaryFolder, a.videoPictures())
	if err != nil {
		return err
	}
	defer done()
	start := r.start(in)
	if start.Draft, err = a.draft(r, in); err != nil {
		return err
	}
	if err := a.checkPictures(files); err != nil {
		return err
	}
	start.Pictures = picturesOf(files)
	return a.begin(w, r, start)
}

func (a *API) beginReplacement(w http.ResponseWriter, r *request) error {
	id, err := r.pathVideo()
	if err != nil {
		return err
	}
	in, _, done, err := r.multipart(a.TemporaryFolder, nil)
	if err != nil {
		return err
	}
	defer done()
	start := r.start(in)
	if err := in.err(); err != nil {
		return err
	}
	start.Replaces = id
	return a.begin(w, r, start)
}

// start reads what every upload in pieces begins with.
func (r *request) start(in *input) upload.Start {
	const message = "Should have a valid filename"
	in.require("filename", message)
	size, ok := digits(r.Header.Get("X-Upload-Content-Length"))
	if !ok || size == 0 {
		in.refuse("X-Upload-Content-Length", r.Header.Get("X-Upload-Content-Length"), "Should specify the file length")
	}
	return upload.Start{
		Size: size, MIMEType: r.Header.Get("X-Upload-Content-Type"), Filename: valueOf(in.optString("filename", length(0, 2000).saying(message))),
	}
}

// checkPictures refuses a damaged picture before the film is sent.
func (a *API) checkPictures(files map[string]*part) error {
	for name, part := range files {
		file, err := part.open()
		if err != nil {
			return err
		}
		err = a.Thumbnails.Check(file)
		file.Close()
		if err != nil {
			return imageFault(name, err)
		}
	}
	return nil
}

func (a *API) begin(w http.ResponseWriter, r *request, start upload.Start) error {
	made, err := a.Uploads.Begin(r.Context(), r.viewer, start)
	if err != nil {
		return err
	}
	w.Header().Set("Location", fmt.Sprintf("//%s%s?upload_id=%s", r.Host, r.URL.EscapedPath(), made.ID))
	return protocolAnswer(w, http.StatusCreated, "Location")
}

// protocolAnswer is an empty answer of the resumable protocol. exposed is the header scripts of other sites may read.
func protocolAnswer(w http.ResponseWriter, status int, exposed string) error {
	w.Header().Set("Access-Control-Expose-Headers", "Retry-After,"+exposed)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(status)
	return nil
}

const uploadParameter = "upload_id"

// continueUpload takes a part, or tells how much is here already.
func (a *API) continueUpload(replaces func(*request) (video.ID, error)) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		of, err := replaces(r)
		if err != nil {
			return err
		}
		part, err := parseContentRange(r.Header.Get("Content-Range"))
		if err != nil {
			return locate(err, "headers")
		}
		received, err := a.Uploads.Receive(r.Context(), r.viewer, r.URL.Query().Get(uploadParameter), of, part, r.Body)
		switch {
		case err != nil:
			return protocolFault(w, err)
		case received.Became == 0:
			if received.Bytes > 0 {
				w.Header().Set("Range", fmt.Sprintf("bytes=0-%d", received.Bytes-1))
			}
			return protocolAnswer(w, http.StatusPermanentRedirect, "Range")
		case of != 0:
			return noContent(w)
		}
		return answerNewVideo(w, r, received.Video)
	}
}

func (a *API) cancelUpload(replaces func(*request) (video.ID, error)) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		of, err := replaces(r)
		if err != nil {
			return err
		}
		if err := a.Uploads.Cancel(r.Context(), r.viewer, r.URL.Query().Get(uploadParameter), of); err != nil {
			return protocolFault(w, err)
		}
		w.Header().Set("Cache-Control", "no-store")
		return noContent(w)
	}
}

// retryAfter is how long a sender waits, in seconds, while its file is made a video.
const retryAfter = 5

// protocolFault answers in the protocol's own form where its senders look for it, and leaves the rest to the table of problems.
func protocolFault(w http.ResponseWriter, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	if f.Code == upload.CodeProcessing {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
		return err
	}
	status := map[string]int{upload.CodeConflict: http.StatusConflict, upload.CodeNotFound: http.StatusNotFound}[f.Code]
	if status == 0 {
		return err
	}
	body, marshalErr := json.Marshal(map[string]any{"error": map[string]string{"code": f.Code, "message": f.Message}})
	if marshalErr != nil {
		return marshalErr
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, err = w.Write(body)
	return err
}
