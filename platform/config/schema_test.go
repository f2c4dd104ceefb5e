package config

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestAllPeerTubeKeysAreKnown reads the list of PeerTube 8.2's keys with the type of each default. A key PeerTube calls an
// int may be a length of time or a size here, as its own readers take it.
func TestAllPeerTubeKeysAreKnown(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/peertube-keys.txt")
	if err != nil {
		t.Fatal(err)
	}
	acceptable := map[string][]string{
		"string": {"text", "number", "size"}, "int": {"number", "length of time", "size"}, "bool": {"true or false"},
		"duration": {"length of time"}, "bytes": {"size"}, "list": {"list of texts", "list of numbers", "list of objects"},
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 379 {
		t.Fatalf("got %d keys in the list, want 379", len(lines))
	}
	for _, line := range lines {
		key, kind, _ := strings.Cut(line, " ")
		l := table().byKey[key]
		if l == nil {
			t.Errorf("%s is unknown", key)
			continue
		}
		if got := shortType(l.typ); !slices.Contains(acceptable[kind], got) {
			t.Errorf("%s: got %s, want %s", key, got, kind)
		}
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	c := Default()
	tests := []struct {
		name      string
		got, want any
	}{
		{"listen", c.Listen.Address(), ":9000"},
		{"origin", c.Webserver.Origin(), "http://localhost:9000"},
		{"engine", c.Database.IsPostgres(), false},
		{"file", c.SQLiteFile(), "data/lucarne.db"},
		{"storage", c.Storage.WebVideos, "data/web-videos"},
		{"log level", c.Log.Level, "info"},
		{"resolutions", c.Transcoding.Resolutions.Heights(), []int{240, 360, 480, 720, 1080}},
		{"live resolutions", c.Live.Transcoding.Resolutions.Heights(), []int{}},
		{"hls", c.Transcoding.HLS.Enabled, true},
		{"progressive files", c.Transcoding.WebVideos.Enabled, false},
		{"file replacement", c.VideoFile.Update.Enabled, true},
		{"registration", c.Signup.Enabled, false},
		{"name", c.Instance.Name, "Lucarne"},
		{"mail", c.SMTP.CanSend(), false},
		{"rate limit", c.RatesLimit.Login, RateLimit{Window: Duration(5 * 60e9), Max: 15}},
		{"thumbnails", c.Thumbnails.Sizes[4], PictureSize{1400, 1400}},
		{"bucket prefix", c.ObjectStorage.StreamingPlaylists.Prefix, "streaming-playlists/"},
		{"sentinels", c.Redis.Sentinel.Sentinels, []SentinelHost{{Port: 26379}}},
		{"robots", c.Instance.Robots, "User-agent: *\nDisallow:\n"},
		{"history", c.History.Videos.MaxAge.IsForever(), true},
		{"page size", c.Lucarne.PageSize.Max, 100},
	}
	for _, tt := range tests {
		if !reflect.DeepEqual(tt.got, tt.want) {
			t.Errorf("%s: got %#v, want %#v", tt.name, tt.got, tt.want)
		}
	}
}

func TestPostgresURL(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, yaml, want string
	}{
		{"nothing", ``, ""},
		{"host", `{hostname: db, password: "p@ss/word"}`, "postgres://peertube:p%40ss%2Fword@db:5432/peertube_prod?sslmode=disable"},
		{"name alone", `{name: tube}`, "postgres://peertube:peertube@127.0.0.1:5432/tube?sslmode=disable"},
		{"verified", `{hostname: db, ssl: true, ssl_settings: {reject_unauthorized: true, ca: /ca.pem}}`, "postgres://peertube:peertube@db:5432/peertube_prod?sslmode=verify-full&sslrootcert=%2Fca.pem"},
		{"socket", `{hostname: /run/postgresql}`, "postgres://peertube:peertube@/peertube_prod?host=%2Frun%2Fpostgresql&port=5432&sslmode=disable"},
		{"url", `{url: "postgres://a:b@c/d"}`, "postgres://a:b@c/d"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			live := open(t, Sources{File: writeFile(t, "c.yaml", "database: "+tt.yaml+"\n")})
			if got := live.Current().Database.PostgresURL(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestOriginLeavesOutTheSchemesOwnPort(t *testing.T) {
	t.Parallel()
	for want, w := range map[string]Webserver{
		"https://example.org":      {HTTPS: true, Hostname: "example.org", Port: 443},
		"http://example.org":       {Hostname: "example.org", Port: 80},
		"https://example.org:8443": {HTTPS: true, Hostname: "example.org", Port: 8443},
	} {
		if got := w.Origin(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
