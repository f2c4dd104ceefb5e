package rtmp

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// RTMP §5.4, §6.2, §7.1: the types of messages.
const (
	typeSetChunkSize  = 1
	typeAbort         = 2
	typeAck           = 3
	typeUserControl   = 4
	typeWindowSize    = 5
	typePeerBandwidth = 6
	typeAudio         = 8
	typeVideo         = 9
	typeDataAMF3      = 15
	typeCommandAMF3   = 17
	typeData          = 18
	typeCommand       = 20
)

const extendedTimestamp = 0xffffff

// message is one whole message. Its payload is nobody else's.
type message struct {
	kind      byte
	stream    uint32
	timestamp uint32
	payload   []byte
}

// errProtocol marks what no honest peer sends.
var errProtocol = errors.New("RTMP protocol violated")

func violation(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errProtocol, fmt.Sprintf(format, args...))
}

// chunkStream is what a header of one chunk stream inherits from the one before, and its unfinished message.
type chunkStream struct {
	message
	delta    uint32 // the last timestamp field: a delta, or after a type 0 header the timestamp itself (RTMP §5.3.1.2.4)
	extended bool   // the last timestamp field was extended
	length   int
	missing  int // bytes of the message still to come; 0 between messages
}

// chunkReader puts chunks together to messages.
type chunkReader struct {
	in      *bufio.Reader
	size    int
	streams map[uint32]*chunkStream
	partial int  // bytes reserved for unfinished messages
	isOpen  bool // media may be as large as media are; before, everything is small
}

func newChunkReader(in io.Reader) *chunkReader {
	return &chunkReader{in: bufio.NewReaderSize(in, 16<<10), size: initialChunkSize, streams: map[uint32]*chunkStream{}}
}

// next is the next whole message. Chunk sizes and aborts are obeyed here and not returned.
func (r *chunkReader) next() (message, error) {
	for {
		m, isWhole, err := r.chunk()
		if err != nil {
			return message{}, err
		}
		if !isWhole {
			continue
		}
		switch m.kind {
		case typeSetChunkSize:
			err = r.resize(m.payload)
		case typeAbort:
			err = r.abort(m.payload)
		default:
			return m, nil
		}
		if err != nil {
			return message{}, err
		}
	}
}

func (r *chunkReader) chunk() (message, bool, error) {
	format, id, err := r.basicHeader()
	if err != nil {
		return message{}, false, err
	}
	s := r.streams[id]
	if s == nil {
		// RTMP §5.3.1.2.1 wants type 0 first; librtmp has begun with type 1, which says as much.
		if format > 1 {
			return message{}, false, violation("chunk stream %d begins with a type %d header", id, format)
		}
		if len(r.streams) >= MaxChunkStreams {
			return message{}, false, violation("more than %d chunk streams", MaxChunkStreams)
		}
		s = &chunkStream{}
		r.streams[id] = s
	}
	if err := r.messageHeader(s, format); err != nil {
		return message{}, false, err
	}
	return r.body(s)
}

// basicHeader reads the form of the header and the chunk stream's number (RTMP §5.3.1.1).
func (r *chunkReader) basicHeader() (format byte, id uint32, err error) {
	first, err := r.in.ReadByte()
	if err != nil {
		return 0, 0, err
	}
	format, id = first>>6, uint32(first&0x3f)
	if id > 1 {
		return format, id, nil
	}
	more := make([]byte, id+1)
	if _, err := io.ReadFull(r.in, more); err != nil {
		return 0, 0, unexpected(err)
	}
	id = 64 + uint32(more[0])
	if len(more) == 2 {
		id += uint32(more[1]) << 8
	}
	return format, id, nil
}

// messageHeader reads what the form of the header gives anew (RTMP §5.3.1.2) and begins a message unless one is unfinished.
func (r *chunkReader) messageHeader(s *chunkStream, format byte) error {
	if format == 3 {
		return r.repeatedHeader(s)
	}
	if s.missing > 0 { // a new header cuts the message short: the rest never comes
		r.drop(s)
	}
	var buffer [11]byte
	header := buffer[:[]int{11, 7, 3}[format]]
	if _, err := io.ReadFull(r.in, header); err != nil {
		return unexpected(err)
	}
	s.delta = uint24(header)
	if len(header) >= 7 {
		s.length, s.kind = int(uint24(header[3:])), header[6]
	}
	if len(header) == 11 {
		s.stream = binary.LittleEndian.Uint32(header[7:])
	}
	s.extended = s.delta == extendedTimestamp
	if s.extended {
		if _, err := io.ReadFull(r.in, header[:4:4]); err != nil {
			return unexpected(err)
		}
		s.delta = binary.BigEndian.Uint32(header)
	}
	if format == 0 {
		s.timestamp = s.delta
	} else {
		s.timestamp += s.delta
	}
	return r.begin(s)
}

