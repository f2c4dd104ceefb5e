package config

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
)

func TestTheStrongestSourceWins(t *testing.T) {
	t.Parallel()
	const file, overlay = "instance:\n  name: file\n", `{"instance":{"name":"administrator"}}`
	tests := []struct {
		name, file, overlay, variable, flag string
		want, origin                        string
	}{
		{"default", "", "", "", "", "Lucarne", "default"},
		{"file over default", file, "", "", "", "file", "c.yaml:2"},
		{"administrator over file", file, overlay, "", "", "administrator", "administration"},
		{"environment over administrator", file, overlay, "environment", "", "environment", "LUCARNE_INSTANCE_NAME"},
		{"command line over environment", file, overlay, "environment", "flag", "flag", "command line"},
		{"an empty variable is absent", file, "", "", "", "file", "c.yaml:2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sources := Sources{File: writeFile(t, "c.yaml", tt.file), Environ: []string{"LUCARNE_INSTANCE_NAME=" + tt.variable}}
			if tt.flag != "" {
				sources.Flags = map[string]string{"instance.name": tt.flag}
			}
			live := open(t, sources)
			if err := live.Apply([]byte(tt.overlay)); err != nil {
				t.Fatal(err)
			}
			origin := live.Origin("instance.name").String()
			if got := live.Current().Instance.Name; got != tt.want || !strings.HasSuffix(origin, tt.origin) {
				t.Errorf("got %s from %s, want %s from %s", got, origin, tt.want, tt.origin)
			}
		})
	}
}

