package files_test

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/http/router"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

const largeFile = 100 << 20

// BenchmarkLargeFile compares a file served through everything a site has with bare http.ServeFile.
func BenchmarkLargeFile(b *testing.B) {
	s := newSite(b, dbtest.SQLite(b))
	local := filepath.Join(b.TempDir(), "film.mp4")
	if err := os.WriteFile(local, make([]byte, largeFile), 0o600); err != nil {
		b.Fatal(err)
	}
	bare := filepath.Join(b.TempDir(), "bare.mp4")
	if err := os.Link(local, bare); err != nil {
		b.Fatal(err)
	}
	film := s.Video(b, s.User(b, "alice", account.Ordinary), nil)
	name := s.addFile(b, film, local, video.File{Resolution: 720, Width: 1280, Height: 720, FPS: 25, HasVideo: true, HasAudio: true})

	b.Run("ServeFile", func(b *testing.B) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, bare) })}
		go server.Serve(listener)
		defer server.Close()
		download(b, "http://"+listener.Addr().String()+"/")
	})
	b.Run("site", func(b *testing.B) {
		no := func() bool { return false }
		logger := slog.New(slog.DiscardHandler)
		handler := router.FromProxies(nil, router.Log(router.LogOptions{Logger: logger, Requests: no, Pings: no, AnonymizeIP: no},
			router.Secure(router.SecurityOptions{}, router.Compress(router.CORS(s.handler)))))
		server, err := router.Listen(router.ServerOptions{
			Address: "127.0.0.1:0", Handler: handler, Logger: logger, ReadHeaderTimeout: time.Minute, BodyIdleTimeout: time.Minute,
			WriteIdleTimeout: time.Minute, IdleTimeout: time.Minute, StopWithin: time.Second,
		})
		if err != nil {
			b.Fatal(err)
		}
		go server.Run(b.Context())
		download(b, "http://"+server.Addr().String()+"/static/web-videos/"+name)
	})
}

// download fetches without looking at the bytes: the client must not be what is measured.
func download(b *testing.B, address string) {
	b.SetBytes(largeFile)
	buffer := make([]byte, 1<<20)
	for b.Loop() {
		response, err := http.Get(address)
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, response.Body, buffer)
		response.Body.Close()
		if err != nil || n != largeFile {
			b.Fatalf("got %d bytes, %v", n, err)
		}
	}
}
