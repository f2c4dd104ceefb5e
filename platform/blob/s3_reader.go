package blob

import (
	"errors"
	"io"
)

// A reader fetches windows that double from the first size to the last: a player that wants one segment costs little
// more than that segment, a whole download few requests.
const (
	firstWindow = 1 << 20
	lastWindow  = 16 << 20
)

// rangeReader reads an object by range requests made when they are needed: seeking costs nothing, and http.ServeContent
// fetches only what the browser asked for.
type rangeReader struct {
	fetch func(from, to int64) (io.ReadCloser, error) // both included

	size   int64
	offset int64
	window int64         // size of the last window fetched; 0 after a seek
	body   io.ReadCloser // rest of the window; nil between windows
	left   int64         // bytes body still holds
}

func (r *rangeReader) Read(p []byte) (int, error) {
	if r.offset >= r.size {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	if err := r.ensureBody(); err != nil {
		return 0, err
	}
	n, err := r.body.Read(p[:min(int64(len(p)), r.left)])
	r.offset += int64(n)
	r.left -= int64(n)
	if r.left == 0 {
		return n, r.drop()
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, s3Fault(err)
}

func (r *rangeReader) ensureBody() error {
	if r.body != nil {
		return nil
	}
	r.window = min(max(r.window*2, firstWindow), lastWindow)
	length := min(r.window, r.size-r.offset)
	body, err := r.fetch(r.offset, r.offset+length-1)
	if err != nil {
		return err
	}
	r.body, r.left = body, length
	return nil
}

// Seek moves the offset; the next Read asks for what is there.
func (r *rangeReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.offset
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the start of the object")
	}
	if offset == r.offset {
		return offset, nil
	}
	r.offset, r.window = offset, 0
	return offset, r.drop()
}

// Close ends a request under way.
func (r *rangeReader) Close() error {
	r.offset = r.size
	return r.drop()
}

func (r *rangeReader) drop() error {
	if r.body == nil {
		return nil
	}
	err := r.body.Close()
	r.body, r.left = nil, 0
	return err
}