func TestFilesOfEveryForm(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, text string }{
		{"yaml", "c.yaml", "listen:\n  port: 9500\nsignup:\ntrust_proxy:\n  - loopback\n  - 10.0.0.0/8\nexport:\n  users:\n    max_user_video_quota: 1GB\n"},
		{"json by name", "c.json", "{\"listen\":{\"port\":9500},\n\"signup\":null,\"trust_proxy\":[\"loopback\",\"10.0.0.0/8\"],\"export\":{\"users\":{\"max_user_video_quota\":1073741824}}}"},
		{"json by content", "c.conf", " {\"listen\":{\"port\":9500.0},\"trust_proxy\":[\"loopback\",\"10.0.0.0/8\"],\"export\":{\"users\":{\"max_user_video_quota\":\"1 GiB\"}}}"},
		{"yaml with anchors", "c.yml", "x: &p 9500\nlisten: {port: *p}\ntrust_proxy: [loopback, 10.0.0.0/8]\nexport: {users: {max_user_video_quota: 0x40000000}}\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := Default()
			want.Listen.Port = 9500
			want.TrustProxy = []string{"loopback", "10.0.0.0/8"}
			want.Export.Users.MaxUserVideoQuota = 1 << 30
			if got := open(t, Sources{File: writeFile(t, tt.file, tt.text)}).Current(); !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestNull(t *testing.T) {
	t.Parallel()
	c := open(t, Sources{File: writeFile(t, "c.yaml", `
smtp: {hostname: null}
object_storage: {upload_acl: {public: null}}
views: {videos: {watching_interval: {anonymous: null}}}
instance: {languages: null, categories: ~, description: }
defaults: {publish: {licence: null}}
client: {videos: {resumable_upload: {max_chunk_size: null}}}
trust_proxy: null
`)}).Current()
	if c.SMTP.CanSend() || c.ObjectStorage.UploadACL.Public != "" || c.Views.Videos.WatchingInterval.Anonymous != 0 ||
		len(c.Instance.Languages)+len(c.Instance.Categories)+len(c.TrustProxy) != 0 || c.Instance.Description != "" || c.Defaults.Publish.Licence != 0 {
		t.Errorf("null left a value: %+v", c)
	}
}

func TestTextsKeepTheirForm(t *testing.T) {
	t.Parallel()
	c := open(t, Sources{File: writeFile(t, "c.yaml", "database: {password: 0123, username: 1e3}\ninstance: {languages: [no, fr], name: 2024}\n")}).Current()
	got := []string{c.Database.Password, c.Database.Username, c.Instance.Name, strings.Join(c.Instance.Languages, " ")}
	if want := []string{"0123", "1e3", "2024", "no fr"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEveryProblemIsReportedWithItsLine(t *testing.T) {
	t.Parallel()
	path := writeFile(t, "c.yaml", `listen:
  port: many
  hostname: [a]
webserver: example.org
signup:
  enabled: null
  limit: -7
  limit: 3
secrets:
  peertube: [hunter2]
trending: {videos: {algorithms: {default: best}}}
trust_proxy: [loopback, everyone]
http_timeouts:
  request: soon
redundancy:
  videos:
    strategies:
      - {size: 10GB, min_lifetime: 1 hour, strategy: trending}
`)
	_, err := Open(Sources{File: path, Environ: []string{"LUCARNE_TRANSCODING_CONCURRENCY=0"}, Flags: map[string]string{"lisen.port": "1"}})
	want := strings.ReplaceAll(`the configuration cannot be used:
  FILE:4: webserver must be a section with keys of its own, not "example.org"
  FILE:8: signup.limit is given twice, first on line 7
  command line: lisen.port is not a setting; did you mean listen.port?
  FILE:2: listen.port must be a whole number, not "many"
  FILE:3: listen.hostname must be a text, not a list
  FILE:6: signup.enabled must not be null; true or false is expected
  FILE:10: secrets.peertube has the wrong type
  FILE:14: http_timeouts.request must be a length of time such as "5 minutes", a number of milliseconds, or -1, not "soon"
  FILE:12: trust_proxy is wrong at place 2: it must be loopback, linklocal, uniquelocal, an address or a network such as 192.0.2.0/24, not "everyone"
  FILE:7: signup.limit must be at least -1
  LUCARNE_TRANSCODING_CONCURRENCY: transcoding.concurrency must be at least 1
  FILE:11: trending.videos.algorithms.default must be one of trending.videos.algorithms.enabled
  FILE:17: redundancy.videos.strategies is wrong at place 1: min_lifetime must be at least 10 hours`, "FILE", path)
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestUnknownKeysAreWarnings(t *testing.T) {
	t.Parallel()
	path := writeFile(t, "c.json", "{\"transcodng\": {\"enabled\": false},\n\"listen\": {\n\"prot\": 1,\n\"zzzzzzzzzzzzzzzz\": 2}}")
	live := open(t, Sources{File: path, Environ: []string{"LUCARNE_LISTEN_PROT=1", "LUCARNE_CONFIG=x", "PEERTUBE_VERSION=8", "HOME=/"}})
	var got []string
	for _, warning := range live.Warnings() {
		got = append(got, warning.String())
	}
	want := []string{
		path + ":1: transcodng is not a setting and is ignored; did you mean transcoding?",
		path + ":3: listen.prot is not a setting and is ignored; did you mean listen.port?",
		path + ":4: listen.zzzzzzzzzzzzzzzz is not a setting and is ignored",
		"environment: LUCARNE_LISTEN_PROT sets nothing; did you mean LUCARNE_LISTEN_PORT?",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, text, want string }{
		{"yaml", "c.yaml", "listen:\n\tport: 1\n", "is not valid YAML: line 2"},
		{"json", "c.json", "{\n\"listen\": }", "is not valid JSON: line 2"},
		{"a list", "c.yaml", "- a\n", "must hold keys with values"},
		{"aliases that multiply", "c.yaml", aliasBomb(), errTooLarge.Error()},
		{"aliases in a circle", "c.yaml", "a: &a\n  b: *a\n", errTooLarge.Error()},
		{"too large", "c.yaml", "#" + strings.Repeat("x", maxDocumentBytes), errTooLarge.Error()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := Open(Sources{File: writeFile(t, tt.file, tt.text)}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	if _, err := Open(Sources{File: t.TempDir() + "/absent.yaml"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an absent file: got %v", err)
	}
}

func aliasBomb() string {
	text := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for _, level := range []string{"1", "2", "3", "4", "5", "6", "7"} {
		before := string(level[0] - 1)
		text += "a" + level + ": &a" + level + " [" + strings.Repeat("*a"+before+", ", 9) + "*a" + before + "]\n"
	}
	return text
}

func TestValidation(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, yaml, want string }{
		{"port", "listen: {port: 70000}", "listen.port must be at most 65535"},
		{"host with a scheme", "webserver: {hostname: 'https://example.org'}", "webserver.hostname must be a host name"},
		{"no host", "webserver: {hostname: ''}", "webserver.hostname must not be empty"},
		{"url", "instance: {social: {x_link: 'javascript:alert(1)'}}", "instance.social.x_link must be an address that starts with http:// or https://"},
		{"algorithm", "trending: {videos: {algorithms: {enabled: [hot, random]}}}", "trending.videos.algorithms.enabled is wrong at place 2: it must be one of"},
		{"hardware", "lucarne: {transcoding: {hardware: magic}}", "must be one of software, vaapi, nvenc, qsv, auto"},
		{"resolution", "transcoding: {resolutions: {720p: sometimes}}", `transcoding.resolutions.720p must be true or false, not "sometimes"`},
		{"duration too short", "oauth2: {token_lifetime: {access_token: 1ms}}", "must be at least 1 second"},
		{"size too small", "object_storage: {max_upload_part: 1KB}", "must be at least 5MB"},
		{"thumbnail", "thumbnails: {sizes: [280x157, big]}", "thumbnails.sizes is wrong at place 2"},
		{"thumbnail object", "thumbnails: {sizes: [{width: 1, height: 900000}]}", "must be between 16 and 8192"},
		{"admin address", "lucarne: {admin_listen: '9001'}", "must be an address and a port"},
		{"object storage", "object_storage: {enabled: true}", "object_storage.endpoint must be given"},
		{"same bucket", "object_storage: {enabled: true, endpoint: s3, captions: {prefix: web-videos/}}", `"peertube/web-videos/" is used twice`},
		{"rtmps", "live: {rtmps: {enabled: true}}", "live.rtmps.enabled needs live.rtmps.key_file"},
		{"chat programs", "chat: {c2s: {enabled: true}}", "chat.c2s.enabled needs chat.c2s.cert_file"},
		{"chat programs, half a certificate", "chat: {c2s: {enabled: true, cert_file: c.pem}}", "chat.c2s.enabled needs chat.c2s.cert_file"},
		{"tmp above data", "storage: {tmp: '.'}", "storage.tmp is emptied at each start and must not hold lucarne.data"},
		{"tmp above videos", "storage: {tmp: /t, web_videos: /t/v}", "must not hold storage.web_videos"},
		{"page sizes", "lucarne: {page_size: {default: 50, max: 20}}", "lucarne.page_size.default must not be more"},
		{"public address", "lucarne: {live: {whip: {public_addresses: ['example.org']}}}", "lucarne.live.whip.public_addresses is wrong at place 1"},
		{"stun", "webrtc: {stun_servers: ['http://x']}", "webrtc.stun_servers is wrong at place 1"},
		{"network", "signup: {filters: {cidr: {blacklist: [here]}}}", "must be a network such as"},
		{"client route", "instance: {default_client_route: '//evil.example'}", "must be a path of this site"},
		{"sync without import", "import: {video_channel_synchronization: {enabled: true}}", "needs import.videos.http.enabled"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := Open(Sources{File: writeFile(t, "c.yaml", tt.yaml)}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestDataFolderMovesTheStorage(t *testing.T) {
	t.Parallel()
	c := open(t, Sources{
		File:  writeFile(t, "c.yaml", "storage: {captions: /srv/captions, torrents: <data>/t, avatars: relative/}\n"),
		Flags: map[string]string{"lucarne.data": "/var/lib/lucarne"},
	}).Current()
	got := []string{c.Storage.Tmp, c.Storage.Captions, c.Storage.Torrents, c.Storage.Avatars, c.SQLiteFile()}
	want := []string{"/var/lib/lucarne/tmp", "/srv/captions", "/var/lib/lucarne/t", "relative/", "/var/lib/lucarne/lucarne.db"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzReadDocument(f *testing.F) {
	for _, text := range []string{"listen:\n  port: 1\n", `{"listen":{"port":1}}`, "a: &a [*a]", "- x", "{", "\xef\xbb\xbfa: 1", "a: 2020-01-01", "? [x]\n: y"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		root, err := readDocument("c.yaml", []byte(text))
		if err != nil {
			return
		}
		found := found{source: "c.yaml"}
		found.collect(root, "")
		if b, _ := assemble(found.settings); b.config == nil {
			t.Fatal("no configuration")
		}
	})
}
