package whip

import (
	"bytes"
	"encoding/binary"

	"github.com/pion/rtp"

	"lucarne/live/ingest/codec"
	"lucarne/live/stream"
)

// NAL unit types: ITU-T H.264 table 7-1, and RFC 6184 §5.4 for the last two, which are packets of others.
const (
	nalIDR         = 5
	nalSPS         = 7
	nalPPS         = 8
	nalDelimiter   = 9
	nalEndSequence = 10
	nalEndStream   = 11
	nalFiller      = 12
	nalSTAPA       = 24
	nalFUA         = 28
)

// Bounds of one picture.
const (
	maxPictureBytes = 8 << 20
	maxNALUnits     = 2048
	maxPPS          = 16
)

// picture is one access unit as the packager wants it.
type picture struct {
	timestamp uint32
	isKey     bool
	data      []byte // NAL units, each after its length in 4 bytes
}

// assembler makes pictures of the packets of an H.264 track, in order: RFC 6184 with packetization-mode 1. It gives whole pictures only:
// after a loss, none until the next that decoding can start at.
type assembler struct {
	emit func(picture) error

	current  picture
	units    int
	fragment []byte // a unit that comes in several packets (FU-A)
	isOpen   bool   // current has packets
	isBroken bool   // current misses some
	needsKey bool

	sps []byte
	pps [][]byte
}

func newAssembler(emit func(picture) error) *assembler {
	return &assembler{emit: emit, needsKey: true}
}

// push takes the next packet. isAfterLoss says that some before it are lost.
func (a *assembler) push(p *rtp.Packet, isAfterLoss bool) error {
	if isAfterLoss {
		a.needsKey, a.isBroken = true, true
	}
	if a.isOpen && p.Timestamp != a.current.timestamp { // the packet with the marker was lost, or the sender sets none
		if err := a.finish(); err != nil {
			return err
		}
	}
	if len(p.Payload) == 0 { // padding alone, which senders measure the line with
		return nil
	}
	if !a.isOpen {
		a.isOpen, a.current = true, picture{timestamp: p.Timestamp}
		a.isBroken = isAfterLoss
	}
	a.unpack(p.Payload)
	if p.Marker { // RFC 6184 §5.1: the last packet of the access unit
		return a.finish()
	}
	return nil
}

func (a *assembler) finish() error {
	done, isWhole := a.current, !a.isBroken && a.fragment == nil && len(a.current.data) > 0
	if !isWhole && len(a.current.data)+len(a.fragment) > 0 || a.isBroken {
		a.needsKey = true
	}
	a.isOpen, a.isBroken, a.fragment, a.units = false, false, nil, 0
	a.current = picture{}
	if !isWhole || a.needsKey && !done.isKey {
		return nil
	}
	a.needsKey = false
	return a.emit(done)
}

// unpack takes the NAL units out of a packet.
func (a *assembler) unpack(payload []byte) {
	switch payload[0] & 0x1f {
	case nalSTAPA:
		a.unpackSeveral(payload[1:])
	case nalFUA:
		a.unpackFragment(payload)
	default:
		a.unit(payload)
	}
}

// unpackSeveral reads units, each after its size in 2 bytes: RFC 6184 §5.7.1.
func (a *assembler) unpackSeveral(rest []byte) {
	for len(rest) >= 2 {
		size := int(binary.BigEndian.Uint16(rest))
		rest = rest[2:]
		if size == 0 || size > len(rest) {
			a.isBroken = true
			return
		}
		a.unit(rest[:size])
		rest = rest[size:]
	}
}

// unpackFragment reads a piece of a unit: RFC 6184 §5.8.
func (a *assembler) unpackFragment(payload []byte) {
	if len(payload) < 3 {
		a.isBroken = true
		return
	}
	indicator, header := payload[0], payload[1]
	isFirst, isLast := header&0x80 != 0, header&0x40 != 0
	if isFirst {
		a.fragment = []byte{indicator&0xe0 | header&0x1f}
	}
	if a.fragment == nil || len(a.fragment)+len(payload) > maxPictureBytes {
		a.isBroken, a.fragment = true, nil
		return
	}
	a.fragment = append(a.fragment, payload[2:]...)
	if isLast {
		whole := a.fragment
		a.fragment = nil
		a.unit(whole)
	}
}

// unit takes a whole NAL unit. Parameter sets go into the track's configuration, as the sample entry avc1 wants it (ISO/IEC 14496-15
// §5.4.2.1); delimiters and filling are left out.
func (a *assembler) unit(unit []byte) {
	switch unit[0] & 0x1f {
	case nalSPS:
		a.takeSPS(unit)
		return
	case nalPPS:
		a.takePPS(unit)
		return
	case nalDelimiter, nalEndSequence, nalEndStream, nalFiller:
		return
	case nalIDR:
		a.current.isKey = true
	}
	a.units++
	if len(a.current.data)+len(unit) > maxPictureBytes || a.units > maxNALUnits {
		a.isBroken = true
		return
	}
	a.current.data = binary.BigEndian.AppendUint32(a.current.data, uint32(len(unit)))
	a.current.data = append(a.current.data, unit...)
}

func (a *assembler) takeSPS(unit []byte) {
	if len(unit) > codec.MaxParameterSet || bytes.Equal(unit, a.sps) {
		return
	}
	a.sps, a.pps = bytes.Clone(unit), nil
}

func (a *assembler) takePPS(unit []byte) {
	if len(unit) > codec.MaxParameterSet {
		return
	}
	id := codec.H264PictureSetID(unit)
	for i, known := range a.pps {
		if codec.H264PictureSetID(known) == id {
			a.pps[i] = bytes.Clone(unit)
			return
		}
	}
	if len(a.pps) < maxPPS {
		a.pps = append(a.pps, bytes.Clone(unit))
	}
}

// track describes the pictures from here on; ok is false while their parameter sets have not come.
func (a *assembler) track() (t stream.Track, ok bool) {
	if a.sps == nil || len(a.pps) == 0 {
		return stream.Track{}, false
	}
	width, height, err := codec.H264Size(a.sps)
	if err != nil {
		return stream.Track{}, false
	}
	return stream.Track{ID: pictureTrack, Codec: stream.H264, Config: a.record(), Width: width, Height: height}, true
}

// record is the AVCDecoderConfigurationRecord: ISO/IEC 14496-15 §5.3.3.1.
func (a *assembler) record() []byte {
	record := []byte{1, a.sps[1], a.sps[2], a.sps[3], 0xfc | 3, 0xe0 | 1}
	record = appendSet(record, a.sps)
	record = append(record, byte(len(a.pps)))
	for _, pps := range a.pps {
		record = appendSet(record, pps)
	}
	if profile := a.sps[1]; profile == 100 { // 4:2:0, 8 bits, no extension: what WebRTC sends
		record = append(record, 0xfc|1, 0xf8, 0xf8, 0)
	}
	return record
}

func appendSet(record, set []byte) []byte {
	record = binary.BigEndian.AppendUint16(record, uint16(len(set)))
	return append(record, set...)
}
