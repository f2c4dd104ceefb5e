package hls_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"lucarne/platform/fault"
	"lucarne/video/hls"
)

// What a real server of the reference system answers for a short video, shortened.
const (
	servedMaster = "#EXTM3U\n#EXT-X-VERSION:3\n\n\n#EXT-X-STREAM-INF:BANDWIDTH=308179,RESOLUTION=426x240,FRAME-RATE=30,CODECS=\"avc1.640015,mp4a.40.2\"\nb352-240.m3u8\n" +
		"#EXT-X-STREAM-INF:BANDWIDTH=736377,RESOLUTION=854x480,FRAME-RATE=30,CODECS=\"avc1.64001f,mp4a.40.2\"\n2ef5-480.m3u8\n"
	servedMedia = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n" +
		"#EXT-X-MAP:URI=\"b352-240-fragmented.mp4\",BYTERANGE=\"1357@0\"\n#EXTINF:4.000000,\n#EXT-X-BYTERANGE:148263@1357\nb352-240-fragmented.mp4\n" +
		"#EXTINF:2.033333,\n#EXT-X-BYTERANGE:84440@149620\nb352-240-fragmented.mp4\n#EXT-X-ENDLIST\n"
)

func TestMediaPlaylist(t *testing.T) {
	got, err := hls.ParseMedia(strings.NewReader(servedMedia))
	if err != nil {
		t.Fatal(err)
	}
	uri := "b352-240-fragmented.mp4"
	want := hls.MediaPlaylist{
		TargetDuration: 4, Type: "VOD", Ended: true, Map: &hls.Map{URI: uri, Range: &hls.ByteRange{Length: 1357}},
		Segments: []hls.MediaSegment{
			{URI: uri, Duration: 4 * time.Second, Range: &hls.ByteRange{Start: 1357, Length: 148263}},
			{URI: uri, Duration: 2033333 * time.Microsecond, Range: &hls.ByteRange{Start: 149620, Length: 84440}},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("parsed: got %+v, want %+v", got, want)
	}
	text, err := want.MarshalText()
	if err != nil || string(text) != servedMedia {
		t.Errorf("written: got %s, %v\nwant %s", text, err, servedMedia)
	}
}

func TestFilePlaylist(t *testing.T) {
	file := hls.File{Init: hls.ByteRange{Length: 700}, Segments: []hls.Segment{
		{Range: hls.ByteRange{Start: 800, Length: 100}, Duration: 4600 * time.Millisecond},
		{Range: hls.ByteRange{Start: 900, Length: 50}, Duration: time.Second},
	}}
	text, err := file.Playlist("a.mp4").MarshalText()
	want := "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:5\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n" +
		"#EXT-X-MAP:URI=\"a.mp4\",BYTERANGE=\"700@0\"\n#EXTINF:4.600000,\n#EXT-X-BYTERANGE:100@800\na.mp4\n#EXTINF:1.000000,\n#EXT-X-BYTERANGE:50@900\na.mp4\n#EXT-X-ENDLIST\n"
	if err != nil || string(text) != want {
		t.Errorf("got %s, %v\nwant %s", text, err, want)
	}
}

func TestCaptionPlaylist(t *testing.T) {
	text, err := hls.CaptionPlaylist("fr.vtt", 90*time.Second).MarshalText()
	want := "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:90\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:90.000000,\nfr.vtt\n#EXT-X-ENDLIST\n"
	if err != nil || string(text) != want {
		t.Errorf("got %s, %v\nwant %s", text, err, want)
	}
}

func TestParseServedMaster(t *testing.T) {
	got, err := hls.ParseMaster(strings.NewReader(servedMaster))
	if err != nil {
		t.Fatal(err)
	}
	want := hls.MasterPlaylist{Variants: []hls.Variant{
		{URI: "b352-240.m3u8", Bandwidth: 308179, Width: 426, Height: 240, FrameRate: 30, Codecs: "avc1.640015,mp4a.40.2"},
		{URI: "2ef5-480.m3u8", Bandwidth: 736377, Width: 854, Height: 480, FrameRate: 30, Codecs: "avc1.64001f,mp4a.40.2"},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestMasterPlaylist(t *testing.T) {
	playlist := hls.MasterPlaylist{
		IndependentSegments: true,
		Renditions: []hls.Rendition{
			{Type: hls.AudioRendition, GroupID: "audio", Name: "Audio", URI: "a.m3u8", Channels: 2, IsDefault: true, Autoselect: true},
			{Type: hls.SubtitleRendition, GroupID: "subtitles", Name: "Français", Language: "fr", URI: "fr.m3u8", Autoselect: true},
		},
		Variants: []hls.Variant{{
			URI: "v.m3u8", Bandwidth: 2, AverageBandwidth: 1, Width: 160, Height: 90, FrameRate: 29.97, Codecs: "avc1.64000b,mp4a.40.2",
			AudioGroup: "audio", SubtitleGroup: "subtitles",
		}},
	}
	want := "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n" +
		"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Audio\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"a.m3u8\"\n" +
		"#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subtitles\",NAME=\"Français\",LANGUAGE=\"fr\",DEFAULT=NO,AUTOSELECT=YES,URI=\"fr.m3u8\"\n" +
		"#EXT-X-STREAM-INF:BANDWIDTH=2,AVERAGE-BANDWIDTH=1,RESOLUTION=160x90,FRAME-RATE=29.97,CODECS=\"avc1.64000b,mp4a.40.2\",AUDIO=\"audio\",SUBTITLES=\"subtitles\"\nv.m3u8\n"
	text, err := playlist.MarshalText()
	if err != nil || string(text) != want {
		t.Fatalf("got %s, %v\nwant %s", text, err, want)
	}
	back, err := hls.ParseMaster(strings.NewReader(want))
	if err != nil || !reflect.DeepEqual(back, playlist) {
		t.Errorf("read back: got %+v, %v", back, err)
	}
}

func TestVariantWithAudio(t *testing.T) {
	file := func(bytes int64) hls.File {
		return hls.File{Duration: 4 * time.Second, Segments: []hls.Segment{{Range: hls.ByteRange{Length: bytes}, Duration: 4 * time.Second}}}
	}
	picture, sound := file(4000), file(1000)
	picture.Video = &hls.Video{Codec: "avc1.64000b", Width: 160, Height: 90, FrameRate: 10}
	sound.Audio = &hls.Audio{Codec: "mp4a.40.2", Channels: 2}
	got := picture.Variant("v.m3u8").WithAudio("audio", sound)
	want := hls.Variant{URI: "v.m3u8", Bandwidth: 10000, AverageBandwidth: 10000, Width: 160, Height: 90, FrameRate: 10, Codecs: "avc1.64000b,mp4a.40.2", AudioGroup: "audio"}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWritingRefusesWhatBreaksOut(t *testing.T) {
	for _, uri := range []string{"", "a\nb", `a"b`, "#comment"} {
		media := hls.MediaPlaylist{Segments: []hls.MediaSegment{{URI: uri}}}
		if _, err := media.MarshalText(); !fault.Is(err, fault.Invalid) {
			t.Errorf("media %q: got %v, want Invalid", uri, err)
		}
		master := hls.MasterPlaylist{Variants: []hls.Variant{{URI: uri, Bandwidth: 1}}}
		if _, err := master.MarshalText(); !fault.Is(err, fault.Invalid) {
			t.Errorf("master %q: got %v, want Invalid", uri, err)
		}
	}
	named := hls.MasterPlaylist{Renditions: []hls.Rendition{{Type: hls.SubtitleRendition, GroupID: "s", Name: "a\"\nb", URI: "x"}}}
	text, err := named.MarshalText()
	if err != nil || !strings.Contains(string(text), `NAME="a' b"`) {
		t.Errorf("name: got %s, %v", text, err)
	}
}

func TestParseMedia(t *testing.T) {
	head := "#EXTM3U\n#EXT-X-TARGETDURATION:4\n"
	t.Run("ranges that go on", func(t *testing.T) {
		p, err := hls.ParseMedia(strings.NewReader(head + "#EXTINF:4,\n#EXT-X-BYTERANGE:10@5\na\n#EXTINF:4,\n#EXT-X-BYTERANGE:7\na\n"))
		if err != nil || *p.Segments[1].Range != (hls.ByteRange{Start: 15, Length: 7}) {
			t.Errorf("got %+v, %v", p, err)
		}
	})
	refused := map[string]string{
		"empty":                   "",
		"no header":               "#EXTINF:4,\na\n",
		"no target":               "#EXTM3U\n#EXTINF:4,\na\n",
		"no duration":             head + "a\n",
		"negative duration":       head + "#EXTINF:-4,\na\n",
		"endless duration":        head + "#EXTINF:inf,\na\n",
		"range without start":     head + "#EXTINF:4,\n#EXT-X-BYTERANGE:7\na\n",
		"range out of bounds":     head + "#EXTINF:4,\n#EXT-X-BYTERANGE:7@9223372036854775807\na\n",
		"map without address":     head + "#EXT-X-MAP:BYTERANGE=\"1@0\"\n",
		"open quote":              head + "#EXT-X-MAP:URI=\"a\n",
		"a master":                servedMaster,
		"unknown type":            head + "#EXT-X-PLAYLIST-TYPE:LIVE\n",
		"attribute without value": head + "#EXT-X-MAP:URI\n",
	}
	for name, text := range refused {
		t.Run(name, func(t *testing.T) {
			if p, err := hls.ParseMedia(strings.NewReader(text)); !fault.Is(err, fault.Invalid) {
				t.Errorf("got %+v, %v, want Invalid", p, err)
			}
		})
	}
	if _, err := hls.ParseMedia(strings.NewReader(head + strings.Repeat("x", 1<<20))); !fault.Is(err, fault.TooLarge) {
		t.Errorf("endless line: got %v, want TooLarge", err)
	}
}

func FuzzParseMedia(f *testing.F) {
	f.Add(servedMedia)
	f.Add("#EXTM3U\r\n#EXT-X-TARGETDURATION:4\r\n#EXTINF:4,title\r\n#EXT-X-BYTERANGE:10@5\r\na\r\n#EXTINF:4,\r\n#EXT-X-BYTERANGE:7\r\na\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := hls.ParseMedia(strings.NewReader(text))
		if err != nil {
			return
		}
		written, err := p.MarshalText()
		if err != nil {
			t.Fatalf("what was read can not be written: %v", err)
		}
		if _, err := hls.ParseMedia(strings.NewReader(string(written))); err != nil {
			t.Errorf("what was written can not be read: %v\n%s", err, written)
		}
	})
}

func FuzzParseMaster(f *testing.F) {
	f.Add(servedMaster)
	f.Add("#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"n\",CHANNELS=\"2/JOC\",URI=\"a.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"a\"\nv.m3u8\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := hls.ParseMaster(strings.NewReader(text))
		if err != nil {
			return
		}
		written, err := p.MarshalText()
		if err != nil {
			t.Fatalf("what was read can not be written: %v", err)
		}
		if _, err := hls.ParseMaster(strings.NewReader(string(written))); err != nil {
			t.Errorf("what was written can not be read: %v\n%s", err, written)
		}
	})
}
