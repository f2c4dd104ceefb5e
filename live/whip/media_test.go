package whip

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"lucarne/live/ingest/codec"
	"lucarne/live/stream"
)

func packet(sequence uint16) *rtp.Packet {
	return &rtp.Packet{Header: rtp.Header{SequenceNumber: sequence}, Payload: []byte{1}}
}

// drain names what comes out: the numbers, negative after a loss.
func drain(o *reorder, now time.Time) (got []int) {
	for {
		p, isAfterLoss := o.pop(now)
		switch {
		case p == nil:
			return got
		case isAfterLoss:
			got = append(got, -int(p.SequenceNumber))
		default:
			got = append(got, int(p.SequenceNumber))
		}
	}
}

func TestReorder(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		in   []uint16
		want []int // at once, then after the patience
		late []int
	}{
		{"in order", []uint16{5, 6, 7}, []int{5, 6, 7}, nil},
		{"swapped", []uint16{5, 7, 6, 8}, []int{5, 6, 7, 8}, nil},
		{"wraps", []uint16{65534, 65535, 0, 1}, []int{65534, 65535, 0, 1}, nil},
		{"swapped at the wrap", []uint16{65534, 0, 65535, 1}, []int{65534, 65535, 0, 1}, nil},
		{"twice", []uint16{5, 5, 6, 5, 6, 7}, []int{5, 6, 7}, nil},
		{"one lost", []uint16{5, 7, 8}, []int{5}, []int{-7, 8}},
		{"two losses", []uint16{5, 7, 9}, []int{5}, []int{-7}},
		{"one stray", []uint16{5, 40000, 6}, []int{5, 6}, nil},
		{"begins anew", []uint16{5, 40000, 40001, 40002}, []int{5, -40000, 40001, 40002}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o, now := newReorder(time.Second), time.Unix(100, 0)
			var got []int
			for _, sequence := range test.in {
				o.push(packet(sequence))
				got = append(got, drain(o, now)...)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("at once: %v, want %v", got, test.want)
			}
			if late := drain(o, now.Add(1001*time.Millisecond)); !slices.Equal(late, test.late) {
				t.Errorf("later: %v, want %v", late, test.late)
			}
		})
	}
}

func TestReorderIsBounded(t *testing.T) {
	t.Parallel()
	o, now := newReorder(time.Hour), time.Unix(100, 0)
	o.push(packet(0))
	drain(o, now)
	for i := range 2900 {
		o.push(packet(uint16(2 + i)))
		drain(o, now)
		if len(o.held) > maxHeld {
			t.Fatalf("%d packets are held", len(o.held))
		}
	}
}

// unit is a NAL unit of a type, filled so that it differs from others.
func unit(kind byte, size int) []byte {
	return append([]byte{0x60 | kind}, bytes.Repeat([]byte{0xaa}, size)...)
}

var (
	baselineSPS = hexed("6742c01fd9005005bb011000000300100000030320f1832480") // 1280×720
	anyPPS      = []byte{0x68, 0xcb, 0x83, 0xcb, 0x20}
)

func hexed(text string) []byte {
	data, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return data
}

func TestPictureSize(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, sps     string
		width, height int
	}{
		{"baseline", "6742c01fd9005005bb011000000300100000030320f1832480", 1280, 720},
		{"baseline, cropped", "6742c020d90056061e6f011000000300100000030320f1832480", 1366, 768},
		{"main", "674d401eeca05017fcb808800000030080000019078b16cb", 640, 360},
		{"high, cropped", "67640028acd940780227e5c044000003000400000300c83c60c658", 1920, 1080},
		{"4:4:4, cropped", "67f40015919b28363fcfe022000003000200000300641e2c5b2c", 426, 240},
		{"interlaced", "6764001eacd940b424d8088000000300800000190f8a14cb", 720, 576},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			width, height, err := codec.H264Size(hexed(test.sps))
			if err != nil || width != test.width || height != test.height {
				t.Errorf("got %d×%d, %v; want %d×%d", width, height, err, test.width, test.height)
			}
			if _, _, err := codec.H264Size(hexed(test.sps)[:6]); err == nil {
				t.Error("half of it is taken")
			}
		})
	}
}

