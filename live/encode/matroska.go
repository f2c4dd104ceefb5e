package encode

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"time"

	"lucarne/live/stream"
)

// Elements of Matroska (RFC 9559 §5.1), which carries what we feed to ffmpeg: it has timestamps to the microsecond and, other than with
// fragmented MP4, ffmpeg keeps nothing of what it has read.
const (
	idEBML           = 0x1A45DFA3
	idDocType        = 0x4282
	idDocTypeVersion = 0x4287
	idDocTypeRead    = 0x4285
	idSegment        = 0x18538067
	idInfo           = 0x1549A966
	idTimestampScale = 0x2AD7B1
	idMuxingApp      = 0x4D80
	idWritingApp     = 0x5741
	idTracks         = 0x1654AE6B
	idTrackEntry     = 0xAE
	idTrackNumber    = 0xD7
	idTrackUID       = 0x73C5
	idTrackType      = 0x83
	idFlagLacing     = 0x9C
	idCodecID        = 0x86
	idCodecPrivate   = 0x63A2
	idVideo          = 0xE0
	idPixelWidth     = 0xB0
	idPixelHeight    = 0xBA
	idAudio          = 0xE1
	idSamplingRate   = 0xB5
	idChannels       = 0x9F
	idCluster        = 0x1F43B675
	idTimestamp      = 0xE7
	idSimpleBlock    = 0xA3
)

// tick is the precision of timestamps: the TimestampScale.
const tick = time.Microsecond

var codecIDs = map[stream.Codec]string{
	stream.H264: "V_MPEG4/ISO/AVC", stream.H265: "V_MPEGH/ISO/HEVC", stream.AV1: "V_AV1", stream.AAC: "A_AAC", stream.Opus: "A_OPUS",
}

// matroska writes one track as a live Matroska stream: each sample is a cluster of its own, so that none waits for another.
type matroska struct {
	to      io.Writer
	scratch []byte
}

// writeHeader writes what comes before the first sample.
func (m *matroska) writeHeader(t stream.Track) error {
	if codecIDs[t.Codec] == "" {
		return fmt.Errorf("no Matroska codec for %s", t.Codec)
	}
	b := element(nil, idEBML, text(idDocType, "matroska"), number(idDocTypeVersion, 4), number(idDocTypeRead, 2))
	b = appendID(b, idSegment)
	b = append(b, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff) // of unknown size (RFC 8794 §6.2)
	b = element(b, idInfo, number(idTimestampScale, uint64(tick)), text(idMuxingApp, "Lucarne"), text(idWritingApp, "Lucarne"))
	b = element(b, idTracks, trackEntry(t))
	_, err := m.to.Write(b)
	return err
}

func trackEntry(t stream.Track) []byte {
	kind, shape := uint64(1), element(nil, idVideo, number(idPixelWidth, uint64(t.Width)), number(idPixelHeight, uint64(t.Height)))
	private := t.Config
	if !t.Codec.IsVideo() {
		kind, shape = 2, element(nil, idAudio, float(idSamplingRate, float64(t.SampleRate)), number(idChannels, uint64(t.Channels)))
	}
	if t.Codec == stream.Opus {
		private = opusHead(t)
	}
	return element(nil, idTrackEntry,
		number(idTrackNumber, 1), number(idTrackUID, 1), number(idTrackType, kind), number(idFlagLacing, 0),
		text(idCodecID, codecIDs[t.Codec]), element(nil, idCodecPrivate, private), shape)
}

// opusHead is the identification header of RFC 7845 §5.1. Nothing is skipped at the start, since samples say when they are heard, and
// more than two channels are not expected.
func opusHead(t stream.Track) []byte {
	head := append([]byte("OpusHead"), 1, byte(min(max(t.Channels, 1), 2)), 0, 0)
	head = binary.LittleEndian.AppendUint32(head, uint32(t.SampleRate))
	return append(head, 0, 0, 0) // no gain, mapping family 0
}

// write writes a sample at a time of presentation.
func (m *matroska) write(at time.Duration, isKey bool, data []byte) error {
	const key = 0x80 // RFC 9559 §10.2
	flags := byte(0)
	if isKey {
		flags = key
	}
	header := number(idTimestamp, uint64(max(at, 0)/tick))
	const blockHeader = 4 // the track's number, a time relative to the cluster's, flags
	block := appendSize(appendID(nil, idSimpleBlock), blockHeader+len(data))
	block = append(block, 0x81, 0, 0, flags)
	b := appendSize(appendID(m.scratch[:0], idCluster), len(header)+len(block)+len(data))
	b = append(append(append(b, header...), block...), data...)
	m.scratch = b
	_, err := m.to.Write(b)
	return err
}

// element appends an element with its content.
func element(b []byte, id uint32, parts ...[]byte) []byte {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	b = appendSize(appendID(b, id), size)
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func text(id uint32, s string) []byte { return element(nil, id, []byte(s)) }

func number(id uint32, n uint64) []byte {
	return element(nil, id, binary.BigEndian.AppendUint64(nil, n))
}

func float(id uint32, f float64) []byte { return number(id, math.Float64bits(f)) }

// appendID appends an identifier, whose length is in itself (RFC 8794 §5).
func appendID(b []byte, id uint32) []byte {
	for shift := 24; shift >= 0; shift -= 8 {
		if id>>shift != 0 {
			b = append(b, byte(id>>shift))
		}
	}
	return b
}

// appendSize appends a size in four bytes (RFC 8794 §6), up to 256 MiB.
func appendSize(b []byte, size int) []byte {
	return binary.BigEndian.AppendUint32(b, 0x10000000|uint32(size)&0x0fffffff)
}
