package ingest

import (
	"context"
	"encoding/binary"
	"net"
	"testing"
	"time"

	"lucarne/live/rtmp"
	"lucarne/live/stream"
	"lucarne/live/streamtest"
)

// connect publishes with a key from within the test.
func connect(t *testing.T, s *Server, key string) *rtmp.Publisher {
	t.Helper()
	p, err := rtmp.Publish(t.Context(), rtmp.PublishOptions{Address: "rtmp://" + s.Addr().String() + "/live", Key: key, Agent: "a test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// send writes tags; the first error ends it.
func send(t *testing.T, p *rtmp.Publisher, tags []rtmp.Tag) {
	t.Helper()
	for _, tag := range tags {
		if err := p.Write(tag); err != nil {
			t.Fatal(err)
		}
	}
}

var tagCodecs = map[stream.Codec]rtmp.Codec{
	stream.H264: rtmp.H264, stream.H265: rtmp.H265, stream.AV1: rtmp.AV1, stream.AAC: rtmp.AAC, stream.Opus: rtmp.Opus,
}

// configs are the tags that say how the tracks of a clip are coded.
func configs(clip streamtest.Clip) []rtmp.Tag {
	var tags []rtmp.Tag
	for _, track := range clip.Tracks {
		tag := rtmp.Tag{Kind: rtmp.AudioConfig, Codec: tagCodecs[track.Codec], Data: track.Config}
		if track.Codec.IsVideo() {
			tag.Kind, tag.IsKey = rtmp.VideoConfig, true
		}
		if track.Codec == stream.Opus {
			tag.Data = opusHead(track.Config)
		}
		tags = append(tags, tag)
	}
	return tags
}

// opusHead is the identification header of RFC 7845 §5.1 of a dOps box's content.
func opusHead(dops []byte) []byte {
	head := append([]byte("OpusHead"), 1, dops[1])
	head = binary.LittleEndian.AppendUint16(head, binary.BigEndian.Uint16(dops[2:]))
	head = binary.LittleEndian.AppendUint32(head, binary.BigEndian.Uint32(dops[4:]))
	head = binary.LittleEndian.AppendUint16(head, binary.BigEndian.Uint16(dops[8:]))
	return append(head, dops[10:]...)
}

// frames are the samples of a clip as tags, which begin with a timestamp.
func frames(clip streamtest.Clip, start uint32) []rtmp.Tag {
	codecOf := map[int]stream.Codec{}
	for _, track := range clip.Tracks {
		codecOf[track.ID] = track.Codec
	}
	var tags []rtmp.Tag
	for _, s := range clip.Samples {
		codec := codecOf[s.Track]
		tag := rtmp.Tag{Kind: rtmp.AudioFrame, Codec: tagCodecs[codec], Timestamp: start + uint32(s.DTS.Milliseconds()), Data: s.Data}
		if codec.IsVideo() {
			tag.Kind, tag.IsKey = rtmp.VideoFrame, s.IsKey
			tag.Offset = int32(s.Offset.Milliseconds())
		}
		tags = append(tags, tag)
	}
	return tags
}

func tagsOf(clip streamtest.Clip) []rtmp.Tag { return append(configs(clip), frames(clip, 0)...) }

// ended waits until the server ended the connection, and gives what it said.
func ended(t *testing.T, p *rtmp.Publisher) error {
	t.Helper()
	select {
	case <-p.Done():
		return p.Err()
	case <-time.After(20 * time.Second):
		t.Fatal("the connection was not ended")
		return nil
	}
}

// keepLine dials, and hands the connection to the test as well.
func keepLine(lines chan<- net.Conn) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		lines <- conn
		return conn, err
	}
}
