// Package picture makes safe pictures of given sizes from what users and other servers send: JPEG, PNG, GIF (its first
// frame) and WebP. What comes out is always encoded anew, so that no metadata (places, cameras, names) gets through.
package picture

import (
	"context"
	"fmt"
	"image"
	"io"

	"golang.org/x/sync/semaphore"

	"lucarne/platform/fault"
)

// Options bound the work. A zero field means its default.
type Options struct {
	MaxBytes  int64 // of one file; 10 MiB
	MaxPixels int   // of one picture, width × height; 50 million
	MaxMemory int64 // for all pictures under work together; 256 MiB. One that needs more alone is refused
}

const (
	defaultMaxBytes  = 10 << 20
	defaultMaxPixels = 50_000_000
	defaultMaxMemory = 256 << 20

	maxTargetSide  = 4096
	defaultQuality = 85
)

// Pictures renders pictures within one budget of memory: work that does not fit waits. It is safe for concurrent use.
type Pictures struct {
	options Options
	budget  *semaphore.Weighted
}

// New makes a renderer with a budget of its own.
func New(o Options) *Pictures {
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultMaxBytes
	}
	if o.MaxPixels <= 0 {
		o.MaxPixels = defaultMaxPixels
	}
	if o.MaxMemory <= 0 {
		o.MaxMemory = defaultMaxMemory
	}
	return &Pictures{options: o, budget: semaphore.NewWeighted(o.MaxMemory)}
}

// Mode is how a picture gets to its target size.
type Mode int

const (
	// Fill covers the target exactly: what stands out on two sides is cropped evenly; small pictures are enlarged.
	Fill Mode = iota
	// Fit keeps the whole picture inside the target and its proportions; small pictures keep their size.
	Fit
)

// Target is one picture to make.
type Target struct {
	Width, Height int // 1 to 4096
	Mode          Mode
	Format        Format // "" means PNG for a picture that is transparent somewhere, JPEG otherwise
	Quality       int    // of JPEG, 1 to 100; 0 means 85
}

// Rendition is an encoded picture.
type Rendition struct {
	Data          []byte
	Width, Height int
	Format        Format // JPEG or PNG
}

// Inspect reads the header only. Invalid means it is damaged, Unsupported another kind of file, TooLarge that it is
// beyond the limits.
func (p *Pictures) Inspect(r io.ReadSeeker) (Header, error) { return p.inspect(r) }

// Render reads the picture once and makes each target of it, in their order. It looks at the header before it decodes, so
// that a small file cannot unfold to a huge picture, and waits for its share of the memory. The errors are those of Inspect.
func (p *Pictures) Render(ctx context.Context, r io.ReadSeeker, targets ...Target) ([]Rendition, error) {
	if err := checkTargets(targets); err != nil {
		return nil, err
	}
	header, err := p.inspect(r)
	if err != nil {
		return nil, err
	}
	share := min(header.memory+scalingMemory(targets), p.options.MaxMemory)
	if err := p.budget.Acquire(ctx, share); err != nil {
		return nil, fault.New(fault.Unavailable, "Too many pictures are waiting").Because(err)
	}
	defer p.budget.Release(share)
	return guarded(func() ([]Rendition, error) { return render(ctx, r, header, targets) })
}

func checkTargets(targets []Target) error {
	for _, t := range targets {
		if t.Width < 1 || t.Height < 1 || t.Width > maxTargetSide || t.Height > maxTargetSide {
			return fmt.Errorf("picture target %d×%d: a side is out of bounds", t.Width, t.Height)
		}
		if t.Format != "" && t.Format != JPEG && t.Format != PNG {
			return fmt.Errorf("picture target format %q: want %q or %q", t.Format, JPEG, PNG)
		}
	}
	return nil
}

// guarded turns a panic of a decoder into a damaged picture: the input is hostile, and one of them must not end the server.
func guarded(work func() ([]Rendition, error)) (made []Rendition, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			made, err = nil, damaged(fmt.Errorf("decoder panic: %v", cause))
		}
	}()
	return work()
}

func render(ctx context.Context, r io.ReadSeeker, header Header, targets []Target) ([]Rendition, error) {
	img, err := decode(r, header)
	if err != nil {
		return nil, err
	}
	made := make([]Rendition, 0, len(targets))
	for _, t := range targets {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		rendition, err := renderOne(img, header.orientation, t)
		if err != nil {
			return nil, err
		}
		made = append(made, rendition)
	}
	return made, nil
}

func decode(r io.ReadSeeker, header Header) (image.Image, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	img, err := formats[header.Format].decode(r)
	if err != nil {
		return nil, damaged(err)
	}
	if img.Bounds().Empty() { // a GIF may begin with an empty frame
		return nil, damaged(nil)
	}
	return img, nil
}

func damaged(cause error) error {
	return fault.New(fault.Invalid, "This picture is damaged and cannot be read").Because(cause)
}
