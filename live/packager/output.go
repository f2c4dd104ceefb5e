package packager

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"
)

// storage is a file being written.
type storage interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
}

// mediaFile is one fragmented MP4 on disk: an initialisation and whole segments of one generation. It is guarded by the packager's lock;
// only who writes it changes its handle.
type mediaFile struct {
	path       string
	generation *generation
	start      time.Duration // of its first segment
	handle     storage       // nil when closed
	size       int64
	end        time.Duration
	frames     int
	segments   int  // that are still served from it
	isShort    bool // something of its time is missing
	peak       int64
}

// location is where bytes are: in a file or, while the disk takes none, in memory.
type location struct {
	file   *mediaFile
	offset int64
	size   int64
	data   []byte // nil when in the file
}

// output writes the files of a rendition. It is guarded by the rendition's lock.
type output struct {
	r       *rendition
	current *mediaFile // nil before the first segment
	chunk   int        // of the generation
	size    int64      // of the current file
	segment int64      // where in it the open segment starts
	broken  bool       // the disk takes nothing
	retry   time.Time
}

const (
	minRotation = 30 * time.Second
	retryAfter  = 10 * time.Second // a full disk is tried again
)

// beginSegment makes sure there is a file for a segment of the generation.
func (o *output) beginSegment(g *generation, at time.Duration) {
	options := &o.r.p.o
	if o.broken && !options.Clock.Now().Before(o.retry) {
		o.broken = false
	}
	isSpent := o.current != nil && !options.KeepAll && at-o.current.start >= max(minRotation, options.Window/8)
	if o.current == nil || o.current.generation != g || isSpent {
		o.begin(g, at)
	}
	o.segment = o.size
}

// begin ends the file and begins another.
func (o *output) begin(g *generation, at time.Duration) {
	o.chunk++
	if o.current == nil || o.current.generation != g {
		o.chunk = 0
	}
	last := o.current
	path := filepath.Join(o.r.p.o.Folder, fileName(o.r.name, g.number, o.chunk))
	o.current, o.size = &mediaFile{path: path, generation: g, start: at}, 0
	o.r.p.changeFile(o.r, last, o.current)
	o.create()
}

// fileName is what a file of a rendition is called: its generation and which of its files.
func fileName(rendition, generation, chunk int) string {
	return fmt.Sprintf("%d-%d-%d.mp4", rendition, generation, chunk)
}

// create makes the file with its initialisation. When that fails, the next segment tries again.
func (o *output) create() {
	if o.broken {
		return
	}
	handle, err := o.r.p.create(o.current.path)
	if err == nil {
		o.setHandle(handle)
		_, err = handle.WriteAt(o.current.generation.init, 0)
		o.size = int64(len(o.current.generation.init))
	}
	o.segment = o.size
	if err != nil {
		o.fail(err)
	}
}

func (o *output) setHandle(handle storage) {
	o.r.p.mu.Lock()
	defer o.r.p.mu.Unlock()
	o.current.handle = handle
}

// write puts a part behind the others, or keeps it in memory.
func (o *output) write(b []byte) location {
	if o.current.handle == nil {
		o.create()
	}
	if !o.broken {
		_, err := o.current.handle.WriteAt(b, o.size)
		if err == nil {
			at := location{file: o.current, offset: o.size, size: int64(len(b))}
			o.size += int64(len(b))
			return at
		}
		o.fail(err)
	}
	return location{size: int64(len(b)), data: bytes.Clone(b)}
}

// fail goes on in memory: the parts of the open segment are read back, so that the file ends with a whole segment.
func (o *output) fail(err error) {
	p := o.r.p
	o.broken, o.retry = true, p.o.Clock.Now().Add(retryAfter)
	var head []byte
	if handle := o.current.handle; handle != nil {
		head = make([]byte, o.size-o.segment)
		if _, failed := handle.ReadAt(head, o.segment); failed != nil {
			head = nil
		}
		if o.segment < int64(len(o.current.generation.init)) { // it does not even hold its initialisation
			o.segment = 0
			o.setHandle(nil)
			err = errors.Join(err, handle.Close())
		} else {
			err = errors.Join(err, handle.Truncate(o.segment))
		}
		o.size = o.segment
	}
	p.goOnInMemory(o.r, o.current, head, err)
}

// finish says in the file how long it is.
func (f *mediaFile) finish() error {
	if f.handle == nil {
		return nil
	}
	_, err := f.handle.WriteAt(withDuration(f.generation.init, f.end-f.start), 0)
	return err
}
