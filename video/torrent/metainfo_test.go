package torrent

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"lucarne/platform/fault"
)

const (
	onePiece  = "6:pieces20:aaaaaaaaaaaaaaaaaaaa"
	smallInfo = "d6:lengthi1e4:name1:a12:piece lengthi16384e" + onePiece + "e"
)

func TestDecodeKeepsWhatTheHashCovers(t *testing.T) {
	t.Parallel()
	const info = "d6:lengthi1e4:name1:a12:piece lengthi16384e" + onePiece + "7:privatei1e6:source4:heree"
	got, err := Decode(strings.NewReader("d4:info" + info + "e"))
	if err != nil {
		t.Fatal(err)
	}
	hash, err := got.InfoHash()
	if want := Hash(sha1.Sum([]byte(info))); err != nil || hash != want {
		t.Errorf("got %s, %v, want %s", hash, err, want)
	}
}

func TestDecodeAddresses(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, in        string
		trackers, seeds []string
	}{
		{"none", "d4:info" + smallInfo + "e", nil, nil},
		{"single strings", "d8:announce1:x4:info" + smallInfo + "8:url-list1:ye", []string{"x"}, []string{"y"}},
		{"lists", "d8:announce1:x13:announce-listll1:yel1:z1:wee4:info" + smallInfo + "8:url-listl1:1ee", []string{"y", "z", "w"}, []string{"1"}},
		{"empty strings", "d8:announce0:4:info" + smallInfo + "8:url-list0:e", nil, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := Decode(strings.NewReader(c.in))
			if err != nil || !reflect.DeepEqual(got.Trackers, c.trackers) || !reflect.DeepEqual(got.WebSeeds, c.seeds) {
				t.Errorf("got %q, %q, %v, want %q, %q", got.Trackers, got.WebSeeds, err, c.trackers, c.seeds)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	info := func(inside string) string { return "d4:infod" + inside + "ee" }
	cases := []struct {
		name, in string
		want     fault.Kind
	}{
		{"empty", "", fault.Invalid},
		{"text", "<html>", fault.Invalid},
		{"not a dictionary", "i1e", fault.Invalid},
		{"no info", "d8:announce1:xe", fault.Invalid},
		{"cut short", "d4:info" + smallInfo, fault.Invalid},
		{"two values", "dede", fault.Invalid},
		{"string longer than the file", "d99999999999:ae", fault.Invalid},
		{"integer without end", "di1", fault.Invalid},
		{"nesting bomb", strings.Repeat("l", 1<<20) + strings.Repeat("e", 1<<20), fault.Invalid},
		{"too large", strings.Repeat("1", MaxEncodedBytes+1), fault.TooLarge},
		{"several files", info("5:filesld6:lengthi1e4:pathl1:aeee4:name1:a12:piece lengthi16384e" + onePiece), fault.Unsupported},
		{"path as name", info("6:lengthi1e4:name4:../a12:piece lengthi16384e" + onePiece), fault.Invalid},
		{"negative length", info("6:lengthi-1e4:name1:a12:piece lengthi16384e" + onePiece), fault.Invalid},
		{"no piece length", info("6:lengthi1e4:name1:a12:piece lengthi0e" + onePiece), fault.Invalid},
		{"pieces do not match the length", info("6:lengthi99999e4:name1:a12:piece lengthi16384e" + onePiece), fault.Invalid},
		{"keys out of order", info("4:name1:a6:lengthi1e12:piece lengthi16384e" + onePiece), fault.Invalid},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, err := Decode(strings.NewReader(c.in)); !fault.Is(err, c.want) {
				t.Errorf("got %+v, %v, want %v", got, err, c.want)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	encoded, err := sample(f, "a.mp4").Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(encoded)
	f.Add([]byte("d4:info" + smallInfo + "8:url-list1:ye"))
	f.Add([]byte("d13:announce-listll1:yeee"))
	f.Add([]byte(fmt.Sprintf("d%d:", 1<<40)))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := Decode(bytes.NewReader(data))
		if err != nil {
			return
		}
		encoded, err := first.Encode()
		if err != nil {
			t.Fatal(err)
		}
		second, err := Decode(bytes.NewReader(encoded))
		if err != nil {
			t.Fatalf("own output is refused: %v\n%q", err, encoded)
		}
		before, _ := first.InfoHash()
		after, _ := second.InfoHash()
		if before != after {
			t.Errorf("info hash changed from %s to %s", before, after)
		}
	})
}
