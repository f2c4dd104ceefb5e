package hls

import (
	"bytes"

	"lucarne/platform/fault"
)

// ReadInit reads which picture and sound an initialisation (ftyp and moov) announces; nil for none. What is no such thing is
// fault.Invalid.
func ReadInit(init []byte) (*Video, *Audio, error) {
	w := walker{r: bytes.NewReader(init), size: int64(len(init)), styp: -1}
	for position := int64(0); position < w.size && w.initEnd == 0; {
		b, err := w.header(position)
		if err == nil {
			err = w.visit(b)
		}
		if err != nil {
			return nil, nil, fault.New(fault.Invalid, "The description of the media cannot be read").Because(err)
		}
		position = b.end
	}
	if w.initEnd == 0 {
		return nil, nil, fault.New(fault.Invalid, "The media is not described")
	}
	return w.tracks.video(), w.tracks.audio(), nil
}