// repeatedHeader is a type 3 header: it goes on with a message or begins one like the last.
func (r *chunkReader) repeatedHeader(s *chunkStream) error {
	if s.extended {
		if err := r.repeatedTimestamp(s); err != nil {
			return err
		}
	}
	if s.missing > 0 {
		return nil
	}
	s.timestamp += s.delta
	return r.begin(s)
}

// repeatedTimestamp skips the extended timestamp that RTMP §5.3.1.3 wants repeated in type 3 chunks. Some encoders leave it away, so it
// is only taken for one when it says the same.
func (r *chunkReader) repeatedTimestamp(s *chunkStream) error {
	field, err := r.in.Peek(4)
	if err != nil {
		return unexpected(err)
	}
	if binary.BigEndian.Uint32(field) == s.delta {
		_, err = r.in.Discard(4)
	}
	return err
}

func (r *chunkReader) begin(s *chunkStream) error {
	if limit := r.limit(s.kind); s.length > limit {
		return violation("a message of type %d has %d bytes, more than %d", s.kind, s.length, limit)
	}
	most := MaxPartialBytes
	if r.isOpen {
		most = MaxVideoBytes + MaxAudioBytes + MaxPartialBytes
	}
	if r.partial+s.length > most {
		return violation("unfinished messages of more than %d bytes", most)
	}
	r.partial += s.length
	s.missing = s.length
	s.payload = make([]byte, s.length)
	return nil
}

func (r *chunkReader) limit(kind byte) int {
	switch {
	case kind <= typePeerBandwidth:
		return MaxControlBytes
	case r.isOpen && kind == typeVideo:
		return MaxVideoBytes
	case r.isOpen && kind == typeAudio:
		return MaxAudioBytes
	}
	return MaxCommandBytes
}

func (r *chunkReader) body(s *chunkStream) (message, bool, error) {
	at := s.length - s.missing
	n, err := io.ReadFull(r.in, s.payload[at:at+min(s.missing, r.size)])
	s.missing -= n
	if err != nil {
		return message{}, false, unexpected(err)
	}
	if s.missing > 0 {
		return message{}, false, nil
	}
	m := s.message
	r.drop(s)
	return m, true, nil
}

func (r *chunkReader) drop(s *chunkStream) {
	r.partial -= s.length
	s.missing, s.payload = 0, nil
}

func (r *chunkReader) resize(payload []byte) error {
	if len(payload) < 4 {
		return violation("chunk size without a size")
	}
	size := binary.BigEndian.Uint32(payload)
	if size < minChunkSize || size > 0x7fffffff {
		return violation("chunk size %d", size)
	}
	r.size = int(min(size, maxChunkSize))
	return nil
}

func (r *chunkReader) abort(payload []byte) error {
	if len(payload) < 4 {
		return violation("abort without a chunk stream")
	}
	if s := r.streams[binary.BigEndian.Uint32(payload)]; s != nil && s.missing > 0 {
		r.drop(s)
	}
	return nil
}

// unexpected is an end within a chunk: never the clean io.EOF.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func uint24(b []byte) uint32 { return uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2]) }

func appendUint24(to []byte, v uint32) []byte { return append(to, byte(v>>16), byte(v>>8), byte(v)) }

// chunkOf is the chunk stream we send a type of message on: 2 is for protocol control (RTMP §5.4), the others are ours to choose.
func chunkOf(kind byte) byte {
	switch kind {
	case typeAudio:
		return 4
	case typeVideo:
		return 6
	case typeCommand, typeData:
		return 3
	}
	return 2
}

// writeChunks sends a message in chunks of that size: a type 0 header first, so that nothing depends on what went before.
func writeChunks(out *bufio.Writer, m message, size int) error {
	id := chunkOf(m.kind)
	var repeated []byte
	head := appendUint24(append(make([]byte, 0, 16), id), min(m.timestamp, extendedTimestamp))
	head = append(appendUint24(head, uint32(len(m.payload))), m.kind)
	head = binary.LittleEndian.AppendUint32(head, m.stream)
	if m.timestamp >= extendedTimestamp {
		repeated = binary.BigEndian.AppendUint32(nil, m.timestamp)
		head = append(head, repeated...)
	}
	rest := m.payload
	for {
		if _, err := out.Write(head); err != nil {
			return err
		}
		n := min(len(rest), size)
		if _, err := out.Write(rest[:n]); err != nil {
			return err
		}
		if rest = rest[n:]; len(rest) == 0 {
			return nil
		}
		head = append([]byte{3<<6 | id}, repeated...)
	}
}
