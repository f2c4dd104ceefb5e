package files

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
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
	switch path.Ext(r.PathValue("file")) {
	case ".m3u8", ".json":
		err = livePlaylist(w, r, from, isPrivate)
	case ".m4s", ".mp4":
		err = liveSection(w, r, from, isPrivate)
	default:
		return false, nil
	}
	return !fault.Is(err, fault.NotFound), err
}

// livePlaylist answers with a playlist or digests, as soon as they hold what is asked for (RFC 8216bis §6.2.5).
func livePlaylist(w http.ResponseWriter, r *http.Request, from *packager.Packager, isPrivate bool) error {
	query, name := r.URL.Query(), r.PathValue("file")
	reload, err := reloadOf(query)
	if err != nil {
		return err
	}
	body, err := from.Playlist(r.Context(), name, reload)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", reach(isPrivate)+playlistAge(reload))
	if token := query.Get("videoFileToken"); isPrivate && token != "" && query.Get("reinjectVideoFileToken") == "true" && path.Ext(name) == ".m3u8" {
		return router.WriteBody(w, r, body.ContentType, withToken(body.Plain, token))
	}
	writeShared(w, r, body)
	return nil
}

// writeShared answers with a body that was made and packed for all who ask.
func writeShared(w http.ResponseWriter, r *http.Request, body *packager.Body) {
	h := w.Header()
	h.Set("Content-Type", body.ContentType)
	h.Set("ETag", "W/"+body.ETag) // weak, as it is of both codings
	h.Add("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("If-None-Match"), body.ETag) {
		w.WriteHeader(http.StatusNotModified)
		return
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
}

// playlistAge is how long caches may answer with a playlist (RFC 8216bis appendix B.1): the answer to a blocking reload is asked for once
// by each player and stays right, others are soon old.
func playlistAge(q packager.Reload) string {
	if q.HasMSN {
		return "max-age=10"
	}
	return "max-age=1"
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
	skip := query.Get("_HLS_skip")
	q.Skip = skip == "YES" || skip == "v2"
	return q, nil
}

// liveSection answers with an initialisation, a segment or a part. What was sent never changes. From disk it goes by sendfile.
func liveSection(w http.ResponseWriter, r *http.Request, from *packager.Packager, isPrivate bool) error {
	section, err := from.Open(r.Context(), r.PathValue("file"))
	if err != nil {
		return err
	}
	defer section.Close()
	isRange := r.Header.Get("Range") != ""
	if section.File != nil && !isRange {
		if _, err := section.File.Seek(section.Offset, io.SeekStart); err != nil {
			return fmt.Errorf("read a live segment: %w", err)
		}
	}
	h := w.Header()
	h.Set("Content-Type", section.ContentType)
	h.Set("Cache-Control", reach(isPrivate)+"max-age=3600, immutable")
	if section.File == nil || isRange {
		content := io.NewSectionReader(section.Content, section.Offset, section.Size)
		http.ServeContent(&rangeProblems{ResponseWriter: w, request: r}, r, "", time.Time{}, content)
		return nil
	}
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Length", strconv.FormatInt(section.Size, 10))
	if r.Method != http.MethodHead {
		_, _ = io.CopyN(w, section.File, section.Size) // who left needs no answer
	}
	return nil
}

// reach says which caches may keep an answer.
func reach(isPrivate bool) string {
	if isPrivate {
		return "private, "
	}
	return "public, "
}
