package torrent

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"lucarne/platform/fault"
)

const (
	httpTracker = "http://localhost:9100/tracker/announce"
	wsTracker   = "ws://localhost:9100/tracker/socket"
	recordedURL = "http://localhost:9100/static/streaming-playlists/hls/82864ae8-d21b-417b-8b17-aa68a44fb6de/9bcc87bb-9542-4899-889c-931df2565025-720-fragmented.mp4"
)

// pattern is a file whose info hashes below were computed with another implementation.
func pattern() []byte {
	data := make([]byte, 40000)
	for i := range data {
		data[i] = byte(i % 251)
	}
	return data
}

func sample(t testing.TB, name string) Torrent {
	t.Helper()
	info, err := Hashed(bytes.NewReader(pattern()), name, 40000)
	if err != nil {
		t.Fatal(err)
	}
	return Torrent{
		Trackers: []string{httpTracker, wsTracker}, WebSeeds: []string{recordedURL}, CreatedBy: "PeerTube",
		CreatedAt: time.Unix(1795477198, 0).UTC(), Info: info,
	}
}

func TestInfoHash(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, file, want string }{
		{"ASCII name", "A test film-720p.mp4", "3d6d135ff1a364bbbfdf0334de4c8ac83f11413d"},
		{"accented name", "été.mp4", "60be0a3ac165f5ffed46fbfc1e0c31b7bd19ea5a"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, err := sample(t, c.file).InfoHash(); err != nil || got.String() != c.want {
				t.Errorf("got %s, %v, want %s", got, err, c.want)
			}
			renamed, err := sample(t, "before.mp4").Renamed(c.file)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := renamed.InfoHash(); err != nil || got.String() != c.want {
				t.Errorf("after renaming: got %s, %v, want %s", got, err, c.want)
			}
		})
	}
}

func TestPieceLength(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name       string
		size, want int64
	}{
		{"empty", 0, 16 << 10},
		{"recorded 9 MB file", 9319925, 16 << 10},
		{"just below the middle", 22 << 20, 16 << 10},
		{"just above the middle", 23 << 20, 32 << 10},
		{"1 GiB", 1 << 30, 1 << 20},
		{"capped", MaxSize, 16 << 20},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := PieceLength(c.size); got != c.want {
				t.Errorf("PieceLength(%d) = %d, want %d", c.size, got, c.want)
			}
		})
	}
}

func TestHashedRefuses(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk gone")
	cases := []struct {
		name, file string
		in         io.Reader
		size       int64
		want       fault.Kind
	}{
		{"shorter than announced", "a.mp4", strings.NewReader("abc"), 4, fault.Invalid},
		{"longer than announced", "a.mp4", strings.NewReader("abc"), 2, fault.Invalid},
		{"negative size", "a.mp4", strings.NewReader(""), -1, fault.TooLarge},
		{"too large", "a.mp4", strings.NewReader(""), MaxSize + 1, fault.TooLarge},
		{"broken disk", "a.mp4", iotest.ErrReader(broken), 1, fault.Internal},
		{"no name", "", strings.NewReader(""), 0, fault.Invalid},
		{"path", "../a.mp4", strings.NewReader(""), 0, fault.Invalid},
		{"long name", strings.Repeat("a", 2000), strings.NewReader(""), 0, fault.Invalid},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := Hashed(c.in, c.file, c.size); !fault.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestRenamedRefusesPaths(t *testing.T) {
	t.Parallel()
	if _, err := sample(t, "a.mp4").Renamed(".."); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v, want fault.Invalid", err)
	}
}

// A recorded torrent of 569 pieces was 11857 bytes long: same keys, same shapes.
func TestEncodeIsAsLongAsRecorded(t *testing.T) {
	t.Parallel()
	const size = 9319925
	info := Info{Name: "A test film, renamed-720p.mp4", Length: size, PieceLength: PieceLength(size), Pieces: make([]byte, 569*20)}
	got, err := Torrent{
		Trackers: []string{wsTracker, httpTracker}, WebSeeds: []string{recordedURL}, CreatedBy: "PeerTube",
		CreatedAt: time.Unix(1795477198, 0), Info: info,
	}.Encode()
	if err != nil || len(got) != 11857 {
		t.Errorf("got %d bytes, %v, want 11857", len(got), err)
	}
}

func TestEncodeThenDecode(t *testing.T) {
	t.Parallel()
	want := sample(t, "A test film-720p.mp4")
	encoded, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(bytes.NewReader(encoded))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestMagnet(t *testing.T) {
	t.Parallel()
	const xs = "http://localhost:9100/lazy-static/torrents/2b3ea316-a8ab-42fa-a43a-70df10428edb-720-hls.torrent"
	const rest = "&tr=http%3A%2F%2Flocalhost%3A9100%2Ftracker%2Fannounce&tr=ws%3A%2F%2Flocalhost%3A9100%2Ftracker%2Fsocket" +
		"&ws=http%3A%2F%2Flocalhost%3A9100%2Fstatic%2Fstreaming-playlists%2Fhls%2F82864ae8-d21b-417b-8b17-aa68a44fb6de%2F" +
		"9bcc87bb-9542-4899-889c-931df2565025-720-fragmented.mp4"
	const head = "magnet:?xs=http%3A%2F%2Flocalhost%3A9100%2Flazy-static%2Ftorrents%2F2b3ea316-a8ab-42fa-a43a-70df10428edb-720-hls.torrent" +
		"&xt=urn:btih:3d6d135ff1a364bbbfdf0334de4c8ac83f11413d&dn="
	cases := []struct{ name, displayName, want string }{
		{"recorded", "A test film", "A+test+film"},
		{"recorded after renaming", "A test film, renamed", "A+test+film%2C+renamed"},
		{"accents, marks and delimiters", "L'été & co = 100% (1)", "L'%C3%A9t%C3%A9+%26+co+%3D+100%25+(1)"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := sample(t, "A test film-720p.mp4").Magnet(xs, c.displayName)
			if want := head + c.want + rest; err != nil || got != want {
				t.Errorf("got  %s, %v\nwant %s", got, err, want)
			}
		})
	}
}

func TestMagnetOfPrivateFileNamesNoAddress(t *testing.T) {
	t.Parallel()
	private := sample(t, "A test film-720p.mp4")
	private.Trackers, private.WebSeeds = nil, nil
	got, err := private.Magnet("", "x")
	if want := "magnet:?xt=urn:btih:3d6d135ff1a364bbbfdf0334de4c8ac83f11413d&dn=x"; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}
