package main

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

const served = 512 << 20

// measureFiles: one large file, read by the same client from us and from nginx.
func measureFiles(ctx context.Context, b *bench) error {
	data := filepath.Join(b.folder, "files")
	s, _, err := b.start(ctx, data)
	if err != nil {
		return err
	}
	defer s.stop()
	folder := filepath.Join(data, "web-videos")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	if err := makeReadable(folder); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "large.mp4"), make([]byte, served), 0o644); err != nil {
		return err
	}
	peer, stop, err := b.nginx(ctx, folder)
	if err != nil {
		return err
	}
	defer stop()
	var all, other []float64
	for range 15 { // in turns, so that both meet the same disturbances
		one, err := throughput(s.origin + "/static/web-videos/large.mp4")
		if err != nil {
			return err
		}
		two, err := throughput(peer + "/large.mp4")
		if err != nil {
			return err
		}
		all, other = append(all, one), append(other, two)
	}
	ours, theirs := median(all), median(other)
	ratio := ours / theirs
	b.add("serving a large file against nginx", "≥ 0.9×", ratio >= 0.9, "%.2f× (%.0f and %.0f MB/s)", ratio, ours/1e6, theirs/1e6)
	return nil
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// makeReadable lets nginx, which drops its rights, through to the folder.
func makeReadable(folder string) error {
	for path := folder; path != filepath.Dir(path) && strings.HasPrefix(path, os.TempDir()+"/"); path = filepath.Dir(path) {
		if err := os.Chmod(path, 0o755); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) nginx(ctx context.Context, folder string) (origin string, stop func(), err error) {
	port, err := freePort()
	if err != nil {
		return "", nil, err
	}
	config := filepath.Join(b.folder, "nginx.conf")
	text := fmt.Sprintf(`daemon off; pid %[1]s/nginx.pid; error_log %[1]s/nginx.log; worker_processes auto; worker_rlimit_nofile 20000;
events { worker_connections 10000; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; server { listen 127.0.0.1:%[2]s; root %[3]s; } }
`, b.folder, port, folder)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return "", nil, err
	}
	path, err := exec.LookPath("nginx")
	if err != nil {
		path = "/usr/sbin/nginx"
	}
	process := exec.CommandContext(ctx, path, "-c", config)
	if err := process.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { process.Process.Signal(syscall.SIGTERM); process.Wait() } // the master ends its workers
	for range 200 {
		if conn, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			conn.Close()
			return "http://127.0.0.1:" + port, stop, nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	return "", nil, fmt.Errorf("nginx does not answer; see %s/nginx.log", b.folder)
}

// throughput reads the file once, in bytes per second.
func throughput(address string) (float64, error) {
	begin := time.Now()
	response, err := http.Get(address)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{response.Body}, make([]byte, 256<<10))
	if err == nil && n != served {
		err = fmt.Errorf("%s: %s, %d bytes", address, response.Status, n)
	}
	return float64(n) / time.Since(begin).Seconds(), err
}

var (
	styles = regexp.MustCompile(`<link[^>]+rel="stylesheet"[^>]*>`)
	fonts  = regexp.MustCompile(`<link[^>]+rel="preload"[^>]+as="font"[^>]*>`)
	href   = regexp.MustCompile(`href="([^"]+)"`)
	media  = regexp.MustCompile(`<video[^>]*\ssrc="[^"]+"|<source[^>]*\ssrc="[^"]+"`)
)

// measurePage: what a visitor receives before the player starts, and whether the page works without scripts.
func measurePage(ctx context.Context, b *bench) error {
	path, err := b.clip(ctx, "640x360", 10)
	if err != nil {
		return err
	}
	s, uuid, _, err := b.publish(ctx, path, "page.mp4")
	if err != nil {
		return err
	}
	defer s.stop()
	if _, err = s.await(ctx, uuid, time.Minute, func(d details) bool { return d.State.ID == 1 && d.renditions() > 0 }); err != nil {
		return err
	}
	html, total, err := transferred(s.origin + "/w/" + uuid)
	if err != nil {
		return err
	}
	for _, tag := range append(styles.FindAllString(html, -1), fonts.FindAllString(html, -1)...) {
		address, err := url.JoinPath(s.origin, href.FindStringSubmatch(tag)[1])
		if err != nil {
			return err
		}
		_, bytes, err := transferred(address)
		if err != nil {
			return err
		}
		total += bytes
	}
	b.add("watch page: HTML, CSS and fonts before the player", "< 100 kB gzipped", total < 100_000, "%.1f kB", float64(total)/1000)
	works := strings.Contains(html, "Benchmark page.mp4") && media.MatchString(html)
	b.add("watch page without JavaScript: title and playable video", "in the HTML", works, "%v", works)
	return nil
}

// transferred fetches an address as browsers do, compressed, and gives the text and the bytes on the wire.
func transferred(address string) (text string, bytes int64, err error) {
	request, err := http.NewRequest("GET", address, nil)
	if err != nil {
		return "", 0, err
	}
	request.Header.Set("Accept-Encoding", "gzip")
	request.Header.Set("Accept", "text/html,*/*")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", 0, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return "", 0, fmt.Errorf("%s: %s, %w", address, response.Status, err)
	}
	if response.Header.Get("Content-Encoding") != "gzip" {
		return string(raw), int64(len(raw)), nil
	}
	unpacked, err := gzip.NewReader(strings.NewReader(string(raw)))
	if err != nil {
		return "", 0, err
	}
	plain, err := io.ReadAll(unpacked)
	return string(plain), int64(len(raw)), err
}
