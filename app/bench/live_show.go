package main

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// station is a server that takes broadcasts.
type station struct {
	*server
	rtmp  string // where encoders send to
	admin string // where it tells of its memory
}

// startStation runs a server for lives of any number, without renditions made here: what they cost is ffmpeg's.
func (b *bench) startStation(ctx context.Context, name string) (*station, error) {
	rtmp, err := freePort()
	if err != nil {
		return nil, err
	}
	admin, err := freePort()
	if err != nil {
		return nil, err
	}
	s, _, err := b.start(ctx, filepath.Join(b.folder, "station-"+name),
		"LUCARNE_LIVE_ENABLED=true", "LUCARNE_LIVE_RTMP_HOSTNAME=127.0.0.1", "LUCARNE_LIVE_RTMP_PORT="+rtmp, "LUCARNE_LIVE_WHIP_ENABLED=false",
		"LUCARNE_LIVE_TRANSCODING_ENABLED=false", "LUCARNE_LIVE_MAX_INSTANCE_LIVES=-1", "LUCARNE_LIVE_MAX_USER_LIVES=-1",
		"LUCARNE_STORYBOARDS_ENABLED=false", "LUCARNE_ADMIN_LISTEN=127.0.0.1:"+admin)
	if err != nil {
		return nil, err
	}
	if err := s.signIn(); err != nil {
		s.stop()
		return nil, err
	}
	return &station{server: s, rtmp: "rtmp://127.0.0.1:" + rtmp + "/live", admin: "http://127.0.0.1:" + admin}, nil
}

// show is a live that can be sent to.
type show struct {
	*station
	uuid string
	key  string
}

// newShow makes a live.
func (s *station) newShow(fields map[string]string) (show, error) {
	channel, err := s.channel()
	if err != nil {
		return show{}, err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	form.WriteField("channelId", strconv.Itoa(channel))
	form.WriteField("name", "Benchmark live")
	form.WriteField("privacy", "1")
	for name, value := range fields {
		form.WriteField(name, value)
	}
	form.Close()
	request, err := http.NewRequest("POST", s.origin+"/api/v1/videos/live", &body)
	if err != nil {
		return show{}, err
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Authorization", "Bearer "+s.token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return show{}, err
	}
	var made struct{ Video struct{ UUID string } }
	if err := decode(response, &made); err != nil {
		return show{}, err
	}
	var live struct{ StreamKey string }
	err = s.get("/api/v1/videos/live/"+made.Video.UUID, &live)
	return show{station: s, uuid: made.Video.UUID, key: live.StreamKey}, err
}

// folder is where the files of the show are.
func (s show) folder() string { return "/static/streaming-playlists/hls/" + s.uuid + "/" }

// state is what is waited for of a live.
type state struct {
	details
	IsLive bool `json:"isLive"`
}

// until asks for the live until it is as wanted.
func (s show) until(ctx context.Context, within time.Duration, isWanted func(state) bool) (state, error) {
	deadline := time.Now().Add(within)
	for {
		var now state
		if err := s.get("/api/v1/videos/"+s.uuid, &now); err != nil {
			return now, err
		}
		if isWanted(now) {
			return now, nil
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return now, fmt.Errorf("the live is in state %d after %s", now.State.ID, within)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// encoder is ffmpeg sending to a show.
type encoder struct {
	process *exec.Cmd
	said    bytes.Buffer
}

// send sends a clip again and again in real time, as it is, and returns when it can be watched.
func (s show) send(ctx context.Context, clip string) (*encoder, error) {
	e := &encoder{}
	e.process = exec.CommandContext(ctx, "ffmpeg", append(
		strings.Fields("-v error -nostdin -re -stream_loop -1 -i"), clip, "-c", "copy", "-f", "flv", s.rtmp+"/"+s.key)...)
	return e, s.onAir(ctx, e)
}

// onAir starts the encoder and waits for the first playlist.
func (s show) onAir(ctx context.Context, e *encoder) error {
	e.process.Stderr = &e.said
	e.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := e.process.Start(); err != nil {
		return err
	}
	_, err := s.until(ctx, 20*time.Second, func(now state) bool { return now.State.ID == 1 })
	if err == nil {
		err = fetch(http.DefaultClient, s.origin+s.folder()+"master.m3u8")
	}
	if err != nil {
		e.leave()
		return fmt.Errorf("%w; the encoder says: %s", err, &e.said)
	}
	return nil
}

// leave has the encoder say goodbye; ffmpeg tells of the signal with its status.
func (e *encoder) leave() {
	e.process.Process.Signal(syscall.SIGINT)
	e.process.Wait()
}

// picture is how the clip of a show is coded.
type picture struct {
	size    string
	rate    int
	kbits   int
	seconds int
}

// showClip makes a clip to send: pictures full of noise, so that they take the bits they are given, and a tone.
func (b *bench) showClip(ctx context.Context, p picture) (string, error) {
	path := filepath.Join(b.folder, fmt.Sprintf("show-%s-%d-%d.flv", p.size, p.rate, p.kbits))
	bits := fmt.Sprintf("%dk", p.kbits)
	return path, ffmpeg(ctx, "-f", "lavfi", "-i", fmt.Sprintf("testsrc2=size=%s:rate=%d", p.size, p.rate), "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000",
		"-t", strconv.Itoa(p.seconds), "-vf", "noise=alls=24:allf=t", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", strconv.Itoa(2*p.rate),
		"-keyint_min", strconv.Itoa(2*p.rate), "-sc_threshold", "0", "-b:v", bits, "-maxrate", bits, "-bufsize", bits,
		"-c:a", "aac", "-b:a", "64k", "-y", path)
}
