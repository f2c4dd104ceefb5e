package apptest

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Program is the real binary, serving.
type Program struct {
	Server
	process *exec.Cmd
	done    chan error
	log     *os.File
}

// built is the binary, made once per test program.
var built struct {
	sync.Once
	path string
	err  error
}

func build() (string, error) {
	built.Do(func() {
		var folder string
		if folder, built.err = os.MkdirTemp("", "lucarne-binary"); built.err != nil {
			return
		}
		built.path = filepath.Join(folder, "lucarne")
		out, err := exec.Command("go", "build", "-o", built.path, "lucarne").CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("build the program: %w\n%s", err, out)
		}
	})
	return built.path, built.err
}

// RemoveProgram ends a test program.
func RemoveProgram() {
	if built.path != "" {
		os.RemoveAll(filepath.Dir(built.path))
	}
}

// Launch builds the program and serves with it until the test ends.
func Launch(t testing.TB, settings ...string) *Program {
	t.Helper()
	p := new(Program)
	if err := p.prepare(settings); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(p.Folder) })
	p.Start(t)
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			text, _ := os.ReadFile(p.log.Name())
			t.Logf("log of the program:\n%s", text)
		}
	})
	return p
}

// Start runs the program on its folder, after Launch again only when it has ended, and waits for its first answer.
func (p *Program) Start(t testing.TB, settings ...string) {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	if p.log, err = os.OpenFile(filepath.Join(p.Folder, "program.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		t.Fatal(err)
	}
	p.process = exec.Command(path, "serve")
	p.process.Env = append(slices.Concat([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.Folder}, p.environ), settings...)
	p.process.Stdout, p.process.Stderr = p.log, p.log
	p.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.process.Start(); err != nil {
		t.Fatal(err)
	}
	p.done = make(chan error, 1)
	go func(process *exec.Cmd, done chan error) { done <- process.Wait(); close(done) }(p.process, p.done)
	Await(t, startWithin, "the program answers", func() bool {
		response, err := http.Get(p.Origin + "/api/v1/ping")
		if err == nil {
			response.Body.Close()
		}
		return err == nil
	})
}

const startWithin = 10 * time.Second

// Kill ends the program at once (SIGKILL), as a power cut would.
func (p *Program) Kill() {
	_ = p.process.Process.Kill()
	<-p.done
	p.log.Close()
}

// Terminate asks the program to end (SIGTERM) and gives how long it took.
func (p *Program) Terminate(within time.Duration) (time.Duration, error) {
	begin := time.Now()
	if err := p.process.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	select {
	case err := <-p.done:
		return time.Since(begin), err
	case <-time.After(within):
		return time.Since(begin), errors.New("the program still runs")
	}
}
