package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"time"

	"lucarne/live/rtmp"
)

// tape is a clip that is sent again and again without an encoder.
type tape struct {
	heads  []rtmp.Tag // what decoders are told first
	tags   []rtmp.Tag
	length time.Duration
}

// Of FLV (Video File Format Specification 10.1, annex E): the lengths of the file's head and a tag's, and the kinds of tags.
const (
	flvHead    = 9
	flvTagHead = 11
	flvBackRef = 4
	flvAudio   = 8
	flvVideo   = 9
)

// readTape reads an FLV file of H.264 and AAC.
func readTape(path string) (*tape, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t := &tape{}
	var end uint32
	for rest := raw[min(len(raw), flvHead+flvBackRef):]; len(rest) > flvTagHead; {
		size := int(rest[1])<<16 | int(rest[2])<<8 | int(rest[3])
		if len(rest) < flvTagHead+size+flvBackRef {
			return nil, fmt.Errorf("%s ends within a tag", path)
		}
		at := uint32(rest[7])<<24 | binary.BigEndian.Uint32(rest[3:7])&0xffffff
		t.add(rest[0], at, rest[flvTagHead:flvTagHead+size])
		end = max(end, at)
		rest = rest[flvTagHead+size+flvBackRef:]
	}
	if len(t.heads) != 2 || len(t.tags) == 0 {
		return nil, fmt.Errorf("%s is no FLV of H.264 and AAC", path)
	}
	t.length = time.Duration(end)*time.Millisecond + 21*time.Millisecond // a frame of sound
	return t, nil
}

func (t *tape) add(kind byte, at uint32, body []byte) {
	switch {
	case kind == flvVideo && len(body) > 5 && body[1] == 0:
		t.heads = append(t.heads, rtmp.Tag{Kind: rtmp.VideoConfig, Codec: rtmp.H264, Data: body[5:]})
	case kind == flvVideo && len(body) > 5 && body[1] == 1:
		offset := int32(body[2])<<16 | int32(body[3])<<8 | int32(body[4])
		t.tags = append(t.tags, rtmp.Tag{Kind: rtmp.VideoFrame, Codec: rtmp.H264, Timestamp: at, Offset: offset, IsKey: body[0]>>4 == 1, Data: body[5:]})
	case kind == flvAudio && len(body) > 2 && body[1] == 0:
		t.heads = append(t.heads, rtmp.Tag{Kind: rtmp.AudioConfig, Codec: rtmp.AAC, Data: body[2:]})
	case kind == flvAudio && len(body) > 2:
		t.tags = append(t.tags, rtmp.Tag{Kind: rtmp.AudioFrame, Codec: rtmp.AAC, Timestamp: at, Data: body[2:]})
	}
}

// play sends the tape to a show in real time until ctx ends.
func (t *tape) play(ctx context.Context, s show) error {
	p, err := rtmp.Publish(ctx, rtmp.PublishOptions{Address: s.rtmp, Key: s.key, Agent: "bench"})
	if err != nil {
		return err
	}
	defer p.Close()
	for _, tag := range t.heads {
		if err := p.Write(tag); err != nil {
			return err
		}
	}
	begin := time.Now()
	for round := time.Duration(0); ; round++ {
		for _, tag := range t.tags {
			at := round*t.length + time.Duration(tag.Timestamp)*time.Millisecond
			if wait := time.Until(begin.Add(at)); wait > 0 {
				rest(ctx, wait)
			}
			if ctx.Err() != nil {
				return nil
			}
			tag.Timestamp = uint32(at.Milliseconds())
			if err := p.Write(tag); err != nil {
				return err
			}
		}
	}
}