// stap puts units into one packet.
func stap(units ...[]byte) []byte {
	payload := []byte{nalSTAPA}
	for _, u := range units {
		payload = binary.BigEndian.AppendUint16(payload, uint16(len(u)))
		payload = append(payload, u...)
	}
	return payload
}

// fragments splits a unit over packets.
func fragments(u []byte, size int) [][]byte {
	var list [][]byte
	for at := 1; at < len(u); at += size {
		end := min(at+size, len(u))
		header := u[0] & 0x1f
		if at == 1 {
			header |= 0x80
		}
		if end == len(u) {
			header |= 0x40
		}
		list = append(list, append([]byte{u[0]&0xe0 | nalFUA, header}, u[at:end]...))
	}
	return list
}

// sender numbers packets.
type sender struct {
	assembler *assembler
	got       []string
	tracks    []stream.Track
}

func newSender() *sender {
	s := &sender{}
	s.assembler = newAssembler(func(p picture) error {
		s.got = append(s.got, fmt.Sprintf("%d key=%v %d", p.timestamp, p.isKey, len(p.data)))
		if track, ok := s.assembler.track(); ok && p.isKey {
			s.tracks = append(s.tracks, track)
		}
		return nil
	})
	return s
}

func (s *sender) send(timestamp uint32, marker, isAfterLoss bool, payload []byte) {
	_ = s.assembler.push(&rtp.Packet{Header: rtp.Header{Timestamp: timestamp, Marker: marker}, Payload: payload}, isAfterLoss)
}

func (s *sender) key(timestamp uint32) {
	s.send(timestamp, false, false, stap(baselineSPS, anyPPS))
	s.send(timestamp, true, false, unit(5, 100))
}

func TestAssembler(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		send func(s *sender)
		want []string
	}{
		{"whole units", func(s *sender) { s.key(1); s.send(2, true, false, unit(1, 50)) }, []string{"1 key=true 105", "2 key=false 55"}},
		{"nothing before a key", func(s *sender) { s.send(1, true, false, unit(1, 50)); s.key(2) }, []string{"2 key=true 105"}},
		{"slices", func(s *sender) {
			s.key(1)
			s.send(2, false, false, unit(1, 10))
			s.send(2, true, false, unit(1, 10))
		}, []string{"1 key=true 105", "2 key=false 30"}},
		{"fragments", func(s *sender) {
			s.key(1)
			for i, f := range fragments(unit(1, 50), 20) {
				s.send(2, i == 2, false, f)
			}
		}, []string{"1 key=true 105", "2 key=false 55"}},
		{"marker lost or never set", func(s *sender) {
			s.key(1)
			s.send(2, false, false, unit(1, 10))
			s.send(3, false, false, unit(1, 20))
			s.send(4, false, false, unit(1, 30))
		}, []string{"1 key=true 105", "2 key=false 15", "3 key=false 25"}},
		{"waits for a key after a loss", func(s *sender) {
			s.key(1)
			s.send(3, true, true, unit(1, 10))
			s.send(4, true, false, unit(1, 10))
			s.key(5)
			s.send(6, true, false, unit(1, 10))
		}, []string{"1 key=true 105", "5 key=true 105", "6 key=false 15"}},
		{"loss inside a key", func(s *sender) {
			s.send(1, true, true, unit(5, 100))
			s.send(2, true, false, unit(1, 10))
		}, nil},
		{"fragment without its end", func(s *sender) {
			s.key(1)
			s.send(2, true, false, fragments(unit(1, 50), 20)[0])
			s.send(3, true, false, unit(1, 10))
		}, []string{"1 key=true 105"}},
		{"fragment without its beginning", func(s *sender) {
			s.key(1)
			s.send(2, true, false, fragments(unit(1, 50), 20)[2])
		}, []string{"1 key=true 105"}},
		{"sizes that lie", func(s *sender) {
			s.key(1)
			s.send(2, true, false, []byte{nalSTAPA, 0xff, 0xff, 0x61})
		}, []string{"1 key=true 105"}},
		{"padding alone", func(s *sender) { s.key(1); s.send(1, false, false, nil); s.send(2, true, false, unit(1, 10)) }, []string{"1 key=true 105", "2 key=false 15"}},
		{"delimiters and filling are left out", func(s *sender) {
			s.key(1)
			s.send(2, true, false, stap(unit(9, 1), unit(1, 10), unit(12, 300)))
		}, []string{"1 key=true 105", "2 key=false 15"}},
		{"parameter sets on their own", func(s *sender) {
			s.key(1)
			s.send(2, true, false, stap(baselineSPS, anyPPS))
			s.send(3, true, false, unit(1, 10))
		}, []string{"1 key=true 105", "3 key=false 15"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSender()
			test.send(s)
			if !slices.Equal(s.got, test.want) {
				t.Errorf("got %q, want %q", s.got, test.want)
			}
		})
	}
}

