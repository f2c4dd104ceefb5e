package rtmp

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"time"
)

// wire is a connection after its handshake: messages in and out, with the protocol's own ones answered.
type wire struct {
	conn   net.Conn
	in     *chunkReader
	count  *counter
	window uint32 // of bytes, after which the peer wants to be told that they came
	told   uint32 // of bytes acknowledged, as the protocol counts them: wrapping

	writing sync.Mutex
	out     *bufio.Writer
	size    int // of the chunks we send
	timeout time.Duration
}

// counter counts what is read, as the protocol does: wrapping.
type counter struct {
	in io.Reader
	n  uint32
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += uint32(n)
	return n, err
}

func newWire(conn net.Conn, timeout time.Duration) *wire {
	count := &counter{in: conn}
	return &wire{
		conn: conn, in: newChunkReader(count), count: count, window: windowSize,
		out: bufio.NewWriterSize(conn, 16<<10), size: initialChunkSize, timeout: timeout,
	}
}

// read is the next message that is not about the connection itself.
func (w *wire) read() (message, error) {
	for {
		m, err := w.in.next()
		if err != nil {
			return message{}, err
		}
		if err := w.acknowledge(); err != nil {
			return message{}, err
		}
		if m.kind > typePeerBandwidth {
			return m, nil
		}
		if err := w.control(m); err != nil {
			return message{}, err
		}
	}
}

// acknowledge tells the peer how much came, each time its window is full (RTMP §5.4.3).
func (w *wire) acknowledge() error {
	if w.count.n-w.told < w.window {
		return nil
	}
	w.told = w.count.n
	return w.write(message{kind: typeAck, payload: binary.BigEndian.AppendUint32(nil, w.told)})
}

func (w *wire) control(m message) error {
	switch m.kind {
	case typeWindowSize:
		if len(m.payload) < 4 {
			return violation("window without a size")
		}
		w.window = max(binary.BigEndian.Uint32(m.payload), minWindowSize)
	case typePeerBandwidth: // RTMP §5.4.5: answered with the window, when it is not the last one told
		return nil
	case typeUserControl:
		return w.userControl(m.payload)
	}
	return nil
}

// userControl answers a ping (RTMP §7.1.7: event 6, answered by 7); other events are for players.
func (w *wire) userControl(payload []byte) error {
	if len(payload) < 6 || binary.BigEndian.Uint16(payload) != 6 {
		return nil
	}
	return w.write(message{kind: typeUserControl, payload: append([]byte{0, 7}, payload[2:6]...)})
}

// write sends messages together, within the time allowed.
func (w *wire) write(messages ...message) error {
	w.writing.Lock()
	defer w.writing.Unlock()
	if err := w.conn.SetWriteDeadline(time.Now().Add(w.timeout)); err != nil {
		return err
	}
	for _, m := range messages {
		if err := writeChunks(w.out, m, w.size); err != nil {
			return err
		}
		if m.kind == typeSetChunkSize {
			w.size = int(binary.BigEndian.Uint32(m.payload))
		}
	}
	return w.out.Flush()
}

func setChunkSize(size uint32) message {
	return message{kind: typeSetChunkSize, payload: binary.BigEndian.AppendUint32(nil, size)}
}

func windowAckSize(size uint32) message {
	return message{kind: typeWindowSize, payload: binary.BigEndian.AppendUint32(nil, size)}
}

func peerBandwidth(size uint32) message {
	const dynamic = 2 // RTMP §5.4.5
	return message{kind: typePeerBandwidth, payload: append(binary.BigEndian.AppendUint32(nil, size), dynamic)}
}
