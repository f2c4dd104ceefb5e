package e2e_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lucarne/app/apptest"
	"lucarne/video/hls/conformance"
)

// The states of lives that stories wait for.
const (
	waitingForLive = 4
	liveEnded      = 5
)

// over waits until an encoder that was not asked to has ended, and gives what it said.
func (e encoder) over(t *testing.T) string {
	t.Helper()
	ended := make(chan struct{})
	go func() { _ = e.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("the encoder goes on")
	}
	return e.said.String()
}

func (s show) awaitState(what string, state int) apptest.Video {
	return s.root.AwaitVideo(s.Video, 20*time.Second, what, func(v apptest.Video) bool { return v.State.ID == state })
}

// awaitReplay waits until the show is kept as a video.
func (s show) awaitReplay() apptest.Video {
	return s.root.AwaitVideo(s.Video, 20*time.Second, "kept", func(v apptest.Video) bool { return !v.IsLive && v.State.ID == apptest.Published })
}

// awaitError waits until the last session of the show has ended, and gives why.
func (s show) awaitError(t *testing.T) (code int) {
	t.Helper()
	apptest.Await(t, 20*time.Second, "the session ends", func() bool {
		var sessions struct {
			Data []struct {
				EndDate *time.Time
				Error   *int
			}
		}
		s.root.Get("/api/v1/videos/live/"+s.UUID+"/sessions", &sessions)
		if len(sessions.Data) == 0 || sessions.Data[0].EndDate == nil {
			return false
		}
		if sessions.Data[0].Error != nil {
			code = *sessions.Data[0].Error
		}
		return true
	})
	return code
}

// The program is killed in the middle of a show. The encoder comes back, as OBS does, and the replay has what was before and after.
func TestAShowOutlivesAKill(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	t.Parallel()
	port := freePort(t)
	program := apptest.Launch(t, append([]string{"LUCARNE_LIVE_RTMP_PORT=" + port}, broadcastingHere...)...)
	root := program.Root(t)
	s := liveOf(root, "localhost:"+port, map[string]any{"saveReplay": true, "replaySettings[privacy]": 1})
	first := s.send(t)
	s.awaitAir()
	time.Sleep(2 * time.Second) // the length of a show
	program.Kill()
	first.over(t)
	program.Start(t)
	second := s.send(t)
	visitor := program.Visitor(t)
	apptest.Await(t, 20*time.Second, "the show goes on", func() bool {
		return visitor.Do("GET", s.folder()+"0.m3u8", nil).Status == http.StatusOK
	})
	time.Sleep(2 * time.Second)
	second.leave(t)
	kept := s.awaitReplay()
	if kept.Duration < 6 {
		t.Errorf("kept %d s of two parts", kept.Duration)
	}
	for _, file := range kept.All() {
		decodes(t, file.URL, 6*time.Second)
	}
	if _, err := program.Terminate(10 * time.Second); err != nil {
		t.Error(err)
	}
	if left := program.Files(t, "tmp-persistent/live"); len(left) > 0 {
		t.Errorf("left of the recording: %v", left)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// decodes has ffmpeg play a file to the end: anything it complains about fails the test, as does too short a one.
func decodes(t *testing.T, address string, least time.Duration) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "warning", "-xerror", "-i", address, "-fps_mode", "vfr", "-f", "null", "-").CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("decode %s: %v\n%s", address, err, out)
	}
	out, err = exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", address).CombinedOutput()
	got, errParse := time.ParseDuration(strings.TrimSpace(string(out)) + "s")
	if err != nil || errParse != nil || got < least {
		t.Errorf("%s lasts %s, want %v: %v", address, out, least, err)
	}
}

// Whoever ends a show, its encoder hears why.
func TestAShowIsEnded(t *testing.T) {
	t.Parallel()
	site := apptest.Start(t, apptest.Options{Settings: broadcastingHere})
	root := site.Root(t)
	cases := []struct {
		name string
		end  func(s show)
		said string
	}{
		{"by its owner", func(s show) {
			root.Send("POST", "/api/v1/videos/live/"+s.UUID+"/force-end", nil, http.StatusNoContent)
			if code := s.awaitError(t); code != 0 {
				t.Errorf("ended by its owner with error %d", code)
			}
			s.awaitState("over", liveEnded)
		}, "ended by its owner"},
		{"with its video", func(s show) {
			root.Delete(s.Path())
			visitor := site.Visitor(t)
			apptest.Await(t, 10*time.Second, "nothing of it is served", func() bool {
				return visitor.Do("GET", s.folder()+"0.m3u8", nil).Status == http.StatusNotFound
			})
			apptest.Await(t, 10*time.Second, "nothing of it is on disk", func() bool {
				return !strings.Contains(strings.Join(site.Files(t, "tmp-persistent/live"), ""), s.UUID)
			})
		}, "deleted"},
	}
	for _, c := range cases {
		s := newLive(t, site, map[string]any{"name": c.name})
		e := s.send(t)
		s.awaitAir()
		c.end(s)
		if said := e.over(t); !strings.Contains(said, c.said) {
			t.Errorf("ended %s: the encoder says %q", c.name, said)
		}
	}
	s := newLive(t, site, nil)
	root.Refused("POST", "/api/v1/videos/live/"+s.UUID+"/force-end", nil, http.StatusConflict)
}

