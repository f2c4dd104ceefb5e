package files

import (
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"time"

	"github.com/google/uuid"

	"lucarne/http/router"
	"lucarne/live/packager"
	"lucarne/platform/fault"
)

// OnAir finds what is on air.
type OnAir interface {
	// OnAir gives where the files of a live come from while it is on air, and for a while after. isPrivate says that they are for those
	// alone who may see the video.
	OnAir(id uuid.UUID) (p *packager.Packager, isPrivate, ok bool)
}

// live answers with a file of what is on air; false when it is none of it, and stored files are to be looked at.
func (f *Files) live(w http.ResponseWriter, r *http.Request, id uuid.UUID, isPrivate bool) (isLive bool, err error) {
	if f.o.OnAir == nil {
		return false, nil
	}
	from, ofPrivate, ok := f.o.OnAir.OnAir(id)
	if !ok || ofPrivate != isPrivate {
		return false, nil
	}
	name := r.PathValue("file")
	switch path.Ext(name) {
	case ".m3u8", ".json":
		err = livePlaylist(w, r, from, name)
	case ".m4s", ".mp4":
		err = liveSection(w, r, from, name, isPrivate)
	default:
		return false, nil
	}
	return !fault.Is(err, fault.NotFound), err
}

// livePlaylist answers with a playlist or digests, as soon as they hold what is asked for (RFC 8216bis §6.2.5).
func livePlaylist(w http.ResponseWriter, r *http.Request, from *packager.Packager, name string) error {
	query := r.URL.Query()
	reload, err := reloadOf(query)
	if err != nil {
		return err
	}
	body, err := from.Playlist(r.Context(), name, reload)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	if token := query.Get("videoFileToken"); token != "" && query.Get("reinjectVideoFileToken") == "true" && path.Ext(name) == ".m3u8" {
		return router.WriteBody(w, r, body.ContentType, withToken(body.Plain, token))
	}
	h.Set("Content-Type", body.ContentType)
	h.Set("ETag", body.ETag)
	h.Add("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == body.ETag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	text := body.Plain
	if router.AcceptsGzip(r.Header.Get("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		text = body.Gzip
	}
	h.Set("Content-Length", strconv.Itoa(len(text)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(text) // who left needs no answer
	}
	return nil
}

// reloadOf reads the delivery directives of RFC 8216bis §6.2.5.
func reloadOf(query url.Values) (q packager.Reload, err error) {
	if text := query.Get("_HLS_msn"); text != "" {
		q.HasMSN = true
		if q.MSN, err = strconv.ParseInt(text, 10, 64); err != nil || q.MSN < 0 {
			return q, fault.InvalidParam("_HLS_msn", text, "Should be the number of a segment")
		}
	}
	if text := query.Get("_HLS_part"); text != "" {
		q.HasPart = true
		if q.Part, err = strconv.Atoi(text); err != nil || q.Part < 0 {
			return q, fault.InvalidParam("_HLS_part", text, "Should be the number of a part")
		}
	}
	q.Skip = query.Get("_HLS_skip") != ""
	return q, nil
}

// liveSection answers with an initialisation, a segment or a part. What was sent never changes.
func liveSection(w http.ResponseWriter, r *http.Request, from *packager.Packager, name string, isPrivate bool) error {
	section, err := from.Open(r.Context(), name)
	if err != nil {
		return err
	}
	defer section.Close()
	h := w.Header()
	h.Set("Content-Type", section.ContentType)
	h.Set("Cache-Control", liveAge(isPrivate))
	if r.Header.Get("Range") != "" || section.File == nil {
		http.ServeContent(w, r, "", time.Time{}, io.NewSectionReader(section.Content, section.Offset, section.Size))
		return nil
	}
	if _, err := section.File.Seek(section.Offset, io.SeekStart); err != nil {
		return err
	}
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Length", strconv.FormatInt(section.Size, 10))
	if r.Method != http.MethodHead {
		_, _ = io.CopyN(w, section.File, section.Size) // who left needs no answer
	}
	return nil
}

func liveAge(isPrivate bool) string {
	const hour = "max-age=3600, immutable"
	if isPrivate {
		return "private, " + hour
	}
	return "public, " + hour
}
