package picture

import (
	"bytes"
	"context"
)

// RenderUnguarded is Render without the net under the decoders.
func RenderUnguarded(p *Pictures, file []byte, targets ...Target) ([]Rendition, error) {
	header, err := p.inspect(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	return render(context.Background(), bytes.NewReader(file), header, targets)
}

// Orientation reads the Exif tag.
func Orientation(exif []byte) int { return orientation(exif) }

// Guarded runs work as Render does.
func Guarded(work func() ([]Rendition, error)) ([]Rendition, error) { return guarded(work) }

// Hold takes all the memory until release is called.
func Hold(p *Pictures) (release func()) {
	if !p.budget.TryAcquire(p.options.MaxMemory) {
		panic("the budget is in use")
	}
	return func() { p.budget.Release(p.options.MaxMemory) }
}
