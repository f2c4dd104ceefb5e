package files

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"lucarne/platform/blob"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
	"lucarne/video/ffmpeg"
)

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
		return f.sendFile(w, r, d, chosen[0], safeName(d.Name)+chosen[0].Extname)
	}
	answer := &lateHeader{w: w, name: safeName(d.Name) + ".mp4", isPrivate: isPrivate(d), onBegin: func() { f.count(r, d.ID) }}
	if r.Method == http.MethodHead {
		answer.begin()
		return nil
	}
	answer.w = f.throttled(w, r)
	return f.mux(r.Context(), d, chosen, answer)
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

// mux writes picture and sound as one file into the answer. The client's going ends ffmpeg.
func (f *Files) mux(ctx context.Context, d video.Details, chosen []video.File, answer *lateHeader) error {
	if !f.muxes.enter(f.o.Settings().MaxMuxes) {
		return fault.New(fault.TooMany, "Too many downloads are being put together right now; try again in a moment")
	}
	defer f.muxes.leave()
	paths := make(map[bool]string, maxChosen) // by whether it is the picture
	for _, file := range chosen {
		path, release, err := f.localPath(ctx, d, file)
		if err != nil {
			return err
		}
		defer release()
		paths[file.HasVideo] = path
	}
	command, err := ffmpeg.Mux(paths[true], paths[false], answer)
	if err != nil {
		return err
	}
	err = f.o.FFmpeg.Run(ctx, command)
	if err != nil && answer.began {
		// Too late for a status: cut the connection so that the client does not take a part for the whole.
		panic(http.ErrAbortHandler)
	}
	return err
}

// localPath makes sure ffmpeg can read a file: where it lies, or a copy fetched from the bucket.
func (f *Files) localPath(ctx context.Context, d video.Details, file video.File) (path string, release func(), err error) {
	kind, key := placeOf(d, file)
	path, err = f.o.Blobs.Local(kind).Path(key)
	if remote, ok := f.o.Blobs.Remote(kind); ok && fault.Is(err, fault.NotFound) {
		return blob.Local(ctx, remote, key, f.o.Blobs.Local(blob.Temporary).Root())
	}
	return path, func() {}, err
}

// lateHeader begins the answer with the first bytes, so that a run that fails at once can still be answered with its reason.
type lateHeader struct {
	w         http.ResponseWriter
	name      string
	isPrivate bool
	began     bool
	onBegin   func()
}

func (l *lateHeader) begin() {
	l.began = true
	l.onBegin()
	header := l.w.Header()
	header.Set("Content-Type", "video/mp4")
	header.Set("Content-Disposition", attachment(l.name))
	header.Set("Accept-Ranges", "none")
	header.Set("Cache-Control", cacheControl(delivery{isPrivate: l.isPrivate}))
}

func (l *lateHeader) Write(p []byte) (int, error) {
	if !l.began {
		l.begin()
	}
	return l.w.Write(p)
}
