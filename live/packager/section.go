package packager

import (
	"context"
	"io"
	"os"
)

// Section is an initialisation, a segment or a part: a range of bytes that never changes.
type Section struct {
	File        *os.File    // opened for this answer alone, so that it can go by sendfile; nil when Content alone has it
	Content     io.ReaderAt // the same bytes at the same offset
	Offset      int64
	Size        int64
	ContentType string
	IsImmutable bool
}

// Close closes the file.
func (s Section) Close() error { panic("to come") }

// Open gives "<n>-init-<k>.mp4", "<n>-<000000>.m4s" or "<n>-<000000>.<p>.m4s". The part that comes next is waited for (RFC 8216bis
// §6.2.6). fault.NotFound for what is not there, or no more.
func (p *Packager) Open(ctx context.Context, file string) (Section, error) { panic("to come") }
