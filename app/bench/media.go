package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// upload sends a file in one request and gives the new video's id and when the last byte was sent.
func (s *server) upload(ctx context.Context, name string, file io.Reader) (uuid string, sent time.Time, err error) {
	channel, err := s.channel()
	if err != nil {
		return "", sent, err
	}
	read, write := io.Pipe()
	form := multipart.NewWriter(write)
	go func() {
		form.WriteField("channelId", strconv.Itoa(channel))
		form.WriteField("name", "Benchmark "+name)
		form.WriteField("privacy", "1")
		part, err := form.CreateFormFile("videofile", name)
		if err == nil {
			_, err = io.Copy(part, file)
		}
		sent = time.Now()
		form.Close()
		write.CloseWithError(err)
	}()
	request, err := http.NewRequestWithContext(ctx, "POST", s.origin+"/api/v1/videos/upload", read)
	if err != nil {
		return "", sent, err
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Authorization", "Bearer "+s.token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", sent, err
	}
	var answer struct {
		Video struct {
			UUID string `json:"uuid"`
		} `json:"video"`
	}
	err = decode(response, &answer)
	return answer.Video.UUID, sent, err
}

// publish starts a server of its own and sends it a file, under a name of the measure's.
func (b *bench) publish(ctx context.Context, path, name string, settings ...string) (s *server, uuid string, sent time.Time, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, "", sent, err
	}
	defer file.Close()
	s, _, err = b.start(ctx, filepath.Join(b.folder, "publish-"+name), settings...)
	if err != nil {
		return nil, "", sent, err
	}
	if err = s.signIn(); err == nil {
		uuid, sent, err = s.upload(ctx, name, file)
	}
	if err != nil {
		s.stop()
	}
	return s, uuid, sent, err
}

// details is what is waited for of a video.
type details struct {
	UUID  string `json:"uuid"`
	State struct {
		ID int `json:"id"`
	} `json:"state"`
	Playlists []struct {
		Files []struct {
			Resolution struct {
				ID int `json:"id"`
			} `json:"resolution"`
			Size    int64  `json:"size"`
			FileURL string `json:"fileUrl"`
		} `json:"files"`
	} `json:"streamingPlaylists"`
}

func (d details) renditions() int {
	if len(d.Playlists) == 0 {
		return 0
	}
	return len(d.Playlists[0].Files)
}

