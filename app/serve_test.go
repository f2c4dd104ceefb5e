package app

import (
	"bytes"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"testing"

	"lucarne/platform/config"
)

// TestPasswordOutlivesAFailedFirstStart: a first start on a taken port once made the administrator and told nobody the password.
func TestPasswordOutlivesAFailedFirstStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := strconv.Itoa(taken.Addr().(*net.TCPAddr).Port)
	quiet := func(string) *slog.Logger { return slog.New(slog.DiscardHandler) }
	sources := config.Sources{Environ: []string{
		"LUCARNE_DATA=" + t.TempDir(), "LUCARNE_LISTEN_HOSTNAME=127.0.0.1", "LUCARNE_LISTEN_PORT=" + port, "LUCARNE_LIVE_ENABLED=false",
	}}
	if _, err := Open(t.Context(), sources, quiet); err == nil || !strings.Contains(err.Error(), "another program uses 127.0.0.1:"+port) {
		t.Fatalf("start on a taken port: %v, want to be told what to do", err)
	}
	sources.Environ[2] = "LUCARNE_LISTEN_PORT=0"
	s, err := Open(t.Context(), sources, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	var told bytes.Buffer
	s.greet(&told)
	if s.password == "" || !strings.Contains(told.String(), s.password) {
		t.Errorf("the second start tells\n%s\nwant the password", &told)
	}
}
