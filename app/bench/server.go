package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a running Lucarne with a data folder of its own.
type server struct {
	process *exec.Cmd
	binary  string
	environ []string
	origin  string
	data    string
	token   string
	log     *os.File
}

const rootPassword = "correct horse battery"

// start runs the binary on a data folder, with rate limits out of the way, and waits for its first answer.
func (b *bench) start(ctx context.Context, data string, settings ...string) (*server, time.Duration, error) {
	port, err := freePort()
	if err != nil {
		return nil, 0, err
	}
	log, err := os.Create(filepath.Join(b.folder, filepath.Base(data)+".log"))
	if err != nil {
		return nil, 0, err
	}
	s := &server{origin: "http://localhost:" + port, data: data, log: log, binary: b.binary}
	s.environ = append([]string{
		"LUCARNE_LISTEN_PORT=" + port, "LUCARNE_LISTEN_HOSTNAME=127.0.0.1", "LUCARNE_WEBSERVER_PORT=" + port, "LUCARNE_LOG_LOG_HTTP_REQUESTS=false",
		"LUCARNE_INITIAL_ROOT_PASSWORD=" + rootPassword, "LUCARNE_RATES_LIMIT_API_MAX=100000000", "LUCARNE_RATES_LIMIT_CLIENT_MAX=100000000",
	}, settings...)
	took, err := s.launch(ctx)
	return s, took, err
}

// launch runs the binary, and waits for its first answer.
func (s *server) launch(ctx context.Context) (time.Duration, error) {
	s.process = exec.CommandContext(ctx, s.binary, "--data", s.data, "serve")
	s.process.Env = append(os.Environ(), s.environ...)
	s.process.Stdout, s.process.Stderr = s.log, s.log
	s.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	begin := time.Now()
	if err := s.process.Start(); err != nil {
		return 0, err
	}
	for time.Since(begin) < 20*time.Second {
		response, err := http.Get(s.origin + "/api/v1/ping")
		if err == nil {
			response.Body.Close()
			return time.Since(begin), nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	text, _ := os.ReadFile(s.log.Name())
	s.stop()
	return 0, fmt.Errorf("the server does not answer: %s", text)
}

func (s *server) stop() {
	s.process.Process.Signal(syscall.SIGTERM)
	s.process.Wait()
	s.log.Close()
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// resident is the server's resident memory, in bytes.
func (s *server) resident() int64 { return residentOf(s.process.Process.Pid) }

func residentOf(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, found := strings.CutPrefix(line, "VmRSS:"); found {
			kb, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			return kb << 10
		}
	}
	return 0
}

// peak follows the resident memory until ctx ends, and gives its highest value.
func (s *server) peak(ctx context.Context) <-chan int64 {
	result := make(chan int64, 1)
	go func() {
		var most int64
		for ctx.Err() == nil {
			most = max(most, s.resident())
			time.Sleep(20 * time.Millisecond)
		}
		result <- most
	}()
	return result
}

func (s *server) signIn() error {
	var client struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	if err := s.get("/api/v1/oauth-clients/local", &client); err != nil {
		return err
	}
	response, err := http.PostForm(s.origin+"/api/v1/users/token", url.Values{
		"client_id": {client.ID}, "client_secret": {client.Secret}, "grant_type": {"password"}, "username": {"root"}, "password": {rootPassword},
	})
	if err != nil {
		return err
	}
	var token struct {
		Access string `json:"access_token"`
	}
	err = decode(response, &token)
	s.token = token.Access
	return err
}

func (s *server) get(path string, into any) error {
	request, err := http.NewRequest("GET", s.origin+path, nil)
	if err != nil {
		return err
	}
	if s.token != "" {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	return decode(response, into)
}

func decode(response *http.Response, into any) error {
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 2000))
		return fmt.Errorf("%s: %d %s", response.Request.URL.Path, response.StatusCode, text)
	}
	return json.NewDecoder(response.Body).Decode(into)
}

// channel is the id of root's first channel.
func (s *server) channel() (int, error) {
	var me struct {
		Channels []struct {
			ID int `json:"id"`
		} `json:"videoChannels"`
	}
	if err := s.get("/api/v1/users/me", &me); err != nil {
		return 0, err
	}
	if len(me.Channels) == 0 {
		return 0, fmt.Errorf("root has no channel")
	}
	return me.Channels[0].ID, nil
}