func TestAssemblerIsBounded(t *testing.T) {
	t.Parallel()
	s := newSender()
	s.key(1)
	endless := append([]byte{nalFUA, 0x01}, make([]byte, 60000)...)
	s.send(2, false, false, append([]byte{nalFUA, 0x81}, make([]byte, 60000)...))
	for range 300 {
		s.send(2, false, false, endless)
		if held := len(s.assembler.fragment) + len(s.assembler.current.data); held > maxPictureBytes {
			t.Fatalf("%d bytes are held", held)
		}
	}
}

func TestTrackOfTheParameterSets(t *testing.T) {
	t.Parallel()
	s := newSender()
	s.key(1)
	if len(s.tracks) != 1 {
		t.Fatal("no track")
	}
	want := append([]byte{1, 0x42, 0xc0, 0x1f, 0xff, 0xe1, 0, byte(len(baselineSPS))}, baselineSPS...)
	want = append(append(want, 1, 0, byte(len(anyPPS))), anyPPS...)
	if got := s.tracks[0]; got.Width != 1280 || got.Height != 720 || !bytes.Equal(got.Config, want) {
		t.Errorf("got %+v, want 1280×720 and %x", got, want)
	}
}

func TestTimeline(t *testing.T) {
	t.Parallel()
	const frame = 3600 // 40 ms at 90 kHz
	for _, test := range []struct {
		name string
		step func(i int) uint32 // the timestamp of picture i, which comes at i × 40 ms
	}{
		{"grows", func(i int) uint32 { return uint32(i * frame) }},
		{"wraps", func(i int) uint32 { return uint32(0xffffffff - 20*frame + i*frame) }},
		{"jumps forward", func(i int) uint32 { return uint32(i*frame + i/50*900_000_000) }},
		{"jumps back", func(i int) uint32 { return uint32(2_000_000_000 + i*frame - i/50*900_000_000) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := timeline{rate: pictureRate}
			for i := range 100 {
				arrival := time.Duration(i) * 40 * time.Millisecond
				if got := l.at(test.step(i), arrival); got != arrival || l.isBackward {
					t.Fatalf("picture %d at %s, want %s", i, got, arrival)
				}
			}
		})
	}
}

func TestTimelineLastsForDays(t *testing.T) {
	t.Parallel()
	l := timeline{rate: pictureRate}
	for hour := range 24 * 30 {
		for minute := range 60 {
			at := time.Duration(hour*60+minute) * time.Minute
			if got := l.at(uint32(int64(at/time.Second)*pictureRate), at); got != at {
				t.Fatalf("%s, want %s", got, at)
			}
		}
	}
}

func TestPictureBeforeTheLastIsSeen(t *testing.T) {
	t.Parallel()
	l := timeline{rate: pictureRate}
	l.at(9000, 0)
	if l.at(3600, 10*time.Millisecond); !l.isBackward {
		t.Error("B-frames are not noticed")
	}
}

func senderReport(at time.Duration, timestamp uint32) *rtcp.SenderReport {
	seconds := uint64(at/time.Second) + 3_900_000_000
	fraction := uint64(at%time.Second) << 32 / uint64(time.Second)
	return &rtcp.SenderReport{NTPTime: seconds<<32 | fraction, RTPTime: timestamp}
}

