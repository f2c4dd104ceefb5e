package files

import (
	"net/url"
	"strings"
	"testing"
)

func TestTokenGoesOnWithoutBreakingThePlaylist(t *testing.T) {
	cases := []struct{ name, playlist, token, want string }{
		{"a playlist's name", "a.m3u8\n", "t", "a.m3u8?videoFileToken=t&reinjectVideoFileToken=true\n"},
		{"a file's name", "#EXTINF:4,\na.mp4\n", "t", "#EXTINF:4,\na.mp4?videoFileToken=t\n"},
		{"an attribute", "#EXT-X-MAP:URI=\"a.mp4\",BYTERANGE=\"9@0\"\n", "t", "#EXT-X-MAP:URI=\"a.mp4?videoFileToken=t\",BYTERANGE=\"9@0\"\n"},
		{"empty lines and CRLF", "#EXTM3U\r\n\r\na.mp4", "t", "#EXTM3U\n\na.mp4?videoFileToken=t\n"},
		{"an attribute without end", "#EXT-X-MAP:URI=\"a.mp4\n", "t", "#EXT-X-MAP:URI=\"a.mp4?videoFileToken=t\"\n"},
		{"a hostile token", "a.mp4\n", "\"\n#EXT-X-KEY:URI=\"http://x", "a.mp4?videoFileToken=%22%0A%23EXT-X-KEY%3AURI%3D%22http%3A%2F%2Fx\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := string(withToken([]byte(c.playlist), c.token)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzWithToken(f *testing.F) {
	f.Add("#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI=\"a-0.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=1\na-240.m3u8\n", "token")
	f.Add("#EXT-X-MAP:URI=\"a\"\r\n\r\na.mp4", "\"\n")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, playlist, token string) {
		got := string(withToken([]byte(playlist), token))
		if lines := strings.Count(strings.TrimSuffix(playlist, "\n"), "\n") + 1; playlist != "" && strings.Count(got, "\n") != lines {
			t.Errorf("%q with %q: got %q, another number of lines", playlist, token, got)
		}
		for line := range strings.Lines(got) {
			text := strings.TrimSuffix(line, "\n")
			if text != "" && text[0] != '#' && !strings.Contains(text, "?videoFileToken=") {
				t.Errorf("%q lacks the token", text)
			}
		}
	})
}

func FuzzReload(f *testing.F) {
	f.Add("_HLS_msn=12&_HLS_part=3&_HLS_skip=YES")
	f.Add("_HLS_msn=99999999999999999999")
	f.Add("_HLS_part=-1&_HLS_msn=%00")
	f.Fuzz(func(t *testing.T, text string) {
		query, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		q, err := reloadOf(query)
		if err == nil && (q.MSN < 0 || q.Part < 0 || q.HasMSN != (query.Get("_HLS_msn") != "")) {
			t.Errorf("%q is read as %+v", text, q)
		}
	})
}

func FuzzAttachment(f *testing.F) {
	f.Add("A test film-720p.mp4")
	f.Add("L'été \"fin\"\r\nSet-Cookie: x")
	f.Add("\u202egpj.exe")
	f.Fuzz(func(t *testing.T, name string) {
		value := attachment(safeName(name))
		if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || c > '~' }) {
			t.Errorf("%q: %q does not fit a header", name, value)
		}
		if strings.Count(value, `"`) != 2 {
			t.Errorf("%q: %q leaves its quotes", name, value)
		}
	})
}
