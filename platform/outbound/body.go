package outbound

import (
	"io"

	"lucarne/platform/fault"
)

// cappedBody fails, rather than ends, past its limit: a cut answer must not pass for a whole one.
type cappedBody struct {
	body io.ReadCloser
	left int64
}

func (b *cappedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, tooLarge()
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := b.body.Read(p[:min(int64(len(p)), b.left+1)])
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, tooLarge()
	}
	if err != nil && err != io.EOF {
		err = exchangeFault(err)
	}
	return n, err
}

func (b *cappedBody) Close() error { return b.body.Close() }

func tooLarge() error {
	return fault.New(fault.TooLarge, "The other server sends more than is accepted")
}
