package ffmpeg

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"

	"lucarne/platform/fault"
)

const (
	maxTailBytes = 8 << 10         // of what a program says, its last words are kept: they name what failed
	killGrace    = 5 * time.Second // how long pipes may stay open after the program was killed
)

// process is one run of ffmpeg or ffprobe.
type process struct {
	program string
	args    []string
	stdout  io.Writer
	extra   *os.File // the program's descriptor 3, nil for none
	timeout time.Duration
	nice    int
}

// run starts the program and waits for it. Its error is a fault whose cause is the end of what the program said.
func run(ctx context.Context, p process) error {
	path, err := find(p.program)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	said := &tail{limit: maxTailBytes}
	cmd := exec.CommandContext(limited, path, p.args...)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = p.stdout, said, killGrace
	if p.extra != nil {
		cmd.ExtraFiles = []*os.File{p.extra}
	}
	Isolate(cmd)
	if err := supervise(cmd, p); err != nil {
		return explain(ctx, limited, err, said.String())
	}
	return nil
}

// supervise starts and awaits cmd on one thread: Linux sends the parent-death signal when the thread that forked ends
// (golang.org/issue/27505), so that thread has to outlive the program.
func supervise(cmd *exec.Cmd, p process) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return err
	}
	if p.extra != nil {
		p.extra.Close() // the child has its own copy; ours would keep the reader from seeing the end
	}
	if p.nice > 0 {
		LowerPriority(cmd.Process.Pid, p.nice)
	}
	return cmd.Wait()
}

// explain turns the end of a run into a fault: given up by the caller, out of time, or what the program complained of.
func explain(ctx, limited context.Context, err error, said string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	cause := errors.Join(err, errors.New(said))
	if limited.Err() != nil {
		return fault.New(fault.Unavailable, "Processing the media took too long and was stopped").Because(cause)
	}
	return complaint(said).Because(cause)
}

// tail is a writer that keeps the last bytes written to it.
type tail struct {
	limit int
	kept  []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.kept = append(t.kept, b[max(0, len(b)-t.limit):]...)
	if extra := len(t.kept) - t.limit; extra > 0 {
		t.kept = append(t.kept[:0], t.kept[extra:]...)
	}
	return len(b), nil
}

func (t *tail) String() string { return string(bytes.TrimSpace(t.kept)) }

// bounded is a buffer that keeps nothing past its limit, and knows when it was given more.
type bounded struct {
	kept  bytes.Buffer
	limit int
	over  bool
}

func (b *bounded) Write(p []byte) (int, error) {
	room := max(0, b.limit-b.kept.Len())
	b.over = b.over || len(p) > room
	b.kept.Write(p[:min(len(p), room)])
	return len(p), nil
}

// text is what was written, or fault.TooLarge when that was more than the limit.
func (b *bounded) text() ([]byte, error) {
	if b.over {
		return nil, fault.New(fault.TooLarge, "The file describes itself at too great a length")
	}
	return b.kept.Bytes(), nil
}
