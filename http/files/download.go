package files

import (
	"net/http"
	"regexp"
	"strconv"

	"github.com/google/uuid"

	"lucarne/platform/blob"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

func (f *Files) downloadTorrent(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	return f.send(w, r, delivery{store: f.storeOf(blob.Torrents), key: name, name: name})
}

// A download's address names the video and the resolution: "<uuid>-720.mp4", "<uuid>-720-fragmented.mp4".
var downloadName = regexp.MustCompile(`^([0-9a-f-]{36})-(\d{1,5})(-fragmented)?(\.[a-z0-9]{2,5})$`)

func (f *Files) downloadWebVideo(w http.ResponseWriter, r *http.Request) error {
	return f.download(w, r, func(d video.Details) []video.File { return d.WebFiles })
}

func (f *Files) downloadHLS(w http.ResponseWriter, r *http.Request) error {
	return f.download(w, r, func(d video.Details) []video.File {
		var files []video.File
		for _, p := range d.Playlists {
			files = append(files, p.Files...)
		}
		return files
	})
}

func (f *Files) download(w http.ResponseWriter, r *http.Request, filesOf func(video.Details) []video.File) error {
	parts := downloadName.FindStringSubmatch(r.PathValue("file"))
	if parts == nil {
		return errNoFile()
	}
	id, err := uuid.Parse(parts[1])
	if err != nil {
		return errNoFile()
	}
	d, err := f.downloadable(r, shortid.Of(id))
	if err != nil {
		return err
	}
	for _, file := range filesOf(d) {
		if strconv.Itoa(file.Resolution) == parts[2] && file.Extname == parts[4] {
			return f.sendFile(w, r, d, file, nameOf(d, file))
		}
	}
	return errNoFile()
}

// downloadable reads a video whose files the request may take along.
func (f *Files) downloadable(r *http.Request, ref shortid.Ref) (video.Details, error) {
	id, err := f.o.Videos.Resolve(r.Context(), ref)
	if err != nil {
		return video.Details{}, err
	}
	d, err := f.o.Videos.Get(r.Context(), id)
	if err != nil {
		return video.Details{}, err
	}
	if !d.IsLocal() {
		return video.Details{}, fault.New(fault.NotFound, "The files of this video are on another server")
	}
	if err := f.maySee(r, ref, d); err != nil {
		return video.Details{}, err
	}
	if !d.DownloadEnabled {
		err = f.mayManage(r, d)
	}
	return d, err
}

// maySee asks as for watching, since whoever counts through small ids must not find unlisted videos here either.
func (f *Files) maySee(r *http.Request, ref shortid.Ref, d video.Details) error {
	if d.Privacy.HasPrivateFiles() || d.IsBlocked {
		return f.mayRead(r, d.UUID)
	}
	viewer, err := f.o.Auth.Viewer(r.Context(), r)
	if err != nil {
		return err
	}
	return f.o.Videos.Check(r.Context(), d.Video, video.Access{Viewer: viewer, ByNumber: !ref.IsUUID()})
}

func (f *Files) mayManage(r *http.Request, d video.Details) error {
	viewer, err := f.o.Auth.Viewer(r.Context(), r)
	if err != nil {
		return err
	}
	if !d.CanManage(viewer) {
		return fault.New(fault.Forbidden, "Its author did not allow this video to be downloaded")
	}
	return nil
}

func (f *Files) sendFile(w http.ResponseWriter, r *http.Request, d video.Details, file video.File, name string) error {
	kind, key := placeOf(d, file)
	return f.send(w, r, delivery{store: f.storeOf(kind), key: key, isPrivate: isPrivate(d), name: name, counted: d.ID})
}

// isPrivate reports whether what caches keep of the video may be shown to others.
func isPrivate(d video.Details) bool {
	return d.Privacy.HasPrivateFiles() || d.IsBlocked || !d.DownloadEnabled
}

func placeOf(d video.Details, file video.File) (blob.Kind, string) {
	if file.PlaylistID == 0 {
		return blob.WebVideos, video.WebVideoKey(d.Privacy, file.Filename)
	}
	return blob.StreamingPlaylists, video.PlaylistKey(d.Privacy, d.UUID, file.Filename)
}

func (f *Files) downloadOriginal(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	source, found, err := f.o.Videos.FindSource(r.Context(), name)
	if err != nil {
		return err
	}
	if !found {
		return errNoFile()
	}
	d, err := f.o.Videos.Get(r.Context(), source.VideoID)
	if err != nil {
		return err
	}
	if err := f.mayManage(r, d); err != nil {
		return err
	}
	return f.send(w, r, delivery{store: f.storeOf(blob.OriginalVideoFiles), key: name, isPrivate: true, name: safeName(source.InputFilename)})
}
