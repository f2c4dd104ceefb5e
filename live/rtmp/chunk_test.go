package rtmp

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
)

func chunked(t testing.TB, size int, messages ...message) []byte {
	t.Helper()
	var b bytes.Buffer
	out := bufio.NewWriter(&b)
	for _, m := range messages {
		if err := writeChunks(out, m, size); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestChunksRoundTrip(t *testing.T) {
	t.Parallel()
	sent := []message{
		{kind: typeVideo, stream: 1, timestamp: 0, payload: bytes.Repeat([]byte{1, 2, 3}, 700)},
		{kind: typeAudio, stream: 1, timestamp: 0xffffff, payload: bytes.Repeat([]byte{4}, 300)},
		{kind: typeVideo, stream: 1, timestamp: 0xfffffff0, payload: bytes.Repeat([]byte{5}, 129)},
		{kind: typeCommand, payload: []byte{}},
	}
	r := newChunkReader(bytes.NewReader(chunked(t, initialChunkSize, sent...)))
	for i, want := range sent {
		got, err := r.next()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("message %d: got %v, %v", i, got, err)
		}
	}
	if _, err := r.next(); !errors.Is(err, io.EOF) || r.partial != 0 {
		t.Fatalf("at the end: %v, %d bytes held", err, r.partial)
	}
}

// seen is what a test compares of a message.
type seen struct {
	kind      byte
	timestamp uint32
	text      string
}

func readAll(data string) ([]seen, error) {
	r := newChunkReader(strings.NewReader(data))
	var all []seen
	for {
		m, err := r.next()
		if err != nil {
			return all, err
		}
		all = append(all, seen{m.kind, m.timestamp, string(m.payload)})
	}
}

func TestChunkHeaders(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 128)
	const first = "\x04\x00\x00\x64\x00\x00\x02\x08\x01\x00\x00\x00ab" // 100 ms, two bytes of audio
	cases := map[string]struct {
		data string
		want []seen
	}{
		"type 1 has a delta":                     {first + "\x44\x00\x00\x0a\x00\x00\x01\x09c", []seen{{8, 100, "ab"}, {9, 110, "c"}}},
		"type 2 keeps length and kind":           {first + "\x84\x00\x00\x0acd", []seen{{8, 100, "ab"}, {8, 110, "cd"}}},
		"type 3 repeats the delta":               {first + "\x84\x00\x00\x0acd\xc4ef", []seen{{8, 100, "ab"}, {8, 110, "cd"}, {8, 120, "ef"}}},
		"type 3 after type 0 adds its timestamp": {first + "\xc4cd", []seen{{8, 100, "ab"}, {8, 200, "cd"}}},
		"two bytes of chunk stream":              {"\x00\x05" + first[1:], []seen{{8, 100, "ab"}}},
		"three bytes of chunk stream":            {"\x01\x05\x01" + first[1:], []seen{{8, 100, "ab"}}},
		"interleaved": {
			"\x04\x00\x00\x01\x00\x00\x82\x08\x01\x00\x00\x00" + long + "\x06\x00\x00\x02\x00\x00\x01\x09\x01\x00\x00\x00v" + "\xc4yz",
			[]seen{{9, 2, "v"}, {8, 1, long + "yz"}},
		},
		"extended timestamp repeated": {
			"\x04\xff\xff\xff\x00\x00\x82\x08\x01\x00\x00\x00\x01\x00\x00\x00" + long + "\xc4\x01\x00\x00\x00yz", []seen{{8, 1 << 24, long + "yz"}},
		},
		"extended timestamp not repeated": {
			"\x04\xff\xff\xff\x00\x00\x84\x08\x01\x00\x00\x00\x01\x00\x00\x00" + long + "\xc4wxyz", []seen{{8, 1 << 24, long + "wxyz"}},
		},
		"aborted": {
			"\x04\x00\x00\x01\x00\x00\x82\x08\x01\x00\x00\x00" + long + "\x02\x00\x00\x00\x00\x00\x04\x02\x00\x00\x00\x00\x00\x00\x00\x04" + first,
			[]seen{{8, 100, "ab"}},
		},
		"larger chunks": {
			"\x02\x00\x00\x00\x00\x00\x04\x01\x00\x00\x00\x00\x00\x00\x10\x00" + "\x04\x00\x00\x01\x00\x00\x82\x08\x01\x00\x00\x00" + long + "yz",
			[]seen{{8, 1, long + "yz"}},
		},
		"a new header cuts the message short": {"\x04\x00\x00\x01\x00\x00\x82\x08\x01\x00\x00\x00" + long + first, []seen{{8, 100, "ab"}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := readAll(c.data)
			if !errors.Is(err, io.EOF) || !reflect.DeepEqual(got, c.want) {
				t.Fatalf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestChunkAbuse(t *testing.T) {
	t.Parallel()
	many := ""
	for id := range MaxChunkStreams + 1 {
		many += string([]byte{byte(3 + id)}) + "\x00\x00\x00\x00\x00\x01\x08\x01\x00\x00\x00a"
	}
	unfinished := ""
	for id := range 4 {
		unfinished += string([]byte{byte(3 + id)}) + "\x00\x00\x00\x00\xff\x00\x08\x01\x00\x00\x00" + strings.Repeat("x", 128)
	}
	cases := map[string]string{
		"too large a command":             "\x03\x00\x00\x00\x01\x00\x01\x14\x00\x00\x00\x00",
		"too large a picture, not on air": "\x03\x00\x00\x00\xff\xff\xff\x09\x00\x00\x00\x00",
		"too large a control message":     "\x02\x00\x00\x00\x00\x01\x00\x01\x00\x00\x00\x00",
		"chunk size 0":                    "\x02\x00\x00\x00\x00\x00\x04\x01\x00\x00\x00\x00\x00\x00\x00\x00",
		"negative chunk size":             "\x02\x00\x00\x00\x00\x00\x04\x01\x00\x00\x00\x00\xff\xff\xff\xff",
		"chunk size without a size":       "\x02\x00\x00\x00\x00\x00\x01\x01\x00\x00\x00\x00a",
		"abort of nothing":                "\x02\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00",
		"begins by repeating":             "\xc4",
		"many chunk streams":              many,
		"many unfinished messages":        unfinished,
	}
	for name, data := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := readAll(data); !errors.Is(err, errProtocol) {
				t.Fatalf("got %v, %v", got, err)
			}
		})
	}
}

func TestPictureBound(t *testing.T) {
	t.Parallel()
	r := newChunkReader(strings.NewReader("\x06\x00\x00\x00\x80\x00\x01\x09\x01\x00\x00\x00"))
	r.isOpen = true
	if _, err := r.next(); !errors.Is(err, errProtocol) {
		t.Fatalf("a picture of more than 8 MiB: %v", err)
	}
}

func FuzzChunks(f *testing.F) {
	f.Add(chunked(f, initialChunkSize, message{kind: typeCommand, payload: bytes.Repeat([]byte{7}, 300)}), true)
	f.Add(chunked(f, initialChunkSize, message{kind: typeVideo, timestamp: 1 << 30, payload: bytes.Repeat([]byte{7}, 300)}), false)
	f.Add(chunked(f, initialChunkSize, setChunkSize(4096), message{kind: typeAbort, payload: []byte{0, 0, 0, 4}}), true)
	f.Fuzz(func(t *testing.T, data []byte, isOpen bool) {
		r := newChunkReader(bytes.NewReader(data))
		r.isOpen = isOpen
		for {
			m, err := r.next()
			if err != nil {
				break
			}
			if len(m.payload) > r.limit(m.kind) {
				t.Fatalf("a message of %d bytes", len(m.payload))
			}
		}
		held := 0
		for _, s := range r.streams {
			held += len(s.payload)
		}
		if held != r.partial || len(r.streams) > MaxChunkStreams {
			t.Fatalf("holds %d bytes of %d streams, counts %d", held, len(r.streams), r.partial)
		}
	})
}

func FuzzHandshake(f *testing.F) {
	f.Add(append([]byte{3}, make([]byte, 2*handshakeBytes)...))
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Add([]byte{3, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		var answer bytes.Buffer
		err := welcome(struct {
			io.Reader
			io.Writer
		}{bytes.NewReader(data), &answer})
		isWhole := len(data) >= 1+2*handshakeBytes && data[0] >= protocolVersion && data[0] < 32
		if isWhole != (err == nil) {
			t.Fatalf("%d bytes: %v", len(data), err)
		}
		if isWhole && !bytes.Equal(answer.Bytes()[1+handshakeBytes:], data[1:1+handshakeBytes]) {
			t.Fatal("C1 was not echoed")
		}
	})
}

// A peer that wants few bytes acknowledged at a time gets no more answers than the least window allows.
func TestSmallWindow(t *testing.T) {
	t.Parallel()
	w := &wire{window: windowSize}
	if err := w.control(message{kind: typeWindowSize, payload: binary.BigEndian.AppendUint32(nil, 1)}); err != nil || w.window != minWindowSize {
		t.Fatalf("window %d, %v", w.window, err)
	}
}