// The pictures come 200 ms later than the sound that belongs to them; the sender reports say so, and after some seconds it shows no more.
func TestPicturesFollowTheSound(t *testing.T) {
	t.Parallel()
	sound, pictures := timeline{rate: soundRate}, timeline{rate: pictureRate}
	last := time.Duration(-1)
	var heard, seen time.Duration
	for i := range 250 {
		taken := time.Duration(i) * 40 * time.Millisecond // by the microphone and the camera
		heard = sound.at(uint32(7000+taken.Milliseconds()*48), taken)
		seen = pictures.at(uint32(500+taken.Milliseconds()*90), taken+200*time.Millisecond)
		if seen <= last {
			t.Fatalf("picture %d at %s after %s", i, seen, last)
		}
		last = seen
		if i%25 == 0 {
			sound.report(senderReport(taken, uint32(7000+taken.Milliseconds()*48)))
			pictures.report(senderReport(taken, uint32(500+taken.Milliseconds()*90)))
			pictures.follow(&sound)
		}
	}
	if apart := (seen - heard).Abs(); apart > time.Millisecond {
		t.Errorf("%s apart", apart)
	}
}

func TestSenderReportsThatLieAreNotBelieved(t *testing.T) {
	t.Parallel()
	sound, pictures := timeline{rate: soundRate}, timeline{rate: pictureRate}
	sound.at(0, 0)
	pictures.at(0, 0)
	sound.report(senderReport(0, 0))
	pictures.report(senderReport(time.Hour, 0))
	pictures.follow(&sound)
	if pictures.target != 0 {
		t.Errorf("goes to %s", pictures.target)
	}
}

func TestKeyframesAreAskedForRegularlyAndAtALoss(t *testing.T) {
	t.Parallel()
	k := keyframes{interval: 2 * time.Second}
	var asked []time.Duration
	for now := time.Duration(0); now < 10*time.Second; now += 100 * time.Millisecond {
		k.need(now == 5*time.Second)
		if k.isDue(now) {
			asked = append(asked, now)
			k.came(now)
		}
	}
	want := []time.Duration{2 * time.Second, 4 * time.Second, 5 * time.Second, 7 * time.Second, 9 * time.Second}
	if !slices.Equal(asked, want) {
		t.Errorf("asked at %v, want %v", asked, want)
	}
}

func FuzzAssembler(f *testing.F) {
	f.Add(stap(baselineSPS, anyPPS), unit(5, 20), fragments(unit(1, 50), 20)[0])
	f.Add([]byte{nalSTAPA, 0, 0}, []byte{nalFUA}, []byte{0})
	f.Fuzz(func(t *testing.T, one, two, three []byte) {
		s := newSender()
		for i, payload := range [][]byte{one, two, three, one} {
			s.send(uint32(i/2), i%2 == 1, false, payload)
		}
		for _, track := range s.tracks {
			if track.Width < 1 || track.Height < 1 || len(track.Config) < 8 {
				t.Errorf("track %+v", track)
			}
		}
	})
}

func FuzzPictureSize(f *testing.F) {
	f.Add(baselineSPS)
	f.Fuzz(func(t *testing.T, sps []byte) {
		if width, height, err := codec.H264Size(sps); err == nil && (width < 1 || height < 1 || width > 16384 || height > 16384) {
			t.Errorf("%d×%d", width, height)
		}
	})
}

func FuzzReadOffer(f *testing.F) {
	f.Add("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=sendonly\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := readOffer(text)
		if err != nil {
			return
		}
		if o.media() == 0 || bytes.Contains([]byte(must(o.text())), []byte("a=candidate")) {
			t.Errorf("taken: %q", text)
		}
	})
}

func must(text string, err error) string {
	if err != nil {
		panic(err)
	}
	return text
}

func FuzzReadFragment(f *testing.F) {
	f.Add("a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na=candidate:1 1 udp 1 10.0.0.1 1 typ host\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := readFragment(text); err == nil && !c.isValid() {
			t.Errorf("taken: %+v", c)
		}
	})
}

func FuzzReorder(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 0))
		o, now, last := newReorder(50*time.Millisecond), time.Unix(100, 0), -1
		for i := range 500 {
			if random.IntN(10) > 0 { // one in ten is lost, the others come up to 20 late
				o.push(packet(uint16(65000 + i - random.IntN(20))))
			}
			now = now.Add(10 * time.Millisecond)
			for _, got := range drain(o, now) {
				got = int(uint16(max(got, -got) - 64000))
				if got <= last {
					t.Fatalf("%d after %d", got, last)
				}
				last = got
			}
		}
	})
}
