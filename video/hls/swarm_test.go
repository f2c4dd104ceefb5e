package hls_test

import (
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"

	"lucarne/video/hls"
)

func TestInfoHashes(t *testing.T) {
	// Worked out independently: md5("v2-https://tube.example/m.m3u8-main-0") without its first byte, in base64, in hex.
	got := hls.InfoHashes("https://tube.example/m.m3u8", 2, true)
	want := []string{
		"3276426876434475737868757938326f37447632",
		"6e656f344a53376954317538745739512f547576",
		"644d383858324c494173584f644e3731417a6b6b",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := hls.InfoHashes("https://tube.example/m.m3u8", 1, false); !reflect.DeepEqual(got, want[:1]) {
		t.Errorf("one rendition: got %v, want %v", got, want[:1])
	}
}

func TestDigest(t *testing.T) {
	media := strings.NewReader("initabcdef")
	segments := []hls.Segment{{Range: hls.ByteRange{Start: 4, Length: 3}}, {Range: hls.ByteRange{Start: 7, Length: 3}}}
	digests, err := hls.Digest(media, "a-240-fragmented.mp4", segments)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(hls.Digests{digests, {Name: "b.mp4"}})
	want := `{"a-240-fragmented.mp4":{"4-6":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",` +
		`"7-9":"cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34"},"b.mp4":{}}`
	if err != nil || string(text) != want {
		t.Errorf("got %s, %v\nwant %s", text, err, want)
	}
	if _, err := hls.Digest(media, "a", []hls.Segment{{Range: hls.ByteRange{Start: 8, Length: 3}}}); err == nil || !strings.Contains(err.Error(), io.ErrUnexpectedEOF.Error()) {
		t.Errorf("past the end: got %v, want %v", err, io.ErrUnexpectedEOF)
	}
}