// await asks for the video until it is as wanted.
func (s *server) await(ctx context.Context, uuid string, within time.Duration, isWanted func(details) bool) (details, error) {
	deadline := time.Now().Add(within)
	for {
		var d details
		if err := s.get("/api/v1/videos/"+uuid, &d); err != nil {
			return d, err
		}
		if isWanted(d) {
			return d, nil
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return d, fmt.Errorf("video %s is in state %d with %d renditions after %s", uuid, d.State.ID, d.renditions(), within)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

const largeUpload = 2 << 30

// measureUpload: memory and disk while 2 GB arrive.
func measureUpload(ctx context.Context, b *bench) error {
	s, _, err := b.start(ctx, filepath.Join(b.folder, "upload"))
	if err != nil {
		return err
	}
	defer s.stop()
	if err := s.signIn(); err != nil {
		return err
	}
	before := s.resident()
	watch, done := context.WithCancel(ctx)
	peak, disk := s.peak(watch), s.fullest(watch)
	begin := time.Now()
	_, _, err = s.upload(ctx, "large.mp4", io.LimitReader(zeros{}, largeUpload))
	took := time.Since(begin)
	done()
	if err != nil {
		return err
	}
	growth, used := <-peak-before, <-disk
	b.add("2 GB upload: growth of resident memory", "< 50 MB", growth < 50<<20, "%d MB, at %d MB/s", growth>>20, int64(largeUpload>>20)/max(1, int64(took.Seconds())))
	b.add("2 GB upload: most disk used", "no second copy", used < largeUpload*11/10, "%.2f GB", float64(used)/(1<<30))
	return nil
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// fullest follows the size of the data folder until ctx ends.
func (s *server) fullest(ctx context.Context) <-chan int64 {
	result := make(chan int64, 1)
	go func() {
		var most int64
		for ctx.Err() == nil {
			most = max(most, sizeOf(s.data))
			time.Sleep(50 * time.Millisecond)
		}
		result <- most
	}()
	return result
}

// sizeOf is the room the files of a folder take; one with two names counts once, and holes in files do not count.
func sizeOf(folder string) (total int64) {
	seen := make(map[uint64]bool)
	filepath.WalkDir(folder, func(_ string, entry os.DirEntry, err error) error {
		if err != nil {
			return nil // removed meanwhile
		}
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() {
			return nil
		}
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && !seen[stat.Ino] {
			seen[stat.Ino] = true
			total += stat.Blocks * 512
		}
		return nil
	})
	return total
}

// clip makes an H.264/AAC file of the given length by repeating ten seconds.
func (b *bench) clip(ctx context.Context, size string, seconds int) (string, error) {
	path := filepath.Join(b.folder, fmt.Sprintf("clip-%s-%d.mp4", size, seconds))
	short := filepath.Join(b.folder, "short-"+size+".mp4")
	err := ffmpeg(ctx, "-f", "lavfi", "-i", "testsrc2=size="+size+":rate=30", "-f", "lavfi", "-i", "sine=frequency=440", "-t", "10",
		"-c:v", "libx264", "-preset", "veryfast", "-b:v", "5M", "-pix_fmt", "yuv420p", "-g", "60", "-c:a", "aac", "-y", short)
	if err != nil {
		return "", err
	}
	return path, ffmpeg(ctx, "-stream_loop", strconv.Itoa(seconds/10-1), "-i", short, "-c", "copy", "-movflags", "+faststart", "-y", path)
}

func ffmpeg(ctx context.Context, args ...string) error {
	var complaint bytes.Buffer
	c := exec.CommandContext(ctx, "ffmpeg", append([]string{"-v", "error", "-nostdin"}, args...)...)
	c.Stderr = &complaint
	if err := c.Run(); err != nil {
		return fmt.Errorf("ffmpeg: %w: %s", err, &complaint)
	}
	return nil
}

// measurePlayable: ten minutes of 1080p H.264/AAC, from the last byte to something to watch.
func measurePlayable(ctx context.Context, b *bench) error {
	path, err := b.clip(ctx, "1920x1080", 600)
	if err != nil {
		return err
	}
	s, uuid, sent, err := b.publish(ctx, path, "long.mp4")
	if err != nil {
		return err
	}
	defer s.stop()
	_, err = s.await(ctx, uuid, time.Minute, func(d details) bool { return d.State.ID == 1 && d.renditions() > 0 })
	took := time.Since(sent)
	b.add("10 min of H.264/AAC 1080p: last byte to playable", "< 5 s", took < 5*time.Second, "%.1f s", took.Seconds())
	return err
}

// ladder are the renditions of a 1080p source with the default settings, below the copy of the source.
var ladder = []struct{ height, kbits int }{{240, 250}, {360, 500}, {480, 900}, {720, 1800}}

// measureLadder: everything between upload and last rendition, against one ffmpeg making the same files.
func measureLadder(ctx context.Context, b *bench) error {
	path, err := b.clip(ctx, "1920x1080", 60)
	if err != nil {
		return err
	}
	begin := time.Now()
	if err := ffmpeg(ctx, bareLadder(path, b.folder)...); err != nil {
		return err
	}
	bare := time.Since(begin)
	s, uuid, sent, err := b.publish(ctx, path, "ladder.mp4", "LUCARNE_STORYBOARDS_ENABLED=false")
	if err != nil {
		return err
	}
	defer s.stop()
	_, err = s.await(ctx, uuid, 20*time.Minute, func(d details) bool { return d.renditions() == len(ladder)+1 })
	ours := time.Since(sent)
	ratio := ours.Seconds() / bare.Seconds()
	b.add("whole ladder against one bare ffmpeg", "< 1.15×", ratio < 1.15, "%.2f× (%.1f s and %.1f s)", ratio, ours.Seconds(), bare.Seconds())
	return err
}

// bareLadder is the command somebody would type: one decode, a scaled copy for each rendition, and a copy of the source.
func bareLadder(path, folder string) []string {
	var filter strings.Builder
	fmt.Fprintf(&filter, "[0:v]split=%d", len(ladder))
	for i := range ladder {
		fmt.Fprintf(&filter, "[s%d]", i)
	}
	for i, r := range ladder {
		fmt.Fprintf(&filter, ";[s%d]scale=-2:%d[v%d]", i, r.height, i)
	}
	args := []string{"-i", path, "-filter_complex", filter.String()}
	const form = "+frag_keyframe+empty_moov+default_base_moof"
	for i, r := range ladder {
		args = append(args, "-map", fmt.Sprintf("[v%d]", i), "-map", "0:a", "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p",
			"-b:v", fmt.Sprintf("%dk", r.kbits), "-maxrate", fmt.Sprintf("%dk", r.kbits*3/2), "-bufsize", fmt.Sprintf("%dk", r.kbits*2),
			"-g", "60", "-c:a", "aac", "-b:a", "128k", "-movflags", form, "-y", filepath.Join(folder, fmt.Sprintf("bare-%d.mp4", r.height)))
	}
	return append(args, "-map", "0:v", "-map", "0:a", "-c", "copy", "-movflags", form, "-y", filepath.Join(folder, "bare-1080.mp4"))
}