// A private show is for those alone who may see its video: with their token in a header, or one for the files in the address.
func TestAPrivateShow(t *testing.T) {
	onBothNew(t, broadcastingHere, func(t *testing.T, site *apptest.Instance) {
		s := newLive(t, site, map[string]any{"privacy": apptest.Private})
		s.send(t)
		s.awaitAir()
		visitor := site.Visitor(t)
		folder := "/static/streaming-playlists/hls/private/" + s.UUID + "/"
		visitor.Refused("GET", s.folder()+"0.m3u8", nil, http.StatusNotFound)
		text := string(s.root.Send("GET", folder+"0.m3u8", nil, http.StatusOK).Body)
		segment := fmt.Sprintf("0-%06d.m4s", s.numberIn(t, text))
		for _, file := range []string{"master.m3u8", "0.m3u8", initIn(t, []byte(text)), segment, "segments-sha256.json"} {
			visitor.Refused("GET", folder+file, nil, http.StatusForbidden)
		}
		var token struct{ Files struct{ Token string } }
		s.root.Post(s.Path()+"/token", nil, http.StatusOK, &token)
		query := "?reinjectVideoFileToken=true&videoFileToken=" + token.Files.Token
		master := string(visitor.Send("GET", folder+"master.m3u8"+query, nil, http.StatusOK).Body)
		for _, text := range []string{master, string(visitor.Send("GET", folder+"0.m3u8"+query, nil, http.StatusOK).Body)} {
			for _, uri := range regexp.MustCompile(`(?m)^\d+[^\n]*$|URI="[^"]*"`).FindAllString(text, -1) {
				if !strings.Contains(uri, token.Files.Token) {
					t.Errorf("%q asks for what is refused", uri)
				}
			}
		}
		answer := visitor.Send("GET", folder+segment+query, nil, http.StatusOK)
		if kept := answer.Header.Get("Cache-Control"); !strings.Contains(kept, "private") || len(answer.Body) < 1000 {
			t.Errorf("%d bytes with Cache-Control %q", len(answer.Body), kept)
		}
		visitor.Refused("GET", folder+segment+"?videoFileToken=wrong", nil, http.StatusForbidden)
	})
}

func TestAsManyShowsAsAllowed(t *testing.T) {
	t.Parallel()
	site := apptest.Start(t, apptest.Options{Settings: append([]string{"LUCARNE_LIVE_MAX_USER_LIVES=2"}, broadcastingHere...)})
	one, two := newLive(t, site, map[string]any{"permanentLive": true}), newLive(t, site, map[string]any{"permanentLive": true})
	site.Restart(t, "LUCARNE_LIVE_MAX_USER_LIVES=1")
	ingest := "rtmp://" + site.Site.IngestAddr().String() + "/live/"
	one.address, two.address = ingest, ingest
	e := one.send(t)
	one.awaitAir()
	if said := two.send(t).over(t); !strings.Contains(said, "As many of your lives") {
		t.Errorf("the second encoder says %q", said)
	}
	e.leave(t)
	one.awaitState("waiting again", waitingForLive)
	two.send(t)
	two.awaitAir()
}

// Sound alone, and pictures alone.
func TestShowsOfOneTrack(t *testing.T) {
	cases := map[string]struct{ recipe, codec, other string }{
		"sound alone":    {testTone + inAAC, "mp4a.40.2", "avc1"},
		"pictures alone": {testPicture + inH264, "avc1", "mp4a"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := apptest.Start(t, apptest.Options{Settings: broadcastingHere})
			s := newLive(t, site, map[string]any{"saveReplay": true, "replaySettings[privacy]": 1})
			e := s.sendSo(t, c.recipe)
			s.awaitAir()
			visitor := site.Visitor(t)
			master := visitor.Send("GET", s.folder()+"master.m3u8", nil, http.StatusOK).Body
			if !bytes.Contains(master, []byte(c.codec)) || bytes.Contains(master, []byte(c.other)) {
				t.Errorf("master playlist:\n%s", master)
			}
			for _, v := range append(conformance.Multivariant(master), conformance.Media(visitor.Send("GET", s.folder()+"0.m3u8", nil, http.StatusOK).Body)...) {
				t.Error(v)
			}
			e.leave(t)
			kept := s.awaitReplay()
			for _, file := range kept.All() {
				decodes(t, file.URL, time.Second)
			}
		})
	}
}

