package files

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"

	"lucarne/platform/blob"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
	"lucarne/video/ffmpeg"
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
	d, err := f.downloadable(r, shortid.Ref{Kind: shortid.Full, UUID: id})
	if err != nil {
		return err
	}
	for _, file := range filesOf(d) {
		if strconv.Itoa(file.Resolution) == parts[2] && file.Extname == parts[4] {
			return f.sendFile(w, r, d, file)
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
	if d.Privacy.HasPrivateFiles() || d.IsBlocked {
		err = f.mayRead(r, d.UUID)
	}
	if err == nil && !d.DownloadEnabled {
		err = f.mayManage(r, d)
	}
	return d, err
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

func (f *Files) sendFile(w http.ResponseWriter, r *http.Request, d video.Details, file video.File) error {
	kind, key := placeOf(d, file)
	return f.send(w, r, delivery{store: f.storeOf(kind), key: key, isPrivate: d.Privacy.HasPrivateFiles(), name: nameOf(d, file)})
}

func placeOf(d video.Details, file video.File) (blob.Kind, string) {
	if file.PlaylistID == 0 {
		return blob.WebVideos, video.WebVideoKey(d.Privacy, file.Filename)
	}
	return blob.StreamingPlaylists, video.PlaylistKey(d.Privacy, d.UUID, file.Filename)
}

// nameOf is what a file is called on the visitor's disk, as PeerTube names it.
func nameOf(d video.Details, file video.File) string {
	name := fmt.Sprintf("%s-%dp", safeName(d.Name), file.Resolution)
	if file.PlaylistID != 0 {
		name += "-hls"
	}
	return name + file.Extname
}

// safeName takes away what file systems do not take.
func safeName(name string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || strings.ContainsRune(`/\:*?"<>|`, c) {
			return '_'
		}
		return c
	}, name)
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

// maxChosen is how many files one download may put together: picture and sound.
const maxChosen = 2

// generate answers the chosen files as one: a single file as it is, picture and sound muxed on the way out.
func (f *Files) generate(w http.ResponseWriter, r *http.Request) error {
	ref, err := shortid.Parse(r.PathValue("id"))
	if err != nil {
		return err
	}
	d, err := f.downloadable(r, ref)
	if err != nil {
		return err
	}
	chosen, err := choose(d, r)
	if err != nil {
		return err
	}
	if len(chosen) == 1 {
		return f.sendFile(w, r, d, chosen[0])
	}
	return f.mux(w, r, d, chosen)
}

func choose(d video.Details, r *http.Request) ([]video.File, error) {
	query := r.URL.Query()
	wanted := append(query["videoFileIds"], query["videoFileIds[]"]...)
	if len(wanted) == 0 || len(wanted) > maxChosen {
		return nil, refusedFiles(wanted, "Should name one file, or one of picture and one of sound")
	}
	all := slices.Clone(d.WebFiles)
	for _, p := range d.Playlists {
		all = append(all, p.Files...)
	}
	var chosen []video.File
	for _, text := range wanted {
		i := slices.IndexFunc(all, func(file video.File) bool { return strconv.FormatInt(int64(file.ID), 10) == text })
		if i < 0 {
			return nil, refusedFiles(wanted, "Should name files of this video")
		}
		chosen = append(chosen, all[i])
	}
	if len(chosen) == maxChosen && chosen[0].HasVideo == chosen[1].HasVideo {
		return nil, refusedFiles(wanted, "Should name one file of picture and one of sound")
	}
	return chosen, nil
}

func refusedFiles(value any, message string) error {
	return fault.InvalidParams([]fault.Param{{Name: "videoFileIds", Value: value, Message: message, Location: "query"}})
}

// counter bounds what runs at a time, by a limit that may change.
type counter struct {
	mu      sync.Mutex
	running int
}

func (c *counter) enter(most int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running >= most {
		return false
	}
	c.running++
	return true
}

func (c *counter) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running--
}

func (f *Files) mux(w http.ResponseWriter, r *http.Request, d video.Details, chosen []video.File) error {
	if !f.muxes.enter(f.o.Settings().MaxMuxes) {
		return fault.New(fault.TooMany, "Too many downloads are being put together right now; try again in a moment")
	}
	defer f.muxes.leave()
	paths := make(map[bool]string, maxChosen) // by whether it is the picture
	for _, file := range chosen {
		path, release, err := f.localPath(r.Context(), d, file)
		if err != nil {
			return err
		}
		defer release()
		paths[file.HasVideo] = path
	}
	command, err := ffmpeg.Mux(paths[true], paths[false], &lateHeader{w: w, name: safeName(d.Name) + ".mp4"})
	if err != nil {
		return err
	}
	err = f.o.FFmpeg.Run(r.Context(), command)
	if header, ok := command.Output.(*lateHeader); err != nil && ok && header.began {
		// Too late for a status: cut the connection so that the client does not take a part for the whole.
		panic(http.ErrAbortHandler)
	}
	return err
}

// localPath makes sure ffmpeg can read a file: where it lies, or a copy fetched from the bucket.
func (f *Files) localPath(ctx context.Context, d video.Details, file video.File) (path string, release func(), err error) {
	kind, key := placeOf(d, file)
	path, err = f.o.Blobs.Local(kind).Path(key)
	if err != nil {
		return "", nil, err
	}
	if _, err := os.Stat(path); err == nil {
		return path, func() {}, nil
	} else if !errors.Is(err, os.ErrNotExist) {
		return "", nil, err
	}
	return blob.Local(ctx, f.o.Blobs.Store(kind), key, f.o.Blobs.Local(blob.Temporary).Root())
}

// lateHeader begins the answer with the first bytes, so that a run that fails at once can still be answered with its reason.
type lateHeader struct {
	w     http.ResponseWriter
	name  string
	began bool
}

func (l *lateHeader) Write(p []byte) (int, error) {
	if !l.began {
		l.began = true
		l.w.Header().Set("Content-Type", "video/mp4")
		l.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": l.name}))
	}
	return l.w.Write(p)
}