// Viewers may choose among renditions whose segments begin at the same times.
func TestAShowInTwoSizes(t *testing.T) {
	t.Parallel()
	site := apptest.Start(t, apptest.Options{Settings: []string{
		"LUCARNE_LIVE_ENABLED=true", "LUCARNE_LIVE_TRANSCODING_ENABLED=true", "LUCARNE_LIVE_TRANSCODING_RESOLUTIONS_240P=true",
	}})
	s := newLive(t, site, map[string]any{"saveReplay": true, "replaySettings[privacy]": 1})
	e := s.sendSo(t, " -re -f lavfi -i testsrc2=s=640x360:r=30"+testTone+inH264+inAAC)
	s.awaitAir()
	visitor := site.Visitor(t)
	text := func(file string) []byte { return visitor.Send("GET", s.folder()+file, nil, http.StatusOK).Body }
	apptest.Await(t, 20*time.Second, "two renditions", func() bool {
		return bytes.Contains(text("master.m3u8"), []byte("RESOLUTION=426x240")) && bytes.Count(text("1.m3u8"), []byte("#EXTINF")) > 1
	})
	if master := string(text("master.m3u8")); !strings.Contains(master, "RESOLUTION=640x360") || strings.Count(master, "#EXT-X-STREAM-INF") != 2 {
		t.Errorf("master playlist:\n%s", master)
	}
	source, smaller := text("0.m3u8"), text("1.m3u8")
	for _, v := range conformance.Together(source, smaller) {
		t.Error(v)
	}
	number := s.numberIn(t, string(smaller))
	begin := func(name string, playlist []byte) string {
		return startOf(t, name, text(initIn(t, playlist)), text(fmt.Sprintf("%s-%06d.m4s", name, number)))
	}
	if want, got := begin("0", source), begin("1", smaller); got != want {
		t.Errorf("segment %d begins at %s in the smaller rendition, at %s in the source", number, got, want)
	}
	e.leave(t)
	kept := s.awaitReplay()
	if len(kept.All()) != 2 {
		t.Errorf("%d files are kept", len(kept.All()))
	}
	for _, file := range kept.All() {
		decodes(t, file.URL, 3*time.Second)
	}
}

// numberIn is the number of the first segment of a playlist.
func (s show) numberIn(t *testing.T, text string) (number int) {
	t.Helper()
	found := regexp.MustCompile(`#EXT-X-MEDIA-SEQUENCE:\d+`).FindString(text)
	if _, err := fmt.Sscanf(found, "#EXT-X-MEDIA-SEQUENCE:%d", &number); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return number
}

// initIn is the initialisation of a playlist.
func initIn(t *testing.T, playlist []byte) string {
	t.Helper()
	found := regexp.MustCompile(`#EXT-X-MAP:URI="([^"?]+)`).FindSubmatch(playlist)
	if found == nil {
		t.Fatalf("no initialisation in\n%s", playlist)
	}
	return string(found[1])
}

// startOf decodes a segment and gives when its first picture is shown.
func startOf(t *testing.T, name string, pieces ...[]byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name+".mp4")
	if err := os.WriteFile(path, bytes.Join(pieces, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	decodes(t, path, time.Second)
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time", "-read_intervals",
		"%+#1", "-of", "csv=p=0", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Trim(strings.TrimSpace(string(out)), ",")
}

// What comes to the port beside encoders does not disturb a show.
func TestAShowAmongVandals(t *testing.T) {
	t.Parallel()
	site := apptest.Start(t, apptest.Options{Settings: broadcastingHere})
	s := newLive(t, site, nil)
	e := s.send(t)
	s.awaitAir()
	address := site.Site.IngestAddr().String()
	junk := bytes.Repeat([]byte("GET / HTTP/1.1\r\n"), 4096)
	for i := range 60 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		switch i % 3 {
		case 0: // garbage; the door may be shut before all of it is sent
			_, _ = conn.Write(junk)
		case 1: // half a handshake
			_, _ = conn.Write(append([]byte{3}, make([]byte, 700)...))
		case 2: // a byte now and then
			go func() {
				for _, b := range []byte{3, 0, 0, 0, 0} {
					if _, err := conn.Write([]byte{b}); err != nil {
						return
					}
					time.Sleep(300 * time.Millisecond)
				}
			}()
		}
	}
	visitor := site.Visitor(t)
	newest := s.first(t, visitor) + 4
	began := time.Now()
	visitor.Send("GET", fmt.Sprintf("%s0.m3u8?_HLS_msn=%d", s.folder(), newest-2), nil, http.StatusOK)
	text := visitor.Send("GET", fmt.Sprintf("%s0.m3u8?_HLS_msn=%d", s.folder(), newest), nil, http.StatusOK).Body
	if took := time.Since(began); took > 12*time.Second {
		t.Errorf("three segments took %v", took)
	}
	for _, v := range conformance.Media(text) {
		t.Error(v)
	}
	if bytes.Contains(text, []byte("GAP")) || bytes.Contains(text, []byte("DISCONTINUITY\n")) {
		t.Errorf("the show was disturbed:\n%s", text)
	}
	another := newLive(t, site, map[string]any{"name": "Beside it"})
	another.send(t)
	another.awaitAir()
	e.leave(t)
	s.awaitState("over", liveEnded)
}
